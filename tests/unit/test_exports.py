"""Exports that the field reads: the trade register in two forms, the UN form, and the graph of flows."""

import csv
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.publish.flows import write_flows
from etl.publish.party_names import party_name
from etl.publish.tables import write_table
from etl.publish.trade_register import (
    COLUMNS,
    trade_register_note,
    write_trade_register,
    write_trade_register_text,
)
from etl.publish.unroca import COLUMNS as FORM
from etl.publish.unroca import write_unroca
from etl.reference import entries
from etl.resolve.systems import resolve_system
from schemas import EVENTS, TRANSFER_EVENTS, TRANSFERS
from schemas.checks import split, to_frame

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
Row = dict[str, Any]


def _kind(party: str) -> str:
    return {"nsa": "armed_group", "igo": "organisation", "unknown": "unknown"}.get(
        party.split(":", maxsplit=1)[0], "state"
    )


def make_transfer(
    number: int = 1, supplier: str = "RUS", recipient: str = "TUR", system: str = "sys:s_400", **more: Any
) -> Row:
    """Return a row of `transfers` that keeps its declaration; more columns override."""
    equipment = resolve_system(entries()[system])
    parties = {
        f"{role}_{part}": value
        for role, party in (("supplier", supplier), ("recipient", recipient))
        for part, value in (("id", party), ("kind", _kind(party)), ("name", entries()[party].name if party in entries() else None))
    }  # fmt: skip
    return {
        "transfer_id": f"{number:016x}", **parties, "system_id": system, "system_name": equipment.name,
        "system_category": equipment.category, "sipri_category": equipment.sipri_category,
        "sipri_exclusion": equipment.sipri_exclusion, "unroca_category": equipment.unroca_category,
        "unroca_exclusion": equipment.unroca_exclusion, "transfer_type": "sale", "status_latest": "delivered",
        "assertion": "reported", "is_disputed": False, "is_out_of_order": False, "first_report": date(2019, 1, 2),
        "last_report": date(2020, 3, 4), "n_events": 2, "n_articles": 2, "n_independent_reports": 2, "n_conflicts": 0,
        "confidence": 0.9, "tier": "firm", "is_corrected": False, **more,
    }  # fmt: skip


def reached(status: str, day: date, precision: str, edtf: str | None = None) -> Row:
    """Return the three columns that tell when a transfer reached a status."""
    told = None if precision == "report" else edtf or str(day.year)
    return {f"{status}_date": day, f"{status}_precision": precision, f"{status}_edtf": told}


def make_event(number: int, status: str, **more: Any) -> Row:
    """Return a row of `events` as far as the exports read it; without a date, the report's day stands in."""
    row = {"event_id": f"{number:016x}", "status": status, "assertion": "reported", "date_basis": "report",
           "date_start": date(2024, 5, 6), "date_end": date(2024, 5, 6)}  # fmt: skip
    return row | more


def dated(year: int, precision: str = "year", end: int | None = None, **more: Any) -> Row:
    """Return the columns of an event whose text gives a date."""
    return {"date_basis": "stated", "date_precision": precision, "date_start": date(year, 1, 1),
            "date_end": date(end or year, 12, 31), **more}  # fmt: skip


def make_tables(*transfers: tuple[Row, list[Row]]) -> Tables:
    """Return transfers, events and their ties as frames of the declared types."""
    ties = [
        {"event_id": event["event_id"], "transfer_id": row["transfer_id"], "join_reason": "opens", "join_score": 1.0}
        for row, events in transfers
        for event in events
    ]
    return (
        to_frame(TRANSFERS, [row for row, _ in transfers]),
        to_frame(EVENTS, [event for _, events in transfers for event in events]),
        to_frame(TRANSFER_EVENTS, ties),
    )


ORDERED = reached("ordered", date(2017, 9, 1), "month")
DELIVERED = reached("delivered", date(2019, 7, 12), "day")
COUNTED = {"quantity_delivered_min": 4, "quantity_delivered_max": 4}
EMPTY = make_tables()


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _register(tables: Tables, folder: Path) -> list[dict[str, str]]:
    return _csv(write_trade_register(*tables, folder / "register.csv"))


