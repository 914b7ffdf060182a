"""Puts finished files in their place: as a whole or not at all, and still there after the power was cut."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from etl.errors import ConfigurationError
from etl.lock import locked

_READY = ".finished"
"""Folder of files that are finished and synced, and on their way to their places."""
DATA_DOCS = "data_docs"


def sync(paths: Iterable[Path]) -> None:
    """Have the disk keep what was written to some files and folders."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """Give a folder to write in; what stands there at the end is put in its place in the folder of the tables.

    Raises:
        ConfigurationError: another run writes to the folder, or it cannot be written to.
    """
    with locked(out):
        complete(out)
        folder = out / ".run"
        rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
            put_in_place(folder, out)
        finally:
            rmtree(folder, ignore_errors=True)


def put_in_place(finished: Path, out: Path) -> None:
    """Move all that stands in a finished folder into the folder of the tables, over what stands there.

    From one moment on, the renaming of the finished folder, the new files are the ones that count: where the move is cut
    off after it, `complete` carries on.

    Args:
        finished: a folder in the folder of the tables.
        out: the folder of the tables.
    """
    sync([*finished.rglob("*"), finished])
    finished.replace(out / _READY)
    sync([out])
    complete(out)


def complete(out: Path) -> None:
    """Carry on a move that was cut off, if there is one."""
    ready = out / _READY
    if not ready.is_dir():
        return
    rmtree(out / DATA_DOCS, ignore_errors=True)  # they tell of the tables that are replaced
    for path in sorted(ready.iterdir()):
        path.replace(out / path.name)
    ready.rmdir()
    sync([out])


def refuse_incomplete(folder: Path) -> None:
    """Raise where the tables of a folder are those of two runs, since one was cut off while it put them in place.

    Raises:
        ConfigurationError: that is so.
    """
    if (folder / _READY).is_dir():
        raise ConfigurationError(
            f"{folder}: a run is just putting its tables in place, or was cut off there. Run `etl run` with this --out again."
        )
