"""Rows in words: intervals, parties, dates and attributions as a person reads them."""

from datetime import date
from typing import Any

import pytest

from etl.show.words import count, headline, number, parties, quantity, says, value, when

EVENT: dict[str, Any] = {
    "supplier_id": "NOR", "supplier_name": "Norway", "recipient_id": "GHA", "recipient_name": "Ghana",
    "system_name": "patrol boat", "system_category": "ship", "quantity_min": None, "quantity_max": None, "quantity_text": None,
    "value_amount": None, "value_currency": None, "date_edtf": None, "date_precision": None, "date_basis": "report",
    "date_text": None, "report_date": None, "assertion": "reported", "attribution_text": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, None, ""), (4, 4, "4"), (0, 0, "0"), (2, 5, "2 to 5"), (5, None, "5 or more"), (None, 5, "up to 5"), (0, 5, "up to 5"),
     (1200, 1200, "1,200")],
)  # fmt: skip
def test_intervals_are_read(low: int | None, high: int | None, words: str) -> None:
    """An interval tells its two ends, one of them, or a single number."""
    assert number(low, high) == words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "no date is told"),
        ({"report_date": date(2024, 1, 4)}, "no date is told; reported on 2024-01-04"),
        ({"date_edtf": "2023-12", "date_precision": "month", "date_basis": "relative", "date_text": "last month"}, "2023-12 (month, relative; “last month”)"),
        ({"date_edtf": "2023", "date_precision": "year", "date_basis": "stated"}, "2023 (year, stated)"),
    ],
)  # fmt: skip
def test_dates_are_read(told: dict[str, Any], words: str) -> None:
    """A date tells its precision and basis; where none is told, the day of the report is not passed off as one."""
    assert when(EVENT | told) == words


def test_rows_are_read() -> None:
    """Parties, systems, quantities, values and attributions stand in the words of the field."""
    unnamed = EVENT | {"supplier_id": "unknown", "supplier_name": None, "recipient_id": "nsa:x", "recipient_name": None}
    assert parties(unnamed) == "supplier not named → nsa:x"
    assert headline(EVENT) == "Norway → Ghana: patrol boat (ships)"
    assert quantity(EVENT | {"quantity_min": 4, "quantity_max": 4, "quantity_text": "four"}) == "4 (“four”)"
    assert value(EVENT | {"value_amount": 5.8e9, "value_currency": "USD"}) == "USD 5,800,000,000"
    assert value(EVENT) == quantity(EVENT) == ""
    assert says(EVENT | {"attribution_text": "the ministry"}).endswith("; attributed to “the ministry”")
    assert [count(n, "event") for n in (1, 2)] == ["1 event", "2 events"]