def test_the_test_rows_keep_the_declarations() -> None:
    """What these tests feed in is what a run would write."""
    frame = to_frame(
        TRANSFERS, [make_transfer(**ORDERED, **DELIVERED, **COUNTED), make_transfer(2, supplier="unknown")]
    )
    assert split(TRANSFERS, frame)[1] == []


def test_one_transfer_in_the_columns_of_sipri(tmp_path: Path) -> None:
    """Parties in SIPRI's names, category in its words, years and numbers told for sure; its own columns stay empty."""
    row = make_transfer(**ORDERED, **DELIVERED, **COUNTED)
    tables = make_tables((row, [make_event(1, "ordered"), make_event(2, "delivered", **dated(2019, "day"))]))
    (told,) = _register(tables, tmp_path)
    assert list(told) == list(COLUMNS)
    assert {name: value for name, value in told.items() if value} == {
        "Supplier": "Russia", "Recipient": "Turkiye", "Designation": "S-400",
        "Description": "surface-to-air missile system", "Armament category": "Air-defence systems",
        "Order date": "2017", "Order date is estimate": "No", "Numbers delivered": "4",
        "Numbers delivered is estimate": "No", "Delivery year": "2019", "Delivery year is estimate": "No",
        "Local production": "No",
    }  # fmt: skip


