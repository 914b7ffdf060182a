"""Decisions at the desk: what is written, what is refused, what can be taken back, and that the next run has just that."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from etl import pipeline
from etl.desk.choices import RefusedError
from etl.desk.decisions import read_decisions
from etl.desk.gold import write_gold
from etl.desk.ledger import Ledger
from etl.desk.page import article_html, listed, opened
from etl.desk.session import Session
from etl.desk.tables import Row, read_tables
from etl.errors import ConfigurationError
from etl.quality.evaluate import evaluate, read_gold
from etl.review.corrections import COLUMNS, read_corrections
from etl.review.fields import FIELDS
from etl.settings import load_settings
from tests.conftest import run_pipeline

ARTICLES = {
    "one.txt": "Published: 2024-01-04\n\nNorway sold 12 tanks to Ghana in 2019. Iran delivered 40 drones to Russia in 2022.\n",
    "two.txt": "Published: 2024-02-09\n\nNorway sold tanks to Ghana in 2021.\n",
    "three.txt": "Published: 2022-11-02\n\nIran has delivered drones to Russia, the ministry in Kyiv said.\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some articles, and the tables of a run over them in `tables`."""
    place = tmp_path_factory.mktemp("desk")
    (place / "in").mkdir()
    for name, text in ARTICLES.items():
        (place / "in" / name).write_text(text, encoding="utf-8")
    run_pipeline(place / "in", place / "tables")
    return place


@pytest.fixture
def desk(built: Path, tmp_path: Path) -> Session:
    """A sitting over these tables, with its files in a folder of its own."""
    return Session(read_tables(built / "tables"), tmp_path / "corrections.csv", who="A. Reader")


def _again(desk: Session, **more: object) -> Session:
    return Session(desk.tables, desk.files[0], who="B. Reader", **more)  # type: ignore[arg-type]


def _row(desk: Session, name: str) -> Row:
    """The row of a supplier in an article."""
    supplier, source = name.split()
    (row,) = [
        row for row in desk.standing.events.values() if (row["supplier_id"], row["source_id"]) == (supplier, source)
    ]
    return row


def _next_run(built: Path, desk: Session, out: Path) -> Session:
    """A sitting over the tables of the next run, which applies what was decided."""
    shutil.copytree(built / "tables", out)
    run_pipeline(built / "in", out, corrections=read_corrections(desk.files[0]))
    return Session(read_tables(out), desk.files[0], who="A. Reader")


def test_a_correction_is_what_the_next_run_has(built: Path, desk: Session, tmp_path: Path) -> None:
    """Fields of all kinds are changed in one decision; the row stands so at once, after a restart, and after the next run."""
    row = _row(desk, "NOR one.txt")
    changes = {
        "supplier_id": "Sweden", "system_id": "sys:leopard_2", "status": "delivered", "quantity_min": "10", "quantity_max": "",
        "value_amount": "1500000", "value_currency": "USD", "date_edtf": "2019-05", "transfer_type": "aid",
    }  # fmt: skip
    desk.decide(row["event_id"], "correct", changes, "the text names another supplier")
    wanted = {name: desk.row(row["event_id"])[name] for name in FIELDS}
    assert (wanted["supplier_id"], wanted["quantity_max"], wanted["value_amount"]) == ("SWE", None, 1_500_000.0)
    after = _next_run(built, desk, tmp_path / "next")
    for sitting in (_again(desk), after):
        assert {name: sitting.row(row["event_id"])[name] for name in FIELDS} == wanted
        assert row["event_id"] in {entry.row["event_id"] for entry in sitting.queue() if entry.decision}
    assert desk.row(row["event_id"])["is_corrected"]
    assert after.row(row["event_id"])["is_corrected"]
    desk.decide(row["event_id"], "correct", {"status": "ordered"}, "on a second look")
    assert _again(desk).row(row["event_id"])["status"] == "ordered"


def test_a_rejected_row_is_gone(built: Path, desk: Session, tmp_path: Path) -> None:
    """It leaves the queue at once, cannot be decided about again, and is not in the next run."""
    row = _row(desk, "IRN one.txt")
    desk.decide(row["event_id"], "reject", {}, "it is no transfer of weapons")
    assert row["event_id"] not in {item["event_id"] for item in listed(desk, {})["rows"]}
    with pytest.raises(RefusedError, match="rejected already"):
        desk.decide(row["event_id"], "accept", {}, "")
    after = _next_run(built, desk, tmp_path / "next")
    assert row["event_id"] not in after.standing.events
    assert len(after.standing.events) == len(desk.tables.events) - 1


def test_transfers_are_split_and_joined(built: Path, desk: Session, tmp_path: Path) -> None:
    """Two transfers become one, one becomes two, and the next run has them so."""
    late, drones = _row(desk, "NOR two.txt"), _row(desk, "IRN one.txt")
    page = opened(desk, late["event_id"])
    assert (len(page["transfer"]["events"]), len(page["others"])) == (1, 1)
    desk.join(late["event_id"], page["others"][0]["transfer_id"], "one order, told twice")
    assert len(opened(desk, late["event_id"])["transfer"]["events"]) == 2
    assert len(opened(desk, drones["event_id"])["transfer"]["events"]) == 2
    desk.split(drones["event_id"], [drones["event_id"]], "another delivery")
    after = _next_run(built, desk, tmp_path / "next")
    for sitting in (desk, after):
        assert len(opened(sitting, late["event_id"])["transfer"]["events"]) == 2
        assert len(opened(sitting, drones["event_id"])["transfer"]["events"]) == 1


