"""What the pages need from the tables: their rows, and what belongs to what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from etl.stored import read_stored
from schemas import ARTICLES, CONFLICTS, EVENTS, MENTIONS, QUARANTINE, TEXTS, TRANSFER_EVENTS, TRANSFERS, Table
from schemas.checks import to_rows

Row = dict[str, Any]


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return dict(found)


@dataclass(frozen=True)
class Tables:
    """The rows of a run or a release.

    Attributes:
        texts: article_id -> text; None where the folder has none, as a release without texts.
    """

    articles: list[Row]
    mentions: list[Row]
    events: list[Row]
    transfers: list[Row]
    joins: list[Row]
    conflicts: list[Row]
    quarantine: list[Row]
    texts: dict[str, str] | None

    @cached_property
    def article(self) -> dict[str, Row]:
        """article_id -> its article."""
        return {row["article_id"]: row for row in self.articles}

    @cached_property
    def event(self) -> dict[str, Row]:
        """event_id -> its event."""
        return {row["event_id"]: row for row in self.events}

    @cached_property
    def transfer(self) -> dict[str, Row]:
        """transfer_id -> its transfer."""
        return {row["transfer_id"]: row for row in self.transfers}

    @cached_property
    def join(self) -> dict[str, Row]:
        """event_id -> why it belongs to its transfer."""
        return {row["event_id"]: row for row in self.joins}

    @cached_property
    def mentions_of(self) -> dict[str, list[Row]]:
        """event_id -> its mentions."""
        return _grouped(self.mentions, "event_id")

    @cached_property
    def joins_of(self) -> dict[str, list[Row]]:
        """transfer_id -> its events and why they belong to it, the earliest report first."""
        found = _grouped(self.joins, "transfer_id")
        for rows in found.values():
            rows.sort(key=lambda row: (self.event[row["event_id"]]["report_date"] or date.max, row["event_id"]))
        return found

    @cached_property
    def conflicts_of(self) -> dict[str, list[Row]]:
        """transfer_id -> on what its reports contradict each other."""
        return _grouped(self.conflicts, "transfer_id")


def read_tables(folder: Path) -> Tables:
    """Return the tables of a folder.

    Args:
        folder: what `etl run` or `etl release` has written.

    Raises:
        ConfigurationError: a table is missing or cannot be read.
    """

    def rows(table: Table) -> list[Row]:
        return to_rows(read_stored(table, folder))

    has_texts = (folder / f"{TEXTS.name}.parquet").is_file()
    return Tables(
        articles=rows(ARTICLES),
        mentions=rows(MENTIONS),
        events=rows(EVENTS),
        transfers=rows(TRANSFERS),
        joins=rows(TRANSFER_EVENTS),
        conflicts=rows(CONFLICTS),
        quarantine=rows(QUARANTINE),
        texts={row["article_id"]: row["text"] for row in rows(TEXTS)} if has_texts else None,
    )


def event_year(event: Row) -> int | None:
    """Return the year of an event: of its own date, else of its report; None where neither is told."""
    day = event["date_start"] or event["report_date"]
    return day.year if day else None


def has_own_date(event: Row) -> bool:
    """True where the text tells when it was, so that not the day of the report stands in."""
    return event["date_basis"] != "report" and event["date_start"] is not None


def transfer_date(transfer: Row) -> date | None:
    """Return the day of the furthest status of a transfer, else of its first report."""
    day: date | None = transfer[f"{transfer['status_latest']}_date"] or transfer["first_report"]
    return day
