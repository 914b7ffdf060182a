"""The fuzzing harness runs: each target does its seeds and some inputs made of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("atheris", reason="atheris runs on Linux only")


def test_every_target_runs(tmp_path: Path) -> None:
    """All targets do their seeds and some more inputs, with nothing found."""
    arguments = ["-m", "tests.fuzz", "all", "--runs", "90", "--blind", "--findings", str(tmp_path)]
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "number_of_executed_units" in done.stderr
    assert list(tmp_path.iterdir()) == []
