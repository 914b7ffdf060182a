"""Writes tables as Parquet: sorted, compressed, the same bytes for the same rows."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.place import sync
from schemas import Table
from schemas.arrow import arrow_schema, to_arrow

_GROUP = 20_000
"""Rows of one row group: what is in memory while a table is written, and what a reader takes at a time."""


def write_batches(table: Table, batches: Iterable[pa.Table], folder: Path) -> Path:
    """Write one table into a folder and return its path; a file that stands there is replaced whole or not at all.

    Args:
        table: its declaration.
        batches: its rows in their order, however they are divided.
        folder: the folder.
    """
    path = folder / f"{table.name}.parquet"
    aside = folder / f".{table.name}.parquet.part"
    schema = arrow_schema(table)
    waiting, count = [schema.empty_table()], 0
    with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(batch)
            count += batch.num_rows
            while count >= _GROUP:
                rows = pa.concat_tables(waiting).combine_chunks()  # Parquet ends a page where a chunk ends
                writer.write_table(rows.slice(0, _GROUP), row_group_size=_GROUP)
                waiting, count = [rows.slice(_GROUP)], count - _GROUP
        if count:
            writer.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=_GROUP)
    sync([aside])
    aside.replace(path)
    return path


def write_table(table: Table, frame: pd.DataFrame, folder: Path) -> Path:
    """Write the rows of a frame as `write_batches` does."""
    return write_batches(table, [to_arrow(table, frame)], folder)


def write_text(path: Path, text: str) -> Path:
    """Write a text file and return its path; a file that stands there is replaced whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8", newline="\n")
    sync([aside])
    aside.replace(path)
    return path
