"""The queue of the review desk: what is doubtful comes first, with the reason in words, and what is decided stays away until it changes."""

from pathlib import Path
from random import Random

import pytest

from etl.desk.decisions import Decision, signature
from etl.desk.queue import LABELS, WEIGHTS, doubts, queue
from etl.desk.tables import Row, Tables

SURE: Row = {
    "event_id": "a" * 16, "article_id": "f" * 16, "source_id": "one.txt", "evidence_start": 0, "supplier_id": "NOR",
    "recipient_id": "GHA", "system_id": "sys:leopard_2", "system_text": "Leopard 2 tanks", "status": "ordered",
    "assertion": "reported", "tier": "firm", "confidence": 0.9,
}  # fmt: skip
DOUBTFUL: dict[str, tuple[Row, str]] = {
    "low_confidence": ({"confidence": 0.31}, "the confidence is 0.31"),
    "candidate": ({"tier": "candidate"}, "less sure than a firm row"),
    "disputed": ({"assertion": "disputed"}, "the article both reports and denies it"),
    "conflict": ({"event_id": "c" * 16}, "another report of the transfer contradicts: date, quantity ordered"),
    "unknown_party": ({"supplier_id": "unknown"}, "the supplier is unknown"),
    "general_word": ({"system_id": "term:weapon", "system_text": "arms"}, "no weapon is named, only “arms”"),
    "disagreement": ({"event_id": "b" * 16}, "found by Rules alone; Language model: nothing of this transfer"),
}
TABLES = Tables(
    Path(), {}, {}, {"c" * 16: ("date", "quantity_ordered")}, frozenset({"d" * 16}),
    {"b" * 16: "found by Rules alone; Language model: nothing of this transfer"},
)  # fmt: skip


@pytest.mark.parametrize("reason", DOUBTFUL)
def test_each_doubt_is_told_and_counts(reason: str) -> None:
    """A row with one doubt has this reason alone, in words, and comes before a row without one."""
    change, words = DOUBTFUL[reason]
    row = SURE | {"source_id": "two.txt"} | change
    assert doubts(row, TABLES) == {reason: words}
    assert [entry.row for entry in queue([SURE, row], TABLES, {})] == [row, SURE]


def test_a_row_without_doubt_has_no_reason() -> None:
    """A firm row of a named weapon between known parties has none; one whose transfer is denied elsewhere has."""
    assert doubts(SURE, TABLES) == {}
    assert doubts(SURE | {"event_id": "d" * 16}, TABLES) == {"disputed": "a report of the same transfer denies it"}


def test_the_order_is_the_same_however_rows_come() -> None:
    """Equal doubts are ordered by article and place, so that two reviewers see one order."""
    rows = [SURE | {"event_id": f"{n:016d}", "source_id": f"{n % 3}.txt", "evidence_start": n // 3} for n in range(9)]
    expected = [(entry.row["source_id"], entry.row["evidence_start"]) for entry in queue(rows, TABLES, {})]
    Random(1).shuffle(rows)
    assert [(entry.row["source_id"], entry.row["evidence_start"]) for entry in queue(rows, TABLES, {})] == expected
    assert expected == sorted(expected)


def test_a_decision_holds_until_the_row_changes() -> None:
    """A row is decided while its parties, system and status are those that were decided about."""
    decision = Decision("A. Reader", "2026-11-01", SURE["event_id"], "f" * 16, "accept", signature(SURE), {})
    decided = {SURE["event_id"]: decision}
    assert queue([SURE], TABLES, decided)[0].decision == decision
    assert queue([SURE | {"status": "delivered"}], TABLES, decided)[0].decision is None
    assert queue([SURE | {"confidence": 0.5}], TABLES, decided)[0].decision == decision


def test_every_doubt_has_a_name() -> None:
    """What can be filtered by is what is weighed."""
    assert set(LABELS) == set(WEIGHTS) == set(DOUBTFUL)
