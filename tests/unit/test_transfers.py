"""Events of several articles joined into transfers: what belongs together, what does not, and what the whole adds up to."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.merge.settle import count_reports, settle
from etl.merge.transfers import join_events
from etl.reference import entries
from etl.reference.tables import status_phase
from etl.resolve.edtf import parse_edtf_date
from etl.resolve.systems import resolve_system
from schemas import CONFLICTS, TRANSFER_EVENTS, TRANSFERS
from schemas.checks import split, to_frame
from schemas.codes import codes

Row = dict[str, Any]


def event(
    name: str, system: str = "sys:f_16", status: str = "ordered", *, report: str | None = "2020-01-10", when: str | None = None,
    quantity: tuple[int | None, int | None] = (None, None), parties: str = "USA POL", **more: object,
) -> Row:  # fmt: skip
    """A row of `events` with the columns that joining looks at."""
    day = date.fromisoformat(report) if report else None
    told = parse_edtf_date(when) if when else None
    supplier, recipient = parties.split()
    equipment = resolve_system(entries()[system])
    return {
        "event_id": f"{int(name, 36):016x}", "article_id": f"{int(name, 36):016x}", "supplier_id": supplier, "supplier_name": supplier,
        "supplier_kind": "state", "recipient_id": recipient, "recipient_name": recipient, "recipient_kind": "state",
        "system_id": equipment.id, "system_name": equipment.name, "system_category": equipment.category,
        "sipri_category": equipment.sipri_category, "sipri_exclusion": equipment.sipri_exclusion,
        "unroca_category": equipment.unroca_category, "unroca_exclusion": equipment.unroca_exclusion,
        "status": status, "status_phase": status_phase(status), "assertion": "reported", "transfer_type": "unknown",
        "quantity_min": quantity[0], "quantity_max": quantity[1], "value_amount": None, "value_currency": None,
        "date_edtf": when, "date_start": told.start if told else day, "date_end": told.end if told else day,
        "date_precision": told.precision if told else None, "date_basis": "stated" if told else "report", "report_date": day,
        "confidence": 0.5, "tier": "candidate", "is_corrected": False,
    } | more  # fmt: skip


def joined(*rows: Row) -> list[set[str]]:
    """The names of the events of each transfer."""
    names = {row["event_id"]: row for row in rows}
    return sorted(
        ({_name(member.event_id) for member in group} for group in join_events(list(names.values())).values()), key=min
    )


def _name(event_id: str) -> str:
    return chr(ord("a") + int(event_id, 16) - 10)


def settled(*rows: Row, copies: dict[str, str] | None = None) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows of the three tables."""
    reports = {row["article_id"]: row["article_id"] for row in rows} | (copies or {})
    return settle(join_events(rows), {row["event_id"]: row for row in rows}, reports)  # type: ignore[return-value]


