"""Files of any known kind -> documents -> articles, and what could not be used. The only place that knows all kinds of input."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import partial
from io import BufferedReader, BytesIO, StringIO
from pathlib import Path
from typing import IO

from etl.deadline import TooSlow, within
from etl.errors import InputError
from etl.settings import FIELD_NAMES, Settings
from etl.sources.article import Article, Rejected
from etl.sources.build import build_article
from etl.sources.decode import decode, decode_line
from etl.sources.document import Document
from etl.sources.docx import is_docx, read_docx
from etl.sources.exports import split_export
from etl.sources.feed import read_feed
from etl.sources.files import File, Inner, list_files
from etl.sources.mail import read_message
from etl.sources.records import Line, Record, read_delimited, read_json, read_json_lines, read_parquet
from etl.sources.rtf import read_rtf
from etl.sources.sniff import PDF, RTF, WARC, ZIP, refuse_binary, sniff_text
from etl.sources.unpack import PARQUET, head_of, plain_suffix, unpacked
from etl.sources.warc import read_warc
from etl.sources.zipped import read_zip

_AT_ONCE = 2_000_000
"""Bytes up to which a file is read whole; of a larger one with many documents, a line at a time is in memory."""
_LONGEST_LINE = 64_000_000
"""Bytes up to which a line of a large file is read."""
_DEEPEST = 3
"""Archives that may stand one in the other."""


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


def _whole(stream: IO[bytes], settings: Settings) -> bytes:
    """All bytes of a file that is read at once."""
    data = stream.read(settings.max_document_bytes + 1)
    if len(data) > settings.max_document_bytes:
        raise InputError(
            "too_large",
            f"the file is one document, or a list that is read whole, of more than {settings.max_document_bytes:,} bytes. "
            "Divide it, save a list as JSON Lines, or raise max_document_bytes.",
        )
    return data


def _articles(fields: dict[str, object]) -> Iterator[Record]:
    """The records of a text: many where it is the export of a news archive, else one."""
    found = split_export(str(fields["text"]))
    yield from [(0, fields)] if found is None else enumerate(found, start=1)


def _packed(file: File, settings: Settings) -> Iterator[Record | Inner]:
    """What a ZIP archive holds, or a Word document, which is one."""
    if not is_docx(file):
        yield from read_zip(file, settings)
        return
    with file.open() as raw:
        data = _whole(raw, settings)
    limit = settings.max_document_bytes
    yield from within(settings.max_article_seconds, lambda: list(_articles(read_docx(data, limit))))


def _of_text(data: bytes, file: File, settings: Settings) -> Iterator[Record | Inner]:
    """The records of a file that was read whole."""
    text = decode(data)
    if not text.strip():
        raise InputError("empty_file", "the file holds only blanks.")
    kind = sniff_text(text, plain_suffix(file.name), _known_columns(settings))
    if kind == "jsonl":
        yield from read_json_lines(iter(text.split("\n")), settings)
    elif kind == "json":
        yield from read_json(text, settings)
    elif kind == "delimited":
        yield from read_delimited(StringIO(text, newline=""), settings)
    elif kind == "feed":
        yield from read_feed(data)
    elif kind == "message":
        fields, attached = read_message(data)
        yield 0, fields
        for name, content in attached:
            path = f"{file.source_path}/{name}"
            yield Inner(path, path, give=partial(BytesIO, content))
    elif kind == "html":
        yield 0, {"page": text}
    else:
        yield from _articles({"text": text})


def _known_columns(settings: Settings) -> frozenset[str]:
    return frozenset(name for field in FIELD_NAMES for name in settings.names_of(field))


def _records(file: File, settings: Settings) -> Iterator[Record | Inner]:
    """The records of one file, and the files that stand in it; a file that is one article is one record."""
    head = head_of(file)
    if head.startswith(PARQUET):
        with file.open() as raw:
            yield from read_parquet(raw, settings)
        return
    if head.startswith(ZIP):
        yield from _packed(file, settings)
        return
    with unpacked(file, head, settings.max_file_bytes) as stream:
        begins = stream.peek(16)[:16]
        refuse_binary(begins)
        if begins.startswith(WARC):
            yield from read_warc(stream, settings)
            return
        if begins.startswith(PDF):
            yield 0, {"pdf": _whole(stream, settings)}
            return
        if begins.startswith(RTF):
            data = _whole(stream, settings)
            yield from within(settings.max_article_seconds, lambda: list(_articles({"text": read_rtf(data)})))
            return
        start = stream.read(_AT_ONCE)
        if len(start) == _AT_ONCE and b"\x00" not in start:
            text = decode(start.rpartition(b"\n")[0])
            kind = sniff_text(text, plain_suffix(file.name), _known_columns(settings))
            if kind == "jsonl":
                yield from read_json_lines(_lines(start, stream), settings)
                return
            if kind == "delimited":
                yield from read_delimited(_lines(start, stream), settings)
                return
        data = start + _whole(stream, settings)
    yield from within(settings.max_article_seconds, lambda: list(_of_text(data, file, settings)))


def _found(file: File, settings: Settings, depth: int) -> Iterator[Document | Rejected]:
    """What one file holds, also in the files within it."""
    for record in _records(file, settings):
        if isinstance(record, Inner):
            yield from read_file(record, settings, depth + 1)
            continue
        place, fields = record
        if isinstance(fields, InputError):
            yield Rejected("read", file.source_path, fields.reason, str(fields), place=str(place))
        else:
            yield Document(file.source_path, place, fields)


def read_file(file: File, settings: Settings, depth: int = 0) -> Iterator[Document | Rejected]:
    """Yield what one file holds, in file order. Bad input is yielded as Rejected, never raised, and no file yields nothing.

    Args:
        file: the file.
        settings: settings of the run.
        depth: in how many files it stands.
    """
    count = 0
    try:
        if any(fnmatch(file.name.lower(), pattern.lower()) for pattern in settings.ignore):
            told = f"its name is one of those set aside ({', '.join(settings.ignore)}). Change `ignore` to read it."
            raise InputError("ignored_file", told)
        if depth > _DEEPEST:
            told = f"it stands in {depth} archives, one in the other; {_DEEPEST} are read. Unpack the outer ones."
            raise InputError("unsupported_format", told)
        for item in _found(file, settings, depth):
            count += 1
            yield item
        if not count:
            raise InputError("empty_file", "the file holds no record. Nothing to do if that is so in the source.")
    except InputError as error:
        yield Rejected("read", file.source_path, error.reason, str(error))
    except TooSlow:
        yield Rejected("read", file.source_path, "too_slow", f"{too_slow(settings)} What comes after it was not read.")


def too_slow(settings: Settings) -> str:
    """Return the words that tell that a piece of work took too long."""
    return f"it took more than {settings.max_article_seconds:g} seconds. Divide it, or raise max_article_seconds."


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


def same_document(article_path: str, place: int, source_id: str, excerpt: str) -> Rejected:
    """Return the entry of a document whose id and text are those of one that was read before."""
    message = f"a document with the id {source_id!r} and the same text was read before."
    return Rejected("read", article_path, "same_document", message, source_id, excerpt, place=str(place))


def read_articles(inputs: Iterable[str | Path], settings: Settings) -> Iterator[Article | Rejected]:
    """Yield all articles of the inputs, and all that could not be used, in the order of their paths.

    A document with the same id and the same text as an earlier one is not used twice.
    """
    seen: set[str] = set()
    for found in read_documents(list_files(inputs), settings):
        if isinstance(found, Rejected):
            yield found
            continue
        item = make_article(found, settings)
        if isinstance(item, Article):
            if item.article_id in seen:
                yield same_document(found.source_path, found.place, item.source_id, item.text)
                continue
            seen.add(item.article_id)
        yield item
