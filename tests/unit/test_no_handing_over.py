"""Words of handing over and of halting that tell no transfer, or that of another."""

import pytest

from etl.extraction.rules.lexicon import words_for
from tests.told import told


@pytest.mark.parametrize(
    "text",
    [
        "American bombers flew from Guam to Japan.",
        "Peru still flies Soviet-built Mi-17 helicopters.",
        "The German minister declined to comment on tanks for Ukraine.",
        "Greece refused to condemn the Turkish army over its German tanks.",
        "The senator urged the White House to send Kyiv long-range missiles.",
        "Students in Copenhagen want the government to donate frigates to Ukraine.",
    ],
)
def test_what_moves_no_equipment_to_anybody(text: str) -> None:
    """What flies by itself, what is not said, and what others only wish for gives no row."""
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Ukraine wants Germany to send it Taurus missiles.", ("DEU", "UKR", "requested")),
        ("Paris managed to persuade Cairo to buy a second batch of Rafales.", ("FRA", "EGY", "ordered")),
        ("The Hague denied Jakarta an export licence for tank ammunition.", ("NLD", "IDN", "refused")),
        ("A licence to export Apache helicopters to Poland was issued by the US government.", ("USA", "POL", "approved")),
        ("Police in Argentina sold hundreds of rifles to Brazilian criminals.", ("ARG", "BRA", "delivered")),
        ("Baku has been buying drones from Israel for a decade.", ("ISR", "AZE", "delivering")),
        ("Egypt's first Mistral carrier was handed over by France.", ("FRA", "EGY", "delivered")),
        ("Kyiv has thanked Oslo for its delivery of NASAMS launchers.", ("NOR", "UKR", "delivered")),
        ("The radar, which Finland bought from Israel, will be mounted on its corvettes.", ("ISR", "FIN", "ordered")),
        ("Abrams tanks are on their way to Ukraine from the United States.", ("USA", "UKR", "delivering")),
        ("Israeli aircraft destroyed a convoy of missiles on the way from Syria to Hezbollah.",
         ("SYR", "nsa:hezbollah", "intercepted")),
        ("The arms were on their way from Iran to Hezbollah when they were seized.",
         ("IRN", "nsa:hezbollah", "intercepted")),
        ("Will Russia sell fighter jets to Iran?", ("RUS", "IRN", "considering")),
        ("Senior lawmakers in Washington have put a hold on the sale of 12 attack helicopters to Nigeria.",
         ("USA", "NGA", "suspended")),
        ("Russia sent 14 MiG-29 jets to Khalifa Haftar's forces by way of Syria.", ("RUS", "nsa:lna", "delivered")),
        ("Israel has for years been supplying the Azeri armed forces with drones, to the irritation of Armenia.",
         ("ISR", "AZE", "delivering")),
        ("Serbia exported ammunition worth 42 million euros to Israel.", ("SRB", "ISR", "delivered")),
        ("Russia has launched more than 1,000 Shahed drones supplied by Tehran.", ("IRN", "RUS", "delivered")),
        ("France has not made up its mind about sending Leclerc tanks to Ukraine.", ("FRA", "UKR", "considering")),
        ("Poland paid $4.6 billion for 32 F-35 jets from the United States.", ("USA", "POL", "ordered")),
        ("The United Kingdom will spend a billion pounds on shells for Ukraine.", ("GBR", "UKR", "ordered")),
        ("The navy seized rifles from a boat sailing from Iran to the Houthis.", ("IRN", "nsa:houthis", "intercepted")),
    ],
)  # fmt: skip
def test_what_a_word_beside_it_makes_of_it(text: str, event: tuple[str, str, str]) -> None:
    """One row: the recipient's own wish is a request, leave that is denied a refusal, what outlaws buy they are handed."""
    assert told(text) == [event]


def test_deliveries_tell_on_and_further_ones_do_not() -> None:
    """`Deliveries started` is a row of the deal before it, `Further deliveries are planned` is none."""
    deal = "Greece ordered 18 Rafale jets from France in 2021. "
    assert told(deal + "Deliveries started last year.") == [("FRA", "GRC", "delivering"), ("FRA", "GRC", "ordered")]
    assert told(deal + "Further deliveries are planned.") == [("FRA", "GRC", "ordered")]


def test_a_role_that_no_word_plays_is_an_error() -> None:
    """A role misspelt in the code does not pass for one that no word has."""
    with pytest.raises(KeyError):
        words_for("no such role")