def test_what_would_end_the_next_run_is_refused(desk: Session) -> None:
    """Who moves an event out of a transfer that was split or joined is told so, and nothing is written."""
    drones = _row(desk, "IRN three.txt")
    desk.split(drones["event_id"], [drones["event_id"]], "another delivery")
    before = desk.files[0].read_bytes()
    with pytest.raises(RefusedError, match=r"the next run would end there: .*line 2: split"):
        desk.decide(drones["event_id"], "correct", {"supplier_id": "CHN"}, "the text names another supplier")
    assert desk.files[0].read_bytes() == before
    assert not desk.files[1].exists()


REFUSED: dict[str, tuple[str, dict[str, str], str, str]] = {
    "no reason": ("correct", {"status": "delivered"}, "  ", "a reason is needed"),
    "nothing changed": ("correct", {"status": "ordered"}, "x", "nothing was changed"),
    "no such status": ("correct", {"status": "arrived"}, "x", "'arrived' is none of"),
    "no such party": ("correct", {"supplier_id": "Atlantis"}, "x", "no party 'Atlantis'"),
    "no number": ("correct", {"quantity_min": "many"}, "x", "'many' is no number"),
    "not a number": ("correct", {"value_amount": "nan"}, "x", "'nan' is no number"),
    "turned round": ("correct", {"quantity_min": "50"}, "x", "would not keep its declaration"),
    "no such field": ("correct", {"evidence": "y"}, "x", "evidence cannot be changed"),
    "no such decision": ("delete", {}, "x", "'delete' is none of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_stand_is_refused(desk: Session, case: str) -> None:
    """What the build would refuse, or put into quarantine, is refused at the desk with the reason; no file is written."""
    decision, changes, why, told = REFUSED[case]
    with pytest.raises(RefusedError, match=told):
        desk.decide(_row(desk, "NOR one.txt")["event_id"], decision, changes, why)
    assert not any(path.exists() for path in desk.files)


def test_somebody_decides(built: Path, tmp_path: Path) -> None:
    """Without a name nothing is decided."""
    desk = Session(read_tables(built / "tables"), tmp_path / "corrections.csv")
    with pytest.raises(RefusedError, match="Enter your name"):
        desk.decide(next(iter(desk.standing.events)), "accept", {}, "")


FILES = {
    "none": None,
    "header alone": b"who,when,action,target,field,expected,value,why\n",
    "no last line end": b"who,when,action,target,field,expected,value,why\nB,2024-01-01,drop,0000000000000000,,x,,gone",
    "of a spreadsheet": b'\xef\xbb\xbfwho,when,action,target,field,expected,value,why\r\n"B",2024-01-01,drop,0000000000000000,,x,,"a, b"\r\n',
}


@pytest.mark.parametrize("case", FILES)
def test_undo_leaves_every_other_byte(desk: Session, case: str) -> None:
    """Decisions are added behind what stands there, whatever wrote it; undone, the file is what it was."""
    path, before = desk.files[0], FILES[case]
    if before is not None:
        path.write_bytes(before)
    row = _row(desk, "NOR one.txt")
    for _ in range(2):
        desk.decide(row["event_id"], "correct", {"status": "delivered"}, 'the text says "arrived",\nand when')
        assert path.read_bytes().startswith(before or FILES["header alone"] or b"")
        assert read_corrections(path).of_events[-1].why == 'the text says "arrived", and when'
        assert desk.undo() == row["event_id"]
        assert path.read_bytes() == (before or FILES["header alone"])
    assert desk.standing.events[row["event_id"]] == row
    with pytest.raises(RefusedError, match="nothing was decided"):
        desk.undo()


def test_undo_leaves_lines_that_others_have_added(desk: Session) -> None:
    """A line of another reviewer stays where it came after ours; one that builds on ours keeps us from taking ours back."""
    other = _again(desk)
    mine, theirs = _row(desk, "NOR one.txt")["event_id"], _row(desk, "NOR two.txt")["event_id"]
    desk.decide(mine, "correct", {"status": "delivered"}, "it has arrived")
    other.decide(theirs, "reject", {}, "told by another row")
    desk.undo()
    (left,) = read_corrections(desk.files[0]).of_events
    assert (left.who, left.target) == ("B. Reader", theirs)
    desk.decide(mine, "correct", {"status": "delivered"}, "it has arrived")
    other.decide(mine, "correct", {"status": "delivering"}, "it goes on")
    with pytest.raises(RefusedError, match="somebody has decided about the row since"):
        desk.undo()
    assert other.undo() == mine
    assert desk.undo() == mine


def test_a_spreadsheet_runs_nothing(tmp_path: Path) -> None:
    """A reason that begins as a formula is written as text."""
    ledger = Ledger(tmp_path / "c.csv", COLUMNS)
    ledger.add([dict.fromkeys(COLUMNS, "") | {"why": '=HYPERLINK("x")'}])
    with ledger.path.open(encoding="utf-8", newline="") as handle:
        assert next(csv.DictReader(handle))["why"].startswith("'=")


def test_a_blind_coder_writes_to_an_own_file(desk: Session, tmp_path: Path) -> None:
    """The decisions of others are not seen, corrections are not touched, and each field stands as decided."""
    row = _row(desk, "NOR one.txt")
    desk.decide(row["event_id"], "correct", {"status": "delivered"}, "it has arrived")
    before = desk.files[0].read_bytes()
    blind = _again(desk, blind=tmp_path / "mine.csv")
    assert blind.row(row["event_id"])["status"] == "ordered"
    assert not any(entry.decision for entry in blind.queue())
    blind.decide(row["event_id"], "correct", {"status": "offered"}, "only talk")
    blind.decide(_row(desk, "IRN one.txt")["event_id"], "reject", {}, "no transfer")
    with pytest.raises(RefusedError, match="coded blind"):
        blind.join(row["event_id"], "0" * 16, "one")
    first, second = read_decisions(tmp_path / "mine.csv", is_blind=True)
    assert (first.fields["status"], first.fields["supplier_id"], first.decision) == ("offered", "NOR", "correct")
    assert set(second.fields.values()) == {""}
    assert desk.files[0].read_bytes() == before


def test_reviewed_rows_become_gold(built: Path, desk: Session, tmp_path: Path) -> None:
    """Articles of which all rows were reviewed are coded articles for `etl evaluate`; what was wrong counts against the extractor."""
    accepted, wrong, first, second = (
        _row(desk, name)["event_id"] for name in ("NOR two.txt", "IRN three.txt", "NOR one.txt", "IRN one.txt")
    )
    desk.decide(accepted, "accept", {}, "")
    desk.decide(wrong, "reject", {}, "not a transfer")
    desk.decide(first, "accept", {}, "")
    gold = tmp_path / "gold.jsonl"
    assert write_gold(desk, gold) == (2, 1)  # a row of one.txt is still open
    desk.decide(second, "correct", {"status": "ordered"}, "only ordered")
    assert write_gold(desk, gold) == (3, 3)
    documents = read_gold(gold)
    rows = list(pipeline.extract([gold], load_settings(), lambda *_: None))
    figures = evaluate(rows, documents)
    assert {document["id"]: len(document["events"]) for document in documents} == {
        "one.txt": 2,
        "two.txt": 1,
        "three.txt": 0,
    }
    assert figures["no_event_documents"] == {"documents": 1, "with_false_rows": 1}
    score = figures["depth"]["event"]
    assert (score["hits"], score["predicted"], score["gold"]) == (2, 4, 3)
    after = _next_run(built, desk, tmp_path / "next")
    write_gold(after, tmp_path / "later.jsonl")
    told = [
        [{**document} for document in map(json.loads, path.read_text().splitlines())]
        for path in (gold, tmp_path / "later.jsonl")
    ]
    assert told[0] == told[1]


def test_words_of_an_article_stay_words() -> None:
    """What looks like HTML in an article is shown as its characters, also at the edge of a quote."""
    text = '<img src=x onerror="alert(1)"> Norway sold <b>tanks</b> to Ghana.\n<script>alert(2)</script>'
    start, end = text.index("Norway"), text.index("\n")
    row = {"evidence_start": start, "evidence_end": end}
    mention = {"quote_start": start, "quote_end": end, "supplier_start": start, "supplier_end": start + 6}
    html = article_html(text, row, [mention])
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;b&gt;tanks&lt;/b&gt;" in html
    assert '<span class="quote best" id="quote"><mark class="role-supplier" title="supplier">Norway</mark>' in html


def test_the_desk_notices_a_run(built: Path, tmp_path: Path) -> None:
    """A desk that stays open shows what a run has written since; what the run has applied is not simply taken back."""
    shutil.copytree(built / "tables", tmp_path / "tables")
    desk = Session(read_tables(tmp_path / "tables"), tmp_path / "corrections.csv", who="A. Reader")
    row = _row(desk, "NOR one.txt")
    desk.decide(row["event_id"], "correct", {"status": "delivered"}, "it has arrived")
    run_pipeline(built / "in", tmp_path / "tables", corrections=read_corrections(desk.files[0]))
    (entry,) = [entry for entry in desk.queue() if entry.row["event_id"] == row["event_id"]]
    assert desk.tables.events[row["event_id"]]["status"] == entry.row["status"] == "delivered"
    assert opened(desk, row["event_id"])["decision"]["decision"] == "correct"
    with pytest.raises(RefusedError, match="a run has applied it since"):
        desk.undo()


def test_faults_of_the_files_are_told(desk: Session) -> None:
    """A file of decisions of another form ends with its line and what to do."""
    desk.files[1].write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match=r"reviewed.csv line 1: the columns are .* must be who, when, event_id"
    ):
        desk.refresh()
