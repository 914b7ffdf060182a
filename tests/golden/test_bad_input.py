"""Bad files beside good ones, through the real command line: good events come out, the rest is told."""

import gzip
import re
import subprocess

import pandas as pd
import pytest

from tests.conftest import Run, call_warm

GOOD = "Norway sold 12 tanks to Ghana in 2019, the defence ministry said in a statement."
PACKED = gzip.compress(("Sweden sold boats to Ghana. " * 500).encode())

BAD: dict[str, tuple[bytes, str, str]] = {
    "empty.txt": (b"", "empty_file", "no bytes"),
    "photo.txt": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "unsupported_format", "JPEG"),
    "cut.txt.gz": (PACKED[: len(PACKED) // 2], "corrupt_file", "broken or cut off"),
    "no_text.csv": (b"id,date,author\n1,2024-01-04,me\n", "no_text_column", "'author'"),
    "long_line.txt": (b"weapons " * (30_000_000 // 8), "too_large", "30,000,000"),
    "nul.txt": (b"\x00" * 5000, "not_text", "NUL"),
    "broken.jsonl": (
        b'{"id": "ok", "text": "%s"}\n{"id": "cut", "te' % GOOD.encode(),
        "bad_record",
        "line 2",
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, subprocess.CompletedProcess[str]]:
    """The command line over a folder of bad files and one good article."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "in").mkdir()
    for name, (content, _, _) in BAD.items():
        (folder / "in" / name).write_bytes(content)
    (folder / "in" / "good.txt").write_text(GOOD, encoding="utf-8")
    done = call_warm("run", "in", "--out", "out", "--no-data-docs", folder=folder)
    return Run(folder / "out", None), done  # type: ignore[arg-type]


def test_the_run_ends_well(run: tuple[Run, subprocess.CompletedProcess[str]]) -> None:
    """Bad input is no failure of the run: exit code 0, no traceback, and the number put aside is told."""
    _, done = run
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert re.search(rf"^in quarantine +{len(BAD)}$", done.stdout, re.MULTILINE)


def test_good_events_come_out(run: tuple[Run, subprocess.CompletedProcess[str]]) -> None:
    """The good file, and the good record of a broken file, give their events."""
    events = run[0].table("events")
    columns = ["source_id", "supplier_id", "recipient_id", "system_category", "quantity_min", "status"]
    told = sorted(map(tuple, events[columns].astype(object).values.tolist()))
    assert told == [(name, "NOR", "GHA", "armoured_vehicle", 12, "ordered") for name in ("good.txt", "ok")]


@pytest.mark.parametrize("name", BAD)
def test_each_bad_file_has_its_reason(name: str, run: tuple[Run, subprocess.CompletedProcess[str]]) -> None:
    """Each bad file is one row of quarantine, with its reason and what to do in words."""
    quarantine = run[0].table("quarantine")
    (row,) = quarantine[quarantine["source_path"] == name].to_dict("records")
    _, reason, told = BAD[name]
    assert (row["reason_code"], row["stage"]) == (reason, "read")
    assert told in row["message"]


def test_nothing_else_is_put_aside(run: tuple[Run, subprocess.CompletedProcess[str]]) -> None:
    """Files in are articles out and rows of quarantine, no more and no less."""
    tables = [run[0].table(name) for name in ("articles", "quarantine")]
    paths = pd.concat([table["source_path"] for table in tables])
    assert sorted(set(paths)) == sorted([*BAD, "good.txt"])
    assert [len(table) for table in tables] == [2, len(BAD)]
