"""A designation that is also a common word is equipment where it is counted in a transfer."""

import pytest

from etl.reference.matcher import default_matcher


def _equipment(text: str) -> list[str]:
    found = [match.entry.id for match in default_matcher().find(text) if not match.entry.is_actor]
    assert default_matcher().names_equipment(text) or not found
    return found


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("Greece sent 40 Bradleys to Turkey.", "sys:bradley"),
        ("Canberra gave 70 Bushmasters to Ukraine.", "sys:bushmaster"),
        ("Estonia delivered dozens of Typhoons to Kyiv.", "sys:eurofighter_typhoon"),
        ("Spain bought two used Chinooks.", "sys:ch_47"),
        ("Germany will send Leopards to Ukraine.", "sys:leopard_2"),
    ],
)
def test_counted_in_a_transfer_it_is_equipment(text: str, system: str) -> None:
    """With a number, or some other count, before the plural and a word of transfer near, no kind need be named."""
    assert _equipment(text) == [system]


@pytest.mark.parametrize(
    "text",
    [
        "Two Leopards escaped from the zoo in Gdansk.",
        "Some 12 Senators agreed to the sale.",
        "Paul Bradley sold his house.",
        "The Hornets traded a guard to Boston.",
        "Typhoons struck Taiwan twice in October.",
    ],
)
def test_neither_counted_nor_transferred_it_is_none(text: str) -> None:
    """Animals, politicians, surnames, teams and storms are no equipment."""
    assert _equipment(text) == []
