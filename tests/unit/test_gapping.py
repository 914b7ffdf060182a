"""Clauses that leave out the verb."""

import pytest

from tests.told import rows_of


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (
            "Germany pledged 14 Leopard tanks and Spain six, all for Kyiv.",
            [("DEU", "UKR", "armoured_vehicle"), ("ESP", "UKR", "armoured_vehicle")],
        ),
        (
            "Russia supplied helicopters to Mali, and China armoured cars.",
            [("CHN", "MLI", "armoured_vehicle"), ("RUS", "MLI", "aircraft")],
        ),
    ],
)
def test_who_does_the_same_has_a_row(text: str, events: list[tuple[str, str, str]]) -> None:
    """The party of the shortened clause does what the verb before it tells, with its own equipment, to the same recipient."""
    found = sorted((row["supplier_id"], row["recipient_id"], row["system_category"]) for row in rows_of(text))
    assert found == events
