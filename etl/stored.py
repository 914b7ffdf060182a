"""Reads the tables of a folder that a run or a release has written."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import ConfigurationError
from etl.place import refuse_incomplete
from schemas import Table
from schemas.arrow import arrow_schema
from schemas.checks import to_frame


def read_stored(table: Table, folder: Path) -> pd.DataFrame:
    """Return one table of a folder, in the declared types.

    Raises:
        ConfigurationError: the file is missing, cannot be read, is not all in place, or was written by another version of the declarations.
    """
    refuse_incomplete(folder)
    path = folder / f"{table.name}.parquet"
    if not path.is_file():
        raise ConfigurationError(f"{path} is missing. Name a folder that `etl run` has written.")
    try:
        stored = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}). Run `etl run` again.") from error
    if stored.schema.names != arrow_schema(table).names:
        raise ConfigurationError(f"{path} has other columns than this version declares. Run `etl run` again.")
    return to_frame(table, stored.to_pylist())
