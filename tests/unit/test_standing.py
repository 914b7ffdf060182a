"""How a transfer stands where somebody asks for its end: it goes on."""

import pytest

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
