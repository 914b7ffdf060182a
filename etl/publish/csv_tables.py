"""Writes tables as CSV (RFC 4180, with line feeds), safe to open in a spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from etl.publish.safe import csv_cell
from etl.publish.tables import write_text
from schemas import Table
from schemas.arrow import to_arrow


def plain_cells(values: pa.ChunkedArray) -> list[str | None]:
    """Return the values of an Arrow column as plain text: ISO dates, true and false, shortest numbers; None for null."""
    if pa.types.is_boolean(values.type):
        return [None if value is None else str(value).lower() for value in values.to_pylist()]
    return [None if value is None else str(value) for value in values.to_pylist()]


def _write(lines: Iterable[Sequence[str]], path: Path) -> Path:
    return write_text(path, "".join(",".join(line) + "\n" for line in lines))


def write_rows(columns: Sequence[str], rows: Iterable[Mapping[str, object]], path: Path) -> Path:
    """Write rows as CSV and return the path: as `write_csv` does, with columns of any names."""
    lines = ([row.get(name) for name in columns] for row in rows)
    return _write(([csv_cell(cell) for cell in line] for line in (columns, *lines)), path)


def write_csv(table: Table, frame: pd.DataFrame, folder: Path) -> Path:
    """Write one table as CSV into a folder and return its path; a file that stands there is replaced whole or not at all.

    UTF-8 with a header; empty for null. Text that a spreadsheet would run is defused: see `etl.publish.safe.csv_cell`.
    """
    stored = to_arrow(table, frame)
    columns = []
    for name in table.column_names:
        cells = plain_cells(stored.column(name))
        is_text = pa.types.is_string(stored.schema.field(name).type)
        columns.append([csv_cell(cell) if is_text else cell or "" for cell in cells])
    return _write([table.column_names, *zip(*columns, strict=True)], folder / f"{table.name}.csv")
