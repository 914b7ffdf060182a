"""All that is read comes out, as an article or in quarantine, each with a row of its own; a run that cannot show it fails."""

import json
import random
from pathlib import Path

import pandas as pd
import pytest

from etl import pipeline
from etl.errors import AccountingError
from etl.settings import load_settings
from tests.conftest import run_pipeline

GOOD = "Norway sold {} tanks to Ghana in 2019, the defence ministry said in a statement."
SEEDS = range(6)


def _inputs(folder: Path, seed: int) -> tuple[list[str | Path], int]:
    """Two folders with files of the same names, good and bad records, and copies of them; and the number of items in them."""
    draw, items = random.Random(seed), 0
    for name in ("first", "second"):
        (folder / name).mkdir()
        for file in range(3):
            lines = []
            for _ in range(draw.randrange(1, 8)):
                number = draw.randrange(3)
                kinds = [
                    json.dumps({"id": f"r{number}", "text": GOOD.format(number)}), json.dumps({"text": GOOD.format(number)}),
                    json.dumps({"id": f"r{number}", "text": ""}), '{"id": "cut", "te', "[1]", json.dumps({"id": "r", "date": "x"}),
                ]  # fmt: skip
                lines += [draw.choice(kinds)] * draw.choice([1, 1, 1, 2, 3])
            (folder / name / f"{file}.jsonl").write_text("\n".join(lines), encoding="utf-8")
            items += len(lines)
        for bad, content in (("empty.txt", b""), ("photo.jpg", b"\xff\xd8\xff\xe0"), ("header.csv", b"id,text\n")):
            (folder / name / bad).write_bytes(content)
            items += 1
    return [folder / "first", folder / "second"], items


@pytest.mark.parametrize("seed", SEEDS)
def test_each_item_is_one_row(seed: int, tmp_path: Path) -> None:
    """Whatever is read, and however often: as many articles and rows of quarantine as items, all told apart."""
    inputs, items = _inputs(tmp_path, seed)
    pipeline.run(inputs, tmp_path / "out", load_settings(), progress=lambda *_: None, data_docs=False)
    articles, quarantine = (
        pd.read_parquet(tmp_path / "out" / f"{name}.parquet") for name in ("articles", "quarantine")
    )
    assert len(articles) + len(quarantine) == items
    assert quarantine["quarantine_id"].is_unique
    assert set(quarantine["stage"]) == {"read"}


def test_a_run_that_loses_something_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an entry is lost on the way, the run ends with an error, and the tables of before stand."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(GOOD.format(3), encoding="utf-8")
    before = run_pipeline(tmp_path / "in", tmp_path / "out").table("articles")
    (tmp_path / "in" / "empty.txt").write_text("", encoding="utf-8")
    monkeypatch.setattr("etl.assemble.articles.Quarantine.flush", lambda self: self._waiting.clear())
    with pytest.raises(AccountingError, match=r"1 entries were put aside, but 0 stand in quarantine"):
        run_pipeline(tmp_path / "in", tmp_path / "out")
    monkeypatch.setattr("etl.pipeline.put_aside", lambda *_: None)
    (tmp_path / "in" / "b.txt").write_text("1 2 3 4 5 6 7 8", encoding="utf-8")
    with pytest.raises(AccountingError, match=r"3 documents were read, but 1 articles and 1 quarantined came out"):
        run_pipeline(tmp_path / "in", tmp_path / "out")
    assert pd.read_parquet(tmp_path / "out" / "articles.parquet").equals(before)


def test_a_kept_file_that_stands_twice_is_found_out(tmp_path: Path) -> None:
    """A kept file that somebody has copied would double rows: the run fails and says what to delete."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(GOOD.format(3), encoding="utf-8")
    run_pipeline(tmp_path / "in", tmp_path / "out")
    (kept,) = (tmp_path / "out" / ".kept").rglob("*.parquet")
    kept.with_name("copy.parquet").write_bytes(kept.read_bytes())
    with pytest.raises(AccountingError, match=r"Delete \.kept"):
        run_pipeline(tmp_path / "in", tmp_path / "out")


def test_more_rows_than_are_written_at_a_time(tmp_path: Path) -> None:
    """Thousands of documents that cannot be used, told by readers and by workers, are all in quarantine."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("{}\n" * 5_000 + "[]\n" * 5_000, encoding="utf-8")
    assert len(run_pipeline(tmp_path / "in", tmp_path / "out").table("quarantine")) == 10_000
