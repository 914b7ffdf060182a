"""Checks tables that stand in a folder: declarations, links and offsets, without changing them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import ConfigurationError
from schemas import TABLES, Table
from schemas.arrow import arrow_schema
from schemas.checks import split, to_frame


def _read(table: Table, folder: Path) -> list[dict[str, object]]:
    path = folder / f"{table.name}.parquet"
    if not path.is_file():
        raise ConfigurationError(f"{path} is missing. Name a folder that `etl run` has written.")
    try:
        stored = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}). Run `etl run` again.") from error
    if stored.schema.names != arrow_schema(table).names:
        raise ConfigurationError(f"{path} has other columns than this version declares. Run `etl run` again.")
    rows: list[dict[str, object]] = stored.to_pylist()
    return rows


def check_stored(folder: Path) -> list[str]:
    """Return what is wrong with the tables of a folder, a line each; empty where all is right.

    Raises:
        ConfigurationError: a table is missing or cannot be read.
    """
    rows = {name: _read(table, folder) for name, table in TABLES.items()}
    problems: list[str] = []
    for name, table in TABLES.items():
        _, failures = split(table, to_frame(table, rows[name]))
        problems += [f"{name} row {f.row}: column {f.column}: check {f.check} fails for {f.value!r}" for f in failures]
        for column, target, key in table.links:
            known = {row[key] for row in rows[target]}
            problems += [
                f"{name} row {number}: {column} {row[column]} is not in {target}"
                for number, row in enumerate(rows[name])
                if row[column] is not None and row[column] not in known
            ]
    texts = {str(row["article_id"]): str(row["text"]) for row in rows["texts"]}
    for row in rows["mentions"]:
        text = texts.get(str(row["article_id"]), "")
        if text[int(str(row["quote_start"])) : int(str(row["quote_end"]))] != row["quote"]:
            problems.append(f"mentions {row['mention_id']}: the quote does not stand at its offsets")
    return problems
