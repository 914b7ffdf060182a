"""The figures that `etl evaluate` gives are those that a hand counts."""

from pathlib import Path

import pytest

from etl.errors import ConfigurationError
from etl.quality.evaluate import evaluate, read_gold


def _row(
    source: str, supplier: str, recipient: str, status: str, confidence: float, tier: str = "candidate"
) -> dict[str, object]:
    return {
        "source_id": source, "supplier_id": supplier, "recipient_id": recipient, "system_category": "uav", "status": status,
        "assertion": "reported", "confidence": confidence, "tier": tier,
    }  # fmt: skip


def _event(supplier: str, recipient: str, status: str, *, optional: bool = False) -> dict[str, object]:
    return {"supplier": supplier, "recipient": recipient, "category": "uav", "status": status, "optional": optional}


GOLD = [
    {
        "id": "a",
        "events": [_event("USA", "POL", "ordered"), _event("USA", "POL", "delivered"), _event("FRA", "IND", "ordered")],
    },
    {"id": "b", "events": [_event("RUS", "SYR", "delivered", optional=True)]},
    {"id": "c", "events": []},
]
ROWS = [
    _row("a", "USA", "POL", "approved", 0.9, "firm"),  # the phase of `ordered`, not the status
    _row("a", "IND", "FRA", "ordered", 0.4),  # the wrong way round
    _row("b", "RUS", "SYR", "delivered", 0.6),  # optional: counts neither way
    _row("c", "CHN", "PAK", "ordered", 0.2),  # false, in an article without an event
    _row("elsewhere", "CHN", "PAK", "ordered", 0.2),  # an article that nobody coded
]


def test_figures_are_counted_by_depth() -> None:
    """Pairs and events are counted once an article, optional events neither way, articles without a code not at all."""
    depth = evaluate(ROWS, GOLD)["depth"]
    assert isinstance(depth, dict)
    counts = {name: (score["hits"], score["predicted"], score["gold"]) for name, score in depth.items()}
    assert counts == {
        "pair": (1, 3, 2),
        "transfer": (1, 3, 2),
        "event": (1, 3, 3),
        "strict": (0, 3, 3),
        "asserted": (0, 3, 3),
    }


def test_the_curve_keeps_what_is_sure_enough() -> None:
    """Of the rows from a confidence on, precision and recall; the tier `firm` by itself."""
    figures = evaluate(ROWS, GOLD)
    curve, firm = figures["curve"], figures["firm"]
    assert isinstance(curve, dict)
    assert isinstance(firm, dict)
    assert [(curve[name]["hits"], curve[name]["predicted"]) for name in ("0.0", "0.3", "0.5", "0.8")] == [
        (1, 3), (1, 2), (1, 1), (1, 1),
    ]  # fmt: skip
    assert (firm["event"]["hits"], firm["event"]["predicted"]) == (1, 1)


def test_calibration_error_is_the_distance_from_the_share_that_was_right() -> None:
    """With each row in a bin of its own: |0.2 - 0| + |0.4 - 0| + |0.9 - 1|, over three rows."""
    assert evaluate(ROWS, GOLD)["calibration_error"] == pytest.approx(0.7 / 3, abs=0.001)


def test_calibration_by_chance_is_what_coins_would_give() -> None:
    """With a row in each bin, a right one is missed by 1 - p and a wrong one by p: 2p(1 - p), for 0.2, 0.4 and 0.9."""
    assert evaluate(ROWS, GOLD)["calibration_by_chance"] == pytest.approx((0.32 + 0.48 + 0.18) / 3, abs=0.001)


def test_calibration_by_chance_shrinks_with_more_rows() -> None:
    """Four times the rows, a quarter of the variance: half the error."""
    few, many = (
        evaluate([_row("a", "USA", f"R{number}", "ordered", 0.5) for number in range(count)], GOLD)[
            "calibration_by_chance"
        ]
        for count in (100, 400)
    )
    assert isinstance(few, float)
    assert isinstance(many, float)
    assert many == pytest.approx(few / 2, rel=0.02)


def test_a_class_that_only_optional_events_have_gets_no_figures() -> None:
    """Nothing found and nothing to find is no precision of 1."""
    figures = evaluate(
        [_row("b", "RUS", "SYR", "cancelled", 0.6)],
        [{"id": "b", "events": [_event("RUS", "SYR", "cancelled", optional=True)]}],
    )
    assert figures["status"] == {}


def test_errors_are_told_by_kind_and_quiet_articles_counted() -> None:
    """A row of the right phase is an error of status, a swapped one of direction; a row in a quiet article is counted."""
    figures = evaluate(ROWS, GOLD)
    errors = figures["errors"]
    assert isinstance(errors, dict)
    assert errors["false"] == {"direction": 1, "no counterpart": 1, "status": 1}
    assert errors["missed"] == {"direction": 1, "phase": 1, "status": 1}
    assert figures["no_event_documents"] == {"documents": 1, "with_false_rows": 1}


@pytest.mark.parametrize("line", ["{", '{"id": "a"}', '{"id": "a", "events": [{"supplier": "USA"}]}'])
def test_a_gold_file_of_another_form_is_refused(tmp_path: Path, line: str) -> None:
    """The message names the file and the line."""
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "x", "events": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"gold\.jsonl line 2"):
        read_gold(path)
