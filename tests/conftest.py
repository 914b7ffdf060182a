"""What the tests share: a run of the sample, once a session, and short ways to write articles."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl import pipeline
from etl.pipeline import Summary
from etl.review.corrections import Corrections
from etl.settings import Settings, load_settings
from etl.sources import Article

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


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample that ships, run with data docs."""
    return run_pipeline(SAMPLE, tmp_path_factory.mktemp("sample"), data_docs=True)


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
