"""The way of a fetch, on one page: feeds -> pages -> WARC files, and what is remembered for the next call."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from etl import __version__
from etl.errors import ConfigurationError, OutputError
from etl.fetch.addresses import Feed, Peers, host_of, shown
from etl.fetch.archive import Archive, keys_of
from etl.fetch.client import Client, Exchange
from etl.fetch.feeds import Page, Reader
from etl.fetch.polite import Visitor
from etl.fetch.report import Report
from etl.fetch.robots import NAME
from etl.fetch.state import State
from etl.fetch.unfetched import Disallowed, HostLeft, Settled, Unfetched
from etl.lock import locked
from etl.settings import Settings

_HIDDEN = ".fetch"
_AT_A_TIME = 50
"""Pages after which the WARC files are closed: what a call that is killed loses at most."""
_GONE_FOR_NOW = frozenset([401, 402, 403, 407, 408, 421, 423, 425, 451])
"""Answers of the kind 4xx that a later call may find changed."""
_TYPES = frozenset(["", "text/html", "application/xhtml+xml", "text/plain", "application/pdf"])
"""Media types that hold an article; the first stands for none told."""

Progress = Callable[[str, int], None]
_Item = TypeVar("_Item")


def agent_of(settings: Settings) -> str:
    """Return the User-Agent: the project, its version, and whom to turn to."""
    return f"{NAME}/{__version__} ({settings.fetch_contact or 'research on arms transfers'})"


def trouble_of(answer: Exchange) -> Unfetched | None:
    """Return why the answer to the question for a page is no article, or None."""
    if answer.trouble:
        return answer.trouble
    if answer.status != 200:
        lasting = 400 <= answer.status < 500 and answer.status not in _GONE_FOR_NOW
        kind, advice = (Settled, "It is not asked for again.") if lasting else (Unfetched, "Try again later.")
        return kind(f"the server answers {answer.status}. {advice}")
    media = (answer.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if media not in _TYPES:
        return Settled(f"it is {media[:80]!r}, which holds no article. It is not asked for again.")
    return None


def _in_turns(items: Iterable[_Item], host: Callable[[_Item], str]) -> Iterator[_Item]:
    """The items, one of each host in turn, so that the wait for one host is used for the others."""
    by_host: dict[str, list[_Item]] = {}
    for item in items:
        by_host.setdefault(host(item), []).append(item)
    while by_host:
        for name in list(by_host):
            yield by_host[name].pop(0)
            if not by_host[name]:
                del by_host[name]


class _Call:
    """One call: what its steps share."""

    def __init__(self, state: State, archive: Archive | None, visitor: Visitor, report: Report) -> None:
        self.state, self.archive, self.visitor, self.report = state, archive, visitor, report

    def close(self) -> None:
        """Finish the files of the archive, then remember what they hold: in this order, so that nothing is lost."""
        if self.archive:
            self.archive.close()
            self.state.save()

    def read(self, feeds: Iterable[Feed], reader: Reader, progress: Progress) -> list[Page]:
        """The pages of all feeds that are to be fetched."""
        pages: list[Page] = []
        for feed in _in_turns(feeds, lambda feed: host_of(feed.address)[0]):
            try:
                pages += reader.read(feed)
            except Unfetched as error:
                self.report.feeds_failed += 1
                self.report.tell(f"feed {shown(feed.address)}", str(error))
            progress("feeds", 1)
        return pages

    def fetch(self, page: Page) -> None:
        """Fetch one page."""
        try:
            answer = self.visitor.visit(page.address, page=True)
            if trouble := trouble_of(answer):
                raise trouble
            self.report.fetched += 1
            self._settle(page.address, answer.address)
        except Disallowed as error:
            self.report.disallowed += 1
            self.report.tell(error.origin, str(error))
        except HostLeft as error:
            self.report.failed += 1
            self.report.tell(error.origin, str(error))
            page.source.complete = False
        except Unfetched as error:
            self.report.failed += 1
            self.report.tell(shown(page.address), str(error))
            if isinstance(error, Settled):
                self._settle(page.address)
            else:
                page.source.complete = False

    def _settle(self, *addresses: str) -> None:
        for address in addresses:
            self.state.settle(address, datetime.now(UTC).date())

    def fetch_all(self, pages: list[Page], progress: Progress) -> None:
        """Fetch the pages; the files are closed every so many of them."""
        for number, page in enumerate(_in_turns(pages, lambda page: host_of(page.address)[0]), start=1):
            self.fetch(page)
            progress("pages", 1)
            if number % _AT_A_TIME == 0:
                self.close()


def _remember(reader: Reader, state: State, since: date | None) -> None:
    """Have the next call ask for feeds only where they have changed, if nothing of them is left to fetch."""
    for source in reader.sources:
        if source.complete and (source.etag or source.modified):
            state.finish(source.address, source.etag, source.modified, since)
        else:
            state.reopen(source.address)


def _info(settings: Settings, limit: int, since: date | None, wait: float) -> dict[str, str]:
    """What the WARC files say about the call."""
    return {
        "software": f"{NAME}/{__version__} warcio/{version('warcio')}",
        "http-header-user-agent": agent_of(settings),
        "robots": "obey (RFC 9309)",
        "settings": f"limit={limit} since={since} wait={wait:g} fetch_timeout={settings.fetch_timeout:g} "
        f"fetch_max_bytes={settings.fetch_max_bytes}",
    }


def fetch(
    feeds: list[Feed], out: Path, settings: Settings, *, limit: int, since: date | None, wait: float, dry_run: bool,
    progress: Progress,
) -> Report:  # fmt: skip
    """Bring the articles that feeds and sitemaps name into a folder, and return what was done.

    Args:
        feeds: the feeds.
        out: the folder; in a dry run nothing is written to it.
        settings: settings of the call.
        limit: most articles of one feed.
        since: the day before which entries are left out.
        wait: seconds between two questions to one host.
        dry_run: True to list what would be fetched.
        progress: is told how the work goes on.

    Raises:
        ConfigurationError: the wait is none, the state of the folder is broken, or another call writes there.
        OutputError: what is fetched cannot be written.
    """
    if not wait >= 0:  # also where it is no number
        raise ConfigurationError(f"wait {wait}: no time to wait. Give seconds, such as 2.")
    report = Report(feeds=len(feeds))
    try:
        with ExitStack() as stack:
            hidden = out / _HIDDEN
            if not dry_run:
                stack.enter_context(locked(hidden))
            state = State.load(hidden / "state.json")
            archive = None if dry_run else Archive(out, hidden, _info(settings, limit, since, wait), keys_of(feeds))

            def keep(exchange: Exchange, page: bool) -> None:
                if archive:
                    archive.keep(exchange, article=page and trouble_of(exchange) is None)

            client = Client(agent_of(settings), Peers(feeds), settings.fetch_timeout, settings.fetch_max_bytes)
            visitor = Visitor(client, wait, keep)
            reader = Reader(visitor, state, settings, report, limit, since)
            call = _Call(state, archive, visitor, report)
            stack.callback(call.close)  # also where the user breaks off
            pages = call.read(feeds, reader, progress)
            if dry_run:
                report.listed = [f"{page.day or ''!s:<10}  {shown(page.address)}" for page in pages]
            else:
                call.fetch_all(pages, progress)
                _remember(reader, state, since)
    except OSError as error:
        told = f"{out}: what was fetched cannot be written ({error}). Make room or check the rights, and call again."
        raise OutputError(told) from error
    return report
