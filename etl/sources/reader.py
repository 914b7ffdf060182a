"""A folder or a file -> articles, and what could not be used. The only place that knows all kinds of input."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from etl.errors import ConfigurationError, InputError
from etl.settings import FIELD_NAMES, Settings
from etl.sources.article import Article, Rejected
from etl.sources.build import build_article
from etl.sources.decode import decode
from etl.sources.html import read_html
from etl.sources.records import Record, read_delimited, read_json, read_json_lines, read_parquet
from etl.sources.sniff import sniff_text
from etl.sources.unpack import PARQUET, head_of, plain_suffix, read_bytes

Read = Article | Rejected


def list_files(inputs: Iterable[Path]) -> list[tuple[Path, str]]:
    """Return the files of the inputs, each with its path within its input, sorted by that path.

    Raises:
        ConfigurationError: an input does not exist.
    """
    found: list[tuple[Path, str]] = []
    for given in inputs:
        if given.is_dir():
            found += [
                (path, path.relative_to(given).as_posix())
                for path in given.rglob("*")
                if not path.is_dir() and not any(part.startswith(".") for part in path.relative_to(given).parts)
            ]
        elif given.exists():
            found.append((given, given.name))
        else:
            raise ConfigurationError(f"input {given}: no such file or folder. Name a folder or a file with articles.")
    return sorted(found, key=lambda pair: (pair[1], str(pair[0])))


def _records(path: Path, settings: Settings) -> Iterable[Record]:
    """The records of one file; a file that is one article is one record."""
    head = head_of(path)
    if head.startswith(PARQUET):
        return read_parquet(path, settings)
    data = read_bytes(path, head, settings.max_file_bytes)
    text = decode(data)
    if not text.strip():
        raise InputError("empty_file", "the file holds only blanks.")
    known = frozenset(name for field in FIELD_NAMES for name in settings.names_of(field))
    kind = sniff_text(text, plain_suffix(path), known)
    if kind == "jsonl":
        return read_json_lines(text, settings)
    if kind == "json":
        return read_json(text, settings)
    if kind == "delimited":
        return read_delimited(text, settings)
    return [(0, read_html(text) if kind == "html" else {"text": text})]


def read_file(path: Path, source_path: str, settings: Settings) -> Iterator[Read]:
    """Yield what one file holds, in file order. Bad input is yielded as Rejected, never raised."""
    if any(fnmatch(path.name.lower(), pattern.lower()) for pattern in settings.ignore):
        message = f"its name is one of those set aside ({', '.join(settings.ignore)}). Change `ignore` to read it."
        yield Rejected("read", source_path, "ignored_file", message)
        return
    try:
        for place, fields in _records(path, settings):
            try:
                if isinstance(fields, InputError):
                    raise fields
                default_id = f"{source_path}#{place}" if place else source_path
                yield build_article(fields, source_path=source_path, default_id=default_id, settings=settings)
            except InputError as error:
                given = fields.get("id") if isinstance(fields, dict) else None
                text = fields.get("text") if isinstance(fields, dict) else None
                yield Rejected(
                    "read", source_path, error.reason, str(error), str(given) if given else None,
                    str(text)[:200] if text else None, place=str(place),
                )  # fmt: skip
    except InputError as error:
        yield Rejected("read", source_path, error.reason, str(error))


def read_articles(inputs: Iterable[Path], settings: Settings) -> Iterator[Read]:
    """Yield all articles of the inputs, and all that could not be used, in the order of their paths.

    A document with the same id and the same text as an earlier one is not used twice.
    """
    seen: set[str] = set()
    for path, source_path in list_files(inputs):
        for item in read_file(path, source_path, settings):
            if isinstance(item, Article):
                if item.article_id in seen:
                    message = f"a document with the id {item.source_id!r} and the same text was read before."
                    yield Rejected("read", source_path, "same_document", message, item.source_id, item.text)
                    continue
                seen.add(item.article_id)
            yield item
