"""From articles to releases, the whole way: a second release tells just what changed, and a day in the past is told as it was."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from etl.quality.stored import check_stored
from etl.review.corrections import COLUMNS, read_corrections
from tests.conftest import call, call_warm, run_pipeline

ARTICLES = {
    "tanks.txt": "Published: 2019-06-04\n\nNorway sold 12 tanks to Ghana on Monday.\n",
    "drones.txt": "Published: 2022-09-14\n\nIran delivered 40 drones to Russia in August 2022.\n",
    "radars.txt": "Published: 2021-05-20\n\nSweden gave 3 radars to Kenya in May 2021.\n",
    "copy.txt": "Published: 2022-09-15\n\nIran delivered 40 drones to Russia in August 2022.\n",
}
LATER = {
    "frigates.txt": "Published: 2023-01-10\n\nFrance delivered two frigates to Egypt on Monday.\n",
    "more_drones.txt": "Published: 2022-11-02\n\nIran has delivered drones to Russia, the ministry in Kyiv said.\n",
}


def _write(folder: Path, articles: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")


def _release(folder: Path, version: str, tables: str) -> Path:
    done = call_warm("release", version, "--tables", tables, "--out", "releases", "--tier", "candidate", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "releases" / version


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two builds and their releases: in the second one article is gone, one event corrected, and two articles are new."""
    folder = tmp_path_factory.mktemp("story")
    _write(folder / "in", ARTICLES)
    run_pipeline(folder / "in", folder / "first")
    _release(folder, "2026.10.0", "first")
    (folder / "in" / "radars.txt").unlink()
    _write(folder / "in", LATER)
    events = pd.read_parquet(folder / "first" / "events.parquet").set_index("source_id")
    with (folder / "corrections.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        target = events.loc["tanks.txt", "event_id"]
        writer.writerow(
            ["A. Reader", "2026-11-01", "change", target, "quantity_max", "12", "14", "the ministry says 14"]
        )
    run_pipeline(folder / "in", folder / "second", corrections=read_corrections(folder / "corrections.csv"))
    _release(folder, "2026.11.0", "second")
    return folder


def _changes(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "releases" / "2026.11.0" / "changes.parquet")


def test_the_changes_tell_just_what_changed(place: Path) -> None:
    """One article withdrawn with its event and transfer, one event corrected, two articles with theirs added, and nothing else."""
    changes = _changes(place)
    events = {
        version: pd.read_parquet(place / "releases" / version / "events.parquet")
        for version in ("2026.10.0", "2026.11.0")
    }
    assert set(changes[(changes["table"] == "articles") & (changes["change"] == "removed")]["reason"]) == {
        "source_withdrawn"
    }
    assert set(changes[(changes["table"] == "events") & (changes["change"] == "removed")]["reason"]) == {
        "source_withdrawn"
    }
    corrected = changes[(changes["table"] == "events") & (changes["reason"] == "corrected")]
    assert sorted(corrected["field"]) == ["is_corrected", "quantity_max"]
    (quantity,) = corrected[corrected["field"] == "quantity_max"].to_dict("records")
    assert (quantity["old"], quantity["new"]) == ("12", "14")
    added = changes[(changes["table"] == "events") & (changes["change"] == "added")]
    new = set(events["2026.11.0"]["event_id"]) - set(events["2026.10.0"]["event_id"])
    assert set(added["row_id"]) == new
    assert set(events["2026.11.0"].set_index("event_id").loc[sorted(new)]["source_id"]) == set(LATER)
    assert len(changes[(changes["table"] == "articles") & (changes["change"] == "added")]) == len(LATER)
    grown = changes[(changes["table"] == "transfers") & (changes["reason"] == "new_reports")]
    assert {"n_events", "n_articles", "n_independent_reports", "last_report"} <= set(grown["field"])


def test_the_page_of_changes_tells_them_to_people(place: Path) -> None:
    """Counts, the withdrawn source, and old and new value of the correction stand on the page."""
    page = (place / "releases" / "2026.11.0" / "CHANGES.md").read_text(encoding="utf-8")
    assert all(word in page for word in ("2026.10.0", "quantity_max", "12", "14", "source_withdrawn"))


def test_the_identifiers_of_unchanged_events_stay(place: Path) -> None:
    """Events of articles that stand in both builds keep their identifiers, also the corrected one, and so do their transfers."""
    first, second = (
        pd.read_parquet(place / name / "events.parquet").set_index("source_id") for name in ("first", "second")
    )
    for source in ("tanks.txt", "drones.txt", "copy.txt"):
        assert first.loc[source, "event_id"] == second.loc[source, "event_id"]
    one, two = (set(pd.read_parquet(place / name / "transfers.parquet")["transfer_id"]) for name in ("first", "second"))
    assert len(one - two) == 1  # that of the withdrawn article


def test_the_same_release_twice_is_the_same_bytes(place: Path) -> None:
    """A release built again from the same tables, elsewhere, has the same files with the same bytes."""
    built = []
    for name in ("here", "there"):
        done = call_warm(
            "release", "2026.10.0", "--tables", "first", "--out", name, "--tier", "candidate", folder=place
        )
        assert done.returncode == 0, done.stderr
        root = place / name / "2026.10.0"
        built.append({path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()})
    assert built[0] == built[1]


def test_a_release_can_be_checked(place: Path) -> None:
    """`etl validate` passes a release, without its texts, and finds a file that was changed after it was built."""
    shutil.copytree(place / "releases" / "2026.11.0", place / "touched")
    assert check_stored(place / "touched") == []
    (place / "touched" / "csv" / "events.csv").write_text("changed", encoding="utf-8")
    assert check_stored(place / "touched") == ["csv/events.csv is not the file that the manifest names"]


def test_a_release_is_never_overwritten(place: Path) -> None:
    """Other tables under a version that stands there end with a hint, and leave it alone."""
    before = (place / "releases" / "2026.10.0" / "manifest.json").read_bytes()
    again = call_warm(
        "release", "2026.10.0", "--tables", "second", "--out", "releases", "--tier", "candidate", folder=place
    )
    assert again.returncode == 2
    assert "Choose the next version" in again.stderr
    assert (place / "releases" / "2026.10.0" / "manifest.json").read_bytes() == before


def test_a_copy_that_comes_later_joins_its_story(place: Path) -> None:
    """The copy names the first printing; the transfer counts two articles and one independent report; a new report makes it two."""
    articles = pd.read_parquet(place / "first" / "articles.parquet").set_index("source_id")
    assert articles.loc["copy.txt", "duplicate_of"] == articles.loc["drones.txt", "article_id"]
    counts = []
    for name in ("first", "second"):
        transfers = pd.read_parquet(place / name / "transfers.parquet")
        (row,) = transfers[transfers["recipient_id"] == "RUS"].to_dict("records")
        counts.append((row["n_articles"], row["n_independent_reports"]))
    assert counts == [(2, 1), (3, 2)]


def test_a_day_in_the_past_is_told_as_it_was(place: Path) -> None:
    """`etl asof` leaves out what was published later, counts it, and joins the rest anew; its tables are whole."""
    done = call("asof", "2022-09-14", "--tables", "second", "--out", "then", folder=place)
    assert done.returncode == 0, done.stderr
    told = {line[:14].strip(): line[14:].strip() for line in done.stdout.splitlines()}
    assert (told["articles"], told["later"], told["undated"]) == ("2", "3", "0")
    transfers = pd.read_parquet(place / "then" / "transfers.parquet")
    (row,) = transfers[transfers["recipient_id"] == "RUS"].to_dict("records")
    assert (row["n_events"], str(row["last_report"])) == (1, "2022-09-14")
    assert check_stored(place / "then") == []


@pytest.mark.parametrize("kind", ["trade-register", "trade-register-text", "unroca", "flows"])
def test_each_export_is_written(place: Path, kind: str) -> None:
    """Each form of the field is written from the tables of a run, and names the parties."""
    target = place / f"export.{kind}"
    done = call_warm("export", kind, "--tables", "second", "--out", target, folder=place)
    assert done.returncode == 0, done.stderr
    assert "Egypt" in target.read_text(encoding="utf-8")


def test_transfers_agree_with_their_own_register(place: Path) -> None:
    """A register written from the transfers and compared with them matches them all."""
    call("export", "trade-register", "--tables", "second", "--out", "own.csv", folder=place)
    done = call("reconcile", "own.csv", "--tables", "second", "--out", "comparison.csv", folder=place)
    assert done.returncode == 0, done.stderr
    verdicts = set(pd.read_csv(place / "comparison.csv")["verdict"])
    assert verdicts <= {"matched", "out_of_scope"}
    assert "matched" in verdicts
