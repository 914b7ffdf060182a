"""DuckDB within a bound of memory, on a machine of any size: what does not fit goes to disk."""

from pathlib import Path

import duckdb

_MEMORY = "320MB"
_THREADS = 1
"""Each holds a part of a sort that cannot go to disk: with two, no room is left in a sort of 200,000 articles."""


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty database in memory.

    Args:
        folder: where it puts what does not fit; made where it is needed.
    """
    return duckdb.connect(config={"memory_limit": _MEMORY, "threads": _THREADS, "temp_directory": str(folder)})
