"""Rows against declarations and against each other: what fails goes to quarantine, what points to it follows."""

from datetime import date

import pytest

from etl.assemble.articles import table_rows
from etl.extraction.rules.extractor import RuleExtractor
from etl.kept.entry import of_article
from etl.merge.events import merge_mentions
from etl.quality.validate import Checked, validate
from etl.sources import Article
from schemas.codes import codes
from tests.conftest import make_article

Tables = dict[str, list[dict[str, object]]]
TEXT = "Norway sold 12 tanks to Ghana in 2019. Iran delivered 40 drones to Russia in 2022."


def _tables(*articles: Article) -> Tables:
    """The rows of some articles, as the pipeline makes them before they are checked."""
    extractor = RuleExtractor()
    entries: list[dict[str, object]] = []
    for article in articles:
        found, told = merge_mentions(article, extractor.extract(article), firm=extractor.firm)
        entries.append(of_article(b"0" * 16, article, found, told) | {"source_path": article.source_path})
    return table_rows(entries, {})


@pytest.fixture
def tables() -> Tables:
    """The rows of one article with two events."""
    return _tables(make_article(TEXT))


def _sizes(checked: Checked) -> dict[str, int]:
    return {name: len(frame) for name, frame in checked.frames.items()}


def test_good_rows_pass(tables: Tables) -> None:
    """Rows as the pipeline makes them keep all declarations."""
    checked = validate(tables)
    assert checked.rejected == []
    assert _sizes(checked) == {"articles": 1, "texts": 1, "mentions": 2, "events": 2}


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("events", "status", "arrived", "invalid_row"),
        ("events", "supplier_id", "Norway", "invalid_row"),
        ("events", "system_text", None, "invalid_row"),
        ("events", "evidence", "Norway gave it away.", "ungrounded"),
        ("events", "evidence_end", 3, "ungrounded"),
        ("mentions", "quote", "Something else.", "ungrounded"),
        ("mentions", "trigger_start", -5, "invalid_row"),
    ],
)
def test_a_bad_row_goes_to_quarantine_with_column_and_value(
    tables: Tables, table: str, column: str, value: object, reason: str
) -> None:
    """A bad row is put aside with table, column and value in its message; with its event or mention, no more."""
    tables[table][0][column] = value
    checked = validate(tables)
    told = [item for item in checked.rejected if item.reason == reason]
    assert len(told) == 1
    assert f"table {table}" in told[0].message
    assert f"column {column.removesuffix('_end')}" in told[0].message
    assert (told[0].source_id, told[0].source_path) == ("a1", "a1.txt")
    assert _sizes(checked) == {"articles": 1, "texts": 1, "mentions": 1, "events": 1}
    assert {item.reason for item in checked.rejected} <= {reason, "orphan_row"}


def test_what_hangs_on_a_bad_article_follows_it() -> None:
    """Texts, events and mentions of a bad article are orphans, and those of others stay."""
    tables = _tables(make_article(TEXT), make_article(TEXT, source_id="a2"))
    tables["articles"][0]["language"] = "English"
    checked = validate(tables)
    assert _sizes(checked) == {"articles": 1, "texts": 1, "mentions": 2, "events": 2}
    reasons = sorted(item.reason for item in checked.rejected)
    assert reasons == ["invalid_row", *["orphan_row"] * 5]
    assert all("articles" in item.message or "events" in item.message for item in checked.rejected)


def test_an_event_without_mentions_is_an_orphan(tables: Tables) -> None:
    """An event whose mentions are gone has no proof left."""
    gone = tables["mentions"].pop(0)
    checked = validate(tables)
    assert gone["event_id"] not in set(checked.frames["events"]["event_id"])
    assert [item.message for item in checked.rejected] == ["table events: no row of mentions is left for it"]


def test_every_entry_of_quarantine_has_its_own_row(tables: Tables) -> None:
    """Two rows that fail alike are two entries, and their reasons are known codes."""
    for event in tables["events"]:
        event["status"] = "arrived"
    checked = validate(tables)
    ids = [item.row()["quarantine_id"] for item in checked.rejected]
    assert len(ids) == len(set(ids)) == 4
    assert {item.reason for item in checked.rejected} <= set(codes("reason"))
    assert {item.stage for item in checked.rejected} <= set(codes("stage"))


def test_the_frames_are_sorted(tables: Tables) -> None:
    """Rows stand in the order that their table declares, in whatever order they came."""
    turned = validate({name: rows[::-1] for name, rows in tables.items()})
    straight = validate(tables)
    assert all(turned.frames[name].equals(straight.frames[name]) for name in straight.frames)


def test_dates_stay_dates(tables: Tables) -> None:
    """Checking does not turn days into timestamps."""
    assert validate(tables).frames["articles"]["published_date"].tolist() == [date(2024, 1, 4)]
