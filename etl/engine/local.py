"""Works batches off on this machine: in line with one worker, in processes with more."""

import atexit
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 4
"""Batches for each process that are worked on or wait: enough to go on with while the slowest is waited for, and never the whole input."""


def _end_at_once() -> None:
    """Have this process end when the one that started it does, which cannot tell so where it is killed; and end without clearing away.

    To free one by one what a process has loaded takes a second, for which a run would wait.
    """
    atexit.register(os._exit, 0)
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _pool(workers: int) -> ProcessPoolExecutor:
    # forked threads of Arrow and Rust libraries can deadlock
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_at_once)


def in_line(function: Callable[[list[Item]], Result], batches: Iterable[list[Item]]) -> Iterator[Result]:
    """Yield the function's result for each batch, worked out in this process."""
    yield from map(function, batches)


def in_processes(
    function: Callable[[list[Item]], Result],
    batches: Iterable[list[Item]],
    *,
    workers: int,
    failed: Callable[[Item, str], Result],
) -> Iterator[Result]:
    """Yield the results of all batches in their order. Where a process dies, its batch is worked again, in the end item by item.

    Args:
        function: takes a list of items; importable by name.
        batches: what to work on.
        workers: number of processes.
        failed: gives the result for an item that kills the process which works on it, from the item and what happened.
    """
    pool = _pool(workers)
    waiting: deque[tuple[list[Item], Future[Result]]] = deque()
    iterator = iter(batches)
    try:
        while True:
            while len(waiting) < AHEAD * workers and (batch := next(iterator, None)) is not None:
                waiting.append((batch, _submitted(pool, function, batch)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                pool.shutdown(cancel_futures=True)
                yield from _alone(function, batch, failed)
                pool = _pool(workers)
                waiting = deque((rest, _again(pool, function, rest, old)) for rest, old in waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor, function: Callable[[list[Item]], Result], batch: list[Item]
) -> Future[Result]:
    """What will become of a batch; where a batch before it has killed its process already, that it was not worked."""
    try:
        return pool.submit(function, batch)
    except BrokenProcessPool as error:
        broken: Future[Result] = Future()
        broken.set_exception(error)
        return broken


def _again(
    pool: ProcessPoolExecutor, function: Callable[[list[Item]], Result], batch: list[Item], old: Future[Result]
) -> Future[Result]:
    """The finished result of a batch, or the batch submitted once more."""
    is_finished = old.done() and not old.cancelled() and old.exception() is None
    return old if is_finished else _submitted(pool, function, batch)


def _alone(
    function: Callable[[list[Item]], Result], batch: list[Item], failed: Callable[[Item, str], Result]
) -> Iterator[Result]:
    """Work a batch in a process of its own; where that dies too, item by item."""
    with _pool(1) as pool:
        try:
            yield pool.submit(function, batch).result()
            return
        except BrokenProcessPool as error:
            told = str(error)
    if len(batch) == 1:
        yield failed(batch[0], told)
        return
    for item in batch:
        yield from _alone(function, [item], failed)
