"""Comparison with registers: each row of both sides is told what became of it, and why."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.publish.trade_register import write_trade_register
from etl.publish.unroca import write_unroca
from etl.quality.reconcile import COLUMNS, reconcile, summarise
from etl.quality.registers import Deal, Register, read_register
from schemas import TRANSFERS
from schemas.checks import to_frame
from schemas.codes import codes
from tests.unit.test_exports import dated, make_event, make_tables, make_transfer, reached

FILES = Path(__file__).resolve().parents[1] / "data" / "registers"
Row = dict[str, Any]


def make_deal(row: int = 1, supplier: str | None = "RUS", recipient: str | None = "TUR", **more: Any) -> Deal:
    """Return an entry of a register of which nothing but the parties and the equipment is told."""
    told: Row = {"system_id": "sys:s_400", "category": "air_defence_systems", "designation": "S-400"}
    return Deal(row=row, supplier_id=supplier, recipient_id=recipient, **told | more)


def _compare(rows: list[Row], *deals: Deal, name: str = "sipri") -> pd.DataFrame:
    return reconcile(to_frame(TRANSFERS, rows), Register(name, deals))


def _verdicts(frame: pd.DataFrame) -> dict[object, str]:
    """Transfer, or row of the register where it has no transfer -> verdict."""
    keys = frame["transfer_id"].where(frame["transfer_id"].notna(), frame["register_row"])
    return dict(zip(keys, frame["verdict"], strict=True))


ORDERED = reached("ordered", date(2017, 9, 1), "month")
DELIVERED = reached("delivered", date(2019, 7, 12), "day")
FOUR = {"quantity_delivered_min": 4, "quantity_delivered_max": 4}

PAIRS: list[tuple[str, Row, Row, str, str]] = [
    ("same order", ORDERED, {"order_year": 2017}, "matched", ""),
    ("order a year apart", ORDERED, {"order_year": 2018}, "contradicting", "order_year"),
    ("estimated order a year apart", ORDERED, {"order_year": 2018, "is_order_estimate": True}, "matched", ""),
    ("about a year apart", reached("ordered", date(2017, 1, 1), "approximate"), {"order_year": 2018}, "matched", ""),
    ("order three years apart", ORDERED, {"order_year": 2020}, "only_here", ""),
    ("a report two years after the order", reached("ordered", date(2019, 1, 1), "report"), {"order_year": 2017}, "matched", ""),
    ("a report before the order", reached("ordered", date(2016, 1, 1), "report"), {"order_year": 2017}, "matched", ""),
    ("an approval a year apart", DELIVERED | reached("approved", date(2018, 1, 1), "day"), {"order_year": 2017}, "matched", ""),
    ("deliveries overlap", DELIVERED, {"delivery_years": (2019, 2020)}, "matched", ""),
    ("deliveries overlap, orders far apart", ORDERED | DELIVERED, {"order_year": 2010, "delivery_years": (2019,)},
     "contradicting", "order_year"),
    ("same order, other deliveries", ORDERED | DELIVERED, {"order_year": 2017, "delivery_years": (2021,)},
     "contradicting", "delivery_years"),
    ("same order, other estimated deliveries", ORDERED | DELIVERED,
     {"order_year": 2017, "delivery_years": (2021,), "is_delivery_estimate": True}, "matched", ""),
    ("deliveries do not overlap", DELIVERED, {"delivery_years": (2021,)}, "only_here", ""),
    ("deliveries since a year", reached("delivering", date(2018, 1, 1), "interval", "2018/.."), {"delivery_years": (2020,)}, "matched", ""),
    ("deliveries over years", reached("delivered", date(2014, 1, 1), "interval", "2014/2018"), {"delivery_years": (2018,)}, "matched", ""),
    ("delivered after the order", DELIVERED, {"order_year": 2015}, "matched", ""),
    ("delivered before the order", DELIVERED, {"order_year": 2021}, "only_here", ""),
    ("no years at all", {}, {}, "matched", ""),
    ("same number", DELIVERED | FOUR, {"delivery_years": (2019,), "quantity": 4}, "matched", ""),
    ("another number", DELIVERED | FOUR, {"delivery_years": (2019,), "quantity": 6}, "contradicting", "quantity"),
    ("another estimated number", DELIVERED | FOUR, {"delivery_years": (2019,), "quantity": 6, "is_quantity_estimate": True}, "matched", ""),
    ("a number within the interval", DELIVERED | {"quantity_delivered_min": 3}, {"delivery_years": (2019,), "quantity": 6}, "matched", ""),
    ("a number above the bound", DELIVERED | {"quantity_delivered_max": 5}, {"delivery_years": (2019,), "quantity": 6},
     "contradicting", "quantity"),
    ("another number and order", ORDERED | FOUR, {"order_year": 2016, "quantity": 6}, "contradicting", "order_year|quantity"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "told", "verdict", "contradicts"), [case[1:] for case in PAIRS], ids=[case[0] for case in PAIRS]
)
def test_years_and_numbers(more: Row, told: Row, verdict: str, contradicts: str) -> None:
    """What both tell for sure and differently contradicts; what is an estimate does not; far years are another deal."""
    row = make_transfer(status_latest="delivered", **more)
    far = make_deal(9, "RUS", "DZA", order_year=1990, delivery_years=(1991, 2030))
    late = make_deal(8, "USA", "DZA", order_year=2030)
    frame = _compare([row], make_deal(**told), far, late)
    assert _verdicts(frame)[row["transfer_id"]] == verdict
    assert (frame.iloc[0]["contradicts"] if contradicts else "") == contradicts
    if verdict == "only_here":
        assert _verdicts(frame)[1] == "only_there"


def _equipment(system: str, **more: Any) -> Deal:
    row = make_transfer(system=system)
    return make_deal(system_id=system, category=row["sipri_category"], designation="x", **more)


EQUIPMENT = [
    ("sys:s_400", _equipment("sys:s_400"), "same system"),
    ("sys:f_16", _equipment("sys:f_16c_d"), "variant"),
    ("sys:f_16c_d", _equipment("sys:mig_21"), None),
    ("term:tank", _equipment("sys:leopard_2a4"), "general word"),
    ("sys:himars", _equipment("term:multiple_rocket_launcher"), "general word"),
    ("term:tank", _equipment("term:main_battle_tank"), "general word"),
    ("term:tank", _equipment("term:tank"), "same general word"),
    ("term:missile", _equipment("sys:qiam_1"), "general word"),
    ("term:frigate", _equipment("sys:type_214"), None),
    ("term:drone", _equipment("sys:f_16c_d"), None),
    ("sys:s_400", make_deal(system_id=None, designation=""), "same category"),
    ("sys:himars", make_deal(system_id=None, designation=""), None),
    ("sys:s_400", make_deal(system_id=None, designation="Zorblax-9"), None),
]


@pytest.mark.parametrize(("system", "deal", "reason"), EQUIPMENT)
def test_equipment(system: str, deal: Deal, reason: str | None) -> None:
    """The same system, a variant, or a general word for it can be one deal; other equipment of the category cannot."""
    frame = _compare([make_transfer(system=system)], deal)
    assert set(frame["verdict"]) == ({"matched"} if reason else {"only_here", "only_there"})
    assert reason is None or reason in frame["reason"][0]


def test_parties_are_never_swapped() -> None:
    """A deal in the other direction is another deal."""
    frame = _compare(
        [make_transfer()], make_deal(1, "TUR", "RUS"), make_deal(2, "TUR", "EGY"), make_deal(3, "RUS", "EGY")
    )
    assert set(frame["verdict"]) == {"only_here", "only_there"}


def test_the_best_pair_comes_first() -> None:
    """Each side is paired once: the better score wins, and the other is left for the next."""
    near, far = make_transfer(1, **ORDERED), make_transfer(2, **reached("ordered", date(2018, 1, 1), "year"))
    frame = _compare([far, near], make_deal(1, order_year=2017), make_deal(2, order_year=2019))
    pairs = {(row.transfer_id[-1], row.register_row, row.verdict) for row in frame.itertuples()}
    assert pairs == {("1", 1, "matched"), ("2", 2, "contradicting")}
    assert list(frame["score"]) == [0.9, 0.825]


OUT: list[tuple[str, Row, str]] = [
    ("no category", {"sipri_category": None}, "category"),
    ("denied", {"assertion": "denied"}, "denied"),
    ("talk alone", {"status_latest": "offered"}, "no order or delivery"),
    ("before the file", reached("delivered", date(2001, 1, 1), "day"), "years"),
    ("after the file", {"status_latest": "ordered", **reached("ordered", date(2025, 1, 1), "day")}, "years"),
]


@pytest.mark.parametrize(("more", "reason"), [case[1:] for case in OUT], ids=[case[0] for case in OUT])
def test_what_a_register_does_not_cover(more: Row, reason: str) -> None:
    """Such a transfer is out of scope, and no finding against it."""
    years = {"order_year": 2015, "delivery_years": (2016,)}
    frame = _compare([make_transfer(**more)], make_deal(1, "FRA", "TUR", **years), make_deal(2, "RUS", "DZA", **years))
    told = frame[frame["transfer_id"].notna()].iloc[0]
    assert (told["verdict"], reason in told["reason"]) == ("out_of_scope", True)


@pytest.mark.parametrize(
    ("deals", "verdict"),
    [
        ([("RUS", "DZA"), ("FRA", "IND")], "only_here"),
        ([("USA", "DZA"), ("USA", "IND")], "out_of_scope"),
        ([("USA", "DZA"), ("FRA", "DZA")], "out_of_scope"),
        ([("TUR", "DZA"), ("FRA", "TUR")], "only_here"),
        ([("POL", "DZA"), ("FRA", "POL")], "out_of_scope"),
    ],
    ids=["all parties", "one supplier", "one recipient", "own returns", "returns of another"],
)
def test_a_file_of_one_party_covers_no_other(deals: list[tuple[str, str]], verdict: str) -> None:
    """An export cut to one supplier or recipient, or one state's returns, says nothing of others."""
    frame = _compare([make_transfer()], *(make_deal(number, *pair) for number, pair in enumerate(deals, start=1)))
    assert _verdicts(frame)[f"{1:016x}"] == verdict


