"""A limit of time for a piece of work, in whatever thread it is done."""

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

_AGAIN = 1.0
"""Seconds after which the work is told once more: an exception that is raised while an object is cleared away is lost."""


class TooSlow(BaseException):
    """Raised in the middle of work that takes too long. No `except Exception` of a library can swallow it."""


class _Watch:
    """Raises TooSlow in a thread once the time is over, until the work has ended."""

    def __init__(self, thread: int) -> None:
        self._thread = ctypes.c_ulong(thread)
        self._lock, self._ended = threading.Lock(), threading.Event()

    def wait(self, seconds: float) -> None:
        while not self._ended.wait(seconds):
            with self._lock:
                if not self._ended.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(TooSlow))
            seconds = _AGAIN

    def end(self) -> None:
        """Stop watching; after this nothing is raised any more.

        What was raised while this waited for the lock comes here, not later: the next call looks for it. It is not
        cleared, since Python 3.11 then looks for it for ever after, which is slow, and under a profiler never ends.
        """
        with self._lock:
            self._ended.set()


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return what a piece of work gives, if it ends in so many seconds.

    A single call of a C library is not interrupted; the exception comes when it returns. This is a function and no context
    manager, since the exception may come just as a context is left, before the watch can be told.

    Raises:
        TooSlow: the work has not ended in time.
    """
    watch = _Watch(threading.get_ident())
    try:
        threading.Thread(target=watch.wait, args=(seconds,), daemon=True).start()
        return work()
    finally:
        watching = True
        while watching:
            try:
                watch.end()
                watching = False
            except TooSlow:  # the work had just ended
                pass
