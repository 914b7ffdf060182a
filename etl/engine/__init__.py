"""Maps a function over batches: in line, in processes of this machine, or on a Dask cluster. Nothing else knows an engine."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from etl.engine.local import AHEAD, in_line, in_processes

__all__ = ["AHEAD", "FIRST", "map_batches"]

Item = TypeVar("Item")
Result = TypeVar("Result")


_HEAVIEST = 4_000_000
"""Weight from which a batch is full, however few its items: several of them wait in memory for each process."""
FIRST = 50
"""Items of the first batches."""
_SHARE = 8
"""Each process has at most one part of so many of what was taken before in its hands, so that none has long to wait for the last."""
_ON_CLUSTER = 32
"""Processes that a cluster is taken to have."""


def _batches(
    items: Iterable[Item], most: int, weight: Callable[[Item], int], *, processes: int
) -> Iterator[list[Item]]:
    """Yield batches that grow: few items are spread over all processes, and of many a batch holds many, which is faster."""
    batch: list[Item] = []
    taken = heavy = 0
    for item in items:
        batch.append(item)
        heavy += weight(item)
        if len(batch) >= min(most, max(FIRST, taken // (_SHARE * processes))) or heavy >= _HEAVIEST:
            yield batch
            taken += len(batch)
            batch, heavy = [], 0
    if batch:
        yield batch


def map_batches(
    function: Callable[[list[Item]], Result],
    items: Iterable[Item],
    *,
    workers: int,
    batch_size: int,
    weight: Callable[[Item], int],
    failed: Callable[[Item, str], Result],
    fingerprint: Callable[[], str],
    scheduler: str | None = None,
) -> Iterator[Result]:
    """Yield the function's results in the order of the items, whatever works them off.

    A batch gives one result; where it has killed the process that worked on it, each of its items gives one.

    Args:
        function: takes a list of items; outside this process it must be importable by name.
        items: what to work on.
        workers: number of processes of this machine; 1 works in line.
        batch_size: most items in one batch; the first ones have fewer.
        weight: about how many bytes an item takes; a batch of heavy items has fewer.
        failed: gives the result for an item that kills its process, from the item and what happened.
        fingerprint: tells which code and tables a process works with.
        scheduler: address of a Dask scheduler; the batches go there.

    Raises:
        ConfigurationError: the cluster cannot be used; the message says why.
    """
    batches = _batches(items, batch_size, weight, processes=_ON_CLUSTER if scheduler else workers)
    if scheduler:
        from etl.engine.cluster import on_cluster

        return on_cluster(function, batches, scheduler=scheduler, fingerprint=fingerprint, failed=failed)
    if workers == 1:
        return in_line(function, batches)
    return in_processes(function, batches, workers=workers, failed=failed)
