"""The gate: over real articles, coded by hand, the figures do not fall. Collected only where these articles stand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_pipeline

SHARED = ROOT.parent / "shared"

# F1 at the depth of events, just under what the rules reach (0.334 and 0.368). Raise them when the rules get better; never lower them.
FLOORS = {"work": 0.32, "check": 0.35}


@pytest.mark.parametrize("name", FLOORS)
def test_the_figures_do_not_fall(name: str, tmp_path: Path) -> None:
    """F1 at the depth of events over the coded articles is at least what it was; totals alone are told."""
    gold = SHARED / "gold" / f"{name}.jsonl"
    run = run_pipeline(gold, tmp_path / "out")
    command = [
        sys.executable,
        str(SHARED / "bin" / "score"),
        str(run.folder / "events.parquet"),
        str(gold),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["event"]["f1"] >= FLOORS[name]
