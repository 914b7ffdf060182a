"""The same articles give the same bytes: run again, in another order, and with more workers."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.settings import load_settings
from etl.sources import Article, read_articles
from tests.conftest import SAMPLE, Run, run_pipeline


def _bytes(run: Run) -> dict[str, bytes]:
    """Each file that a run wrote, but for the HTML of the checks and the record of the files that went in."""
    files = [path for path in sorted(run.folder.iterdir()) if path.is_file() and path.name != "run.json"]
    return {path.name: path.read_bytes() for path in files}


def _records() -> list[str]:
    """The articles of the sample as lines of JSON."""
    articles = [item for item in read_articles([SAMPLE], load_settings()) if isinstance(item, Article)]
    return [
        json.dumps(
            {
                "id": a.source_id,
                "title": a.title,
                "publisher": a.publisher,
                "date": str(a.published or ""),
                "text": a.text,
            }
        )
        for a in articles
    ]


def _write(folder: Path, lines: list[str]) -> Path:
    folder.mkdir()
    (folder / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over the sample's articles in one file, in the order of their ids."""
    folder = tmp_path_factory.mktemp("straight")
    return run_pipeline(_write(folder / "in", sorted(_records())), folder / "out")


def _again(tmp_path: Path, lines: list[str], **settings: int) -> Run:
    return run_pipeline(_write(tmp_path / "in", lines), tmp_path / "out", settings=settings)


CHANGES: dict[str, tuple[Callable[[list[str]], list[str]], dict[str, int]]] = {
    "run again": (lambda lines: lines, {}),
    "in another order": (lambda lines: random.Random(7).sample(lines, len(lines)), {}),
    "in other batches": (lambda lines: lines, {"batch_size": 3}),
    "with two workers": (
        lambda lines: random.Random(8).sample(lines, len(lines)),
        {"workers": 2, "batch_size": 10},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_bytes_are_the_same(change: str, straight: Run, tmp_path: Path) -> None:
    """Neither time, nor order, nor batches, nor the number of workers leaves a trace in the files."""
    order, settings = CHANGES[change]
    assert _bytes(_again(tmp_path, order(sorted(_records())), **settings)) == _bytes(straight)


def test_a_second_run_replaces_the_first(straight: Run, tmp_path: Path) -> None:
    """A run into a folder that holds another run leaves nothing of that one."""
    lines = sorted(_records())
    _again(tmp_path, lines[:5])
    (tmp_path / "in" / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert _bytes(run_pipeline(tmp_path / "in", tmp_path / "out")) == _bytes(straight)


def test_an_article_does_not_depend_on_the_others(straight: Run, tmp_path: Path) -> None:
    """The events of an article are the same whether it is read alone or with others."""
    whole = pq.read_table(straight.folder / "events.parquet").to_pylist()
    name = whole[0]["source_id"]
    alone = _again(tmp_path, [line for line in _records() if json.loads(line)["id"] == name])
    assert pq.read_table(alone.folder / "events.parquet").to_pylist() == [
        row for row in whole if row["source_id"] == name
    ]
