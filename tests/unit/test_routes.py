"""What is under way, what arrives, and what a flow, a package or a supplier tells."""

import pytest

from tests.told import told


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (
            "Customs officers seized rifles on their way from Turkey to Libya.",
            ("TUR", "LBY", "intercepted"),
        ),
        ("Navy crews seized missiles en route from Iran to Yemen.", ("IRN", "YEM", "intercepted")),
        ("Panama seized a North Korean ship carrying Cuban missiles to Syria.", ("CUB", "SYR", "intercepted")),
        ("North Korean shells have been arriving in Russia for a year.", ("PRK", "RUS", "delivering")),
        ("Weapons from Libya are pouring into Mali.", ("LBY", "MLI", "delivering")),
        ("The first Polish tanks arrived in Ukraine on Monday.", ("POL", "UKR", "delivered")),
    ],
)
def test_a_way_tells_who_sends_and_who_is_to_get_it(text: str, event: tuple[str, str, str]) -> None:
    """Where a load comes from is the supplier, where it goes the recipient; who stops or carries it is neither."""
    assert told(text) == [event]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("The flow of Iranian drones to Russia worries Europe.", ("IRN", "RUS", "delivering")),
        ("Russia is the largest supplier of weapons to India.", ("RUS", "IND", "delivering")),
        ("Deliveries of French howitzers to Ukraine are under way.", ("FRA", "UKR", "delivering")),
        ("The delivery of French howitzers to Ukraine came a week late.", ("FRA", "UKR", "delivered")),
    ],
)
def test_a_noun_of_what_goes_on_tells_deliveries(text: str, event: tuple[str, str, str]) -> None:
    """A flow, a supplier or deliveries under way are delivering; one delivery is delivered."""
    assert told(text) == [event]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("The American aid package for Ukraine includes howitzers.", ("USA", "UKR", "pledged")),
        ("Denmark announced a new package for Ukraine with howitzers and mortars.", ("DNK", "UKR", "pledged")),
        ("Poland was the first country to buy the Korean K2 tank.", ("KOR", "POL", "ordered")),
        (
            "The army fled and left the weapons the United States had given the Iraqi army.",
            ("USA", "IRQ", "delivered"),
        ),
    ],
)
def test_a_package_and_a_first_buyer(text: str, event: tuple[str, str, str]) -> None:
    """A package of arms is pledged; the first country to buy has bought; what had been given was delivered."""
    assert set(told(text)) == {event}


def test_each_of_two_has_its_own_from() -> None:
    """`submarines from Germany and frigates from Italy` is one row for each, not four."""
    assert told("Israel ordered submarines from Germany and frigates from Italy.") == [
        ("DEU", "ISR", "ordered"),
        ("ITA", "ISR", "ordered"),
    ]
