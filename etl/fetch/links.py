"""Feeds and sitemaps -> the entries that they name. What they hold is read without any network, and without entities."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import feedparser
from lxml import etree

from etl.deadline import TooSlow, within
from etl.fetch.client import unzip
from etl.fetch.unfetched import Unfetched
from etl.sources.published import parse_published

_SECONDS = 60.0
"""Time that a feed may take to be read."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Entry:
    """What a feed names.

    Attributes:
        link: its address as the feed writes it.
        day: the day that the feed dates it to, where it does.
    """

    link: str
    day: date | None


@dataclass
class Found:
    """What a feed or sitemap holds.

    Attributes:
        entries: the articles, newest first; those without a day come last.
        sitemaps: the sitemaps of an index, in the same order.
        without_link: number of entries that name no address.
    """

    entries: list[Entry] = field(default_factory=list)
    sitemaps: list[Entry] = field(default_factory=list)
    without_link: int = 0


def _newest_first(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.day or date.min, reverse=True)


def _root(data: bytes) -> str | None:
    """The name of the outermost element; None where this is no XML."""
    try:
        for _, element in etree.iterparse(
            io.BytesIO(data), events=("start",), resolve_entities=False, no_network=True, huge_tree=False
        ):
            return str(etree.QName(element).localname)
    except (etree.XMLSyntaxError, ValueError):
        pass
    return None


def _texts(element: Any) -> Iterator[tuple[str, str]]:
    """The texts within an element of a sitemap, by the names of what they stand in."""
    for inner in element.iter(etree.Element):
        yield etree.QName(inner).localname, (inner.text or "").strip()


def _read_sitemap(data: bytes, name: str) -> Found:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unfetched(f"the sitemap is broken ({str(error)[:200]!r}). Try again later.") from error
    found, entries = Found(), []
    for element in root.iterchildren(etree.Element):
        texts: dict[str, str] = {}
        for key, text in _texts(element):
            texts.setdefault(key, text)  # the first `loc` is the page's own, a later one that of a picture
        told = texts.get("publication_date") or texts.get("lastmod") or ""
        if texts.get("loc"):
            entries.append(Entry(texts["loc"], parse_published(told).day))
        else:
            found.without_link += 1
    if name == "sitemapindex":
        found.sitemaps = _newest_first(entries)
    else:
        found.entries = _newest_first(entries)
    return found


def _day(moment: Any) -> date | None:
    try:
        return date(*moment[:3]) if moment else None
    except ValueError:
        return None


def _read_feed(data: bytes, address: str, content_type: str) -> Found:
    # A stream, never the bytes: those feedparser would take for the name of a file, and open it. `etl.sources.feed` keeps
    # it from looking for the mail addresses of authors, which takes too long in long names.
    try:
        feed = feedparser.parse(
            io.BytesIO(data),
            response_headers={"content-location": address, "content-type": content_type},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # the library lets errors of Python through where a feed is damaged
        raise Unfetched(f"the feed cannot be parsed ({type(error).__name__}). Try again later.") from error
    if not feed.version:
        raise Unfetched("what the server gives is no feed and no sitemap. Check the address: it may be that of a page.")
    found, entries = Found(), []
    for entry in feed.entries:
        if link := entry.get("link"):
            entries.append(Entry(link, _day(entry.get("published_parsed") or entry.get("updated_parsed"))))
        else:
            found.without_link += 1
    found.entries = _newest_first(entries)
    return found


def _read(data: bytes, address: str, content_type: str) -> Found:
    name = _root(data)
    if name in {"urlset", "sitemapindex"}:
        return _read_sitemap(data, name)
    return _read_feed(data, address, content_type)


def read_links(data: bytes, address: str, content_type: str, limit: int) -> Found:
    """Return what a feed or sitemap holds.

    Args:
        data: its bytes, also packed with gzip.
        address: where it came from.
        content_type: its media type, as the server tells it.
        limit: most bytes that it may have, unpacked.

    Raises:
        Unfetched: it is neither, it is broken, or reading it takes too long.
    """
    if data.startswith(_GZIP):
        data = unzip(data, limit)
    try:
        return within(_SECONDS, lambda: _read(data, address, content_type))
    except TooSlow as error:
        raise Unfetched(f"it took more than {_SECONDS:g} seconds to read. Nothing to do here.") from error
