"""The fuzzing harness: each target does its seeds, and what breaks a rule is found and kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fuzz.__main__ import TARGETS, action, seeds

PLANTED = """
from tests.fuzz import checks
from tests.fuzz.__main__ import main

def check(text):
    assert len(text) < 30, "too long"

checks.check_quantity = check
main()
"""
"""The harness with a rule that long inputs break, as no seed does."""


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_does_its_seeds(target: str) -> None:
    """The inputs from which a target goes out break no rule, nor do their halves."""
    do = action(target)
    assert seeds(target)
    for seed in seeds(target):
        do(seed)
        do(seed[: len(seed) // 2])


def _fuzz(folder: Path, *arguments: str, planted: bool) -> subprocess.CompletedProcess[str]:
    start = ["-c", PLANTED] if planted else ["-m", "tests.fuzz"]
    return subprocess.run(
        [sys.executable, *start, "quantity", "--findings", str(folder), *arguments], cwd=ROOT, capture_output=True,
        text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_what_breaks_a_rule_is_found(tmp_path: Path) -> None:
    """A fault is found from seeds that do not show it, and the input is kept, which shows it again and only where the fault is."""
    pytest.importorskip("atheris", reason="atheris runs on Linux only")
    done = _fuzz(tmp_path, "--runs", "100000", "--blind", planted=True)
    assert (done.returncode, "too long" in done.stderr + done.stdout) == (77, True), done.stderr[-3000:]
    (kept,) = tmp_path.glob("quantity-crash-*")
    assert "too long" in _fuzz(tmp_path, "--again", str(kept), planted=True).stderr
    assert "breaks no rule" in _fuzz(tmp_path, "--again", str(kept), planted=False).stdout


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    """A run that breaks no rule ends well, with as many inputs as were asked for."""
    pytest.importorskip("atheris", reason="atheris runs on Linux only")
    done = _fuzz(tmp_path, "--runs", "500", "--blind", planted=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "number_of_executed_units: 500" in done.stderr
    assert list(tmp_path.iterdir()) == []
