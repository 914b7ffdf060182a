"""What a call of `etl fetch` has done."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Report:
    """The counts of a call. The entries are the sum of those fetched, had, left out, put off, disallowed and failed.

    Attributes:
        feeds: feeds that the user named.
        feeds_failed: those of them that could not be read.
        unchanged: feeds and sitemaps that have not changed since they were last read to their end.
        entries: entries of all feeds.
        fetched: pages that were fetched.
        had: entries that were fetched before, or named twice.
        early: entries that are dated before the day that was asked for.
        later: entries above the limit, left for the next call.
        disallowed: entries that robots.txt does not allow.
        failed: entries that could not be fetched.
        listed: in a dry run, what would be fetched.
    """

    feeds: int = 0
    feeds_failed: int = 0
    unchanged: int = 0
    entries: int = 0
    fetched: int = 0
    had: int = 0
    early: int = 0
    later: int = 0
    disallowed: int = 0
    failed: int = 0
    listed: list[str] = field(default_factory=list)
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def tell(self, what: str, told: str) -> None:
        """Add what went wrong with something; the same about the same is told once, with its number."""
        self._told[what, told] += 1

    @property
    def failures(self) -> list[str]:
        """What went wrong, a line each."""
        return [
            f"{what}: {told}" if count == 1 else f"{what}, {count:,} times: {told}"
            for (what, told), count in self._told.items()
        ]

    @property
    def nothing_read(self) -> bool:
        """True where not one feed could be read."""
        return self.feeds_failed == self.feeds
