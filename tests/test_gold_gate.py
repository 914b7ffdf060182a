"""The gate: over real articles, coded by hand, the figures do not fall. Collected only where these articles stand."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT, run_pipeline

SHARED = ROOT.parent / "shared"

# F1 at the depth of events, just under what the rules reach (0.52 and 0.464). Raise them when the rules get better; never lower them.
FLOORS = {"work": 0.50, "check": 0.44}


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


def test_one_article_shows_it_all(tmp_path: Path) -> None:
    """An article with talks, a delivery of two kinds, and a disputed one gives just these four events, caption and background none."""
    events = run_pipeline(SHARED / "articles", tmp_path / "out").table("events")
    columns = [
        "supplier_id",
        "recipient_id",
        "system_category",
        "status",
        "assertion",
        "quantity_min",
        "date_edtf",
        "report_date",
    ]
    told = sorted(
        tuple(None if pd.isna(value) else value for value in row) for row in events[columns].itertuples(index=False)
    )
    day = date(2024, 1, 4)
    assert told == [
        ("IRN", "RUS", "missile", "negotiating", "reported", None, None, day),
        ("IRN", "RUS", "uav", "delivered", "disputed", None, "2022-06~/..", day),
        ("PRK", "RUS", "missile", "delivered", "reported", 3, None, day),
        ("PRK", "RUS", "missile", "delivered", "reported", 24, None, day),
    ]
