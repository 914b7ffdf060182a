"""What is under way, what arrives, and what a flow, a package or a supplier tells."""

import pytest

from etl.extraction.rules.extractor import RuleExtractor
from etl.merge.events import merge_mentions
from etl.sources import Article


def _told(text: str) -> set[tuple[str | None, str | None, str]]:
    article, extractor = Article("a", "a.txt", text), RuleExtractor()
    rows, _ = merge_mentions(article, extractor.extract(article), firm=extractor.firm)
    return {(row["supplier_id"], row["recipient_id"], row["status"]) for row in rows}


@pytest.mark.parametrize(
    ("text", "told"),
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
def test_a_way_tells_who_sends_and_who_is_to_get_it(text: str, told: tuple[str, str, str]) -> None:
    """Where a load comes from is the supplier, where it goes the recipient; who stops or carries it is neither."""
    assert _told(text) == {told}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The flow of Iranian drones to Russia worries Europe.", ("IRN", "RUS", "delivering")),
        ("Russia is the largest supplier of weapons to India.", ("RUS", "IND", "delivering")),
        ("Deliveries of French howitzers to Ukraine are under way.", ("FRA", "UKR", "delivering")),
        ("The delivery of French howitzers to Ukraine came a week late.", ("FRA", "UKR", "delivered")),
    ],
)
def test_a_noun_of_what_goes_on_tells_deliveries(text: str, told: tuple[str, str, str]) -> None:
    """A flow, a supplier or deliveries under way are delivering; one delivery is delivered."""
    assert _told(text) == {told}


@pytest.mark.parametrize(
    ("text", "told"),
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
def test_a_package_and_a_first_buyer(text: str, told: tuple[str, str, str]) -> None:
    """A package of arms is pledged; the first country to buy has bought; what had been given was delivered."""
    assert _told(text) == {told}


def test_each_of_two_has_its_own_from() -> None:
    """`submarines from Germany and frigates from Italy` is one row for each, not four."""
    assert _told("Israel ordered submarines from Germany and frigates from Italy.") == {
        ("DEU", "ISR", "ordered"),
        ("ITA", "ISR", "ordered"),
    }
