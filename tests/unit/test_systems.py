"""Equipment as named in a text: its category in each scheme."""

import pytest

from etl.reference import default_matcher, kinds
from etl.reference.tables import entries
from etl.resolve.systems import resolve_system
from schemas.codes import codes, rows

CASES = [
    ("fighter jets", "aircraft"),
    ("attack helicopters", "aircraft"),
    ("drones", "uav"),
    ("loitering munitions", "uav"),
    ("kamikaze drones", "uav"),
    ("air defence systems", "air_defence"),
    ("surface-to-air missiles", "air_defence"),
    ("MANPADS", "air_defence"),
    ("anti-aircraft guns", "air_defence"),
    ("tanks", "armoured_vehicle"),
    ("armoured personnel carriers", "armoured_vehicle"),
    ("MRAPs", "armoured_vehicle"),
    ("howitzers", "artillery"),
    ("mortars", "artillery"),
    ("multiple rocket launchers", "artillery"),
    ("ballistic missiles", "missile"),
    ("cruise missiles", "missile"),
    ("anti-tank missiles", "missile"),
    ("artillery shells", "munition"),
    ("ammunition", "munition"),
    ("cluster bombs", "munition"),
    ("torpedoes", "munition"),
    ("submarines", "ship"),
    ("frigates", "ship"),
    ("patrol boats", "ship"),
    ("radars", "sensor"),
    ("jet engines", "engine"),
    ("rifles", "small_arms"),
    ("machine guns", "small_arms"),
    ("rocket-propelled grenades", "small_arms"),
    ("spare parts", "component"),
    ("explosives", "component"),
    ("night vision goggles", "other"),
    ("body armour", "other"),
    ("weapons", "unspecified"),
    ("military equipment", "unspecified"),
]


@pytest.mark.parametrize(("words", "category"), CASES)
def test_ordinary_words_have_their_category(words: str, category: str) -> None:
    """The words with which articles name equipment fall into the category that the codebook gives them."""
    found = [
        match for match in default_matcher().find(f"The army received {words} from abroad.") if not match.entry.is_actor
    ]
    assert [resolve_system(match.entry).category for match in found] == [category]


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_each_kind_is_placed_in_each_scheme(kind: str) -> None:
    """A kind has our category, and in each scheme a category or a reason for its absence, all of them known codes."""
    value = kinds()[kind]
    assert value.category in codes("category")
    assert (value.sipri_category is None) != (value.sipri_exclusion is None)
    assert (value.unroca_category is None) != (value.unroca_exclusion is None)
    assert value.sipri_category in (None, *codes("sipri_category"))
    assert value.unroca_category in (None, *codes("unroca_category"))
    schemes = {row["code"]: row["scheme"] for row in rows("exclusion")}
    assert schemes.get(value.sipri_exclusion or "", "sipri") in {"sipri", "both"}
    assert schemes.get(value.unroca_exclusion or "", "unroca") in {"unroca", "both"}


def test_every_category_has_a_kind() -> None:
    """No category of the project is without a kind that leads to it."""
    assert {kind.category for kind in kinds().values()} == set(codes("category"))


def test_every_system_resolves() -> None:
    """Each row of equipment gives a name and a category."""
    systems = [entry for entry in entries().values() if not entry.is_actor]
    assert [entry.id for entry in systems if not resolve_system(entry).category or not resolve_system(entry).name] == []
