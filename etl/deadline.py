"""A limit of time for a piece of work, in whatever thread it is done."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_AGAIN = 1.0
"""Seconds after which the work is told once more: an exception that is raised while an object is cleared away is lost."""


class TooSlow(BaseException):
    """Raised in the middle of work that takes too long. No `except Exception` of a library can swallow it."""


class _Watch:
    """Raises TooSlow in a thread once the time is over, until the work has ended."""

    def __init__(self, thread: int) -> None:
        self._thread = ctypes.c_ulong(thread)
        self._lock, self.ended = threading.Lock(), threading.Event()

    def wait(self, seconds: float) -> None:
        while not self.ended.wait(seconds):
            with self._lock:
                if not self.ended.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(TooSlow))
            seconds = _AGAIN

    def end(self) -> None:
        """Stop watching; after this nothing is raised any more."""
        with self._lock:
            self.ended.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, None)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Give a piece of work so many seconds.

    A single call of a C library is not interrupted; the exception comes when it returns.

    Raises:
        TooSlow: the work has not ended in time.
    """
    watch = _Watch(threading.get_ident())
    threading.Thread(target=watch.wait, args=(seconds,), daemon=True).start()
    late: TooSlow | None = None
    try:
        yield
    finally:
        while not watch.ended.is_set():  # the exception may come here too, before the watch is told
            try:
                watch.end()
            except TooSlow as error:
                late = error
        if late is not None:
            raise late