Y = "Delivery year"
N = "Numbers delivered"
DELIVERIES: list[tuple[str, Row, list[Row], list[tuple[str, str, str, str]]]] = [
    ("a year told is sure", COUNTED, [dated(2019)], [("2019", "No", "4", "No")]),
    ("about a year is an estimate", COUNTED, [dated(2019, "approximate")], [("2019", "Yes", "4", "No")]),
    ("an interval is its first year", COUNTED, [dated(2014, "interval", 2018)], [("2014", "Yes", "4", "No")]),
    ("a season over two years is an estimate", COUNTED, [dated(2022, "season", 2023)], [("2022", "Yes", "4", "No")]),
    ("a report's year is an estimate", COUNTED, [{}], [("2024", "Yes", "4", "No")]),
    ("a report's year yields to one that is told", COUNTED, [{}, dated(2019)], [("2019", "No", "4", "No")]),
    ("no year at all", COUNTED, [{"date_start": None, "date_end": None}], [("", "", "4", "No")]),
    ("at least so many is an estimate", {"quantity_delivered_min": 24}, [dated(2019)], [("2019", "No", "24", "Yes")]),
    ("up to so many tells no number", {"quantity_delivered_max": 40}, [dated(2019)], [("2019", "No", "", "")]),
    ("numbers by year that add up", COUNTED, [dated(2019, quantity_min=1, quantity_max=1), dated(2020, quantity_min=3)],
     [("2019", "No", "1", "No"), ("2020", "No", "3", "Yes")]),
    ("numbers by year that do not", COUNTED, [dated(2019, quantity_min=4), dated(2020, quantity_min=4)],
     [("2019", "No", "", ""), ("2020", "No", "", "")]),
    ("a denied delivery is none", COUNTED, [dated(2019), dated(2021, assertion="denied")], [("2019", "No", "4", "No")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "events", "expected"), [case[1:] for case in DELIVERIES], ids=[case[0] for case in DELIVERIES]
)
def test_deliveries_by_year(more: Row, events: list[Row], expected: list[tuple[str, ...]], tmp_path: Path) -> None:
    """One row for each year of delivery, with what is an estimate marked as such."""
    told = [make_event(number, "delivered", **columns) for number, columns in enumerate(events)]
    rows = _register(make_tables((make_transfer(**more), told)), tmp_path)
    assert [tuple(row[name] for name in (Y, f"{Y} is estimate", N, f"{N} is estimate")) for row in rows] == expected


BELONGS: list[tuple[str, Row, list[str], bool]] = [
    ("an order alone", {"status_latest": "ordered", **ORDERED}, ["ordered"], True),
    ("shipments under way", {"status_latest": "delivering"}, ["delivering"], True),
    ("talk", {"status_latest": "negotiating"}, ["offered", "negotiating"], False),
    ("a pledge", {"status_latest": "pledged"}, ["pledged"], False),
    ("an order that was cancelled", {"status_latest": "cancelled", **ORDERED}, ["ordered", "cancelled"], False),
    ("cancelled after a delivery", {"status_latest": "cancelled"}, ["delivered", "cancelled"], True),
    ("denied", {"assertion": "denied"}, ["delivered"], False),
    ("disputed", {"assertion": "disputed", "is_disputed": True}, ["delivered"], True),
    ("no category of SIPRI", {"sipri_category": None, "sipri_exclusion": "small_arms"}, ["delivered"], False),
]


@pytest.mark.parametrize(
    ("more", "statuses", "belongs"), [case[1:] for case in BELONGS], ids=[case[0] for case in BELONGS]
)
def test_only_orders_and_deliveries_belong(more: Row, statuses: list[str], belongs: bool, tmp_path: Path) -> None:
    """SIPRI's rule: certain that an order was placed or deliveries have begun, and of a category of its own."""
    events = [make_event(number, status) for number, status in enumerate(statuses)]
    assert bool(_register(make_tables((make_transfer(**more), events)), tmp_path)) is belongs


def test_an_order_alone_has_no_delivery_year(tmp_path: Path) -> None:
    """An order that only a report dates is an estimate, and the columns of its delivery are empty."""
    row = make_transfer(status_latest="ordered", **reached("ordered", date(2018, 2, 3), "report"))
    (told,) = _register(make_tables((row, [make_event(1, "ordered")])), tmp_path)
    assert (told["Order date"], told["Order date is estimate"]) == ("2018", "Yes")
    assert {told[name] for name in (Y, f"{Y} is estimate", N, f"{N} is estimate")} == {""}


@pytest.mark.parametrize(
    ("party", "name", "sipri", "unroca"),
    [
        ("ARE", None, "UAE", "United Arab Emirates"),
        ("TUR", None, "Turkiye", "Türkiye"),
        ("CIV", None, "Cote d'Ivoire", "Côte d'Ivoire"),
        ("RUS", "Soviet Union", "Soviet Union", "Soviet Union"),
        ("DEU", "East Germany", "East Germany (GDR)", "East Germany"),
        ("nsa:hezbollah", None, "Hezbollah (Lebanon)*", "Hezbollah"),
        ("nsa:houthis", None, "Houthi rebels (Yemen)*", "Houthi movement"),
        ("nsa:newcomers", "Newcomers", "Newcomers*", "Newcomers"),
        ("nsa:newcomers", None, "nsa:newcomers*", "nsa:newcomers"),
        ("igo:nato", None, "NATO**", "North Atlantic Treaty Organization"),
        ("igo:eu", None, "European Union**", "European Union"),
        ("unknown", None, "unknown recipient(s)", "unknown"),
    ],
)
def test_parties_are_named_as_registers_do(party: str, name: str | None, sipri: str, unroca: str) -> None:
    """States in the register's own names, states that are gone in their old one, asterisks for all that are no states."""
    row = {"recipient_id": party, "recipient_name": name}
    assert party_name(row, "recipient", "sipri") == sipri
    assert party_name(row, "recipient", "unroca") == unroca


def test_the_printed_register(tmp_path: Path) -> None:
    """The note comes first, then a table for each recipient: brackets for the uncertain, dots for the unknown, blanks for no delivery."""
    several = make_transfer(1, **ORDERED, quantity_ordered_min=4, quantity_ordered_max=4, transfer_type="licence",
                            value_amount=2_500_000_000.0, value_currency="USD", is_disputed=True)  # fmt: skip
    years = [dated(2019), dated(2020), dated(2021), dated(2023, "approximate")]
    alone = make_transfer(2, "unknown", "nsa:hezbollah", "sys:f_16c_d", status_latest="suspended", tier="candidate",
                          n_independent_reports=1, quantity_ordered_min=3, **reached("ordered", date(2020, 1, 1), "approximate"))  # fmt: skip
    tables = make_tables(
        (several, [make_event(number, "delivered", **columns) for number, columns in enumerate(years)]),
        (alone, [make_event(9, "ordered")]),
    )
    text = write_trade_register_text(*tables, tmp_path / "register.md").read_text(encoding="utf-8")
    assert text.startswith(trade_register_note())
    assert text.index("## Hezbollah (Lebanon)\\*") < text.index("## Turkiye")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(("| S:", "| L:"))]
    assert [cell.strip() for cell in rows[0]] == [
        "S: unknown supplier(s)", "(3)", "F-16C/D", "fighter or ground-attack aircraft", "(2020)", "", "",
        "Sale; latest status: suspended; candidate; 1 independent report; transfer 0000000000000002",
    ]  # fmt: skip
    assert rows[1] == [
        "L: Russia", "4", "S-400", "surface-to-air missile system", "2017", "2019-2021, (2023)", ". .",
        "Licence; USD 2,500,000,000; disputed by a report; 2 independent reports; transfer 0000000000000001",
    ]  # fmt: skip


