"""Measures of agreement: the published examples come out, and what must hold for any codes holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.desk.agreement import cohen_kappa, compare, krippendorff_alpha
from etl.desk.decisions import BLIND_COLUMNS, Decision, read_decisions
from etl.desk.ledger import Ledger
from etl.errors import ConfigurationError

COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
"""Two coders and three codes, 200 things (Cohen 1960, table 2): kappa 0.492."""
FOUR = ("123321412***", "1233224125*3", "*3332342251*", "12332441251*")
"""Four coders, twelve things, some not coded (Krippendorff 2011): alpha 0.743 for names, 0.815 for ranks."""
PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)
FIELDS = {
    "supplier_id": "NOR", "recipient_id": "GHA", "system_id": "term:tank", "status": "ordered", "date_edtf": "2019",
    "assertion": "reported", "transfer_type": "sale", "quantity_min": "12", "quantity_max": "12", "value_amount": "",
    "value_currency": "", "tier": "firm",
}  # fmt: skip


def _units(*coders: str) -> list[list[str]]:
    return [[code for code in unit if code != "*"] for unit in zip(*coders, strict=True)]


def _decision(event_id: str, **fields: str) -> Decision:
    return Decision("A. Reader", "2026-11-01", event_id, "0" * 16, "accept", "", FIELDS | fields)


def test_kappa_of_cohens_example() -> None:
    """The table of 200 things gives the kappa that its author printed."""
    pairs = [(row, column) for row in range(3) for column in range(3) for _ in range(COHEN[row][column])]
    assert cohen_kappa(pairs) == pytest.approx(0.492, abs=5e-4)


EXAMPLES = {
    "two coders, two codes": (("0100000010", "1110010000"), None, 0.095),
    "two coders, five codes": (("aabbdcccedda", "babbbcccEddd".lower()), None, 0.692),
    "four coders, names": (FOUR, None, 0.743),
    "four coders, ranks": (FOUR, "12345", 0.815),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_alpha_of_krippendorffs_examples(example: str) -> None:
    """The worked examples of Krippendorff 2011 give the alphas that he printed."""
    coders, order, expected = EXAMPLES[example]
    assert krippendorff_alpha(_units(*coders), order=order) == pytest.approx(expected, abs=5e-4)


@given(PAIRS)
def test_measures_keep_their_bounds(pairs: list[tuple[str, str]]) -> None:
    """Neither measure is above 1, each is 1 for equal codes alone, and neither changes where coders or things change places."""
    for measure in (cohen_kappa, krippendorff_alpha, lambda given: krippendorff_alpha(given, order="abc")):
        value = measure(pairs)
        if value is None:
            continue
        assert -1 - 1e-9 <= value <= 1 + 1e-9 or measure is not cohen_kappa
        assert (value > 1 - 1e-9) == all(one == other for one, other in pairs)
        assert measure([(other, one) for one, other in pairs]) == pytest.approx(value)
        assert measure(pairs[::-1]) == pytest.approx(value)


@given(PAIRS)
def test_names_of_codes_do_not_matter(pairs: list[tuple[str, str]]) -> None:
    """Codes under other names give the same kappa and alpha."""
    renamed = [(ord(one), ord(other)) for one, other in pairs]
    for measure in (cohen_kappa, krippendorff_alpha):
        one, other = measure(pairs), measure(renamed)
        assert one == (None if other is None else pytest.approx(other))


def test_one_code_alone_has_no_measure() -> None:
    """Where both use one code, agreement says nothing against chance; nor does nothing."""
    for pairs in ([], [("a", "a")] * 5):
        assert cohen_kappa(pairs) is None
        assert krippendorff_alpha(pairs) is None


def test_rows_are_compared_by_field() -> None:
    """Rows of both count, a rejected one only as no event; differences name row, field and both values; the last decision counts."""
    rejected = Decision("B. Reader", "2026-11-01", "c", "0" * 16, "reject", "", dict.fromkeys(FIELDS, ""))
    first = [_decision("a"), _decision("b", status="offered"), _decision("c"), _decision("d")]
    second = [_decision("a", status="refused"), _decision("a"), _decision("b", status="ordered"), rejected]
    found = compare(first, second)
    assert (found.both, found.first_alone, found.second_alone) == (3, 1, 0)
    by_field = {item.field: item for item in found.fields}
    assert (by_field["is_event"].coded, by_field["is_event"].agreed) == (3, 2)
    assert (by_field["status"].coded, by_field["status"].agreed) == (2, 1)
    assert by_field["supplier_id"].kappa is None
    assert by_field["status_phase"].ranked == 2
    told = [(item.event_id, item.field, item.first, item.second) for item in found.differences]
    assert told == [("b", "status", "offered", "ordered"), ("c", "is_event", "yes", "no")]


def test_a_halt_has_no_rank() -> None:
    """Rows that one coder calls halted are left out of the alpha in order, and stay in that of names."""
    found = compare([_decision("a"), _decision("b")], [_decision("a", status="refused"), _decision("b")])
    (phase,) = [item for item in found.fields if item.field == "status_phase"]
    assert (phase.coded, phase.ranked) == (2, 1)


def test_faults_of_a_file_are_told(tmp_path: Path) -> None:
    """Other columns, an unknown decision or status end with file, line and what to do."""
    path = tmp_path / "first.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="must be who, when, event_id"):
        read_decisions(path, is_blind=True)
    path.unlink()
    Ledger(path, BLIND_COLUMNS).add([dict.fromkeys(BLIND_COLUMNS, "x")])
    with pytest.raises(ConfigurationError, match="line 2: decision 'x' is none of accept, correct, reject"):
        read_decisions(path, is_blind=True)
    with pytest.raises(ConfigurationError, match="'arrived'"):
        compare([_decision("a", status="arrived")], [_decision("a")])
