"""Writes the tables as a workbook of Excel for people: a sheet a table, one to read first, and the codebook.

Text from articles stays text: no cell is ever made a formula, a link or a number of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from etl.place import sync
from etl.publish.citation import DEFAULT_AUTHORS, DESCRIPTION, LICENSE_TITLE, TITLE, citation_text
from schemas import ARTICLES, CONFLICTS, EVENTS, QUARANTINE, TRANSFERS, Table
from schemas.checks import to_rows
from schemas.codes import rows as code_rows
from schemas.columns import COLUMNS, Column

SHEETS: tuple[Table, ...] = (TRANSFERS, EVENTS, ARTICLES, CONFLICTS, QUARANTINE)
MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel below its header."""
LONGEST_CELL = 32_767
"""Characters of a cell of Excel."""
CUT = " … [cut]"
_CREATED = datetime(2000, 1, 1)
"""Day that the file tells of its making: always the same, so that the same rows give the same bytes."""
_FIRST_DAY = date(1900, 3, 1)
"""Day from which Excel counts as the calendar does; days before it are written as text."""
_WIDEST = 60
_MEASURED = 200
"""Rows by which the width of a column is measured."""
_LARGEST = 10**15
"""Whole numbers from here on are written as text: Excel keeps fifteen digits."""


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table's sheet: its own, and for events the transfer that each belongs to."""
    return (*table.columns, COLUMNS["transfer_id"]) if table is EVENTS else table.columns


def _write_cell(sheet: Worksheet, row: int, at: int, value: object, day: Format) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, date) and date(value.year, value.month, value.day) >= _FIRST_DAY:
        sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), day)
    elif isinstance(value, (int, float)) and abs(value) < _LARGEST:
        sheet.write_number(row, at, value)
    else:
        text = value.isoformat()[:10] if isinstance(value, date) else str(value)
        sheet.write_string(row, at, text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT)


def _width(name: str, values: Iterable[object]) -> int:
    longest = max((len(str(value)) for value in values if value is not None), default=0)
    return min(_WIDEST, max(len(name) + 3, longest + 1, 8))


class _Book:
    """A workbook that is being written, sheet by sheet."""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self.book.set_properties({"title": TITLE, "comments": DESCRIPTION, "created": _CREATED})
        self.bold = self.book.add_format({"bold": True, "bottom": 1})
        self.title = self.book.add_format({"bold": True, "font_size": 16})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})

    def add_table(self, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Add a sheet with a header that stays in sight and can filter."""
        sheet = self.book.add_worksheet(name)
        shown = rows[:MOST_ROWS]
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _width(column, (row[column] for row in shown[:_MEASURED])))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(shown), 1), len(columns) - 1)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column, self.bold)
        for number, row in enumerate(shown, start=1):
            for at, column in enumerate(columns):
                _write_cell(sheet, number, at, row[column], self.day)

    def add_page(self, name: str, lines: Sequence[tuple[str, str]]) -> None:
        """Add a sheet of text: names on the left, words on the right; the first line is its title."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90, self.wrapped)
        for number, (left, right) in enumerate(lines):
            sheet.write_string(number, 0, left, self.title if number == 0 else self.wrapped)
            sheet.write_string(number, 1, right, self.wrapped)


def _read_me(
    counts: Mapping[str, int], version: str, authors: Sequence[Mapping[str, str]], released: date | None
) -> list[tuple[str, str]]:
    sheets = [
        (table.name, f"{counts[table.name]:,} rows. {table.description}" + _left_out(counts[table.name]))
        for table in SHEETS
    ]
    return [
        (TITLE, ""),
        ("what it is", DESCRIPTION),
        ("version", version),
        ("how to cite", citation_text(version, authors, released)),
        ("licence", f"{LICENSE_TITLE}; the quotes belong to the publishers of the articles."),
        *sheets,
        ("codebook", "What every column and every code means."),
        ("reading", "An event is one claim of one article, a transfer joins the events of one deal. `evidence` are the words that say it; "
         "`confidence` tells how often such events were right; of the tier `candidate`, look at the evidence before use."),
        ("dates", f"Days before {_FIRST_DAY.isoformat()} are text, since Excel cannot count them. Cells of more than {LONGEST_CELL:,} characters "
         f"are cut and end with “{CUT.strip()}”."),
    ]  # fmt: skip


def _left_out(count: int) -> str:
    return f" Only the first {MOST_ROWS:,} are here: a sheet has no more room." if count > MOST_ROWS else ""


def codebook_rows() -> list[dict[str, Any]]:
    """Return a row for each column of each sheet, and below it one for each code that it may hold."""
    rows: list[dict[str, Any]] = []
    for table in SHEETS:
        for column in columns_of(table):
            kind = f"{column.type}, {column.unit}" if column.unit else column.type
            rows.append(
                {
                    "table": table.name,
                    "column": column.name,
                    "code": None,
                    "type": kind,
                    "description": column.description,
                }
            )
            for code in code_rows(column.scheme) if column.scheme else ():
                words = ": ".join(code[key] for key in ("label", "description", "rule", "threshold") if code.get(key))
                rows.append(
                    {
                        "table": table.name,
                        "column": column.name,
                        "code": code["code"],
                        "type": "code",
                        "description": words,
                    }
                )
    return rows


def write_workbook(
    frames: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    version: str,
    authors: Sequence[Mapping[str, str]] = DEFAULT_AUTHORS,
    released: date | None = None,
) -> list[str]:
    """Write the workbook, and return the names of the tables that have more rows than a sheet has room for.

    Args:
        frames: the tables by their names, `transfer_events` among them.
        path: the file to write; one that stands there is replaced whole or not at all.
        version: of the data, for the citation.
        authors: who made it, for the citation.
        released: day of the release, for the citation.
    """
    ties = frames["transfer_events"].set_index("event_id")["transfer_id"]
    counts = {table.name: len(frames[table.name]) for table in SHEETS}
    aside = path.with_name(f".{path.name}.part")
    book = _Book(aside)
    book.add_page("read me", _read_me(counts, version, authors, released))
    for table in SHEETS:
        frame = frames[table.name].head(MOST_ROWS)
        if table is EVENTS:
            frame = frame.assign(transfer_id=frame["event_id"].map(ties))
        book.add_table(table.name, [column.name for column in columns_of(table)], to_rows(frame))
    book.add_table("codebook", ["table", "column", "code", "type", "description"], codebook_rows())
    book.book.close()
    sync([aside])
    aside.replace(path)
    return [name for name, count in counts.items() if count > MOST_ROWS]
