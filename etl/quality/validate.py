"""Rows against their declarations and against each other; what fails goes to quarantine with column, check and value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from etl.sources import Rejected
from schemas import TABLES, Table
from schemas.checks import Failure, split, to_frame, to_rows

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


def _check(table: Table, given: Sequence[Row], texts: Mapping[str, str], rejected: Callable[..., None]) -> pd.DataFrame:
    """The frame of one table with the rows that keep its declaration."""
    ungrounded = _check_offsets(table, list(given), texts)
    for number, message in ungrounded.items():
        rejected(table, given[number], "ungrounded", f"table {table.name}, {message}")
    kept = [row for number, row in enumerate(given) if number not in ungrounded]
    frame, failures = split(table, to_frame(table, kept))
    for number, found in _by_row(failures).items():
        told = "; ".join(f"column {f.column}: check {f.check} fails for {f.value!r}" for f in found)
        rejected(table, kept[number], "invalid_row", f"table {table.name}, {told}")
    return frame


def validate(rows: Mapping[str, Sequence[Row]], *, beside: Mapping[str, pd.DataFrame] | None = None) -> Checked:
    """Return the tables as frames, each with its good rows alone, and the quarantine entries of the others.

    Args:
        rows: the rows of some tables, by the tables' names.
        beside: frames of tables that were checked before, to which the rows may point.
    """
    known = dict(beside or {})
    articles = rows["articles"] if "articles" in rows else to_rows(known["articles"])
    paths = {str(row["article_id"]): (str(row["source_path"]), str(row["source_id"])) for row in articles}
    texts = {str(row["article_id"]): str(row["text"]) for row in rows.get("texts", ())}
    aside: list[Rejected] = []

    def reject(table: Table, row: Row, reason: str, message: str) -> None:
        aside.append(_rejected(table, row, reason, message, paths))

    tables = [table for table in TABLES.values() if table.name in rows]
    frames = {table.name: _check(table, list(rows[table.name]), texts, reject) for table in tables}
    _drop_orphans(tables, frames, known, reject)
    for table in tables:
        frames[table.name] = (
            frames[table.name].sort_values(list(table.order), kind="stable", na_position="first").reset_index(drop=True)
        )
    return Checked(frames, aside)


def _drop_orphans(
    tables: Sequence[Table],
    frames: dict[str, pd.DataFrame],
    known: Mapping[str, pd.DataFrame],
    reject: Callable[..., None],
) -> None:
    """Put aside rows that point to a row that is not there, and rows to which none points that should, until none is left."""

    def keep(table: Table, good: pd.Series, message: Callable[[Row], str]) -> bool:
        frame = frames[table.name]
        for row in to_rows(frame[~good]):
            reject(table, row, "orphan_row", f"table {table.name}{message(row)}")
        frames[table.name] = frame[good]
        return not good.all()

    changed = True
    while changed:
        changed = False
        for table in tables:
            for column, target, key in table.links:
                if target == table.name:
                    continue  # a copy whose first printing is put aside is still an article
                there = frames[target] if target in frames else known[target]
                values = frames[table.name][column]
                good = values.isna() | values.isin(set(there[key]))
                changed |= keep(table, good, lambda row, c=column, t=target: f", column {c}: {row[c]} is not in {t}")  # type: ignore[misc]
            for bearer in table.borne_by:
                good = frames[table.name][table.key].isin(set(frames[bearer][table.key]))
                changed |= keep(table, good, lambda _, b=bearer: f": no row of {b} is left for it")  # type: ignore[misc]
