"""Who only permits or forbids a transfer between others has no part in it."""

import pytest

from etl.extraction.rules.parser import parse_texts
from etl.extraction.rules.standing import compose
from tests.told import told


@pytest.mark.parametrize(
    ("text", "supplier", "recipient", "status"),
    [
        ("Berlin allowed Warsaw to send Leopard tanks to Kyiv.", "POL", "UKR", "approved"),
        ("Washington approved the Dutch transfer of F-16s to Kyiv.", "NLD", "UKR", "approved"),
        ("Norway consented to Finland's transfer of howitzers to Ukraine.", "FIN", "UKR", "approved"),
        ("Germany approved Poland's request to send Leopard 2 tanks to Ukraine.", "POL", "UKR", "approved"),
        ("Switzerland blocked Germany from sending Swiss-made ammunition to Ukraine.", "DEU", "UKR", "refused"),
        ("Bern vetoed the German delivery of Gepard ammunition to Ukraine.", "DEU", "UKR", "refused"),
        ("The United States barred Argentina from selling its rifles to Ecuador.", "ARG", "ECU", "refused"),
        ("Turkey's sale of attack helicopters to Pakistan was blocked by the United States.", "TUR", "PAK", "refused"),
        ("Germany dropped its opposition to Britain selling Typhoon jets to Saudi Arabia.", "GBR", "SAU", "approved"),
    ],
)
def test_who_permits_is_no_party(text: str, supplier: str, recipient: str, status: str) -> None:
    """One row, between the two who deal: none names who permits, forbids or gives up a veto."""
    assert told(text) == [(supplier, recipient, status)]


@pytest.mark.parametrize(
    ("text", "supplier", "recipient", "status"),
    [
        ("The United States approved the sale of missiles to Saudi Arabia.", "USA", "SAU", "approved"),
        ("Germany blocked the export of tanks to Turkey.", "DEU", "TUR", "refused"),
        ("Japan allowed the export of its radars to the Philippines.", "JPN", "PHL", "approved"),
    ],
)
def test_who_permits_its_own_sends(text: str, supplier: str, recipient: str, status: str) -> None:
    """Where nobody else sends, who permits is the supplier."""
    assert told(text) == [(supplier, recipient, status)]


def test_a_veto_that_is_given_up_is_leave() -> None:
    """Refused or suspended under a word of ending is approved; what was never forbidden is cancelled."""
    assert compose("refused", "cancelled") == compose("suspended", "cancelled") == "approved"
    assert compose("ordered", "cancelled") == compose("cancelled", "cancelled") == "cancelled"


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("re-export", "re-export"),
        ("re-exported", "re-export"),
        ("re-transferred", "re-transfer"),
        ("re-equipped", "re-equip"),
        ("co-produces", "co-produce"),
    ],
)
def test_a_word_with_a_hyphen_stays_one(word: str, lemma: str) -> None:
    """A verb of the tables that is written with a hyphen is one word with one lemma, and tells its transfer."""
    (doc,) = parse_texts([f"Spain {word} guns with Ukraine."])
    assert (doc[1].text, doc[1].lemma_) == (word, lemma)


def test_a_re_export_istold() -> None:
    """A sentence whose only word of transfer has a hyphen is parsed and read."""
    assert told("Spain re-exported 12 howitzers to Ukraine last year.") == [("ESP", "UKR", "delivered")]
