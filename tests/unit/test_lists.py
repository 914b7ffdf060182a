"""Lists under a sentence that ends with a colon."""

import pytest

from tests.told import rows_of

_TANKS = "Germany has delivered the following equipment to Ukraine:\n\n{}\n\nFurther deliveries are planned."


def _pieces(text: str) -> list[tuple[str | None, str | None, str, int | None]]:
    return sorted(
        (row["supplier_id"], row["recipient_id"], row["system_category"], row["quantity_min"]) for row in rows_of(text)
    )


@pytest.mark.parametrize("mark", ["- ", "• ", "* ", "1. ", "(2) "])
def test_each_line_is_a_row(mark: str) -> None:
    """Whatever a line begins with, its piece goes from whom to whom the sentence above says, with its own number."""
    lines = "\n".join(f"{mark}{piece}" for piece in ("14 Leopard 2 tanks", "30 Gepard anti-aircraft guns"))
    assert _pieces(_TANKS.format(lines)) == [("DEU", "UKR", "air_defence", 30), ("DEU", "UKR", "armoured_vehicle", 14)]


def test_lines_that_name_who_sends() -> None:
    """A party before a colon at the head of a line sends that line's piece, and no other."""
    text = "Aid sent to Ukraine so far:\n- Slovenia: 28 M-55S tanks\n- Croatia: 14 Mi-8 helicopters\n"
    assert _pieces(text) == [("HRV", "UKR", "aircraft", 14), ("SVN", "UKR", "armoured_vehicle", 28)]


def test_a_package_told_before_and_listed_after() -> None:
    """`The package includes:` takes its sides from the sentence that announced the package."""
    text = (
        "The Department of Defense announced a new security assistance package for Ukraine on Friday.\n\n"
        "The package includes:\n\n- 155mm artillery rounds;\n- Javelin anti-armor systems;\n"
    )
    assert {("USA", "UKR", "munition"), ("USA", "UKR", "missile")} <= {piece[:3] for piece in _pieces(text)}


def test_lines_without_a_mark_are_no_list() -> None:
    """A sentence behind a colon is not taken for a line of a list."""
    text = "Germany told Ukraine on Monday:\n\nThe army keeps its tanks. Howitzers stay too."
    assert _pieces(text) == []
