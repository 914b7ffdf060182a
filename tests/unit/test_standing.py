"""How a transfer stands: asked to end, not signed yet, awaited, fallen through, only asked about."""

import pytest

from etl.extraction.rules.extractor import RuleExtractor
from etl.extraction.scorer.readings import read_all
from etl.sources import Article


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Baghdad asked France to stop selling missiles to Iran.", "delivering"),
        ("Britain must stop selling arms to Turkey.", "delivering"),
        ("Activists urged Britain to halt its arms sales to Saudi Arabia.", "delivering"),
        ("Parliament called on Italy to suspend the delivery of bombs to Saudi Arabia.", "delivering"),
        ("Germany wants to end tank exports to Turkey.", "delivering"),
        ("Arms sales to Saudi Arabia by Canada must end, the group said.", "delivering"),
        ("Germany stopped selling rifles to Egypt.", "suspended"),
        ("Italy has halted its arms sales to Saudi Arabia.", "suspended"),
    ],
)
def test_what_somebody_asks_to_end_goes_on(text: str, status: str) -> None:
    """A pause that is only asked for tells deliveries; one that has come tells itself. Neither is a mere wish."""
    found = read_all(Article("a", "a.txt", text))
    assert found is not None
    standings = [base.candidate.standing for base in found.bases if not base.candidate.standing.is_hypothetical]
    assert {standing.status for standing in standings} == {status}
    assert all(standing.is_certain and standing.urged_by is None for standing in standings)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("A contract for 36 French Rafale jets for India has not yet been signed.", {"negotiating"}),
        ("Hungary has yet to sign a contract for Swedish Gripen jets.", {"negotiating"}),
        ("A contract for 36 French Rafale jets for India has been signed.", {"ordered"}),
        ("A deal under which Brazil would sell planes to Nigeria collapsed.", {"cancelled"}),
        ("The sale of German submarines to Thailand fell through.", {"cancelled"}),
        ("Morocco awaits the delivery of helicopters from the United States.", {"ordered"}),
    ],
)
def test_what_is_open_awaited_or_fallen_through(text: str, statuses: set[str]) -> None:
    """Not yet signed is still negotiated, awaited is ordered, fallen through is cancelled."""
    article = Article("a", "a.txt", text)
    assert {mention.status for mention in RuleExtractor().extract(article)} == statuses


def test_a_question_asserts_nothing() -> None:
    """`Will Russia sell ...?` tells at most that a sale is considered; the same words as a statement tell it."""
    for text, expected in (
        ("Will Russia sell missiles to Iran?", {"considering"}),
        ("Russia will sell missiles to Iran.", {"ordered"}),
    ):
        found = read_all(Article("a", "a.txt", text))
        assert found is not None
        assert {base.candidate.standing.status for base in found.bases} == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Berlin gave the green light to the sale of tanks to Qatar.", {("DEU", "QAT", "approved")}),
        ("Germany gave Poland permission to send tanks to Ukraine.", {("POL", "UKR", "approved")}),
        ("France gave Iraq missiles.", {("FRA", "IRQ", "delivered")}),
        ("Nigerian customs seized Turkish rifles bound for Boko Haram.", {("TUR", "nsa:boko_haram", "intercepted")}),
        (
            "The U.S. Navy seized a shipment of Iranian weapons bound for the Houthis.",
            {("IRN", "nsa:houthis", "intercepted")},
        ),
    ],
)
def test_leave_is_not_handed_over_and_who_seizes_does_not_send(text: str, told: set[tuple[str, str, str]]) -> None:
    """Giving leave is no delivery; a load that is seized is its sender's, not that of whoever takes it."""
    mentions = RuleExtractor().extract(Article("a", "a.txt", text))
    parties = [(mention, mention.supplier.entry, mention.recipient.entry) for mention in mentions]
    assert {(one.party_id, other.party_id, mention.status) for mention, one, other in parties if one and other} == told
