"""Nothing is lost: killed at any moment, on a full disk or beside another run, the last good tables stand, and the next run goes on."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from etl.errors import ConfigurationError
from etl.stored import read_stored
from schemas import TABLES
from tests.conftest import ROOT, call_warm

POINTS = {"calls": 13, "seconds": 7}
"""Moments at which a run is killed: at a call that changes a file, and after some time."""
SEED = 20

OLD = ["Norway sold 12 tanks to Ghana in 2019, the ministry said.", "Sweden delivered 4 boats to Chile in May 2020."]
NEW = [
    *OLD, "France ordered nothing.", "", "Italy will supply 6 helicopters to Kenya, the ministry said on Monday.",
    "Spain delivered 20 howitzers to Peru in 2021.", "Turkey sold 3 drones to Mali in 2022, the army said.",
]  # fmt: skip


class Killable:
    """The command line, which can be killed at a chosen moment."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.golden.killable"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"ETL_BATCH_SIZE": "1"},
        )  # fmt: skip

    def run(self, folder: Path, left: int = 0, seconds: float = 0, limit: int = 0) -> dict[str, object]:
        """Return how a run in a folder ended; see `killable`."""
        assert self._process.stdin
        assert self._process.stdout
        command = {"folder": str(folder), "left": left, "seconds": seconds, "limit": limit}
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        told: dict[str, object] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@dataclass(frozen=True)
class Stage:
    """What the tests begin from.

    Attributes:
        killable: runs the command line.
        folder: new input beside the tables of a run over the old one.
        before: hashes of those tables.
        after: hashes of the tables that an undisturbed run makes of the new input.
        calls: how many calls change a file in that run.
        seconds: how long it takes.
    """

    killable: Killable
    folder: Path
    before: dict[str, str]
    after: dict[str, str]
    calls: int
    seconds: float


