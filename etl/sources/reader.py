"""Files of any known kind -> documents -> articles, and what could not be used. The only place that knows all kinds of input."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from io import BufferedReader, StringIO
from pathlib import Path

from etl.errors import InputError
from etl.settings import FIELD_NAMES, Settings
from etl.sources.article import Article, Rejected
from etl.sources.build import build_article
from etl.sources.decode import decode, decode_line
from etl.sources.document import Document
from etl.sources.files import File, list_files
from etl.sources.records import Line, Record, read_delimited, read_json, read_json_lines, read_parquet
from etl.sources.sniff import refuse_binary, sniff_text
from etl.sources.unpack import PARQUET, head_of, plain_suffix, unpacked

_AT_ONCE = 2_000_000
"""Bytes up to which a file is read whole; of a larger one with many documents, a line at a time is in memory."""
_LONGEST_LINE = 64_000_000
"""Bytes up to which a line of a large file is read."""


def _lines(start: bytes, stream: BufferedReader) -> Iterator[Line]:
    """The lines of a large file, each decoded by itself, with their ends; one that is too long is an error."""
    *whole, rest = start.split(b"\n")
    yield from (decode_line(line + b"\n") for line in whole)
    while line := rest + stream.readline(_LONGEST_LINE):
        rest = b""
        if len(line) >= _LONGEST_LINE and not line.endswith(b"\n"):
            yield InputError("too_large", f"a line has more than {_LONGEST_LINE:,} bytes. Divide it.")
            while (more := stream.readline(_LONGEST_LINE)) and not more.endswith(b"\n"):
                pass
            continue
        yield decode_line(line)


def _records(file: File, settings: Settings) -> Iterator[Record]:
    """The records of one file; a file that is one article is one record."""
    head = head_of(file)
    if head.startswith(PARQUET):
        with file.open() as raw:
            yield from read_parquet(raw, settings)
        return
    known = frozenset(name for field in FIELD_NAMES for name in settings.names_of(field))
    suffix = plain_suffix(file.name)
    with unpacked(file, head, settings.max_file_bytes) as stream:
        start = stream.read(_AT_ONCE)
        refuse_binary(start[:16])
        kind = None
        if len(start) == _AT_ONCE and b"\x00" not in start:
            kind = sniff_text(decode(start.rpartition(b"\n")[0]), suffix, known)
            if kind == "jsonl":
                yield from read_json_lines(_lines(start, stream), settings)
                return
            if kind == "delimited":
                yield from read_delimited(_lines(start, stream), settings)
                return
        text = decode(start + stream.read())
    if not text.strip():
        raise InputError("empty_file", "the file holds only blanks.")
    kind = sniff_text(text, suffix, known)
    if kind == "jsonl":
        yield from read_json_lines(iter(text.split("\n")), settings)
    elif kind == "json":
        yield from read_json(text, settings)
    elif kind == "delimited":
        yield from read_delimited(StringIO(text, newline=""), settings)
    else:
        yield 0, {"page" if kind == "html" else "text": text}


def read_file(file: File, settings: Settings) -> Iterator[Document | Rejected]:
    """Yield what one file holds, in file order. Bad input is yielded as Rejected, never raised."""
    if any(fnmatch(file.name.lower(), pattern.lower()) for pattern in settings.ignore):
        message = f"its name is one of those set aside ({', '.join(settings.ignore)}). Change `ignore` to read it."
        yield Rejected("read", file.source_path, "ignored_file", message)
        return
    try:
        for place, fields in _records(file, settings):
            if isinstance(fields, InputError):
                yield Rejected("read", file.source_path, fields.reason, str(fields), place=str(place))
            else:
                yield Document(file.source_path, place, fields)
    except InputError as error:
        yield Rejected("read", file.source_path, error.reason, str(error))


def read_documents(files: Iterable[File], settings: Settings) -> Iterator[Document | Rejected]:
    """Yield all documents of some files, and all that could not be used, in the order of the files."""
    for file in files:
        yield from read_file(file, settings)


def make_article(document: Document, settings: Settings) -> Article | Rejected:
    """Return the article that a document is, or why it is none."""
    try:
        return build_article(document, settings)
    except InputError as error:
        given, text = document.fields.get("id"), document.fields.get("text")
        return Rejected(
            "read", document.source_path, error.reason, str(error), str(given) if given else None,
            str(text)[:200] if text else None, place=str(document.place),
        )  # fmt: skip


def same_document(article_path: str, source_id: str, excerpt: str) -> Rejected:
    """Return the entry of a document whose id and text are those of one that was read before."""
    message = f"a document with the id {source_id!r} and the same text was read before."
    return Rejected("read", article_path, "same_document", message, source_id, excerpt)


def read_articles(inputs: Iterable[str | Path], settings: Settings) -> Iterator[Article | Rejected]:
    """Yield all articles of the inputs, and all that could not be used, in the order of their paths.

    A document with the same id and the same text as an earlier one is not used twice.
    """
    seen: set[str] = set()
    for found in read_documents(list_files(inputs), settings):
        item = make_article(found, settings) if isinstance(found, Document) else found
        if isinstance(item, Article):
            if item.article_id in seen:
                yield same_document(item.source_path, item.source_id, item.text)
                continue
            seen.add(item.article_id)
        yield item
