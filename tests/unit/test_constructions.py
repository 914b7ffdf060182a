"""Constructions that the grammar reads whole, each with the parties the right way round."""

import pytest

from etl.extraction.scorer.readings import read_all
from etl.sources import Article

_READ = [
    ("Peru's coastguard took over a patrol boat delivered by South Korea.", ("KOR", "PER")),
    ("Kenyan soldiers flew Turkish-supplied drones over the desert.", ("TUR", "KEN")),
    ("Brazil donated helicopters to help Paraguay guard its rivers.", ("BRA", "PRY")),
    ("Chile is in talks with Israel to buy howitzers.", ("ISR", "CHL")),
    ("Morocco has awarded Spain a contract for patrol boats.", ("ESP", "MAR")),
    ("Ghana's old friend, Italy, sold it helicopters.", ("ITA", "GHA")),
    ("Norway has thanked Finland for its shipment of machine guns to Norway.", ("FIN", "NOR")),
    ("Oman exported to Kuwait sniper rifles.", ("OMN", "KWT")),
    ("Peru received an order for rifles from Bolivia.", ("PER", "BOL")),
    ("The ministry in Oslo said that Sweden had sold rifles to Latvia. It sold mortars to Estonia.", ("SWE", "LVA")),
    ("By supplying Lima with helicopters, Brasilia won a friend.", ("BRA", "PER")),
    ("Portugal supplied to Angola's navy a used submarine.", ("PRT", "AGO")),
    ("Italy sold frigates to Kenya in May. In June Italy cancelled the sale.", ("ITA", "KEN")),
    ("India bought Russian weapons.", ("RUS", "IND")),
    ("Sudan received Iranian arms.", ("IRN", "SDN")),
    ("Smugglers smuggled weapons into Ghana from Benin in May.", ("BEN", "GHA")),
    ("Egypt's pilots fly U.S.-supplied fighters.", ("USA", "EGY")),
    ("According to Bogota, Peru is sending rifles to Ecuador.", ("PER", "ECU")),
    ("Peru was accused of robbing Ecuador and of giving Bolivia rifles.", ("PER", "BOL")),
    ("A decision by Spain to send mortars to Kenya was leaked.", ("ESP", "KEN")),
    ("A number of neighbours, including Chile, have bought mortars from Spain.", ("ESP", "CHL")),
    ("Chile's purchasing of mortars from Spain goes on.", ("ESP", "CHL")),
    ("Norway put an official hold on military aid to Chad.", ("NOR", "TCD")),
]
_UNREAD = [
    "Russia condemned Western arms deliveries to Ukraine.",
    "Russia sent tanks and troops into Georgia.",
    "The United States signed an arms deal with Qatar.",
    "Will Spain sell missiles to Morocco?",
    "Senators tried to block Chile's sale of rifles to Peru.",
]


def _pairs(text: str) -> set[tuple[str, str]]:
    found = read_all(Article("a", "a", text))
    return {reading.parties for reading in found.readings if reading.is_claimed} if found else set()


@pytest.mark.parametrize(("text", "pair"), _READ)
def test_a_construction_is_read_whole(text: str, pair: tuple[str, str]) -> None:
    """Supplier and recipient are found, and never the other way round."""
    pairs = _pairs(text)
    assert pair in pairs
    assert pair[::-1] not in pairs


@pytest.mark.parametrize("text", _UNREAD)
def test_what_tells_no_transfer_is_not_claimed(text: str) -> None:
    """Onlookers, own troops and deals that leave open who sells give no claim."""
    assert _pairs(text) == set()


_TOLD = [
    ("Canada said that it would send Chad mortars.", "CAN", "pledged"),
    ("Canada would send Chad mortars.", "CAN", "considering"),
    ("Spain had agreed to sell Chad mortars, and then pulled out of the sale.", "ESP", "cancelled"),
    ("The last six fighters ordered by Chad from Spain were held back.", "ESP", "ordered"),
]


@pytest.mark.parametrize(("text", "supplier", "status"), _TOLD)
def test_the_status_is_that_of_the_words_that_tell_it(text: str, supplier: str, status: str) -> None:
    """An announced future, an end told by a verb with its particle, and an order that what befalls the goods does not undo."""
    found = read_all(Article("a", "a", text))
    assert found is not None
    told = {
        reading.base.candidate.standing.status
        for reading in found.readings
        if reading.parties[0] == supplier and reading.parties[1] == "TCD"
    }
    assert status in told


def test_two_kinds_of_equipment_are_two_names() -> None:
    """`Weapons and ammunition` tells two things, each with a category of its own."""
    found = read_all(Article("a", "a", "Ghana got weapons and ammunition from Benin."))
    assert found is not None
    assert {"unspecified", "munition"} <= {reading.transfer[2] for reading in found.readings if reading.is_claimed}


def test_a_headline_completes_a_body_that_names_nobody() -> None:
    """Both parties of a passive without an agent come from what the title tells whole."""
    article = Article(
        "a", "a", "Twelve helicopters will be delivered in May.", title="Italy to sell helicopters to Kenya"
    )
    found = read_all(article)
    assert found is not None
    assert {reading.parties for reading in found.readings if reading.is_claimed} == {("ITA", "KEN")}
