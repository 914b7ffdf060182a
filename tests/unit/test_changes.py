"""Changes from one release to the next: every row and field that differs, with the reason that the releases can tell."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from etl.errors import ConfigurationError
from etl.publish.changes import LISTED, compare_releases, render_changes
from etl.publish.readme import markdown_cell
from etl.publish.release import write_release
from schemas import CHANGES
from schemas.checks import split, to_frame
from schemas.codes import codes
from tests.unit.test_release import SHORT, Row, article, event, name, rebuild, sample, table, write_run

OLD, NEW = "2026.9.0", "2026.10.0"
WORDS = ("sent", "Iran", "Russia", "drones")
RECORD: Row = {
    "version": "0.1.0", "settings": {"duplicate_similarity": 0.8}, "inputs": [{"path": "a", "sha256": "1"}], "corrections": None,
}  # fmt: skip
OTHER_INPUTS = RECORD | {"inputs": [{"path": "a", "sha256": "2"}]}
OTHER_RULES = RECORD | {"settings": {"duplicate_similarity": 0.7}}
Rows = tuple[list[Row], list[Row], list[Row]]
"""Articles, events, quarantine."""


def build(folder: Path, version: str, rows: Rows, record: Row | None) -> Path:
    """Return a release of the given rows, beside those that stand in the folder."""
    tables = write_run(folder / f"tables-{version}", *rows)
    if record is not None:
        (tables / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return write_release(tables, version, folder / "releases", rebuild=rebuild, tier="candidate")


def before() -> Rows:
    """Return the rows of the earlier release."""
    articles, events = sample()
    return articles, events, []


def of(events: list[Row], source: str) -> Row:
    """Return the event of an article about drones."""
    return next(row for row in events if row["source_id"] == source and row["system_name"] == "shahed")


def more(rows: Rows) -> Rows:
    """One more article tells what others have told."""
    articles, events, _ = rows
    new = article("new", f"{SHORT} Again.", published_date=date(2024, 5, 1), n_mentions=1)
    return [*articles, new], [*events, event(new, "IRN>RUS", "shahed", SHORT, WORDS)], []


def fewer(rows: Rows) -> Rows:
    """An article and its only event are gone."""
    articles, events, _ = rows
    return (
        [row for row in articles if row["source_id"] != "-again"],
        [row for row in events if row["source_id"] != "-again"],
        [],
    )


def alone(rows: Rows) -> Rows:
    """The article of the only Rafale event is gone, and the transfer with it."""
    articles, events, _ = rows
    return [row for row in articles if row["source_id"] != "rafale"], [row for row in events if row["source_id"] != "rafale"], []  # fmt: skip


def dropped(rows: Rows) -> Rows:
    """A person has taken an event out."""
    articles, events, _ = rows
    gone = events[0]["event_id"]
    entry = {
        "quarantine_id": name("c"), "stage": "review", "source_path": "rafale.txt", "reason_code": "corrected",
        "message": f"event {gone}: AB dropped it on 2026-10-01 (corrections.csv line 2): not a sale", "excerpt": "x",
    }  # fmt: skip
    articles[0]["n_mentions"] = 1
    return articles, events[1:], [entry]


def without(rows: Rows) -> Rows:
    """An event is gone, and no article."""
    articles, events, _ = rows
    articles[0]["n_mentions"] = 1
    return articles, events[1:], []


def corrected(rows: Rows) -> Rows:
    """A person has mended the number of an event."""
    rows[1][0] |= {"quantity_min": 24, "is_corrected": True}
    return rows


def renamed(rows: Rows) -> Rows:
    """The publisher of an article is told otherwise, and an event is read with another confidence."""
    rows[0][0]["publisher"] = "Other Times"
    rows[1][0]["confidence"] = 0.95
    return rows


def resplit(rows: Rows) -> Rows:
    """One of two joined reports is read as another system: its transfer is new, though no article is."""
    of(rows[1], "drones")["system_id"] = "sys:mohajer"
    return rows


Change = tuple[str, str, str, str, str]
CASES: list[tuple[Callable[[Rows], Rows], Row, set[Change]]] = [
    (lambda rows: rows, OTHER_INPUTS, set()),
    (
        more, OTHER_INPUTS,
        {("articles", "new", "added", "", "source_added"), ("events", "IRN>RUS", "added", "", "source_added"),
         *(("transfers", "IRN>RUS", "changed", field, "new_reports")
           for field in ("n_events", "n_articles", "n_independent_reports", "last_report"))},
    ),
    (
        fewer, OTHER_INPUTS,
        {("articles", "-again", "removed", "", "source_withdrawn"), ("events", "IRN>RUS", "removed", "", "source_withdrawn")},
    ),
    (
        alone, OTHER_INPUTS,
        {("articles", "rafale", "removed", "", "source_withdrawn"), ("events", "FRA>EGY", "removed", "", "source_withdrawn"),
         ("events", "IRN>RUS", "removed", "", "source_withdrawn"),
         ("transfers", "FRA>EGY", "removed", "", "source_withdrawn")},
    ),
    (
        dropped, RECORD | {"corrections": {"sha256": "3", "rows": 1}},
        {("articles", "rafale", "changed", "n_mentions", "corrected"), ("events", "FRA>EGY", "removed", "", "corrected"),
         ("transfers", "FRA>EGY", "removed", "", "corrected")},
    ),
    (
        without, OTHER_RULES,
        {("articles", "rafale", "changed", "n_mentions", "rule_changed"), ("events", "FRA>EGY", "removed", "", "rule_changed"),
         ("transfers", "FRA>EGY", "removed", "", "rule_changed")},
    ),
    (
        without, RECORD,
        {("articles", "rafale", "changed", "n_mentions", "not_told"), ("events", "FRA>EGY", "removed", "", "not_told"),
         ("transfers", "FRA>EGY", "removed", "", "not_told")},
    ),
    (
        corrected, RECORD | {"corrections": {"sha256": "3", "rows": 1}},
        {(which, "FRA>EGY", "changed", field, "corrected")
         for which, field in (("events", "quantity_min"), ("events", "is_corrected"), ("transfers", "is_corrected"))},
    ),
    (
        renamed, OTHER_INPUTS | OTHER_RULES | {"inputs": OTHER_INPUTS["inputs"]},
        {("articles", "rafale", "changed", "publisher", "source_changed"),
         ("events", "FRA>EGY", "changed", "confidence", "rule_changed"),
         ("transfers", "FRA>EGY", "changed", "confidence", "rule_changed")},
    ),
    (
        renamed, RECORD,
        {("articles", "rafale", "changed", "publisher", "not_told"),
         ("events", "FRA>EGY", "changed", "confidence", "not_told"),
         ("transfers", "FRA>EGY", "changed", "confidence", "not_told")},
    ),
    (
        resplit, OTHER_RULES,
        {("transfers", "IRN>RUS", "added", "", "regrouped"), ("events", "IRN>RUS", "changed", "system_id", "rule_changed")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "record", "expected"), CASES)
def test_a_change_is_told_with_its_reason(
    change: Callable[[Rows], Rows], record: Row, expected: set[Change], tmp_path: Path
) -> None:
    """Articles and events that differ are found exactly, field by field, and their transfers; each with its reason."""
    old = build(tmp_path, OLD, before(), RECORD)
    new = build(tmp_path, NEW, change(before()), record)
    frame = compare_releases(old, new)
    assert split(CHANGES, frame)[1] == []
    rows = before()
    articles, events, _ = change(before())
    known = {str(row["article_id"]): str(row["source_id"]) for row in [*rows[0], *articles]}
    known |= {str(row["event_id"]): f"{row['supplier_id']}>{row['recipient_id']}" for row in [*rows[1], *events]}
    told = {
        (row.table, known[row.row_id], row.change, row.field if pd.notna(row.field) else "", row.reason)
        for row in frame.itertuples()
    }
    assert expected <= told
    assert {item for item in told - expected if item[0] != "transfers"} == set()
    assert expected or not told
    assert (new / "CHANGES.md").read_text(encoding="utf-8") == render_changes(frame, OLD, NEW)
    pd.testing.assert_frame_equal(table(new, "changes"), frame, check_dtype=False)


def test_values_are_told_as_they_were_and_are(tmp_path: Path) -> None:
    """Old and new value stand in the row, as CSV writes them; an added row tells itself in short."""
    old = build(tmp_path, OLD, before(), RECORD)
    rows = more(corrected(before()))
    frame = compare_releases(old, build(tmp_path, NEW, rows, OTHER_INPUTS))
    number = frame[frame["field"] == "quantity_min"].iloc[0]
    assert (number["old"], number["new"]) == ("12", "24")
    flag = frame[(frame["field"] == "is_corrected") & (frame["table"] == "events")].iloc[0]
    assert (flag["old"], flag["new"]) == ("false", "true")
    added = frame[(frame["change"] == "added") & (frame["table"] == "events")].iloc[0]
    assert added["new"] == "IRN > RUS: shahed, ordered"
    assert pd.isna(added["old"])


def test_untold_inputs_are_taken_to_differ(tmp_path: Path) -> None:
    """Where a run left no record, an article that is gone counts as withdrawn; with the same inputs it cannot have been."""
    old = build(tmp_path, OLD, before(), None)
    new = build(tmp_path, NEW, fewer(before()), None)
    assert set(compare_releases(old, new)["reason"]) >= {"source_withdrawn"}
    old = build(tmp_path / "told", OLD, before(), RECORD)
    new = build(tmp_path / "told", NEW, fewer(before()), OTHER_RULES)
    assert "source_withdrawn" not in set(compare_releases(old, new)["reason"])


def test_the_first_release_says_so(tmp_path: Path) -> None:
    """With none before it there are no changes; the highest lower version is the one to compare with, later ones are not."""
    first = build(tmp_path, NEW, before(), RECORD)
    assert table(first, "changes").empty
    assert "first release" in (first / "CHANGES.md").read_text(encoding="utf-8")
    earlier = build(tmp_path, OLD, before(), RECORD)
    assert "first release" in (earlier / "CHANGES.md").read_text(encoding="utf-8")
    third = build(tmp_path, "2026.10.1", more(before()), OTHER_INPUTS)
    assert f"Compared with {NEW}." in (third / "CHANGES.md").read_text(encoding="utf-8")


def test_an_unreadable_release_is_told(tmp_path: Path) -> None:
    """A folder without its manifest or tables is named, with what to do."""
    old = build(tmp_path, OLD, before(), RECORD)
    shutil.copytree(old, tmp_path / "broken")
    (tmp_path / "broken" / "manifest.json").unlink()
    with pytest.raises(ConfigurationError, match=r"manifest\.json cannot be read .* whole as it was built"):
        compare_releases(tmp_path / "broken", old)
    with pytest.raises(ConfigurationError, match=r"articles\.parquet cannot be read"):
        compare_releases(old, tmp_path / "nowhere")


def test_a_column_of_one_release_alone_is_left_out(tmp_path: Path) -> None:
    """An earlier release with fewer columns can still be compared: what both have is."""
    old = build(tmp_path, OLD, before(), RECORD)
    path = old / "events.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["is_corrected", "n_independent_reports"]), path)
    new = build(tmp_path, NEW, renamed(before()), OTHER_RULES)
    frame = compare_releases(old, new)
    assert set(frame["field"][frame["table"] == "events"]) == {"confidence"}


def test_long_values_are_capped(tmp_path: Path) -> None:
    """An old quote that is longer than the cap does not come into the new release by way of its changes."""
    old = build(tmp_path, OLD, before(), RECORD)
    rows = before()
    rows[1][0]["evidence_end"] = int(str(rows[1][0]["evidence_end"])) - 1
    rows[1][0]["evidence"] = str(rows[1][0]["evidence"])[:-1]
    tables = write_run(tmp_path / "t", *rows)
    new = write_release(tables, NEW, tmp_path / "releases", rebuild=rebuild, tier="candidate", quote_chars=50)
    assert table(new, "changes")["old"].str.len().max() <= 50
    assert compare_releases(old, new, value_chars=9)["old"].str.len().max() == 9


NASTY = "a | b ` c\n<script>alert(1)</script> [x](http://y) ![i](z) *b* \\ &lt;"


def test_the_page_is_safe() -> None:
    """Pipes, backticks, brackets, tags and line breaks of article text stay text: a row of the table is one line."""
    rows = [
        {"change_id": "a" * 16, "table": "articles", "row_id": "b" * 16, "change": "changed", "field": "title", "old": NASTY,
         "new": "\r\n# head\u2028", "reason": "not_told"}
    ]  # fmt: skip
    page = render_changes(to_frame(CHANGES, rows), OLD, NEW)
    (line,) = [line for line in page.splitlines() if "script" in line]
    assert "<" not in page
    assert line.replace("\\|", "").count("|") == 6
    assert "\\[x\\](http://y)" in line
    assert "\\`" in line
    assert "\\\\ &amp;lt;" in line
    assert not [line for line in page.splitlines() if line.startswith("# head")]
    assert markdown_cell(None) == ""


def test_a_long_list_is_cut_and_says_so() -> None:
    """The page lists the first rows and tells how many more stand in the table."""
    rows = [
        {"change_id": f"{n:016x}", "table": "events", "row_id": f"{n:016x}", "change": "added", "new": "x",
         "reason": "source_added"}
        for n in range(LISTED + 23)
    ]  # fmt: skip
    page = render_changes(to_frame(CHANGES, rows), OLD, NEW)
    assert "… and 23 more in `changes.parquet`." in page
    assert page.count("| x |") == LISTED
    assert f"| events | added | source_added | {LISTED + 23} | {LISTED + 23} |" in page


def test_every_reason_has_a_case() -> None:
    """Each code of the list is expected by one of the cases above."""
    assert {item[4] for *_, expected in CASES for item in expected} == set(codes("change_reason"))
