"""A CSV file to which decisions are added line by line: written aside and renamed, under a lock, other lines left as they are, byte for byte."""

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import ConfigurationError
from etl.place import sync
from etl.publish.safe import csv_cell

_PATIENCE = 10
"""Seconds to wait for another desk that writes to the same file."""
Check = Callable[[Path], None]
"""Takes the file as it would be, and raises where it must not become so."""


def _pass(_: Path) -> None:
    """Let every file pass."""


class Ledger:
    """One such file.

    Attributes:
        path: the file itself, not a link to it.
        columns: what its first line names.
    """

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.path = path.resolve()
        self.columns = columns

    def content(self) -> bytes:
        """Return the bytes of the file, none where it does not stand."""
        return self.path.read_bytes() if self.path.is_file() else b""

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows of the file, each with the number of its line.

        Raises:
            ConfigurationError: it has other columns, or a line has more or fewer cells.
        """
        content = self.content()
        if not content:
            return
        try:
            reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{self.path} is not UTF-8 ({error}). Save it as UTF-8.") from error
        if tuple(reader.fieldnames or ()) != self.columns:
            raise ConfigurationError(
                f"{self.path} line 1: the columns are {reader.fieldnames}, but must be {', '.join(self.columns)}."
            )
        for row in reader:
            if None in row or None in row.values():
                raise ConfigurationError(f"{self.path} line {reader.line_num}: wrong number of cells. Mend the line.")
            yield reader.line_num, row

    def add(self, rows: Iterable[Mapping[str, str]], check: Check = _pass) -> bytes:
        """Add rows at the end and return the bytes that were added, by which they can be taken back.

        Raises:
            ConfigurationError: another desk holds the file, or it cannot be written to.
        """
        lines = "".join(",".join(csv_cell(row[name]) for name in self.columns) + "\n" for row in rows)
        with self._held():
            content = self.content()
            if not content.strip():
                content = (",".join(self.columns) + "\n").encode()
            added = (b"" if content.endswith(b"\n") else b"\n") + lines.encode("utf-8")
            self._replace(content + added, check)
        return added

    def take_back(self, added: bytes, check: Check = _pass) -> None:
        """Take out what was added last in these very bytes.

        Raises:
            ConfigurationError: it no longer stands there, another desk holds the file, or it cannot be written to.
        """
        with self._held():
            content = self.content()
            lines = b"\n" + added.removeprefix(b"\n")
            place = content.rfind(lines)
            if place < 0:
                raise ConfigurationError(f"{self.path}: what was added no longer stands there. Look at the file.")
            rest = content[place + len(lines) :]
            # a line end that was added for us goes too, unless lines of others have come after it
            left = content[: place if added.startswith(b"\n") and not rest else place + 1]
            self._replace(left + rest, check)

    def _replace(self, content: bytes, check: Check) -> None:
        aside = self.path.with_name(f".{self.path.name}.part")
        try:
            aside.write_bytes(content)
            if self.path.is_file():
                shutil.copymode(self.path, aside)
            check(aside)
            sync([aside])
            aside.replace(self.path)
        finally:
            aside.unlink(missing_ok=True)
        if os.name == "posix":
            sync([self.path.parent])

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the lock of the file, beside which it stands."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout as error:
            raise ConfigurationError(f"{self.path}: another desk is writing there. Try again.") from error
        try:
            yield
        finally:
            lock.release()