CASES: dict[str, tuple[list[Row], list[set[str]]]] = {
    "an order and its delivery two years later": (
        [event("a", when="2018-05"), event("b", status="delivered", when="2020-06")], [{"a", "b"}]),
    "the order of 2011 and the order of 2023": (
        [event("a", when="2011"), event("b", when="2023", report="2023-09-01")], [{"a"}, {"b"}]),
    "two undated reports of an order, a week apart": (
        [event("a"), event("b", report="2020-01-17")], [{"a", "b"}]),
    "two undated reports of an order, nine years apart": (
        [event("a"), event("b", report="2029-01-17")], [{"a"}, {"b"}]),
    "a delivery that ended years before the order": (
        [event("a", when="2015"), event("b", status="delivered", when="2009")], [{"a"}, {"b"}]),
    "other parties": (
        [event("a"), event("b", parties="USA ROU")], [{"a"}, {"b"}]),
    "the same parties the other way round": (
        [event("a"), event("b", parties="POL USA")], [{"a"}, {"b"}]),
    "another system of the same category": (
        [event("a"), event("b", "sys:f_35")], [{"a"}, {"b"}]),
    "a variant named more closely": (
        [event("a"), event("b", "sys:f_16c_d", report="2020-01-12")], [{"a", "b"}]),
    "two variants, and the type that could be either": (
        [event("a", "sys:f_16a_b"), event("b", "sys:f_16c_d"), event("c", report="2020-01-12")], [{"a", "c"}, {"b"}]),
    "a general word that can mean one transfer": (
        [event("a"), event("b", "term:weapon", report="2020-01-12")], [{"a", "b"}]),
    "a general word that could mean two transfers": (
        [event("a"), event("b", "sys:m1_abrams"), event("c", "term:weapon", report="2020-01-12")], [{"a"}, {"b"}, {"c"}]),
    "a stream of arms, and one order in its midst": (
        [event("a", "term:weapon", report="2018-05-20"), event("b", "term:weapon", report="2018-11-20"),
         event("c", "term:weapon", report="2019-03-20"), event("d", when="2018-10", report="2018-11-21")], [{"a", "b", "c"}, {"d"}]),
    "a word of another category": (
        [event("a"), event("b", "term:drone", report="2020-01-12")], [{"a"}, {"b"}]),
    "a general word long after": (
        [event("a", when="2003"), event("b", "term:weapon", report="2020-01-12")], [{"a"}, {"b"}]),
    "talks, an order and a delivery, told one after the other": (
        [event("a", status="negotiating", report="2017-03-01"), event("b", when="2018-05"),
         event("c", status="delivering", report="2021-02-01")], [{"a", "b", "c"}]),
    "an order each year for a decade is no single deal": (
        [event(name, when=str(2010 + 2 * number), report=f"{2010 + 2 * number}-12-31") for number, name in enumerate("abcdef")],
        [{name} for name in "abcdef"]),
    "a general word without any day": (
        [event("a", "term:weapon", report=None), event("b", "term:weapon")], [{"a"}, {"b"}]),
    "the same type without any day": (
        [event("a", report=None), event("b")], [{"a", "b"}]),
    "different numbers at the same status and no dates": (
        [event("a", quantity=(32, 32)), event("b", quantity=(32, 32), report="2020-03-01")], [{"a", "b"}]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_joined(case: str) -> None:
    """Reports of one deal are joined, and those of two are not."""
    rows, expected = CASES[case]
    assert joined(*rows) == expected


def test_a_chain_of_reports_is_no_single_deal() -> None:
    """Orders reported undated each year for twelve years, each near the next, are several deals: no two reports of one are four years apart."""
    rows = [event(name, report=f"{2010 + number}-06-01") for number, name in enumerate("abcdefghijkl")]
    groups = joined(*rows)
    assert 3 <= len(groups) < len(rows)
    assert all(ord(max(group)) - ord(min(group)) <= 4 for group in groups)


def test_the_order_of_events_does_not_matter() -> None:
    """Events in another order give the same transfers, with the same identifiers and reasons."""
    rows = [row for case, (rows, _) in CASES.items() for row in rows if "decade" in case]
    unique = list({(row["event_id"]): row for row in rows}.values())
    turned = Random(3).sample(unique, len(unique))
    assert join_events(unique) == join_events(turned)


def test_a_later_report_leaves_the_identifier_alone() -> None:
    """A transfer keeps its identifier when a later report of it comes in."""
    first = event("z", when="2018-05", report="2018-05-20")
    assert set(join_events([first])) == set(join_events([first, event("b", status="delivered", when="2020-06")]))


def test_every_event_says_why() -> None:
    """The first report opens the transfer; each other event names the event that it joins, the reason and the score."""
    rows = [event("a"), event("b", report="2020-01-17"), event("c", "term:weapon", report="2020-01-20")]
    _, links, _ = settled(*rows)
    assert [(_name(link["event_id"]), link["join_reason"], link["joined_to"] and _name(link["joined_to"])) for link in links] == [
        ("a", "opens", None), ("b", "same_system", "a"), ("c", "general_word", "a"),
    ]  # fmt: skip
    assert [link["join_score"] for link in links] == [1.0, 0.9, 0.7]
    assert split(TRANSFER_EVENTS, to_frame(TRANSFER_EVENTS, links))[1] == []


def _quantities(*rows: Row) -> tuple[list[int | None], list[int | None], list[str]]:
    (transfer,), _, conflicts = settled(*rows)
    ordered, delivered = (
        [transfer[f"quantity_{what}_{side}"] for side in ("min", "max")] for what in ("ordered", "delivered")
    )
    return ordered, delivered, sorted({row["field"] for row in conflicts})


def test_quantities_are_not_counted_twice() -> None:
    """Repeated reports of a number are that number; lots add up to no more than the order; a part delivered is no second order."""
    order = event("a", when="2018-05", quantity=(100, 100))
    part = event("b", status="delivered", when="2019-06", quantity=(40, 40))
    assert _quantities(order, event("c", when="2018-05", quantity=(100, 100)), part) == ([100, 100], [40, 40], [])
    other = event("c", status="delivered", when="2020-02", quantity=(25, 25))
    assert _quantities(order, part, other) == ([100, 100], [40, 65], [])
    rest = event("c", status="delivered", when="2020-02", quantity=(80, 80))
    assert _quantities(order, part, rest) == ([100, 100], [80, 100], [])
    vague = event("c", status="delivered", when="2020-02", quantity=(24, None))
    assert _quantities(part, vague) == ([None, None], [40, None], [])
    assert _quantities(event("a", quantity=(None, 40)), event("b", quantity=(24, None))) == ([24, 40], [None, None], [])


def test_contradictions_are_kept_with_their_sources() -> None:
    """Two quantities or two dates of one order stand both in `conflicts`, each with the event that tells it."""
    rows = [event("a", when="2018-05", quantity=(32, 32)), event("b", when="2018-09", quantity=(48, 48))]
    (transfer,), _, conflicts = settled(*rows)
    assert [(row["field"], row["value"], _name(row["event_id"])) for row in conflicts] == [
        ("ordered_date", "2018-05", "a"), ("ordered_date", "2018-09", "b"),
        ("quantity_ordered", "[32, 32]", "a"), ("quantity_ordered", "[48, 48]", "b"),
    ]  # fmt: skip
    assert transfer["n_conflicts"] == 2
    assert (transfer["quantity_ordered_min"], transfer["quantity_ordered_max"]) == (32, 48)
    assert split(CONFLICTS, to_frame(CONFLICTS, conflicts))[1] == []


def test_more_delivered_than_ordered_is_a_contradiction() -> None:
    """A delivery larger than the order is kept and told as a conflict."""
    _, delivered, fields = _quantities(
        event("a", quantity=(10, 10)), event("b", status="delivered", quantity=(200, None))
    )
    assert delivered == [200, None]
    assert fields == ["quantity_delivered"]


def test_each_status_has_its_date() -> None:
    """A status has the most precise date told, else the day of the first report; one that is not told has none."""
    (transfer,), _, _ = settled(
        event("a", when="2018"), event("b", when="2018-05-04", report="2021-01-01"),
        event("c", status="delivering", report="2020-03-01"),
    )  # fmt: skip
    told = {name: transfer[name] for name in transfer if name.startswith(("ordered_", "delivering_", "offered_"))}
    assert told == {
        "ordered_date": date(2018, 5, 4), "ordered_edtf": "2018-05-04", "ordered_precision": "day",
        "delivering_date": date(2020, 3, 1), "delivering_edtf": None, "delivering_precision": "report",
        "offered_date": None, "offered_edtf": None, "offered_precision": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "latest"),
    [
        ([("ordered", "2018-05", "2018-06-01"), ("delivered", "2019-06", "2019-07-01")], "delivered"),
        ([("delivered", "2019-06", "2019-07-01"), ("ordered", None, "2020-05-01")], "delivered"),
        ([("ordered", "2018-05", "2018-06-01"), ("suspended", "2018-11", "2018-12-01")], "suspended"),
        ([("suspended", "2018-11", "2018-12-01"), ("ordered", "2018-05", "2018-06-01"), ("delivering", "2019-11", "2019-12-01")], "delivering"),
        ([("offered", None, "2018-06-01"), ("negotiating", None, "2018-09-01")], "negotiating"),
        ([("refused", None, "2018-06-01")], "refused"),
    ],
)  # fmt: skip
def test_the_latest_status(told: list[tuple[str, str | None, str]], latest: str) -> None:
    """The furthest status holds, whatever is retold later; a halt holds until something further comes after it."""
    rows = [
        event(name, status=status, when=when, report=report)
        for name, (status, when, report) in zip("abc", told, strict=False)
    ]
    (transfer,), _, _ = settled(*rows)
    assert transfer["status_latest"] == latest


def test_a_denial_disputes_the_transfer_and_tells_nothing_else() -> None:
    """One report that denies it makes it disputed; its date and status are those of the others."""
    denied = event("b", status="delivered", report="2020-02-01", assertion="denied")
    (transfer,), _, _ = settled(event("a"), denied)
    assert (transfer["assertion"], transfer["is_disputed"], transfer["status_latest"]) == ("disputed", True, "ordered")
    assert transfer["delivered_date"] is None
    (alone,), _, _ = settled(denied)
    assert (alone["assertion"], alone["status_latest"]) == ("denied", "delivered")


def test_copies_are_one_independent_report() -> None:
    """Five outlets that print one story are five articles and one report."""
    rows = [event(name, report="2020-01-10") for name in "abcde"] + [event("f", report="2020-01-12")]
    copies = {row["article_id"]: rows[0]["article_id"] for row in rows[:5]}
    (transfer,), _, _ = settled(*rows, copies=copies)
    assert (transfer["n_events"], transfer["n_articles"], transfer["n_independent_reports"]) == (6, 6, 2)
    groups = join_events(rows)
    counts = count_reports(
        groups.values(),
        {row["event_id"]: row for row in rows},
        {row["article_id"]: row["article_id"] for row in rows} | copies,
    )
    assert set(counts.values()) == {2}


def test_a_delivery_before_the_order_is_flagged() -> None:
    """A delivery dated in the year before the order stays in the transfer, and the row says so; the schema holds it to that."""
    (transfer,), _, _ = settled(event("a", when="2019-02"), event("b", status="delivered", when="2018-10"))
    assert transfer["is_out_of_order"]
    assert split(TRANSFERS, to_frame(TRANSFERS, [transfer]))[1] == []
    (failure, *_) = split(TRANSFERS, to_frame(TRANSFERS, [transfer | {"is_out_of_order": False}]))[1]
    assert failure.check == "order before delivery, or flagged"


_EVENTS = st.lists(
    st.builds(
        lambda system, status, year, dated, low, terms: (system, status, year, dated, low, terms),
        st.sampled_from(["sys:f_16", "sys:f_35", "term:weapon", "term:aircraft", "sys:m1_abrams", "term:tank"]),
        st.sampled_from(codes("status")),
        st.integers(2000, 2024),
        st.sampled_from(["no", "year", "month", "since", "none"]),
        st.one_of(st.none(), st.integers(0, 200)),
        st.sampled_from(["unknown", "sale", "aid"]),
    ),
    max_size=14,
)


def _made(told: list[tuple[str, str, int, str, int | None, str]]) -> list[Row]:
    forms = {"no": None, "none": None, "year": "{}", "month": "{}-03", "since": "{}/.."}
    rows = []
    for number, (system, status, year, dated, low, terms) in enumerate(told):
        form = forms[dated]
        rows.append(
            event(
                "abcdefghijklmnop"[number], system, status, report=None if dated == "none" else f"{year}-06-15",
                when=form.format(year) if form else None, quantity=(low, low), transfer_type=terms,
            )
        )  # fmt: skip
    return rows


@settings(max_examples=60, deadline=None)
@given(_EVENTS)
def test_whatever_is_told_the_tables_hold(told: list[tuple[str, str, int, str, int | None, str]]) -> None:
    """Each event is in just one transfer, intervals are intervals, and every row keeps its declaration."""
    rows = _made(told)
    transfers, links, conflicts = settled(*rows) if rows else ([], [], [])
    assert sorted(link["event_id"] for link in links) == sorted(row["event_id"] for row in rows)
    assert sum(transfer["n_events"] for transfer in transfers) == len(rows)
    for table, made in ((TRANSFERS, transfers), (TRANSFER_EVENTS, links), (CONFLICTS, conflicts)):
        assert split(table, to_frame(table, made))[1] == []
