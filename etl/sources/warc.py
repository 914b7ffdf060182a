"""WARC files, the archives of web crawls: the pages, PDF files and texts that servers answered with."""

import gzip
import io
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

import zstandard
from warcio.archiveiterator import WARCIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataException, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser

from etl.deadline import TooSlow, within
from etl.errors import InputError
from etl.settings import Settings
from etl.sources.charset import decode_as
from etl.sources.records import Record
from etl.sources.sniff import PDF
from etl.sources.unpack import GZIP, ZSTD

logging.getLogger("warcio").addHandler(logging.NullHandler())  # it warns of what is told here or does no harm

_LARGEST_HEADERS = 1 << 18
"""Bytes that the headers of one record, or of one answer, may have."""
_CHUNK = 1 << 16
_HOLD_ANSWERS = frozenset(["response", "resource", "conversion"])
_HOLD_NONE = frozenset(["warcinfo", "request", "metadata", "revisit"])
_PAGES = frozenset(["text/html", "application/xhtml+xml"])
_FEEDS = frozenset(["application/rss+xml", "application/atom+xml", "application/rdf+xml"])
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_FIRST_CHUNK = re.compile(rb"[0-9A-Fa-f]{1,16}[ \t]*(;[^\r\n]{0,200})?\r\n")
_META_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE
)
_LOOKS_LIKE_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ROBOTS = re.compile(r"https?://[^/?#]+/robots\.txt")


class _Lines(BufferedReader):  # type: ignore[misc]
    """The bytes of the file, of which no more are read as headers of one record than these may have."""

    spent = 0

    def readline(self, length: int | None = None) -> bytes:
        """Return a line, or so much of it as is allowed."""
        line: bytes = super().readline(min(length or _LARGEST_HEADERS, _LARGEST_HEADERS))
        self.spent += len(line)
        if self.spent > _LARGEST_HEADERS:
            told = f"the headers of a record have more than {_LARGEST_HEADERS:,} bytes. Write the archive again."
            raise InputError("corrupt_file", told)
        return line


