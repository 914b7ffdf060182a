"""One run at a time on one folder: a lock that goes with the process that holds it, however that ends."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from etl.errors import ConfigurationError

_NAME = ".lock"


@contextmanager
def locked(*folders: Path) -> Iterator[None]:
    """Hold the locks of some folders, which are made if they are not there.

    The file of the lock may stay; it is the operating system that holds the lock, and lets it go with the process.

    Raises:
        ConfigurationError: another run holds one, or a folder cannot be written to.
    """
    with ExitStack() as stack:
        for folder in sorted({folder.resolve() for folder in folders}):
            stack.callback(_lock(folder).release)
        yield


def _lock(folder: Path) -> BaseFileLock:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _NAME)
        lock.acquire(blocking=False)
        return lock
    except Timeout as error:
        told = f"{folder}: another run is writing there. Wait until it has ended, or choose another folder."
        raise ConfigurationError(told) from error
    except OSError as error:
        told = f"{folder}: cannot be written to ({error.strerror or error}). Check the folder, or choose another."
        raise ConfigurationError(told) from error
