"""Tells what changed from one release to the next, field by field, and why as far as the releases can tell."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import ConfigurationError
from etl.identifiers import stable_id
from etl.publish.csv_tables import plain_cells
from etl.publish.manifest import read_manifest, rules_differ, told_differ
from etl.publish.readme import markdown_table
from etl.publish.safe import markdown_cell
from schemas import ARTICLES, CHANGES, EVENTS, TRANSFERS, Table
from schemas.checks import to_frame
from schemas.codes import codes
from schemas.columns import HASH

COMPARED = (ARTICLES, EVENTS, TRANSFERS)
NEEDED = ("articles", "events", "transfers", "transfer_events", "quarantine")
LISTED = 100
"""Rows of one list on the page of changes; the table has them all."""
_COUNTED = frozenset({"n_independent_reports", "duplicate_of"})
"""Fields that the articles of a release decide together."""
_NAMED = re.compile(rf"\b{HASH}\b")

Cells = dict[str, list[str | None]]


@dataclass(frozen=True)
class Snapshot:
    """What the comparison needs of one release: its tables by name, and what its manifest tells."""

    tables: Mapping[str, pa.Table]
    manifest: Mapping[str, object]

    @cached_property
    def articles(self) -> frozenset[str]:
        """The article_ids."""
        return frozenset(self.tables["articles"].column("article_id").to_pylist())

    @cached_property
    def article_of(self) -> dict[str, str]:
        """event_id -> article_id."""
        events = self.tables["events"]
        return dict(zip(events.column("event_id").to_pylist(), events.column("article_id").to_pylist(), strict=True))

    @cached_property
    def events_of(self) -> dict[str, frozenset[str]]:
        """transfer_id -> its event_ids."""
        links = self.tables["transfer_events"]
        found: dict[str, set[str]] = defaultdict(set)
        for transfer, event in zip(
            links.column("transfer_id").to_pylist(), links.column("event_id").to_pylist(), strict=True
        ):
            found[transfer].add(event)
        return {transfer: frozenset(events) for transfer, events in found.items()}

    @cached_property
    def taken_out(self) -> frozenset[str]:
        """The event_ids that corrections have put into quarantine."""
        entries = self.tables["quarantine"]
        told = zip(entries.column("reason_code").to_pylist(), entries.column("message").to_pylist(), strict=True)
        return frozenset(name for code, message in told if code == "corrected" for name in _NAMED.findall(message))

    def reports(self, transfer: str) -> frozenset[str]:
        """Return the article_ids of a transfer's events."""
        return frozenset(self.article_of[event] for event in self.events_of.get(transfer, ()))


def read_snapshot(folder: Path) -> Snapshot:
    """Return what the comparison needs of a release.

    Raises:
        ConfigurationError: a table or the manifest is missing or cannot be read.
    """
    tables = {}
    for name in NEEDED:
        path = folder / f"{name}.parquet"
        try:
            tables[name] = pq.read_table(path)
        except (pa.ArrowException, OSError) as error:
            raise ConfigurationError(
                f"{path} cannot be read ({error}). Name the folder of a release, whole as it was built."
            ) from error
    return Snapshot(tables, read_manifest(folder))


class _Reasons:
    """Why rows differ between two releases: codes of `schemas/codes/change_reason.csv`."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        self.old, self.new = old, new
        self.rules = rules_differ(old.manifest, new.manifest)
        self.inputs = told_differ(old.manifest, new.manifest, "inputs")
        self.corrections = told_differ(old.manifest, new.manifest, "corrections")
        self.articles_differ = old.articles != new.articles
        self.touched = {old.article_of[event] for event in new.taken_out if event in old.article_of}

    def _otherwise(self) -> str:
        if self.rules:
            return "rule_changed"
        return "source_changed" if self.inputs else "not_told"

    def _source(self, code: str) -> str:
        """An article that came or went by its source; the same input files cannot have done it."""
        return self._otherwise() if self.inputs is False else code

    def added(self, table: str, row: str, *, is_corrected: bool) -> str:
        """Return why a row is new."""
        if table == "articles":
            return self._source("source_added")
        events = self.new.events_of.get(row, frozenset()) if table == "transfers" else frozenset({row})
        if any(self.new.article_of[event] not in self.old.articles for event in events):
            return self._source("source_added")
        if table == "transfers" and events and all(event in self.old.article_of for event in events):
            return "regrouped"
        return "corrected" if is_corrected else self._otherwise()

    def _removed_event(self, event: str) -> str:
        if self.old.article_of[event] not in self.new.articles:
            return self._source("source_withdrawn")
        return "corrected" if event in self.new.taken_out else self._otherwise()

    def removed(self, table: str, row: str) -> str:
        """Return why a row is gone; of several reasons of a transfer's events the first in the list of codes."""
        if table == "articles":
            return self._source("source_withdrawn")
        if table == "events":
            return self._removed_event(row)
        events = self.old.events_of.get(row, frozenset())
        if any(event in self.new.article_of for event in events):
            return "regrouped"
        reasons = {self._removed_event(event) for event in events} or {self._otherwise()}
        return min(reasons, key=codes("change_reason").index)

    def changed(self, table: str, row: str, field: str, was_corrected: bool, is_corrected: bool) -> str:
        """Return why a field of a row has another value."""
        if table == "transfers" and self.old.reports(row) != self.new.reports(row):
            return "new_reports"
        if field in _COUNTED and self.articles_differ:
            return "new_reports"
        if was_corrected != is_corrected or (is_corrected and self.corrections is not False):
            return "corrected"
        if table == "articles" and row in self.touched and field == "n_mentions":
            return "corrected"
        if table == "articles" and self.inputs:
            return "source_changed"
        return self._otherwise()