class _Records(WARCIterator):  # type: ignore[misc]
    """The records of a file, with their own headers read, and those of HTTP not."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, no_record_parse=True)
        self.reader = _Lines(self.fh, block_size=_CHUNK)

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        """The next line that is not blank. The library prints what else stands after a record, and drops a line of it."""
        passed = 0
        while line := self.reader.readline():
            if line.strip():
                return line, passed
            passed += len(line)
        return None, passed


@dataclass(frozen=True)
class _Answer:
    """What a record holds: the kind of its content as it is stated, and how that is packed."""

    url: str | None
    kind: str
    charset: str | None
    codings: tuple[str, ...]
    is_chunked: bool
    start: bytes

    @property
    def name(self) -> str:
        return self.url or "(without an address)"


def _broken(number: int, told: str) -> InputError:
    return InputError(
        "corrupt_file", f"the archive is broken or cut off at record {number} ({told}). What comes after was not read."
    )


def _records(stream: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """The records by their number in the file, each read to its end after it was given."""
    records = _Records(stream)
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            records.reader.spent = 0
            if not (record.rec_headers.get_header("Content-Length") or "").strip().isdecimal():
                raise _broken(number, "its headers tell no length")
            yield number, record
            while record.raw_stream.read(_CHUNK):
                pass
            if record.raw_stream.tell() < record.length:
                raise _broken(number, "it has fewer bytes than its headers tell")
    except ArchiveLoadFailed as error:
        raise _broken(number + 1, " ".join(error.msg.split())[:100]) from error


def _content_type(told: str | None) -> tuple[str, str | None]:
    """The media type, lower case, and the encoding that a header tells."""
    message = Message()
    message["Content-Type"] = " ".join((told or "").split())[:500]
    charset = message.get_param("charset")
    return (told or "").split(";")[0].strip().lower(), charset if isinstance(charset, str) else None


def _answer(record: Any, start: bytes) -> _Answer | None:
    """What a record answers, by its first bytes; None where it only leads elsewhere.

    Raises:
        InputError: the server did not answer with a document.
    """
    url = record.rec_headers.get_header("WARC-Target-URI")
    if record.rec_type != "response" or not start.startswith(b"HTTP/"):
        return _Answer(url, *_content_type(record.content_type), (), False, start)
    end = _END_OF_HEADERS.search(start)
    if end is None:
        raise InputError("corrupt_file", f"the headers of the answer from {url} have no end. Fetch the page again.")
    http = StatusAndHeadersParser([], verify=False).parse(io.BytesIO(start[: end.end()]))
    status = http.get_statuscode()
    if status.startswith("3"):
        return None
    if status != "200":
        told = (
            f"the server answered {http.statusline[:60]!r} for {url}, not with the page. Fetch it again if it is there."
        )
        raise InputError("no_text", told)
    codings = (http.get_header("Content-Encoding") or "").lower().split(",")
    return _Answer(
        url, *_content_type(http.get_header("Content-Type")),
        tuple(name for coding in codings if (name := coding.strip().removeprefix("x-"))),
        "chunked" in (http.get_header("Transfer-Encoding") or "").lower(), start[end.end() :],
    )  # fmt: skip


def _kind(answer: _Answer) -> str:
    """How the content is read: `page`, `pdf` or `text`.

    Raises:
        InputError: it is of another kind.
    """
    if answer.kind == "application/pdf" or answer.start.startswith(PDF):
        return "pdf"
    if answer.kind in _PAGES or (not answer.kind and _LOOKS_LIKE_PAGE.search(answer.start[:2000])):
        return "page"
    if answer.url and _ROBOTS.fullmatch(answer.url):
        raise InputError("no_text", f"{answer.url} tells crawlers what to leave alone. Nothing to do.")
    if answer.kind == "text/plain":
        return "text"
    if answer.kind in _FEEDS:
        told = f"{answer.url} is a feed, whose articles are fetched themselves. Save it as a file to have its entries read."
        raise InputError("unsupported_format", told)
    told = f"{answer.name} is of the kind {answer.kind[:80] or '(not stated)'}. Nothing to do if it is no article."
    raise InputError("unsupported_format", told)


def _too_large(answer: _Answer, limit: int) -> InputError:
    told = f"{answer.name} has more than {limit:,} bytes. Raise max_document_bytes to read it."
    return InputError("too_large", told)


def _unchunked(body: bytes, answer: _Answer) -> bytes:
    """The content of an answer in chunks. Some crawlers have put them together and left the header."""
    if not answer.is_chunked or not _FIRST_CHUNK.match(body):
        return body
    try:
        whole: bytes = ChunkedDataReader(io.BytesIO(body), raise_exceptions=True).read()
    except ChunkedDataException as error:
        raise InputError("corrupt_file", f"the answer from {answer.name} breaks off. Fetch the page again.") from error
    return whole


def _inflated(data: bytes, limit: int) -> bytes:
    """Bytes that were packed with Deflate, with or without the header that the standard asks for."""
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        unpacking = zlib.decompressobj(window)
        try:
            whole = unpacking.decompress(data, limit + 1)
        except zlib.error:
            continue
        if unpacking.unused_data:
            continue  # without the header, the first bytes of anything may look like it
        if not unpacking.eof and len(whole) <= limit:
            raise EOFError("it breaks off")
        return whole
    raise zlib.error("this is no Deflate")


def _unpacked(data: bytes, coding: str, answer: _Answer, limit: int) -> bytes:
    """Bytes without one coding, no more than one over the limit. Some crawlers have undone it and left the header."""
    try:
        if coding == "gzip":
            return gzip.GzipFile(fileobj=io.BytesIO(data)).read(limit + 1) if data.startswith(GZIP) else data
        if coding == "deflate":
            return _inflated(data, limit)
        if coding == "zstd":
            packed = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
            return packed.read(limit + 1) if data.startswith(ZSTD) else data
    except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
        told = f"the answer from {answer.name} cannot be unpacked ({error}). Fetch the page again."
        raise InputError("corrupt_file", told) from error
    if coding in {"identity", "none", "utf-8"}:
        return data
    name = "Brotli (br)" if coding == "br" else repr(coding[:40])
    told = f"{answer.name} is packed with {name}, which is not unpacked here. Fetch it again without that coding."
    raise InputError("unsupported_format", told)


def _fields(answer: _Answer, kind: str, body: bytes, limit: int) -> dict[str, object]:
    """The fields of the document that an answer holds."""
    data = _unchunked(body, answer)
    for coding in reversed(answer.codings):
        data = _unpacked(data, coding, answer, limit)
        if len(data) > limit:
            raise _too_large(answer, limit)
    if not data.strip():
        raise InputError(
            "no_text", f"the answer from {answer.name} is empty. Nothing to do if that is so in the source."
        )
    content: object = data
    if kind == "pdf" or data.startswith(PDF):
        kind = "pdf"
    else:
        meta = _META_CHARSET.search(data[:4096]) if kind == "page" else None
        told = (meta[1] or meta[2]).decode("ascii", "replace") if meta else None
        content = decode_as(data, [answer.charset, told])
    own: dict[str, object] = {"id": answer.url, "url": answer.url} if answer.url else {}
    return own | {kind: content}


def _record(record: Any, settings: Settings) -> dict[str, object] | InputError | None:
    """What a record gives; None where it is no document, or where the file breaks off in it."""
    if record.rec_type in _HOLD_NONE:
        return None
    try:
        if record.rec_type not in _HOLD_ANSWERS:
            told = f"a record of the type {str(record.rec_type)[:40]!r} holds no whole document. Nothing to do."
            raise InputError("unsupported_format", told)
        start = record.raw_stream.read(_LARGEST_HEADERS)
        if len(start) < min(record.length, _LARGEST_HEADERS):
            return None
        answer = _answer(record, start)
        if answer is None:
            return None
        kind, limit = _kind(answer), settings.max_document_bytes
        left = record.length - record.raw_stream.tell()
        if len(answer.start) + left > limit:
            raise _too_large(answer, limit)
        body = answer.start + record.raw_stream.read()
        if record.raw_stream.tell() < record.length:
            return None
        return within(settings.max_article_seconds, lambda: _fields(answer, kind, body, limit))
    except InputError as error:
        return error
    except TooSlow:
        told = f"unpacking it took more than {settings.max_article_seconds:g} seconds. Raise max_article_seconds to read it."
        return InputError("too_slow", told)


def read_warc(stream: IO[bytes], settings: Settings) -> Iterator[Record]:
    """Yield the documents of a WARC file by the number of their record, from 1.

    A document is what a server answered with status 200 (`response`), what was stored by itself (`resource`), and what was
    made of it (`conversion`): pages, PDF files and plain texts. Each other kind (pictures, styles, JSON), each other status,
    and what cannot be unpacked is an InputError of its own. So is a feed: it lists teasers of articles that the crawl fetched
    themselves, and read here each would be told twice, once cut short.

    `warcinfo`, `request`, `metadata` and `revisit` records and answers that lead elsewhere (status 3xx) hold no document and
    are passed over.

    A document's id is its address, not its place in the file. Crawls come back to the same pages: a page that has not
    changed is then one document however many archives hold it, one that has changed is another, and an article keeps its
    identifier when the archives are packed anew.

    Args:
        stream: the unpacked bytes of the file.
        settings: settings of the run; `max_document_bytes` holds for each document, unpacked.

    Raises:
        InputError: `corrupt_file` where the file is broken or cut off; the records before have come out by then.
    """
    for number, record in _records(stream):
        found = _record(record, settings)
        if found is not None:
            yield number, found
