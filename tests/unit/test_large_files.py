"""A large file of many documents is read a line at a time, and gives what it gives when it is read whole."""

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.settings import Settings
from etl.sources import Document, Rejected, reader
from etl.sources.files import list_files
from etl.sources.reader import read_documents

Write = Callable[[str, str | bytes], Path]
ROWS = [
    {"id": f"r{n}", "title": "Boats, and “more”", "text": f"Norway sold {n} boats.\nIt said so; é."} for n in range(60)
]


def _jsonl() -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode("utf-8")


def _csv() -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue().encode("utf-8")


FILES = {
    "JSON Lines": ("a.jsonl", _jsonl()),
    "packed": ("a.jsonl.gz", gzip.compress(_jsonl(), mtime=0)),
    "CSV": ("a.csv", _csv()),
    "older encoding": ("a.jsonl", _jsonl().decode("utf-8").replace("“", '\\"').replace("”", '\\"').encode("cp1252")),
    "a broken line": ("a.jsonl", _jsonl() + b'\n{"id": "cut", "te\n[1]\n'),
}


def _read(path: Path, settings: Settings) -> list[Document | Rejected]:
    return list(read_documents(list_files([path]), settings))


@pytest.mark.parametrize("kind", FILES)
def test_line_by_line_is_as_whole(kind: str, write: Write, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents, places and faults are the same whichever way the file is read."""
    path = write(*FILES[kind])
    whole = _read(path, settings)
    assert len(whole) >= len(ROWS)
    monkeypatch.setattr(reader, "_AT_ONCE", 700)
    assert _read(path, settings) == whole


def test_a_line_without_end_is_put_aside_alone(
    write: Write, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line beyond the limit is one entry of quarantine; the lines around it are read."""
    monkeypatch.setattr(reader, "_AT_ONCE", 700)
    monkeypatch.setattr(reader, "_LONGEST_LINE", 5_000)
    long = json.dumps({"id": "long", "text": "word " * 4_000})
    found = _read(
        write("a.jsonl", _jsonl() + b"\n" + long.encode() + b"\n" + b'{"id": "z", "text": "Sweden."}'), settings
    )
    assert [item.reason for item in found if isinstance(item, Rejected)] == ["too_large"]
    assert [item.fields["id"] for item in found if isinstance(item, Document)] == [*(r["id"] for r in ROWS), "z"]


def test_a_large_file_is_not_in_memory(write: Write, settings: Settings) -> None:
    """Reading a file of 40 MB never holds a quarter of it."""
    line = json.dumps({"text": "Norway sold boats. " * 50}).encode() + b"\n"
    path = write("a.jsonl", line * (40_000_000 // len(line)))
    tracemalloc.start()
    count = sum(1 for _ in read_documents(list_files([path]), settings))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_000_000 // len(line)
    assert peak < 10_000_000