def _in_short(table: str, cells: Cells, at: int) -> str:
    """A row in a few words, so that a list of added rows can be read."""

    def cell(name: str) -> str:
        return (cells[name][at] or "") if name in cells else ""

    if table == "articles":
        return f"{cell('source_id')} ({cell('publisher') or 'publisher not told'})"
    status = cell("status" if table == "events" else "status_latest")
    return f"{cell('supplier_id')} > {cell('recipient_id')}: {cell('system_name')}, {status}"


def _cells(snapshot: Snapshot, table: Table) -> tuple[Cells, dict[str, int]]:
    """Return the cells of a table by column, and key -> row number."""
    stored = snapshot.tables[table.name]
    cells = {name: plain_cells(stored.column(name)) for name in stored.schema.names}
    return cells, {str(key): at for at, key in enumerate(cells[table.key])}


def _compare_table(table: Table, old: Snapshot, new: Snapshot, reasons: _Reasons) -> Iterator[dict[str, object]]:
    old_cells, old_rows = _cells(old, table)
    new_cells, new_rows = _cells(new, table)
    fields = [name for name in new_cells if name in old_cells]
    nothing: list[str | None] = []

    def is_corrected(cells: Cells, at: int) -> bool:
        flags = cells.get("is_corrected", nothing)
        return bool(flags) and flags[at] == "true"

    for row, at in new_rows.items():
        now = is_corrected(new_cells, at)
        before = old_rows.get(row)
        told: dict[str, object] = {"table": table.name, "row_id": row}
        if before is None:
            reason = reasons.added(table.name, row, is_corrected=now)
            yield told | {"change": "added", "new": _in_short(table.name, new_cells, at), "reason": reason}
            continue
        for name in fields:
            was, has = old_cells[name][before], new_cells[name][at]
            if was != has:
                reason = reasons.changed(table.name, row, name, is_corrected(old_cells, before), now)
                yield told | {"change": "changed", "field": name, "old": was, "new": has, "reason": reason}
    for row, at in old_rows.items():
        if row not in new_rows:
            short = _in_short(table.name, old_cells, at)
            yield {"table": table.name, "row_id": row, "change": "removed", "old": short,
                   "reason": reasons.removed(table.name, row)}  # fmt: skip


def compare_snapshots(old: Snapshot, new: Snapshot, *, value_chars: int = 300) -> pd.DataFrame:
    """Return the rows of CHANGES from one release to another; see `compare_releases`."""
    reasons = _Reasons(old, new)
    rows = [row for table in COMPARED for row in _compare_table(table, old, new, reasons)]
    for row in rows:
        row["change_id"] = stable_id("change", row["table"], row["row_id"], row["change"], row.get("field"))
        for side in ("old", "new"):
            value = row.get(side)
            row[side] = str(value)[:value_chars] if value is not None else None
    frame = to_frame(CHANGES, rows)
    return frame.sort_values(list(CHANGES.order), kind="stable", na_position="first").reset_index(drop=True)


def compare_releases(old: Path, new: Path, *, value_chars: int = 300) -> pd.DataFrame:
    """Return what changed from one release to another, as the table CHANGES.

    Articles, events and transfers are compared by their keys, field by field; a column that only one release has is left
    out. Reasons come from the releases themselves: their articles, `is_corrected`, the quarantine of the new one, and what
    their manifests tell of code, reference tables, settings and inputs.

    Args:
        old: folder of the earlier release.
        new: folder of the later release.
        value_chars: most characters of an old or new value; the same cap as that of quotes.

    Raises:
        ConfigurationError: a table or a manifest is missing or cannot be read.
    """
    return compare_snapshots(read_snapshot(old), read_snapshot(new), value_chars=value_chars)


def _counts(frame: pd.DataFrame) -> list[str]:
    grouped = frame.groupby(["table", "change", "reason"]).agg(rows=("row_id", "nunique"), changes=("row_id", "size"))
    rows = [
        (*key, f"{row.rows:,}", f"{row.changes:,}")
        for key, row in zip(grouped.index, grouped.itertuples(), strict=True)
    ]
    return markdown_table(("table", "change", "reason", "rows", "fields"), rows)


def _list(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    shown = frame.head(LISTED)
    rows = [
        tuple(None if pd.isna(value) else value for value in row)
        for row in shown[list(columns)].itertuples(index=False)
    ]
    lines = markdown_table(columns, rows)
    if len(frame) > LISTED:
        lines += ["", f"… and {len(frame) - LISTED:,} more in `changes.parquet`."]
    return lines


def render_changes(frame: pd.DataFrame, old_version: str | None, new_version: str) -> str:
    """Return the page of Markdown that tells the changes: counts, then lists of at most `LISTED` rows each.

    Args:
        frame: rows of CHANGES.
        old_version: version of the earlier release; None where there is none.
        new_version: version of the later release.
    """
    lines = [f"# Changes in {markdown_cell(new_version)}", ""]
    if old_version is None:
        return "\n".join([*lines, "This is the first release: there is none before it to compare with."]) + "\n"
    lines += [
        f"Compared with {markdown_cell(old_version)}. All changes stand in `changes.parquet`; the reasons in `codebook.md`.",
        "",
    ]
    if frame.empty:
        return "\n".join([*lines, "No article, event or transfer differs."]) + "\n"
    lines += ["## Counts", "", *_counts(frame)]
    columns = {
        "added": ("row_id", "new", "reason"),
        "changed": ("row_id", "field", "old", "new", "reason"),
        "removed": ("row_id", "old", "reason"),
    }
    for (table, change), part in frame.groupby(["table", "change"]):
        lines += ["", f"## {table}: {change}", "", *_list(part, columns[str(change)])]
    return "\n".join(lines) + "\n"