def test_the_un_register_counts_deliveries() -> None:
    """An order is out of its scope; a delivery of the same year and category is matched, also without a designation."""
    order = make_transfer(
        1, "POL", "UKR", "sys:leopard_2a4", status_latest="ordered", **reached("ordered", date(2023, 1, 1), "day")
    )
    given_tanks = make_transfer(2, "POL", "UKR", "sys:leopard_2a4", **reached("delivered", date(2023, 3, 1), "day"))
    launchers = make_transfer(3, "KOR", "UKR", "sys:qiam_1", **reached("delivered", date(2022, 3, 1), "month"))
    frame = reconcile(to_frame(TRANSFERS, [order, given_tanks, launchers]), read_register(FILES / "unroca.csv"))
    verdicts = _verdicts(frame)
    assert [verdicts[row["transfer_id"]] for row in (order, given_tanks, launchers)] == [
        "out_of_scope",
        "matched",
        "matched",
    ]
    assert [verdicts[row] for row in (4, 6, 7)] == ["only_there"] * 3


def test_the_support_tracker_counts_announcements() -> None:
    """A pledge is compared with the announcement and with the number pledged; other recipients and money are out of scope."""
    pledge = make_transfer(1, "DEU", "UKR", "sys:leopard_2a6", status_latest="pledged", quantity_ordered_min=14, quantity_ordered_max=14,
                           **reached("pledged", date(2023, 1, 25), "day"))  # fmt: skip
    other = make_transfer(2, "DEU", "NOR", "sys:leopard_2a6", **ORDERED)
    frame = reconcile(to_frame(TRANSFERS, [pledge, other]), read_register(FILES / "kiel.csv"))
    assert _verdicts(frame) == {
        pledge["transfer_id"]: "contradicting", other["transfer_id"]: "out_of_scope", 4: "only_there", 5: "only_there",
        3: "out_of_scope", 6: "out_of_scope",
    }  # fmt: skip
    told = frame.iloc[0]
    assert (told["contradicts"], told["quantity"], told["register_quantity"]) == ("quantity", "14", 18)


