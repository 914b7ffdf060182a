"""The tables of a run as the desk needs them: events in memory, texts and mentions read for one article at a time."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from etl.desk.disagreements import find_disagreements
from etl.publish.manifest import read_run
from etl.stored import read_stored
from schemas import ARTICLES, CONFLICTS, EVENTS, TRANSFER_EVENTS, TRANSFERS
from schemas.checks import to_rows

Row = dict[str, Any]


@dataclass(frozen=True)
class Tables:
    """What a run has written.

    Attributes:
        events: rows of `events` by event_id.
        articles: rows of `articles` by article_id.
        conflicts: event_id -> the columns on which it is contradicted.
        disputed: event_ids of transfers that a report denies.
        disagreements: event_id -> what the other extractor tells instead, where the run had two and one alone told the event.
        written: when and how large the table of events was written, by which a later run is noticed.
    """

    folder: Path
    events: dict[str, Row]
    articles: dict[str, Row]
    conflicts: dict[str, tuple[str, ...]]
    disputed: frozenset[str]
    disagreements: Mapping[str, str] = field(default_factory=dict)
    written: tuple[int, int] = (0, 0)

    def text(self, article_id: str) -> str:
        """Return the text of an article."""
        (row,) = _of_article(self.folder / "texts.parquet", article_id)
        return str(row["text"])

    def mentions(self, article_id: str) -> list[Row]:
        """Return the rows of `mentions` of an article, in table order."""
        return list(_of_article(self.folder / "mentions.parquet", article_id))


@lru_cache(maxsize=8)
def _of_article(path: Path, article_id: str) -> tuple[Row, ...]:
    return tuple(pq.read_table(path, filters=[("article_id", "=", article_id)]).to_pylist())


def written_at(folder: Path) -> tuple[int, int]:
    """Return when the table of events of a folder was written, in nanoseconds, and its size in bytes; zeros where there is none."""
    path = folder / f"{EVENTS.name}.parquet"
    if not path.is_file():
        return 0, 0
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def _has_two_extractors(folder: Path) -> bool:
    """True where the record of the run tells that rules and a language model have both looked for events."""
    settings = read_run(folder).get("settings")
    return isinstance(settings, dict) and settings.get("extractor") == "rules+llm"


def read_tables(folder: Path) -> Tables:
    """Return the tables of a folder.

    Raises:
        ConfigurationError: a table is missing or cannot be read.
    """
    written = written_at(folder)  # before they are read: a run that comes in between is noticed then
    frames = {table.name: read_stored(table, folder) for table in (EVENTS, ARTICLES, CONFLICTS, TRANSFERS)}
    conflicts: dict[str, set[str]] = defaultdict(set)
    for row in to_rows(frames["conflicts"]):
        conflicts[str(row["event_id"])].add(str(row["field"]))
    transfers = frames["transfers"]
    denied = set(transfers[transfers["is_disputed"]]["transfer_id"])
    links = read_stored(TRANSFER_EVENTS, folder)
    _of_article.cache_clear()
    return Tables(
        folder,
        {str(row["event_id"]): row for row in to_rows(frames["events"])},
        {str(row["article_id"]): row for row in to_rows(frames["articles"])},
        {name: tuple(sorted(fields)) for name, fields in conflicts.items()},
        frozenset(links[links["transfer_id"].isin(denied)]["event_id"].astype(str)),
        find_disagreements(to_rows(frames["events"]), to_rows(frames["articles"]))
        if _has_two_extractors(folder)
        else {},
        written,
    )
