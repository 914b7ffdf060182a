"""Works batches off on a Dask cluster that stands already. Needs the extra `cluster`."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from distributed import Client, KilledWorker

from etl.errors import ConfigurationError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 3
"""Batches for each thread of the cluster that are on their way, so that the whole input is never in memory."""
_PATIENCE = 20
"""Seconds in which the scheduler must answer."""


def on_cluster(
    function: Callable[[list[Item]], Result],
    batches: Iterable[list[Item]],
    *,
    scheduler: str,
    fingerprint: Callable[[], str],
    failed: Callable[[Item, str], Result],
) -> Iterator[Result]:
    """Yield the results of all batches in their order. The batches of a worker that dies run again elsewhere, in the end item by item.

    Args:
        function: takes a list of items; importable by name on the workers.
        batches: what to work on.
        scheduler: address of the scheduler, such as `tcp://10.0.0.5:8786`.
        fingerprint: tells which code and tables a process works with; must be the same on all workers.
        failed: gives the result for an item that kills each worker that takes it, from the item and what happened.

    Raises:
        ConfigurationError: the scheduler does not answer, has no worker, or a worker has other code or tables.
    """
    try:
        client: Any = Client(scheduler, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"scheduler {scheduler}: {error}. Start it with `dask scheduler`, and name its address."
        ) from error
    with client:
        _check_workers(client, scheduler, fingerprint)
        threads = max(1, sum(client.nthreads().values()))
        waiting: deque[tuple[list[Item], Any]] = deque()
        iterator = iter(batches)
        while True:
            while len(waiting) < _AHEAD * threads and (batch := next(iterator, None)) is not None:
                waiting.append((batch, client.submit(function, batch, pure=False)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            yield from _results(client, function, batch, future, failed)


def _check_workers(client: Any, scheduler: str, fingerprint: Callable[[], str]) -> None:
    """Raise where the cluster has no worker, or one that would give other results."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise ConfigurationError(
            f"scheduler {scheduler} has no worker. Start one with `dask worker {scheduler}`."
        ) from error
    own = fingerprint()
    for address, told in sorted(client.run(fingerprint).items()):
        if told != own:
            raise ConfigurationError(
                f"worker {address} has other code or tables ({told[:12]}, here {own[:12]}). Install the same version there."
            )


def _results(
    client: Any,
    function: Callable[[list[Item]], Result],
    batch: list[Item],
    future: Any,
    failed: Callable[[Item, str], Result],
) -> Iterator[Result]:
    """The result of a batch; where it has killed its workers, the results of its items, each tried alone."""
    try:
        result: Result = future.result()
    except KilledWorker as error:
        if len(batch) == 1:
            yield failed(batch[0], str(error).splitlines()[0])
            return
        for item in batch:
            yield from _results(client, function, [item], client.submit(function, [item], pure=False), failed)
    else:
        yield result
