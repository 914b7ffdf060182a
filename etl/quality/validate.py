"""Rows against their declarations and against each other; what fails goes to quarantine with column, check and value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from etl.sources import Rejected
from schemas import ARTICLES, EVENTS, MENTIONS, TEXTS, Table
from schemas.checks import Failure, split, to_frame

Row = Mapping[str, object]


@dataclass(frozen=True)
class Checked:
    """The tables with their good rows, and what was put aside."""

    frames: dict[str, pd.DataFrame]
    rejected: list[Rejected]


def _rejected(table: Table, row: Row, reason: str, message: str, paths: Mapping[str, tuple[str, str]]) -> Rejected:
    path, source_id = paths.get(str(row.get("article_id")), ("", str(row.get("source_id") or "")))
    excerpt = next((str(row[name]) for name in ("evidence", "quote", "title", "text") if row.get(name)), None)
    return Rejected("validate", path, reason, message, source_id, excerpt, place=f"{table.name} {row.get(table.key)}")


def _by_row(failures: Sequence[Failure]) -> dict[int, list[Failure]]:
    grouped: dict[int, list[Failure]] = {}
    for failure in failures:
        grouped.setdefault(failure.row, []).append(failure)
    return grouped


def _offset_failure(row: Row, text: str, quoted: str, start: str, end: str) -> str | None:
    low, high = row[start], row[end]
    found = text[int(str(low)) : int(str(high))]
    if found != row[quoted]:
        return f"column {quoted}: text[{low}:{high}] is {found[:60]!r}, the row says {str(row[quoted])[:60]!r}"
    return None


def _check_offsets(table: Table, rows: list[Row], texts: Mapping[str, str]) -> dict[int, str]:
    """Row number -> what is wrong with its offsets."""
    columns = {
        "mentions": ("quote", "quote_start", "quote_end"),
        "events": ("evidence", "evidence_start", "evidence_end"),
    }
    if table.name not in columns:
        return {}
    wrong = {}
    for number, row in enumerate(rows):
        message = _offset_failure(row, texts.get(str(row["article_id"]), ""), *columns[table.name])
        if message:
            wrong[number] = message
    return wrong


def validate(rows: Mapping[str, Sequence[Row]]) -> Checked:
    """Return the tables as frames, each with its good rows alone, and the quarantine entries of the others.

    Args:
        rows: the rows of articles, texts, mentions and events.
    """
    paths = {str(row["article_id"]): (str(row["source_path"]), str(row["source_id"])) for row in rows["articles"]}
    texts = {str(row["article_id"]): str(row["text"]) for row in rows["texts"]}
    frames: dict[str, pd.DataFrame] = {}
    rejected: list[Rejected] = []
    for table in (ARTICLES, TEXTS, EVENTS, MENTIONS):
        given = list(rows[table.name])
        ungrounded = _check_offsets(table, given, texts)
        for number, message in ungrounded.items():
            rejected.append(_rejected(table, given[number], "ungrounded", f"table {table.name}, {message}", paths))
        kept = [row for number, row in enumerate(given) if number not in ungrounded]
        frame, failures = split(table, to_frame(table, kept))
        for number, found in _by_row(failures).items():
            told = "; ".join(f"column {f.column}: check {f.check} fails for {f.value!r}" for f in found)
            rejected.append(_rejected(table, kept[number], "invalid_row", f"table {table.name}, {told}", paths))
        frames[table.name] = frame
    _drop_orphans(frames, rejected, paths)
    for table in (ARTICLES, TEXTS, EVENTS, MENTIONS):
        frames[table.name] = (
            frames[table.name].sort_values(list(table.order), kind="stable", na_position="first").reset_index(drop=True)
        )
    return Checked(frames, rejected)


def _drop_orphans(
    frames: dict[str, pd.DataFrame], rejected: list[Rejected], paths: Mapping[str, tuple[str, str]]
) -> None:
    """Put aside rows that point to a row that is not there, until none is left."""
    tables = (TEXTS, EVENTS, MENTIONS)
    changed = True
    while changed:
        changed = False
        for table in tables:
            frame = frames[table.name]
            for column, target, key in table.links:
                missing = frame[column].notna() & ~frame[column].isin(set(frames[target][key]))
                for row in frame[missing].to_dict("records"):
                    message = f"table {table.name}, column {column}: {row[column]} is not in {target}"
                    rejected.append(_rejected(table, {str(k): v for k, v in row.items()}, "orphan_row", message, paths))
                    changed = True
                frame = frame[~missing]
            frames[table.name] = frame
        lonely = ~frames["events"]["event_id"].isin(set(frames["mentions"]["event_id"]))
        for row in frames["events"][lonely].to_dict("records"):
            rejected.append(
                _rejected(
                    EVENTS,
                    {str(k): v for k, v in row.items()},
                    "orphan_row",
                    "table events: no mention of it is left",
                    paths,
                )
            )
            changed = True
        frames["events"] = frames["events"][~lonely]