def test_what_is_not_known_is_told() -> None:
    """A row whose party is not known is unresolved, and the summary lists it; nothing is lost on the way."""
    register = read_register(FILES / "sipri_comma.csv")
    frame = reconcile(to_frame(TRANSFERS, [make_transfer(**ORDERED, **DELIVERED)]), register)
    assert list(frame.columns) == list(COLUMNS)
    assert set(frame["verdict"]) <= set(codes("verdict"))
    assert frame["n_register_rows"].sum() == 8
    assert (_verdicts(frame)[19], frame.iloc[0]["verdict"], frame.iloc[0]["register_row"]) == (
        "unresolved",
        "matched",
        13,
    )
    assert summarise(frame).splitlines() == [
        "                 transfers    share  register    share",
        "Matched                  1  100.0%          1   16.7%",
        "Contradicting            0    0.0%          0    0.0%",
        "Only here                0    0.0%          0    0.0%",
        "Only there               0    0.0%          5   83.3%",
        "Out of scope             0                  0",
        "Unresolved               0                  1",
        "designation not known: 1 (rows 18)",
        "supplier not known: 1 (rows 19)",
    ]


def test_nothing_of_the_text_goes_out() -> None:
    """Names, designations and descriptions of the register stand nowhere in the result or its summary."""
    for name in ("sipri_comma", "unroca", "kiel"):
        frame = reconcile(to_frame(TRANSFERS, [make_transfer()]), read_register(FILES / f"{name}.csv"))
        told = frame.to_csv() + summarise(frame)
        assert [
            word for word in ("Zorblax", "Ruritania", "Houthi", "teapot", "Invented", "Leopard") if word in told
        ] == []


