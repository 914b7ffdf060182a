"""Twice the input takes about twice the time, whatever its shape: each time a ratio within one run, never a time itself.

`DOUBLING_SECONDS=0.5 python -m pytest tests/property/test_doubling.py` compares larger inputs than a plain run does.
"""

import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest

from etl.errors import InputError
from tests.property.doubled import SHOW, WORK, Work
from tests.property.doubled_files import FILE_WORK

MOST = 2.6
"""Greatest ratio: 2 where time grows with the length, 4 where it grows with its square."""
TRIES = 12
SECONDS = float(os.environ.get("DOUBLING_SECONDS", "0.015"))
"""CPU time that the smaller input takes at least."""
PATIENCE = 20
"""Seconds after which the work on one shape is given up as endless."""


@contextmanager
def _patience(seconds: int) -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _seconds(do: Callable[[Any], object], given: Any) -> float:
    """CPU time of one call; what is refused as bad input counts as done."""
    gc.disable()
    try:
        start = time.process_time()
        with suppress(InputError):
            do(given)
        return time.process_time() - start
    finally:
        gc.enable()


def growth(work: Work, make: Callable[[int], Any]) -> tuple[int, float]:
    """Return a size for which the work takes long enough, and how many times as long it takes for twice as much.

    The ratio is that of the shortest of several runs of each; 0 where even the greatest size takes no time to speak of.
    """
    size, took = work.first, _seconds(work.do, make(work.first))
    while (took := min(took, _seconds(work.do, make(size)))) < SECONDS:
        if 2 * size > work.most:
            return size, 0.0
        steps = SECONDS / max(took, SECONDS / 16)
        while steps > 1 and 2 * size <= work.most:
            size, steps = 2 * size, steps / 2
        took = _seconds(work.do, make(size))
    once, twice = make(size), make(2 * size)
    times = [took], [_seconds(work.do, twice)]
    while (ratio := min(times[1]) / min(times[0])) > MOST and len(times[1]) < TRIES:
        for given, told in zip((once, twice), times, strict=True):
            told.append(_seconds(work.do, given))
    return size, ratio


ALL = WORK | FILE_WORK


@pytest.mark.parametrize("name", ALL)
def test_twice_as_much_takes_twice_as_long(name: str) -> None:
    """No shape of input makes the time of this piece of work grow faster than its length."""
    work = ALL[name]
    faster = {}
    for shape, make in work.shapes.items():
        try:
            with _patience(PATIENCE):
                size, ratio = growth(work, make)
        except TimeoutError:
            size, ratio = 0, float("inf")
        if SHOW:
            print(f"{name:28} {shape:24} {size:8} {ratio:5.2f}")
        if ratio > MOST:
            faster[shape] = f"{ratio:.2f} from {size} to {2 * size}"
    assert faster == {}


@pytest.mark.parametrize("power", [2, 3])
def test_what_grows_faster_is_caught(power: int) -> None:
    """The measure tells work that grows with the square or the cube of its length, so that a ratio within bounds means something."""

    def do(size: int) -> None:
        for _ in range(size**power // 20):
            pass

    work = Work(do, {"numbers": int}, first=16, most=1 << 20)
    assert growth(work, partial(int))[1] > MOST
