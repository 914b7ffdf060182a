"""The feeds of a call, and the sitemaps that they lead to -> the pages to fetch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from etl.fetch.addresses import Feed, clean, origin_of, shown
from etl.fetch.client import Exchange
from etl.fetch.links import Entry, Found, read_links
from etl.fetch.polite import Visitor
from etl.fetch.report import Report
from etl.fetch.state import State
from etl.fetch.unfetched import Refused, Unfetched
from etl.settings import Settings

_MOST_SITEMAPS = 100
"""Sitemaps of one index that are read in a call, the newest ones."""


@dataclass
class Source:
    """A feed or sitemap that was read.

    Attributes:
        address: its address.
        etag: its validator, where it has one.
        modified: the same, as a time.
        complete: False where an entry is left to fetch, so that the next call has to read it again.
    """

    address: str
    etag: str | None = None
    modified: str | None = None
    complete: bool = True


@dataclass(frozen=True)
class Page:
    """A page to fetch, and the feed that names it."""

    address: str
    day: date | None
    source: Source


class Reader:
    """Reads feeds.

    Args:
        visitor: asks for them.
        state: what earlier calls have fetched.
        settings: settings of the call.
        report: is told the counts and what goes wrong.
        limit: most pages of one feed.
        since: the day before which entries are left out.
    """

    def __init__(
        self, visitor: Visitor, state: State, settings: Settings, report: Report, limit: int, since: date | None
    ) -> None:
        self._visitor, self._state, self._settings, self._report = visitor, state, settings, report
        self._limit, self._since = limit, since
        self._pages: set[str] = set()
        self.sources: list[Source] = []

    def read(self, feed: Feed) -> list[Page]:
        """Return the pages of a feed that are to be fetched, newest first.

        Raises:
            Unfetched: the feed cannot be read.
        """
        found, source = self._found(feed)
        pages = self._new(found, source, 0)
        pages += self._of_sitemaps(feed, found.sitemaps, len(pages))
        return pages

    def _found(self, feed: Feed) -> tuple[Found, Source]:
        """What a feed or sitemap holds; nothing where it has not changed."""
        headers = self._state.conditions(feed.address, self._since)
        answer = self._visitor.visit(feed.address, headers, feed.login)
        source = Source(feed.address, answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
        if answer.status == 304 and headers:
            self._report.unchanged += 1
            return Found(), source
        found = self._parsed(answer)
        if found.sitemaps:
            # An index need not change when one of its sitemaps does: it is always read.
            source = Source(feed.address)
        self.sources.append(source)
        if found.without_link:
            told = f"{found.without_link:,} entries name no address. Nothing to do here."
            self._report.tell(f"feed {shown(feed.address)}", told)
            self._report.entries += found.without_link
            self._report.failed += found.without_link
        return found, source

    def _parsed(self, answer: Exchange) -> Found:
        if answer.status != 200:
            raise Unfetched(f"the server answers {answer.status}. Check the address.")
        kind = answer.headers.get("Content-Type") or ""
        return read_links(answer.body, answer.address, kind, self._settings.fetch_max_bytes)

    def _new(self, found: Found, source: Source, taken: int) -> list[Page]:
        """The entries that are to be fetched, as far as the limit allows."""
        pages: list[Page] = []
        self._report.entries += len(found.entries)
        for entry in found.entries:
            if self._since and entry.day and entry.day < self._since:
                self._report.early += 1
                continue
            try:
                address = clean(entry.link, source.address)
            except Refused as error:
                self._report.failed += 1
                self._report.tell(shown(entry.link), str(error))
                continue
            if address in self._pages or self._state.has(address):
                self._report.had += 1
            elif taken + len(pages) >= self._limit:
                self._report.later += 1
                source.complete = False
            else:
                self._pages.add(address)
                pages.append(Page(address, entry.day, source))
        return pages

    def _asked(self, feed: Feed, sitemaps: list[Entry]) -> Iterator[Entry]:
        """The sitemaps of an index that are worth reading."""
        wanted = [entry for entry in sitemaps if not (self._since and entry.day and entry.day < self._since)]
        if len(wanted) > _MOST_SITEMAPS:
            told = f"{len(wanted):,} sitemaps, of which the newest {_MOST_SITEMAPS} are read. Name the others yourself if you need them."
            self._report.tell(f"feed {shown(feed.address)}", told)
        yield from wanted[:_MOST_SITEMAPS]

    def _of_sitemaps(self, feed: Feed, sitemaps: list[Entry], taken: int) -> list[Page]:
        """The pages of an index's sitemaps, until there are as many as the limit allows."""
        pages, home = list[Page](), origin_of(feed.address)
        for entry in self._asked(feed, sitemaps):
            if taken + len(pages) >= self._limit:
                break
            try:
                address = clean(entry.link, feed.address)
                found, source = self._found(Feed(address, feed.login if origin_of(address) == home else None))
                if found.sitemaps:
                    raise Unfetched("it is an index within an index, which is not read. Name it among the feeds.")
                pages += self._new(found, source, taken + len(pages))
            except Unfetched as error:
                self._report.tell(f"sitemap {shown(entry.link)}", str(error))
        return pages
