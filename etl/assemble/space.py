"""The work space of a run: part files on disk, and DuckDB that sorts and joins them without holding them in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from types import TracebackType

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.spill import connect
from schemas import Table
from schemas.arrow import arrow_schema, to_arrow

ROWS = 2_000
"""Rows of one batch that a query gives."""
_PART = 50_000_000
"""Bytes of rows that are sorted together: a sixth of what DuckDB may hold, for their size is told by a sample."""
_SAMPLE = 200
"""Rows of the sample."""


class Space:
    """A folder for part files, deleted at the end, and a connection that queries them.

    Args:
        folder: where it stands; what an earlier run has left there is deleted.
    """

    def __init__(self, folder: Path) -> None:
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._base = connect(folder / "spilled")
        self._ranked = 0

    def __enter__(self) -> "Space":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish_parts(*list(self._writers))
        self._base.close()
        rmtree(self.folder, ignore_errors=True)

    def path(self, name: str) -> Path:
        """Return the path of a part file."""
        return self.folder / f"{name}.parquet"

    def add(self, name: str, rows: pa.Table) -> None:
        """Append rows to the part file of a name.

        Raises:
            RuntimeError: it is finished.
        """
        if name not in self._writers:
            if self.path(name).exists():
                raise RuntimeError(f"the part file {name} is finished: nothing can be added to it.")
            self._writers[name] = pq.ParquetWriter(self.path(name), rows.schema, compression="zstd")
        if rows.num_rows:
            self._writers[name].write_table(rows)

    def add_frame(self, table: Table, frame: pd.DataFrame) -> None:
        """Append the rows of a frame to the part file of its table."""
        self.add(table.name, to_arrow(table, frame))

    def finish_parts(self, *names: str) -> None:
        """Close the part files of some names, so that they can be read; to those, nothing can be added any more."""
        for name in names:
            self._writers.pop(name).close()

    def finish_tables(self, *tables: Table) -> None:
        """Do the same for some tables, whose part files are there even without a row."""
        for table in tables:
            self.add(table.name, arrow_schema(table).empty_table())
            self.finish_parts(table.name)

    def run(self, query: str) -> None:
        """Run a statement."""
        self._base.execute(query)

    def rows(self, query: str) -> Iterator[pa.Table]:
        """Yield what a query gives, some thousand rows at a time, in whatever order they come."""
        with self._base.cursor() as cursor:
            for batch in cursor.sql(query).to_arrow_reader(ROWS):
                yield pa.Table.from_batches([batch])

    def in_order(self, query: str, *, key: str, order: str) -> Iterator[pa.Table]:
        """Yield what a query gives in an order, some thousand rows at a time.

        DuckDB holds all that it sorts in memory. So where the rows are many, their keys alone are sorted as a whole; the rows
        follow part by part.

        Args:
            query: the query.
            key: a column of it in which each row has another value.
            order: what it is ordered by, in the words of ORDER BY; no two rows may be level.
        """
        some = list(self.rows(f"SELECT * FROM ({query}) LIMIT {_SAMPLE}"))
        count = self.number(f"SELECT count(*) FROM ({query})")
        seen, size = sum(rows.num_rows for rows in some), sum(rows.nbytes for rows in some)
        at_once = max(1, _PART * seen // max(1, size))
        if count <= at_once:
            yield from self.rows(f"SELECT * FROM ({query}) ORDER BY {order}")
            return
        self._ranked += 1
        ranks = f"ranks_{self._ranked}"
        self.run(f"CREATE TABLE {ranks} AS SELECT {key}, row_number() OVER (ORDER BY {order}) AS rank FROM ({query})")
        for last in range(at_once, count + at_once, at_once):
            part = f"(SELECT * FROM {ranks} WHERE rank > {last - at_once} AND rank <= {last})"
            yield from self.rows(f"SELECT q.* FROM ({query}) q JOIN {part} r USING ({key}) ORDER BY r.rank")
        self.run(f"DROP TABLE {ranks}")

    def number(self, query: str) -> int:
        """Return the one number that a query gives."""
        found = self._base.execute(query).fetchone()
        return int(found[0]) if found else 0

    def sorted(self, table: Table, query: str | None = None) -> Iterator[pa.Table]:
        """Yield the rows of a table's part file, or of a query, in the table's order."""
        order = ", ".join(f'"{name}" NULLS FIRST' for name in table.order)
        columns = ", ".join(f'"{name}"' for name in table.column_names)
        source = query or f"SELECT * FROM {quoted([self.path(table.name)])}"
        for rows in self.in_order(f"SELECT {columns} FROM ({source})", key=table.key, order=order):
            yield rows.cast(arrow_schema(table))


def quoted(paths: Sequence[Path]) -> str:
    """Return the words by which a query reads some Parquet files."""
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}])"