def test_nothing_to_compare() -> None:
    """No transfers and no entries give an empty frame with its columns, and a summary of noughts."""
    frame = _compare([])
    assert (list(frame.columns), len(frame)) == (list(COLUMNS), 0)
    assert "Matched                  0" in summarise(frame)


# round trip and order

SYSTEMS = st.sampled_from(["sys:s_400", "sys:himars", "sys:leopard_2a4", "term:tank", "sys:f_16c_d", "sys:qiam_1"])
PARTIES = st.sampled_from(
    ["USA", "RUS", "UKR", "TUR", "nsa:houthis", "nsa:hezbollah", "igo:nato", "CIV", "COG", "unknown"]
)
DRAWN = st.lists(
    st.tuples(PARTIES, PARTIES, SYSTEMS, st.integers(2010, 2024), st.none() | st.integers(1, 90)),
    min_size=1,
    max_size=6,
)


def _drawn(found: list[tuple[str, str, str, int, int | None]]) -> list[tuple[Row, list[Row]]]:
    """Transfers delivered each in one year, with the events that tell it."""
    return [
        (
            make_transfer(number, supplier, recipient, system, quantity_delivered_min=count, quantity_delivered_max=count,
                          **reached("delivered", date(year, 1, 1), "year")),
            [make_event(number, "delivered", **dated(year))],
        )
        for number, (supplier, recipient, system, year, count) in enumerate(found, start=1)
    ]  # fmt: skip


@settings(deadline=None, max_examples=10)
@given(DRAWN)
def test_our_own_register_matches_itself(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, str, str, int, int | None]]
) -> None:
    """A trade register that we wrote, read back, has every transfer, with every party and system known."""
    tables = make_tables(*_drawn(found))
    path = write_trade_register(*tables, tmp_path_factory.getbasetemp() / "own.csv")
    frame = reconcile(tables[0], read_register(path))
    assert set(frame["verdict"]) == {"matched"}
    assert frame["unresolved"].isna().all()


def test_our_own_form_matches_itself(tmp_path: Path) -> None:
    """The form of the UN Register that we wrote, read back, has every delivery once, though it tells each twice."""
    rows = _drawn([("POL", "UKR", "sys:leopard_2a4", 2023, 14), ("KOR", "RUS", "term:missile", 2022, None)])
    tables = make_tables(*rows)
    frame = reconcile(tables[0], read_register(write_unroca(*tables, tmp_path / "own.csv")))
    assert list(frame["verdict"]) == ["matched", "matched"]
    assert list(frame["n_register_rows"]) == [2, 2]


@settings(deadline=None, max_examples=10)
@given(DRAWN, DRAWN, st.randoms(use_true_random=False))
def test_the_order_of_the_transfers_does_not_matter(
    found: list[tuple[str, str, str, int, int | None]], listed: list[tuple[str, str, str, int, int | None]], random: Any
) -> None:
    """The same transfers in any order give the same rows, each side told once."""
    rows = [row for row, _ in _drawn(found)]
    deals = tuple(
        make_deal(number, supplier, recipient, system_id=system, delivery_years=(year,), quantity=count)
        for number, (supplier, recipient, system, year, count) in enumerate(listed, start=1)
    )
    frame = _compare(rows, *deals)
    pd.testing.assert_frame_equal(_compare(random.sample(rows, len(rows)), *deals), frame)
    assert sorted(frame["transfer_id"].dropna()) == sorted(row["transfer_id"] for row in rows)
    assert sorted(frame["register_row"].dropna()) == list(range(1, len(deals) + 1))
