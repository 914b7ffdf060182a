"""What was known on a day: the tables as they would be, had nothing been published after it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from etl.merge.join import Regroup, join
from etl.place import aside
from etl.publish.codebook import render_codebook
from etl.publish.package import write_package
from etl.publish.tables import write_table, write_text
from etl.sources import Rejected
from etl.stored import read_stored
from schemas import QUARANTINE, TABLES, TRANSFERS
from schemas.checks import to_frame, to_rows


@dataclass(frozen=True)
class Known:
    """What was known: counts of rows, of articles that came later, and of articles without a day."""

    articles: int
    events: int
    transfers: int
    later: int
    undated: int


def _undated(articles: pd.DataFrame) -> list[dict[str, object]]:
    message = "the article has no day of publication. Give it one in the input to have it placed in time."
    return [
        Rejected("publish", str(row["source_path"]), "undated", message, str(row["source_id"])).row()
        for row in to_rows(articles)
    ]


def write_known(tables: Path, day: date, out: Path, regroup: Regroup) -> Known:
    """Write the tables of a folder as they were known on a day, and return what they hold.

    Events of articles published by that day are joined anew, without what later reports tell. Articles without a day of publication go to
    quarantine.

    Args:
        tables: folder that a run has written.
        day: the last day that counts.
        out: folder for the tables.
        regroup: what people have decided about transfers.

    Raises:
        ConfigurationError: a table is missing or cannot be read, or another run writes to `out`.
    """
    frames = {name: read_stored(table, tables) for name, table in TABLES.items()}
    articles = frames["articles"]
    is_dated = articles["published_date"].notna()
    known = is_dated & articles["published_date"].map(lambda value: value is not None and value <= day).astype(bool)
    kept = set(articles[known]["article_id"])
    for name in ("articles", "texts", "mentions", "events"):
        frame = frames[name]
        frames[name] = frame[frame["article_id"].isin(kept)].reset_index(drop=True)
    events, rows = join(frames["events"], frames["articles"], regroup)
    frames["events"] = events
    for name, made in rows.items():
        frames[name] = to_frame(TABLES[name], made)
    frames["quarantine"] = to_frame(QUARANTINE, _undated(articles[~is_dated]))
    with aside(out) as folder:
        paths = []
        for name, table in TABLES.items():
            ordered = frames[name].sort_values(list(table.order), kind="stable", na_position="first")
            paths.append(write_table(table, ordered, folder))
        write_package(folder, paths)
        write_text(folder / "codebook.md", render_codebook())
    return Known(
        len(frames["articles"]),
        len(events),
        len(frames[TRANSFERS.name]),
        int((is_dated & ~known).sum()),
        int((~is_dated).sum()),
    )
