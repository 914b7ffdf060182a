"""Twice the input takes about twice the time, whatever its shape: each time a ratio within one run, never a time itself.

`DOUBLING_TIMES=20 python -m pytest tests/property/test_doubling.py` compares inputs that take twenty times as long.
"""

import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import Any

import pytest

from etl.errors import InputError
from tests.property.doubled import SHOW, WORK, Work
from tests.property.doubled_files import FILE_WORK

MOST = 2.6
"""Greatest ratio: 2 where time grows with the length, 4 where it grows with its square."""
TRIES, REPEATS = 5, 3
"""How often a ratio is measured before it counts as too great, and of how many runs each time is the shortest."""
TIMES = int(os.environ.get("DOUBLING_TIMES", "1"))
SECONDS = 0.008 * TIMES
"""CPU time that the smaller input takes at least."""
PATIENCE = 40 * TIMES
"""Seconds of CPU time after which the work on one shape is given up as endless."""
ALL = WORK | FILE_WORK

Clock = Callable[[Callable[[Any], object], Any], float]
"""What tells how long one call takes, in seconds."""


@contextmanager
def _patience(seconds: int) -> Iterator[None]:
    """Raise TimeoutError where what is done takes so many seconds of CPU time, however long it waits for its turn."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _seconds(do: Callable[[Any], object], given: Any) -> float:
    """CPU time of one call, of this thread only; what is refused as bad input counts as done."""
    gc.disable()
    try:
        start = time.thread_time()
        with suppress(InputError):
            do(given)
        return time.thread_time() - start
    finally:
        gc.enable()


def _size(work: Work, make: Callable[[int], Any], seconds: Clock) -> int | None:
    """A size for which the work takes long enough; None where even the greatest takes no time to speak of."""
    size = work.first
    seconds(work.do, make(size))  # tables and caches are filled
    while (took := seconds(work.do, make(size))) < SECONDS:
        size *= 4 if took < SECONDS / 16 else 2
        if size > work.most * TIMES:
            return None
    return size


def growth(work: Work, make: Callable[[int], Any], seconds: Clock = _seconds) -> tuple[int, float]:
    """Return a size for which the work takes long enough, and how many times as long it takes for twice as much.

    Smaller and larger input take turns, so that what else the machine does slows both. Of a few tries the smallest ratio
    counts. It is 0 where even the greatest size takes no time to speak of.
    """
    size = _size(work, make, seconds)
    if size is None:
        return work.most, 0.0
    given = make(size), make(2 * size)
    ratios: list[float] = []
    while len(ratios) < TRIES and min(ratios, default=inf) > MOST:
        runs = [[seconds(work.do, one) for one in given] for _ in range(REPEATS if ratios else 2)]
        once, twice = map(min, zip(*runs, strict=True))
        ratios.append(twice / once)
    return size, min(ratios)


@pytest.mark.filterwarnings("ignore:Duplicate name")  # members of an archive, as is meant
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
            size, ratio = 0, inf
        if SHOW:
            print(f"{name:28} {shape:24} {size:8} {ratio:5.2f}")
        if ratio > MOST:
            faster[shape] = f"{ratio:.2f} from {size} to {2 * size}"
    assert faster == {}


@pytest.mark.parametrize(("power", "ratio"), [(1, 2), (2, 4), (3, 8)])
def test_what_grows_faster_is_told(power: int, ratio: int) -> None:
    """The measure tells work that grows with its length from work that grows with the square or the cube of it.

    The work is counted instead of timed: a busy machine has no say in it.
    """

    def counted(do: Callable[[Any], object], given: Any) -> float:
        return 1e-7 * len(str(do(given)))

    work = Work(lambda size: "." * size**power, {"numbers": int}, first=16, most=10**6)
    assert growth(work, int, counted)[1] == pytest.approx(ratio)
    assert (ratio > MOST) == (power > 1)
