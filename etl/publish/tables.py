"""Writes tables as Parquet: sorted, compressed, the same bytes for the same rows."""

import os
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from schemas import Table
from schemas.arrow import to_arrow


def write_table(table: Table, frame: pd.DataFrame, folder: Path) -> Path:
    """Write one table into a folder and return its path; a file that stands there is replaced whole or not at all."""
    path = folder / f"{table.name}.parquet"
    aside = folder / f".{table.name}.parquet.part"
    pq.write_table(to_arrow(table, frame), aside, compression="zstd", row_group_size=100_000)
    with aside.open("rb+") as handle:
        os.fsync(handle.fileno())
    aside.replace(path)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file and return its path; a file that stands there is replaced whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8", newline="\n")
    aside.replace(path)
    return path
