"""Writes tables as CSV (RFC 4180, with line feeds), safe to open in a spreadsheet."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from etl.publish.tables import write_text
from schemas import Table
from schemas.arrow import to_arrow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a cell for a formula."""


def plain_cells(values: pa.ChunkedArray) -> list[str | None]:
    """Return the values of an Arrow column as plain text: ISO dates, true and false, shortest numbers; None for null."""
    if pa.types.is_boolean(values.type):
        return [None if value is None else str(value).lower() for value in values.to_pylist()]
    return [None if value is None else str(value) for value in values.to_pylist()]


def _disarm(cell: str | None) -> str | None:
    return f"'{cell}" if cell and cell.startswith(FORMULA) else cell


def _field(cell: str | None) -> str:
    """Return a cell as RFC 4180 writes it. Python's own writer leaves a lone carriage return bare, which breaks readers."""
    if cell is None:
        return ""
    if any(char in cell for char in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write_csv(table: Table, frame: pd.DataFrame, folder: Path) -> Path:
    r"""Write one table as CSV into a folder and return its path; a file that stands there is replaced whole or not at all.

    UTF-8 with a header; empty for null. Text that a spreadsheet would run (it begins with = + - @, a tab or a carriage
    return) gets a leading apostrophe.
    """
    stored = to_arrow(table, frame)
    columns = []
    for name in table.column_names:
        cells = plain_cells(stored.column(name))
        is_text = pa.types.is_string(stored.schema.field(name).type)
        columns.append([_field(_disarm(cell) if is_text else cell) for cell in cells])
    lines = [",".join(table.column_names), *(",".join(row) for row in zip(*columns, strict=True))]
    return write_text(folder / f"{table.name}.csv", "\n".join(lines) + "\n")