def _write(folder: Path, texts: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")


def _hashes(out: Path) -> dict[str, str]:
    """The hashes of all that a run leaves for its users."""
    found = (path for path in sorted(out.iterdir()) if path.is_file() and not path.name.startswith("."))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A first run, then new articles, and an undisturbed run over them beside it."""
    killable = Killable()
    folder = tmp_path_factory.mktemp("killed") / "stage"
    folder.mkdir()
    _write(folder / "in", OLD)
    assert killable.run(folder)["status"] == 0
    _write(folder / "in", NEW)
    shutil.copytree(folder, undisturbed := folder.with_name("undisturbed"))
    told = killable.run(undisturbed)
    assert told["status"] == 0, told["said"]
    before, after = _hashes(folder / "out"), _hashes(undisturbed / "out")
    yield Stage(killable, folder, before, after, int(str(told["calls"])), float(str(told["seconds"])))
    killable.close()


@pytest.fixture
def copy(stage: Stage, tmp_path: Path) -> Path:
    """A folder of its own to begin from."""
    return Path(shutil.copytree(stage.folder, tmp_path / "copy"))


def _points(kind: str) -> list[float]:
    """Shares of the run at which it is killed: the last calls, by which tables are put in place, and seeded ones."""
    draw = random.Random(SEED)
    ends = [1.0, 0.97] if kind == "calls" else []
    return [*ends, *(round(draw.random(), 3) for _ in range(POINTS[kind] - len(ends)))]


@pytest.mark.parametrize(("kind", "share"), [(kind, share) for kind in POINTS for share in _points(kind)])
def test_killed_at_any_moment(kind: str, share: float, stage: Stage, copy: Path) -> None:
    """The tables are those of before or those of after, each file whole; the next run gives the bytes of an undisturbed one."""
    moment = {"left": max(1, round(share * stage.calls))} if kind == "calls" else {"seconds": share * stage.seconds}
    told = stage.killable.run(copy, **moment)  # type: ignore[arg-type]
    assert kind == "seconds" or told["status"] == 9
    found = _hashes(copy / "out")
    if (copy / "out" / ".finished").exists():  # on their way to their places
        assert all(found[name] in {stage.before[name], stage.after[name]} for name in stage.before)
        with pytest.raises(ConfigurationError, match="cut off"):
            read_stored(TABLES["events"], copy / "out")
    else:
        assert found in (stage.before, stage.after)
    again = stage.killable.run(copy)
    assert again["status"] == 0, again["said"]
    assert _hashes(copy / "out") == stage.after
    assert sorted(path.name for path in (copy / "out").glob(".*")) == [".kept", ".lock"]
    assert not list((copy / "out" / ".kept").rglob("*.part"))


def test_what_was_worked_out_is_kept(stage: Stage, copy: Path) -> None:
    """A run that is killed when it has kept some entries leaves them: the next works on fewer articles than are new."""
    kept = len(list((copy / "out" / ".kept").rglob("*.parquet")))
    for left in range(1, stage.calls):
        stage.killable.run(copy, left=left)
        if len(list((copy / "out" / ".kept").rglob("*.parquet"))) > kept:
            break
    said = str(stage.killable.run(copy)["said"])
    worked = re.search(r"extracted now +(\d+)", said)
    assert worked, said
    assert 0 < int(worked[1]) < len(NEW) - len(OLD)
    assert _hashes(copy / "out") == stage.after


def test_a_second_run_is_refused(stage: Stage, copy: Path) -> None:
    """While a run holds the folder, another ends at once with one clear line, and changes nothing."""
    with FileLock(copy / "out" / ".lock"):
        told = stage.killable.run(copy)
    assert os.waitstatus_to_exitcode(int(str(told["status"]))) == 2
    assert re.fullmatch(r"etl: .*out: another run is writing there\. Wait .*\n", str(told["said"]))
    assert _hashes(copy / "out") == stage.before


def test_a_dead_process_keeps_no_lock(stage: Stage, copy: Path) -> None:
    """The lock goes with a process that is killed while it holds it."""
    hold = f"import os, signal; from filelock import FileLock; FileLock({str(copy / 'out' / '.lock')!r}).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    assert subprocess.run([sys.executable, "-c", hold], check=False).returncode == -9
    assert stage.killable.run(copy)["status"] == 0


def test_its_processes_end_with_it(copy: Path) -> None:
    """The worker processes of a run that is killed do not stay."""
    _write(copy / "in", [f"Norway sold {number} tanks to Ghana in 2019. " * 200 for number in range(100)])
    command = [sys.executable, "-m", "etl", "run", "in", "--out", "other", "--no-data-docs", "--workers", "2"]
    run = subprocess.Popen(command, cwd=copy, env=os.environ | {"PYTHONPATH": str(ROOT), "ETL_BATCH_SIZE": "1"})
    parent, workers = psutil.Process(run.pid), []
    while len(workers) < 2 and run.poll() is None:
        workers = [child for child in parent.children() if "spawn_main" in " ".join(child.cmdline())]
    run.kill()
    run.wait()
    assert len(workers) == 2
    assert psutil.wait_procs(workers, timeout=60)[1] == []


@pytest.mark.parametrize("limit", [1_000, 20_000])
def test_a_full_disk(limit: int, stage: Stage, copy: Path) -> None:
    """Where nothing more can be written, the run ends with one clear line, and the tables of before stand; the next run is whole."""
    told = stage.killable.run(copy, limit=limit)
    assert os.waitstatus_to_exitcode(int(str(told["status"]))) == 2, told["said"]
    assert re.fullmatch(
        r"etl: out: the tables cannot be written \(.*\)\. Those of the last run stand .*\n", str(told["said"])
    )
    assert _hashes(copy / "out") == stage.before
    assert stage.killable.run(copy)["status"] == 0
    assert _hashes(copy / "out") == stage.after


@pytest.mark.skipif(os.geteuid() == 0, reason="the rights of files do not hold for root")
def test_no_right_to_write(stage: Stage, copy: Path) -> None:
    """Without the right to write there, the run ends at once with one clear line."""
    (copy / "out").chmod(0o500)
    told = stage.killable.run(copy)
    (copy / "out").chmod(0o700)
    assert os.waitstatus_to_exitcode(int(str(told["status"]))) == 2
    assert re.fullmatch(r"etl: .*cannot be written to .*\n", str(told["said"]))
    assert _hashes(copy / "out") == stage.before


def test_the_folder_is_a_file(tmp_path: Path) -> None:
    """An output that is a file, not a folder, is told in one line."""
    _write(tmp_path / "in", OLD)
    (tmp_path / "out").write_text("not a folder", encoding="utf-8")
    done = call_warm("run", "in", "--out", "out/tables", folder=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(r"etl: .*out/tables: cannot be written to .*\n", done.stderr)
