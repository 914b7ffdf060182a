"""Parties as named in a text: who they stand for."""

import pytest

from etl.extraction.protocol import Party, Span
from etl.reference import default_matcher
from etl.resolve.actors import UNKNOWN, resolve_party

CASES = [
    ("Iran", "IRN", "Iran", "state"),
    ("Tehran", "IRN", "Iran", "state"),
    ("the Islamic Republic", "IRN", "Iran", "state"),
    ("the Kremlin", "RUS", "Russia", "state"),
    ("Moscow", "RUS", "Russia", "state"),
    ("the Pentagon", "USA", "United States", "state"),
    ("Lockheed Martin", "USA", "United States", "state"),
    ("Rosoboronexport", "RUS", "Russia", "state"),
    ("BAE Systems", "GBR", "United Kingdom", "state"),
    ("Saab", "SWE", "Sweden", "state"),
    ("Rheinmetall", "DEU", "Germany", "state"),
    ("Taiwan", "TWN", "Taiwan", "state"),
    ("Taipei", "TWN", "Taiwan", "state"),
    ("Kosovo", "XKX", "Kosovo", "state"),
    ("the Palestinian Authority", "PSE", "Palestine", "state"),
    ("the Soviet Union", "RUS", "Soviet Union", "state"),
    ("Yugoslavia", "SRB", "Yugoslavia", "state"),
    ("Czechoslovakia", "CZE", "Czechoslovakia", "state"),
    ("East Germany", "DEU", "East Germany", "state"),
    ("West Germany", "DEU", "West Germany", "state"),
    ("Vladimir Putin", "RUS", "Russia", "state"),
    ("Volodymyr Zelensky", "UKR", "Ukraine", "state"),
    ("the Houthis", "nsa:houthis", None, "armed_group"),
    ("Hezbollah", "nsa:hezbollah", None, "armed_group"),
    ("Hamas", "nsa:hamas", None, "armed_group"),
    ("the Rapid Support Forces", "nsa:rsf", None, "armed_group"),
    ("the M23 rebels", "nsa:m23", None, "armed_group"),
    ("al-Shabaab", "nsa:al_shabaab", None, "armed_group"),
    ("Islamic State", "nsa:islamic_state", None, "armed_group"),
    ("the Taliban", "nsa:taliban", None, "armed_group"),
    ("the Free Syrian Army", "nsa:syrian_opposition", None, "armed_group"),
    ("the Peshmerga", "nsa:kurdish_peshmerga", None, "armed_group"),
    ("the Wagner Group", "nsa:wagner", None, "armed_group"),
    ("the Libyan National Army", "nsa:lna", None, "armed_group"),
    ("the YPG", "nsa:ypg", None, "armed_group"),
    ("the European Union", "igo:eu", None, "organisation"),
    ("NATO", "igo:nato", None, "organisation"),
    ("the United Nations", "igo:un", None, "organisation"),
    ("the African Union", "igo:au", None, "organisation"),
]


@pytest.mark.parametrize(("name", "party", "usual", "kind"), CASES)
def test_a_name_stands_for_its_party(name: str, party: str, usual: str | None, kind: str) -> None:
    """Capitals, leaders and companies give their state, a state that is gone its successor under its old name."""
    text = f"Weapons were delivered to {name} last year."
    (match,) = [match for match in default_matcher().find(text) if match.entry.is_actor]
    actor = resolve_party(Party(match.entry, Span(match.start, match.end), "argument"))
    assert (actor.id, actor.kind) == (party, kind)
    assert usual in (None, actor.name)
    assert actor.name


@pytest.mark.parametrize("party", [Party(None, None, "none")])
def test_nobody_named_is_unknown(party: Party) -> None:
    """A party that the text does not name is unknown, without a name."""
    assert resolve_party(party) == UNKNOWN
