"""The tables of a run as the desk needs them: events in memory, texts and mentions read for one article at a time."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

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
    """

    folder: Path
    events: dict[str, Row]
    articles: dict[str, Row]
    conflicts: dict[str, tuple[str, ...]]
    disputed: frozenset[str]

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


def read_tables(folder: Path) -> Tables:
    """Return the tables of a folder.

    Raises:
        ConfigurationError: a table is missing or cannot be read.
    """
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
    )
