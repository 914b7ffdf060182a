"""RSS and Atom: each entry of a feed is a document."""

import html
import io
import re
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

import feedparser
from feedparser.mixin import _FeedParserMixin
from feedparser.parsers.strict import _StrictFeedParser

from etl.errors import InputError
from etl.sources.charset import decode_as
from etl.sources.html import plain_text
from etl.sources.records import Record

_ROOT = re.compile(r"<(rss|feed|rdf:rdf)\b", re.IGNORECASE)
_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w:.-]+)")
_ISO = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")
_TAG = re.compile(r"<[a-zA-Z/!]")
_REFERENCE = re.compile(r"&#?\w{1,32};")
_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n'
_AS_UTF_8 = {"content-type": "application/xml; charset=utf-8"}


def _leave_authors(_parser: object, key: str = "author") -> None:
    """Leave the names of authors as they are."""


# Authors are not asked for, and the library looks for an e-mail address in them by a pattern whose time grows with the
# square of their length and that no deadline can interrupt.
_FeedParserMixin._sync_author_detail = _leave_authors


class _Attributes(AttributesNSImpl):
    """The attributes of an element. The library's own look through all of them for each."""

    def __init__(self, given: AttributesNSImpl) -> None:
        names = given.getQNames()
        super().__init__(dict(given.items()), dict(zip(given.keys(), names, strict=True)))
        self._by_name = dict(zip(names, given.values(), strict=True))

    def getValueByQName(self, name: str) -> str:  # noqa: N802  # it overrides
        return self._by_name[name]


_begin_element = _StrictFeedParser.startElementNS
_StrictFeedParser.startElementNS = lambda parser, name, qname, attributes: _begin_element(
    parser, name, qname, _Attributes(attributes)
)


def _text_of(detail: Any) -> str:
    """The words of a part of an entry: HTML as plain text, plain text as it is."""
    value, kind = str(detail.get("value") or ""), str(detail.get("type") or "text/html")
    if "html" not in kind:
        return value.strip()
    if _TAG.search(value):
        return plain_text(value)
    return _REFERENCE.sub(lambda found: html.unescape(found.group()), value).strip()


def _day_of(entry: Any) -> str | None:
    """The day that an entry tells, in its own time zone, as the newspaper would print it."""
    name = next((name for name in ("published", "updated") if entry.get(name)), None)
    if name is None:
        return None
    told = str(entry[name])[:100]
    found = _ISO.match(told)
    parts = found.groups() if found else parsedate(told) or entry.get(f"{name}_parsed")
    try:
        return date(*map(int, parts[:3])).isoformat() if parts else None
    except ValueError:
        return None


def _fields(entry: Any, publisher: str | None) -> dict[str, object]:
    """The fields of an entry; the text is its whole content where the feed has it, else the summary.

    Raises:
        InputError: `no_text`, or `corrupt_file` where its HTML cannot be parsed.
    """
    parts = [*entry.get("content", []), entry.get("summary_detail") or {"value": entry.get("summary")}]
    text = next((text for part in parts if (text := _text_of(part))), None)
    title = _text_of(entry.get("title_detail") or {"value": entry.get("title")}) or None
    link = entry.get("link") or None
    if text is None:
        name = title or entry.get("id") or link or "without a title"
        told = f"the entry {str(name)[:100]!r} of the feed has no text. Fetch the article that it points to."
        raise InputError("no_text", told)
    source = entry.get("source") or {}
    return {
        "id": entry.get("id") or link,
        "url": link,
        "title": title,
        "date": _day_of(entry),
        "publisher": source.get("title") or publisher,
        "text": text,
    }


def _parsed(text: str, root: int) -> Any:
    """What the library finds in a feed.

    It is given the bytes as a stream, as it takes a string for an address and opens it. What stands before the feed's own
    element is left away: entities can be declared only there, so none of them can unfold.
    """
    data = (_HEADER + text[root:]).encode("utf-8", "replace")
    return feedparser.parse(
        io.BytesIO(data), response_headers=_AS_UTF_8, resolve_relative_uris=False, sanitize_html=False
    )


def read_feed(data: bytes) -> Iterator[Record]:
    """Yield the entries of an RSS or Atom feed, numbered from 1.

    An entry's id is its own, else its address; its publisher is the source that it names, else the feed. Of a feed that is
    not well-formed, what can be read comes out; one that breaks off has a last InputError `corrupt_file`.

    Args:
        data: the bytes of the file.

    Raises:
        InputError: `corrupt_file` where nothing can be read.
    """
    declared = _ENCODING.match(data)
    text = decode_as(data, ["utf-8", declared[1].decode("ascii", "replace")] if declared else [])
    root = _ROOT.search(text)
    if root is None:
        raise InputError("corrupt_file", "the feed has no element <rss>, <feed> or <rdf:RDF>. Fetch it again.")
    try:
        feed = _parsed(text, root.start())
    except Exception as error:  # the library lets errors of Python through where a feed is damaged
        raise InputError(
            "corrupt_file", f"the feed cannot be parsed ({type(error).__name__}). Fetch it again."
        ) from error
    if feed.bozo and not feed.entries:
        why = " ".join(str(feed.get("bozo_exception")).split())[:150]
        raise InputError("corrupt_file", f"the feed is no well-formed XML, and has no entry ({why}). Fetch it again.")
    publisher = _text_of(feed.feed.get("title_detail") or {"value": feed.feed.get("title")}) or None
    for number, entry in enumerate(feed.entries, start=1):
        try:
            yield number, _fields(entry, publisher)
        except InputError as error:
            yield number, error
    if feed.bozo and f"</{root[1].lower()}" not in text[-1000:].lower():
        told = "the feed breaks off: its last entry may be missing or cut. Fetch it again."
        yield len(feed.entries) + 1, InputError("corrupt_file", told)
