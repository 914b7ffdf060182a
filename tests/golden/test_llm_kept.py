"""What changes nothing in the tables, and what voids the kept: processes and batches, new articles, the gate, and the settings of the model."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl.extraction.llm import request
from etl.fingerprint import extraction_fingerprint
from etl.kept.keep import keep
from etl.kept.store import Store
from etl.settings import load_settings
from etl.sources.files import list_files
from tests.conftest import Run
from tests.golden.told_articles import (
    BY_ID,
    asked_about,
    model,
    record_of,
    run,
    settings_for,
    tables_of,
    write,
)
from tests.llm_server import Endpoint, serve

FEW = ("tanks", "long")


@pytest.fixture(scope="module")
def server() -> Iterator[Endpoint]:
    """The model."""
    with serve(model) as started:
        yield started


@pytest.fixture(scope="module")
def few(server: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over few articles."""
    folder = tmp_path_factory.mktemp("few")
    write(folder / "in", [BY_ID[name] for name in FEW])
    run(folder, server.at)
    return folder


def test_processes_and_batches_change_no_byte(few: Path, server: Endpoint, tmp_path: Path) -> None:
    """Two processes, other batches and one request at a time: the tables are the same, and so is the record but for the model's time."""
    write(tmp_path / "in", [BY_ID[name] for name in FEW])
    other = run(tmp_path, server.at, workers=2, batch_size=1, llm_concurrency=1, llm_retries=2)
    assert other.summary.tally.asked == 3
    one = Run(few / "out", other.summary)
    assert tables_of(other) == tables_of(one)
    records = record_of(one), record_of(other)
    for record in records:
        record["language_model"].pop("milliseconds")
    assert records[0] == records[1]


def test_one_more_article_is_asked_about_alone(few: Path, server: Endpoint, tmp_path: Path) -> None:
    """What is new is sent, and nothing else; the tables are those of a run over all from the start."""
    shutil.copytree(few, tmp_path, dirs_exist_ok=True)
    write(tmp_path / "in", [BY_ID["ru"], *(BY_ID[name] for name in FEW)])
    since = len(server.bodies)
    again = run(tmp_path, server.at)
    assert asked_about(server, since) == ["ru"]
    assert again.summary.extracted == 1
    assert tables_of(again) == tables_of(run(tmp_path, None, out="fresh", llm_replay=True))


def test_without_the_gate_all_are_sent(few: Path, server: Endpoint, tmp_path: Path) -> None:
    """The article that names no arms is sent too, and that changes no table."""
    shutil.copytree(few, tmp_path, dirs_exist_ok=True)
    write(tmp_path / "in", [BY_ID["rain"], *(BY_ID[name] for name in FEW)])
    since = len(server.bodies)
    gated = run(tmp_path, server.at)
    assert asked_about(server, since) == []
    ungated = run(tmp_path, server.at, out="ungated", gate=False)
    assert asked_about(server, since) == ["rain"]
    assert tables_of(ungated) == tables_of(gated)


VOIDS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "another model": ({"llm_model": "m-2"}, ["long", "long", "tanks"]),
    "other options": ({"llm_options": {"temperature": 0, "seed": 1, "max_tokens": 2000}}, ["long", "long", "tanks"]),
    "another form of answer": ({"llm_answer_form": "text"}, ["long", "long", "tanks"]),
    "another prompt": ({}, ["long", "long", "tanks"]),
    "a larger window": ({"llm_window_chars": 5000}, ["long"]),
    "another overlap": ({"llm_overlap_chars": 60}, ["long"]),
    "another confidence": ({"llm_confidence": 0.4}, []),
    "the model alone": ({"extractor": "llm"}, []),
    "without the gate": ({"gate": False}, []),
}
"""Changes after which the articles are worked on anew, and of which pieces the model is asked then."""


def kept(folder: Path, at: str, **more: Any) -> tuple[int, set[str]]:
    """How many articles are worked on under some settings, the tables not being written; and who found what was kept, in which state."""
    settings = load_settings(**settings_for(at, folder / "answers.sqlite", **more))
    store = Store(folder / "out" / ".kept", extraction_fingerprint(settings))
    files = list_files([folder / "in"])
    quiet: dict[str, Any] = {"listed": lambda _: None, "rejected": lambda _: None, "progress": lambda *_: None}
    counts = keep(files, store, settings, **quiet)
    found = [entry["mentions"] for path in store.files() for entry in pq.read_table(path).to_pylist()]
    return counts.worked, {mention["extractor_version"] for mentions in found for mention in mentions}


@pytest.mark.parametrize(("change", "asked"), VOIDS.values(), ids=VOIDS)
def test_what_changes_an_answer_voids_what_was_kept(
    change: dict[str, Any],
    asked: list[str],
    few: Path,
    server: Endpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All articles are worked on anew; the model is asked just what it was not asked before, and each mention tells the new state."""
    shutil.copytree(few, tmp_path, dirs_exist_ok=True)
    _, before = kept(tmp_path, server.at)
    if not change:
        monkeypatch.setattr(request, "prompt", lambda: "Tell all claims.")
    since = len(server.bodies)
    worked, after = kept(tmp_path, server.at, **change)
    assert worked == len(FEW)
    assert asked_about(server, since) == asked
    assert bool(after - before) is bool(asked)


KEEPS: dict[str, Any] = {
    "llm_base_url": "http://127.0.0.1:9/v1",
    "llm_api_key": "mk-1",
    "llm_concurrency": 9,
    "llm_token_budget": 1,
    "llm_timeout": 7,
    "llm_retries": 3,
    "llm_requests_per_minute": 5,
    "llm_answers": "other.sqlite",
}


@pytest.mark.parametrize("change", [*({name: value} for name, value in KEEPS.items()), KEEPS], ids=[*KEEPS, "all"])
def test_what_changes_no_answer_voids_nothing(
    change: dict[str, Any], few: Path, server: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where and how fast the model is asked is not what it answers: nothing is asked or worked on, and the bytes of a run are the same."""
    shutil.copytree(few, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    since = len(server.bodies)
    assert kept(tmp_path, server.at, **change)[0] == 0
    if change is KEEPS:
        again = run(tmp_path, server.at, **change)
        first = Run(few / "out", again.summary)
        assert (tables_of(again), record_of(again)) == (tables_of(first), record_of(first))
    assert len(server.bodies) == since
