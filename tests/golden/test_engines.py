"""The same bytes from one process, from several, and from a Dask cluster; what dies is worked again, and what kills is put aside."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client

from etl.engine import cluster, map_batches
from etl.errors import ConfigurationError
from etl.settings import load_settings
from etl.sources import Article, read_articles
from tests.conftest import ROOT, SAMPLE, call_warm
from tests.golden.mapped import POISON, double, double_but_die_once, own_process, same_code


def _failed(item: int, told: str) -> list[int]:
    return [-100 if item == POISON and told else 0]


def _map(
    function: Callable[[list[int]], list[int]],
    numbers: list[int],
    *,
    fingerprint: Callable[[], str] = same_code,
    **engine: object,
) -> list[int]:
    results = map_batches(
        function, numbers, batch_size=4, weight=abs, failed=_failed, fingerprint=fingerprint,
        **({"workers": 1} | engine),  # type: ignore[arg-type]
    )  # fmt: skip
    return [number for result in results for number in result]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of two workers, started from the command line as a user does; its address."""
    folder = tmp_path_factory.mktemp("cluster")
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "ETL_TEST_MARK": str(folder / "mark"),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",  # not three: each costs the start of a worker
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
    ]
    log = (folder / "scheduler.log").open("w", encoding="utf-8")
    processes = [subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)]
    try:
        address = None
        for _ in range(300):
            found = re.search(r"tcp://127\.0\.0\.1:\d+", (folder / "scheduler.log").read_text(encoding="utf-8"))
            if found:
                address = found.group()
                break
            time.sleep(0.1)
        assert address, (folder / "scheduler.log").read_text(encoding="utf-8")
        worker = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--nworkers",
            "2",
            "--nthreads",
            "1",
            "--no-dashboard",
        ]
        processes.append(
            subprocess.Popen(worker, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(30)
        log.close()


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a run in one process."""
    out = tmp_path_factory.mktemp("straight")
    assert call_warm("run", SAMPLE, "--out", out, "--no-data-docs", folder=out).returncode == 0
    return out


def _tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_a_cluster_gives_the_same_bytes(scheduler: str, straight: Path, tmp_path: Path) -> None:
    """The command line over a cluster writes the same files as one process."""
    done = call_warm(
        "run", SAMPLE, "--out", tmp_path / "out", "--no-data-docs", "--scheduler", scheduler, folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert _tables(tmp_path / "out") == _tables(straight)


def test_processes_give_the_same_bytes(straight: Path, tmp_path: Path) -> None:
    """Two processes write the same files as one."""
    done = call_warm("run", SAMPLE, "--out", tmp_path / "out", "--no-data-docs", "--workers", "2", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _tables(tmp_path / "out") == _tables(straight)


NUMBERS = list(range(30))


def test_a_process_that_dies_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch of a process that dies is worked again, and the results stand in order."""
    monkeypatch.setenv("ETL_TEST_MARK", str(tmp_path / "mark"))
    assert _map(double_but_die_once, NUMBERS, workers=2) == [2 * number for number in NUMBERS]
    assert (tmp_path / "mark").exists()


def test_a_poisoned_item_does_not_take_its_batch_along() -> None:
    """An item that kills each process which works on it is told as failed; the others of its batch are worked."""
    numbers = [*range(9), POISON, *range(9, 20)]
    assert _map(double, numbers, workers=2) == [-100 if number == POISON else 2 * number for number in numbers]


def test_a_batch_that_comes_when_the_pool_is_broken_is_worked() -> None:
    """A process that has died before the next batch is read costs that batch nothing."""

    def numbers() -> Iterator[int]:
        yield POISON
        time.sleep(2)  # the process dies meanwhile
        yield from range(5)

    results = map_batches(double, numbers(), workers=2, batch_size=1, weight=abs, failed=_failed, fingerprint=same_code)
    assert [number for result in results for number in result] == [-100, 0, 2, 4, 6, 8]


def test_the_same_on_a_cluster(scheduler: str) -> None:
    """A worker that dies loses nothing, and a poisoned item is put aside alone, on a cluster too."""
    assert _map(double_but_die_once, NUMBERS, scheduler=scheduler) == [2 * number for number in NUMBERS]
    numbers = [0, 1, POISON, 2, 3, 4]
    assert _map(double, numbers, scheduler=scheduler) == [0, 2, -100, 4, 6, 8]


def test_items_are_taken_as_they_are_needed() -> None:
    """Processes do not read the whole input ahead."""
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(400):
            taken.append(number)
            yield number

    results = map_batches(double, numbers(), workers=2, batch_size=4, weight=abs, failed=_failed, fingerprint=same_code)
    next(results)
    assert len(taken) <= 40
    assert sum(map(len, results)) == 396


def test_a_batch_of_heavy_items_has_fewer() -> None:
    """Items that take much memory do not wait together: a batch is full by weight, too."""
    sizes = map_batches(
        len,
        [1] * 3 + [3_000_000] * 4 + [1] * 3,
        workers=1,
        batch_size=4,
        weight=abs,
        failed=_failed,
        fingerprint=same_code,
    )
    assert list(sizes) == [4, 2, 4]


def test_batches_grow_with_what_was_taken() -> None:
    """Few items are spread in small batches, of many a batch holds many, and no process has more than a share of them to itself."""
    sizes = list(
        map_batches(len, range(3000), workers=1, batch_size=100, weight=bool, failed=_failed, fingerprint=same_code)
    )
    assert sum(sizes) == 3000
    assert (sizes[0], max(sizes)) == (50, 100)
    assert sizes[:-1] == sorted(sizes[:-1])
    assert all(8 * size <= max(400, sum(sizes[:number])) for number, size in enumerate(sizes))


def test_a_cluster_that_is_not_there_is_told(scheduler: str) -> None:
    """A wrong address, and workers with other code, end with a clear message before anything is worked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "_PATIENCE", 1)
        with pytest.raises(ConfigurationError, match="dask scheduler"):
            _map(double, NUMBERS, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="other code or tables"):
        _map(double, NUMBERS, scheduler=scheduler, fingerprint=own_process)


def _copies_of_the_sample(folder: Path, times: int) -> Path:
    """The articles of the sample, several times over with other ids and other words, as JSON Lines."""
    lines = []
    for item in read_articles([SAMPLE], load_settings()):
        if isinstance(item, Article):
            for number in range(times):
                fields = {"id": f"{item.source_id} {number}", "title": item.title, "date": str(item.published or "")}
                lines.append(json.dumps(fields | {"text": f"{item.text}\n\nThis was printing number {number}."}))
    path = folder / "many.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_worker_killed_half_way_changes_nothing(scheduler: str, tmp_path: Path) -> None:
    """One of two workers of a cluster is killed while a run is under way: the same bytes as on this machine alone."""
    path = _copies_of_the_sample(tmp_path, 3)
    command = ["run", str(path), "--no-data-docs"]
    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        before = client.run(os.getpid)
        running = subprocess.Popen(
            [sys.executable, "-m", "etl", *command, "--out", str(tmp_path / "out"), "--scheduler", scheduler],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "ETL_BATCH_SIZE": "4"},
        )  # fmt: skip
        busy = 0
        for _ in range(1_200):
            busy += any(client.processing().values())
            if busy >= 5 or running.poll() is not None:
                break
            time.sleep(0.1)
        assert running.poll() is None, "the run was over before a worker could be killed"
        os.kill(sorted(before.values())[0], signal.SIGKILL)
        _, told = running.communicate(timeout=300)
        assert running.returncode == 0, told
        client.wait_for_workers(2, timeout=60)
        assert set(client.run(os.getpid).values()) != set(before.values())
    done = call_warm(*command, "--out", tmp_path / "alone", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _tables(tmp_path / "out") == _tables(tmp_path / "alone")