def test_the_note_says_what_the_register_is_not() -> None:
    """A reader cannot take it for SIPRI's."""
    note = trade_register_note()
    assert all(words in note for words in ("not SIPRI data", "news reports", "Tiers", "Coverage", "trend-indicator"))


def test_the_form_of_the_un_register(tmp_path: Path) -> None:
    """A delivery gives an export row and an import row; talk, orders and other categories give none."""
    tank = make_transfer(1, "POL", "RUS", "sys:leopard_2a4", quantity_delivered_min=14, supplier_name="Poland")
    order = make_transfer(2, "DEU", "NOR", "sys:leopard_2a4", status_latest="ordered", **ORDERED)
    shells = make_transfer(3, "KOR", "POL", "term:155_mm_shell")
    tables = make_tables(
        (tank, [make_event(1, "delivered", **dated(2023))]),
        (order, [make_event(2, "ordered", **dated(2022))]),
        (shells, [make_event(3, "delivered", **dated(2022))]),
    )
    rows = _csv(write_unroca(*tables, tmp_path / "unroca.csv"))
    assert [tuple(rows[0]), len(rows)] == [FORM, 2]
    assert [row["Reporting direction"] for row in rows] == ["export", "import"]
    assert rows[0] | {"Reporting direction": "import"} == rows[1]
    assert {name: value for name, value in rows[0].items() if value} == {
        "Calendar year": "2023", "Reporting direction": "export", "Category": "I", "Category name": "Battle tanks",
        "Final importer State": "Russian Federation", "Exporter State": "Poland", "Number of items": "14",
        "Description of item": "Leopard 2A4 (battle tank)",
        "Comments on the transfer": "number is the least of an interval; transfer 0000000000000001",
    }  # fmt: skip


def test_the_form_says_why_a_row_is_uncertain(tmp_path: Path) -> None:
    """An estimated year, a party that is no State, a dispute and a candidate are told in the comments."""
    row = make_transfer(1, "IRN", "nsa:houthis", "sys:qiam_1", is_disputed=True, tier="candidate")
    rows = _csv(write_unroca(*make_tables((row, [make_event(1, "delivered")])), tmp_path / "unroca.csv"))
    assert rows[0]["Comments on the transfer"] == (
        "year is an estimate; recipient is no State; disputed by a report; candidate; transfer 0000000000000001"
    )


def test_the_graph_of_flows(tmp_path: Path) -> None:
    """Edges run from supplier to recipient and count their transfers; an unnamed party is a node; denied ones are left out."""
    frame, *_ = make_tables(
        (make_transfer(1, **DELIVERED, n_independent_reports=3), []),
        (make_transfer(2, system="sys:f_16c_d", status_latest="ordered", first_report=date(2018, 1, 1)), []),
        (make_transfer(3, "unknown", "nsa:houthis", first_report=None, last_report=None), []),
        (make_transfer(4, "TUR", "RUS", assertion="denied"), []),
        (make_transfer(5, "RUS", "EGY", supplier_name="Soviet Union"), []),
    )
    graph = nx.read_graphml(write_flows(frame, tmp_path / "flows.graphml"))
    assert isinstance(graph, nx.DiGraph)
    assert sorted(graph.edges) == [("RUS", "EGY"), ("RUS", "TUR"), ("unknown", "nsa:houthis")]
    assert graph.edges["RUS", "TUR"] == {
        "n_transfers": 2, "n_delivered": 1, "n_independent_reports": 5, "first_report": "2018-01-01",
        "last_report": "2020-03-04", "categories": "air_defence|aircraft",
    }  # fmt: skip
    assert "first_report" not in graph.edges["unknown", "nsa:houthis"]
    assert graph.nodes["RUS"] == {"label": "Russia", "kind": "state"}
    assert graph.nodes["unknown"] == {"label": "unknown", "kind": "unknown"}


