"""Ships and planes that bring equipment, leave that is given, and makers that deal: who sells what to whom."""

import pytest

from tests.told import rows_of, told


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Chinese transport planes landed in Belgrade with missiles for the Serbian army.", ("CHN", "SRB", "missile")),
        ("A Russian ship loaded with S-300 missiles arrived in Syria on Monday.", ("RUS", "SYR", "air_defence")),
        ("Chinese Y-20s delivered HQ-22 missiles to Serbia.", ("CHN", "SRB", "air_defence")),
        ("Norwegian transport planes arrived in Georgia with rifles.", ("NOR", "GEO", "small_arms")),
    ],
)
def test_what_a_carrier_brings_is_the_equipment(text: str, row: tuple[str, str, str]) -> None:
    """The load is what is transferred, not what carries it, and it comes from where the carrier belongs."""
    assert [(found["supplier_id"], found["recipient_id"], found["system_category"]) for found in rows_of(text)] == [row]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("The United States gave Manila the go-ahead to buy 20 F-16 jets.", ("USA", "PHL", "approved")),
        ("Poland won the go-ahead to hand its Leopards to Ukraine.", ("POL", "UKR", "approved")),
        ("Berlin gave the go-ahead for the sale of two submarines to Israel.", ("DEU", "ISR", "approved")),
    ],
)
def test_a_go_ahead_is_leave(text: str, row: tuple[str, str, str]) -> None:
    """Who gets the go-ahead does what it is for; nothing is handed over by it."""
    assert told(text) == [row]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Denel is in talks with the United Arab Emirates on the sale of drones.", ("ZAF", "ARE", "negotiating")),
        ("Baykar is negotiating with Jakarta over drones.", ("TUR", "IDN", "negotiating")),
        ("Jakarta is negotiating with Baykar over drones.", ("TUR", "IDN", "negotiating")),
        ("Boeing held discussions with Warsaw about Apache helicopters.", ("USA", "POL", "negotiating")),
        ("Tehran is close to clinching a deal with Beijing for CM-302 missiles.", ("CHN", "IRN", "negotiating")),
    ],
)
def test_of_two_sides_the_maker_sells(text: str, row: tuple[str, str, str]) -> None:
    """A firm or a state that makes the arms is the seller, whichever side is named first."""
    assert told(text) == [row]


def test_off_a_coast_is_where_a_load_is_seized() -> None:
    """Whose load it was is told by its name; the coast off which it was seized sent nothing."""
    text = "The navy seized Iranian missile parts from a dhow bound for the Houthis off Somalia."
    assert told(text) == [("IRN", "nsa:houthis", "intercepted")]


def test_the_latest_to_do_so_does_it() -> None:
    """Who becomes the latest to offer something offers it, however the infinitive is tied to `latest`."""
    assert told("Norway becomes the latest ally to offer Ukraine F-16s.") == [("NOR", "UKR", "offered")]
