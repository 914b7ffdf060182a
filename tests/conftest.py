"""What the tests share: a run of the sample, made once for all test processes, and short ways to call and to write articles."""

import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from etl import pipeline
from etl.pipeline import Summary
from etl.review.corrections import Corrections
from etl.settings import Settings, load_settings
from etl.sources import Article

# what tests start again and again would be compiled each time
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# a shell that starts the tests in the background has them ignore Ctrl-C, and so would all that they start
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "raw"

collect_ignore = [] if (ROOT.parent / "shared" / "gold").is_dir() else ["test_gold_gate.py"]


@dataclass(frozen=True)
class Run:
    """A finished run: the folder it wrote, what it said, and its tables."""

    folder: Path
    summary: Summary

    def table(self, name: str) -> pd.DataFrame:
        """Return one of its tables."""
        return pd.read_parquet(self.folder / f"{name}.parquet")


def run_pipeline(
    inputs: Path,
    out: Path,
    *,
    data_docs: bool = False,
    settings: dict[str, int] | None = None,
    corrections: Corrections | None = None,
) -> Run:
    """Return the run of the whole way over some input."""
    summary = pipeline.run(
        [inputs],
        out,
        load_settings(**settings or {}),
        progress=lambda *_: None,
        data_docs=data_docs,
        corrections=corrections,
    )
    return Run(out, summary)


def call(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return what the real command line did in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "etl", *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )  # fmt: skip


@cache
def _starter() -> subprocess.Popen[str]:
    """The process of `tests.starter`; it ends with this one, as its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.starter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def call_warm(*arguments: str | Path, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Return what `call` does, in seconds less: the command line runs in a process that has loaded its modules already.

    For tests of what a command does. Each command is started from nothing by `call` in some test; what libraries read in the
    environment when they are loaded needs `call` too.
    """
    starter, command = _starter(), [str(argument) for argument in arguments]
    assert starter.stdin
    assert starter.stdout
    with tempfile.TemporaryDirectory() as told:
        output, error = Path(told) / "output", Path(told) / "error"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        places = {"folder": str(folder), "output": str(output), "error": str(error)}
        starter.stdin.write(json.dumps({"arguments": command, "environment": environment} | places) + "\n")
        starter.stdin.flush()
        code = int(starter.stdout.readline())
        return subprocess.CompletedProcess(
            command, code, output.read_text(encoding="utf-8"), error.read_text(encoding="utf-8")
        )


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample that ships, run with data docs by the first of the test processes that needs it. Nobody changes its files."""
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    shared = tmp_path_factory.getbasetemp() if is_alone else tmp_path_factory.getbasetemp().parent
    summary = shared / "sample.pickle"
    with FileLock(shared / "sample.lock"):
        if summary.exists():
            return Run(shared / "sample", pickle.loads(summary.read_bytes()))
        run = run_pipeline(SAMPLE, shared / "sample", data_docs=True)
        summary.write_bytes(pickle.dumps(run.summary))
        return run


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The default settings, untouched by an etl.toml of the working folder."""
    monkeypatch.chdir(tmp_path)
    return load_settings()


def make_article(
    text: str, *, published: date | None = date(2024, 1, 4), source_id: str = "a1", **more: object
) -> Article:
    """Return an article of a text, as the readers would make it."""
    return Article(source_id=source_id, source_path=f"{source_id}.txt", text=text, published=published, **more)  # type: ignore[arg-type]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file of the given name and content into a folder of the test, and return its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return _write
