"""Maps a function over batches on this machine: in line with one worker, in processes with more."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def map_batches(
    function: Callable[[list[Item]], Result], items: Iterable[Item], *, workers: int, batch_size: int
) -> Iterator[Result]:
    """Yield the function's result for each batch, in the order of the items whatever the number of workers.

    Args:
        function: takes a list of items; with several workers it must be importable by name.
        items: what to work on.
        workers: number of processes; 1 works in line.
        batch_size: items in one batch.
    """
    batches = _batches(items, batch_size)
    if workers == 1:
        yield from map(function, batches)
        return
    context = multiprocessing.get_context("spawn")  # forked threads of Arrow and Rust libraries can deadlock
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(function, batches)
