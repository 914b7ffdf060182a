"""A folder of Parquet files that holds the entry of each document: what a run has worked out, the next one need not."""

from pathlib import Path
from shutil import rmtree

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.identifiers import stable_id
from etl.place import sync

_ROWS = 2_000
"""Entries of one file: so many are lost at most where a run is killed, and so many are in memory until they are written."""
_PASSING = "passing-"
"""Beginning of the names of files that are kept for one run alone."""


class Store:
    """The entries that one state of the code has worked out.

    Args:
        folder: where it stands.
        fingerprint: tells the state of code, tables and settings; what another state has worked out is deleted.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder = folder / fingerprint[:16]
        if folder.is_dir():
            for old in folder.iterdir():
                if old != self._folder and old.is_dir():
                    rmtree(old)
        self._folder.mkdir(parents=True, exist_ok=True)
        for part in self._folder.glob(".*.part"):
            part.unlink()  # of a run that was cut off
        self._waiting: list[pa.Table] = []
        self._passing: list[Path] = []
        self._known: set[bytes] = set()
        for path in self.files():
            if path.name.startswith(_PASSING):
                path.unlink()
                continue
            try:
                self._known.update(pq.read_table(path, columns=["digest"])["digest"].to_pylist())
            except (pa.ArrowException, OSError):
                path.unlink()  # cannot be read: worked out again

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._known

    def files(self) -> list[Path]:
        """Return the files with all entries that were written, in the order of their names."""
        return sorted(self._folder.glob("*.parquet"))

    def promise(self, digest: bytes) -> None:
        """Note that an entry will come, so that a document which is there twice is worked once."""
        self._known.add(digest)

    def add(self, entries: pa.Table) -> None:
        """Take entries; they are written once there are enough of them."""
        self._waiting.append(entries)
        if sum(table.num_rows for table in self._waiting) >= _ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the entries that wait. What another run may find otherwise is kept for this one alone."""
        if not self._waiting:
            return
        entries = pa.concat_tables(self._waiting)
        self._waiting = []
        passing = entries["is_passing"]
        self._write(entries.filter(pc.invert(passing)), "")
        if path := self._write(entries.filter(passing), _PASSING):
            self._passing.append(path)

    def _write(self, entries: pa.Table, prefix: str) -> Path | None:
        if not entries.num_rows:
            return None
        name = stable_id(*(digest.hex() for digest in entries["digest"].to_pylist()))
        path, aside = self._folder / f"{prefix}{name}.parquet", self._folder / f".{name}.part"
        pq.write_table(entries, aside, compression="zstd", row_group_size=500)
        sync([aside])
        aside.replace(path)
        sync([self._folder])
        return path

    def forget_passing(self) -> None:
        """Delete what is kept for this run alone."""
        for path in self._passing:
            path.unlink(missing_ok=True)
