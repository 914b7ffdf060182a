"""What was worked out is kept: a later run works on what is new alone, and its tables are those of a run from the start."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl import fingerprint
from etl.errors import ConfigurationError
from etl.extraction.protocol import Aside
from etl.fingerprint import extraction_fingerprint
from etl.kept.entry import of_article, of_rejected, to_table
from etl.kept.store import Store
from etl.settings import load_settings
from etl.sources import Article, Rejected, read_articles
from tests.conftest import ROOT, SAMPLE, Run, run_pipeline

TABLES = ["articles", "texts", "mentions", "events", "transfers", "transfer_events", "conflicts", "quarantine"]


def _lines() -> list[str]:
    """The articles of the sample as lines of JSON, each with its own id."""
    found = read_articles([SAMPLE], load_settings())
    return [
        json.dumps({"id": a.source_id, "title": a.title, "date": str(a.published or ""), "text": a.text})
        for a in found
        if isinstance(a, Article)
    ]


def _write(folder: Path, lines: list[str], name: str = "all.jsonl") -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def _bytes(run: Run) -> dict[str, bytes]:
    return {name: (run.folder / f"{name}.parquet").read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The sample's articles."""
    return _lines()


@pytest.fixture(scope="module")
def made(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over all articles but the last two."""
    folder = tmp_path_factory.mktemp("first")
    return run_pipeline(_write(folder / "in", lines[:-2]), folder / "out")


@pytest.fixture
def first(made: Run, tmp_path: Path) -> Run:
    """That run with its input, in folders of the test's own."""
    shutil.copytree(made.folder.parent, tmp_path, dirs_exist_ok=True)
    return Run(tmp_path / "out", made.summary)


def test_a_second_run_extracts_nothing(first: Run, tmp_path: Path) -> None:
    """The same input again: nothing is worked out, and the bytes are the same."""
    before = _bytes(first)
    again = run_pipeline(tmp_path / "in", tmp_path / "out")
    assert (first.summary.extracted, again.summary.extracted) == (first.summary.articles, 0)
    assert _bytes(again) == before


def test_what_is_new_is_extracted_alone(first: Run, lines: list[str], tmp_path: Path) -> None:
    """New, changed, moved and missing articles: only new words are worked on, and all is as if there had been no first run."""
    changed = json.loads(lines[0])
    changed["text"] += " Iran sold 12 tanks to Ghana in 2019."
    later = [lines[-1], *reversed(lines[2:-2]), json.dumps(changed), lines[-2]]  # the second is gone
    again = run_pipeline(_write(tmp_path / "in", later, "export_of_june.jsonl"), first.folder)
    fresh = run_pipeline(tmp_path / "in", tmp_path / "fresh")
    assert again.summary.extracted == 3
    assert fresh.summary.extracted == len(later)
    assert _bytes(again) == _bytes(fresh)


def test_what_cannot_be_read_is_worked_out_again(first: Run, tmp_path: Path) -> None:
    """A kept file that is broken costs its articles a second extraction, nothing more."""
    before = _bytes(first)
    (path,) = (first.folder / ".kept").glob("*/*.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    again = run_pipeline(tmp_path / "in", first.folder)
    assert again.summary.extracted == first.summary.articles
    assert _bytes(again) == before


def test_another_setting_of_the_readers_extracts_anew(first: Run, tmp_path: Path) -> None:
    """A setting on which extraction hangs makes what was kept void, and it is deleted."""
    again = run_pipeline(tmp_path / "in", first.folder, settings={"max_article_chars": 900_000})
    assert again.summary.extracted == first.summary.articles
    assert len([path for path in (first.folder / ".kept").iterdir() if path.is_dir()]) == 1


CHANGES = {
    "etl/reference/verbs.csv": True,
    "etl/reference/systems/aircraft.csv": True,
    "etl/extraction/scorer/model.json": True,
    "etl/merge/claims.py": True,
    "schemas/columns.py": True,
    "etl/reference/register_names.csv": False,
    "etl/merge/transfers.py": False,
    "etl/publish/release.py": False,
    "etl/cli.py": False,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_voids_just_what_hangs_on_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, tables and model void what was extracted; what comes after extraction does not."""
    for part in ("etl", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "texts"))
    monkeypatch.setattr(fingerprint, "_ROOT", tmp_path)
    before = extraction_fingerprint(load_settings())
    with (tmp_path / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert (extraction_fingerprint(load_settings()) != before) is CHANGES[name]


def test_a_fault_of_the_machine_is_not_kept(tmp_path: Path) -> None:
    """An article whose extraction failed is tried again by the next run; one that is no article is not."""
    article = Article("a", "a.txt", "Iran sold tanks to Ghana.")
    failed = Aside("extract", "extraction_failed", "the process died", "a")
    bad = Rejected("read", "b.txt", "no_text", "no text", "b")
    store = Store(tmp_path, "1" * 64)
    store.add(to_table([of_article(b"a" * 16, article, [], [], [failed]), of_rejected(b"b" * 16, bad)]))
    store.flush()
    assert sum(pq.read_metadata(path).num_rows for path in store.files()) == 2
    later = Store(tmp_path, "1" * 64)
    assert (b"a" * 16 in later, b"b" * 16 in later) == (False, True)


def test_the_folder_can_be_shared(first: Run, tmp_path: Path) -> None:
    """Another output folder with the same `kept` setting extracts nothing."""
    shared: dict[str, object] = {"kept": first.folder / ".kept"}
    other = run_pipeline(tmp_path / "in", tmp_path / "other", settings=shared)  # type: ignore[arg-type]
    assert other.summary.extracted == 0
    assert not (tmp_path / "other" / ".kept").exists()


def test_a_run_that_stops_keeps_what_it_has(first: Run, lines: list[str], tmp_path: Path) -> None:
    """A run that ends with an error leaves the tables as they were, and what it extracted for the next one."""
    before = _bytes(first)
    folder = _write(tmp_path / "in", lines)
    corrections = tmp_path / "corrections.csv"
    row = f"me,2026-01-01,drop,{'0' * 16},,x,,why"
    corrections.write_text(f"who,when,action,target,field,expected,value,why\n{row}\n", encoding="utf-8")
    from etl.review.corrections import read_corrections

    with pytest.raises(ConfigurationError):
        run_pipeline(folder, first.folder, corrections=read_corrections(corrections))
    assert _bytes(first) == before
    assert not (first.folder / ".run").exists()
    assert run_pipeline(folder, first.folder).summary.extracted == 0