def _flows(tables: Tables, path: Path) -> Path:
    return write_flows(tables[0], path)


WRITERS: dict[str, Callable[[Tables, Path], Path]] = {
    "trade register": lambda tables, path: write_trade_register(*tables, path),
    "printed register": lambda tables, path: write_trade_register_text(*tables, path),
    "UN form": lambda tables, path: write_unroca(*tables, path),
    "flows": _flows,
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_no_transfers_give_a_header_alone(write: Callable[[Tables, Path], Path], tmp_path: Path) -> None:
    """An empty dataset can be exported; nothing but the frame of the file is in it, and no part file is left."""
    text = write(EMPTY, tmp_path / "out").read_text(encoding="utf-8")
    assert [item.name for item in tmp_path.iterdir()] == ["out"]
    assert not any(marks in text for marks in ("| S:", "| L:", "<node", "\nRussia"))


def test_an_empty_csv_is_one_line(tmp_path: Path) -> None:
    """The header of an empty register is that of a full one."""
    path = write_trade_register(*EMPTY, tmp_path / "register.csv")
    assert path.read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_tables_from_parquet_give_the_same(write: Callable[[Tables, Path], Path], tmp_path: Path) -> None:
    """Frames that pandas read back from Parquet, with its own types for missing values, give the same bytes."""
    row = make_transfer(1, **ORDERED, **DELIVERED, **COUNTED, value_amount=1.5, value_currency="EUR")
    other = make_transfer(2, "USA", "nsa:lna", "sys:himars", status_latest="ordered")
    frames = make_tables((row, [make_event(1, "delivered", **dated(2019))]), (other, []))
    stored = pd.read_parquet(write_table(TRANSFERS, frames[0], tmp_path))
    fresh = write(frames, tmp_path / "a").read_bytes()
    assert write((stored, *frames[1:]), tmp_path / "b").read_bytes() == fresh


PARTIES = st.sampled_from(["USA", "RUS", "UKR", "TUR", "nsa:houthis", "igo:nato", "unknown"])
SYSTEMS = st.sampled_from(["sys:s_400", "sys:himars", "sys:leopard_2a4", "term:weapon", "term:frigate"])
STATUSES = st.sampled_from(["ordered", "delivering", "delivered", "offered", "cancelled"])


@st.composite
def any_tables(draw: st.DrawFn) -> list[tuple[Row, list[Row]]]:
    """Draw some transfers with their events."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        low = draw(st.none() | st.integers(0, 50))
        row = make_transfer(number, draw(PARTIES), draw(PARTIES), draw(SYSTEMS), quantity_delivered_min=low,
                            quantity_delivered_max=draw(st.sampled_from([None, low])))  # fmt: skip
        columns: Mapping[str, Any] = draw(
            st.sampled_from([{}, dated(2019), dated(2021, "interval", 2023, quantity_min=3)])
        )
        found.append(
            (
                row,
                [make_event(9 * number + place, draw(STATUSES), **columns) for place in range(draw(st.integers(0, 3)))],
            )
        )
    return found


@settings(deadline=None, max_examples=10)
@given(any_tables(), st.randoms(use_true_random=False))
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_the_order_of_the_rows_does_not_matter(
    write: Callable[[Tables, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    found: list[tuple[Row, list[Row]]],
    random: Random,
) -> None:
    """The same transfers in any order give the same bytes."""
    folder = tmp_path_factory.getbasetemp()
    first = write(make_tables(*found), folder / "first").read_bytes()
    shuffled = [(row, random.sample(events, len(events))) for row, events in random.sample(found, len(found))]
    assert write(make_tables(*shuffled), folder / "second").read_bytes() == first
