"""Register files of others: told apart by their columns, read with every party, system, year and doubt."""

from pathlib import Path
from typing import Any

import pytest

from etl.errors import ConfigurationError
from etl.quality.registers import Deal, layouts, read_register

FILES = Path(__file__).resolve().parents[1] / "data" / "registers"
Row = dict[str, Any]


def test_a_trade_register_is_read() -> None:
    """Rows of one deal are joined, parties and equipment resolved, and names that are not known told with their row."""
    register = read_register(FILES / "sipri_comma.csv")
    assert (register.name, register.category_column) == ("sipri", "sipri_category")
    first, second, *_, last = register.deals
    assert first == Deal(
        row=13,
        supplier_id="RUS",
        recipient_id="TUR",
        system_id="sys:s_400",
        category="air_defence_systems",
        designation="S-400",
        n_rows=2,
        order_year=2017,
        delivery_years=(2019, 2020),
        quantity=4,
        is_quantity_estimate=True,
    )
    assert (second.recipient_id, second.is_order_estimate, second.is_delivery_estimate) == ("nsa:houthis", True, True)
    assert (last.row, last.system_id) == (20, "term:frigate")
    by_row = {deal.row: deal for deal in register.deals}
    assert (by_row[17].delivery_years, by_row[17].quantity) == ((), None)
    assert (by_row[18].supplier_id, by_row[18].unresolved) == ("unknown", ("designation",))
    assert by_row[18].system_id == "term:shoulder_fired_anti_aircraft_missile"
    assert (by_row[19].supplier_id, by_row[19].unresolved) == (None, ("supplier",))


def test_an_older_trade_register_is_read() -> None:
    """Semicolons, a short preamble and an encoding of its time; a state that is gone stands under its successor."""
    german, soviet = read_register(FILES / "sipri_semicolon.csv").deals
    assert (german.row, german.supplier_id, german.recipient_id, german.system_id) == (6, "DEU", "TUR", "sys:type_214")
    assert (soviet.supplier_id, soviet.recipient_id, soviet.order_year) == ("RUS", "EGY", 1961)


def test_a_un_register_is_read() -> None:
    """What exporter and importer report is one entry; categories are read by numeral, label and kind."""
    deals = read_register(FILES / "unroca.csv").deals
    assert [(deal.row, deal.n_rows, deal.supplier_id, deal.category) for deal in deals] == [
        (2, 2, "POL", "I"), (4, 1, "USA", "III"), (5, 1, "KOR", "VII"), (6, 1, "VNM", "SALW"), (7, 1, "PER", None),
    ]  # fmt: skip
    assert (deals[0].quantity, deals[0].delivery_years, deals[0].system_id) == (14, (2023,), "sys:leopard_2a4")
    assert deals[-1].unresolved == ("category", "designation")


def test_a_national_return_is_read() -> None:
    """The state that reports is the supplier of its exports and the recipient of its imports."""
    deals = read_register(FILES / "unroca_return.csv").deals
    assert [(deal.supplier_id, deal.recipient_id) for deal in deals] == [("POL", "UKR"), ("USA", "POL")]


def test_a_support_tracker_is_read() -> None:
    """Recipient Ukraine; money is no equipment; what the item does not name, the explanation or the kind does."""
    deals = read_register(FILES / "kiel.csv").deals
    assert {deal.recipient_id for deal in deals} == {"UKR"}
    assert [(deal.row, deal.supplier_id, deal.is_arms, deal.system_id, deal.order_year, deal.quantity) for deal in deals] == [
        (2, "DEU", True, "sys:leopard_2a6", 2023, 18),
        (3, "DEU", False, None, 2022, None),
        (4, "USA", True, "sys:himars", 2022, 4),
        (5, "SWE", True, "term:infantry_fighting_vehicle", 2023, None),
        (6, "igo:eu", False, None, 2023, None),
    ]  # fmt: skip


SIPRI = "Supplier,Recipient,Designation,Armament category,Order date,Numbers delivered,Delivery year\n"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("Russia,Turkiye,S-400,Air-defence systems,2017,4,2019", {"order_year": 2017, "quantity": 4, "delivery_years": (2019,)}),
        ("Russia,Turkiye,S-400,Air defence systems,(2017),(4),(2019)",
         {"is_order_estimate": True, "is_quantity_estimate": True, "is_delivery_estimate": True, "quantity": 4}),
        ('Russia,Turkiye,S-400,Air defence systems,2017,"1,200",2014-2016', {"quantity": 1200, "delivery_years": (2014, 2015, 2016)}),
        ("Russia,Turkiye,S-400,Air defence systems,?,some,2014; 2016", {"order_year": None, "quantity": None, "delivery_years": (2014, 2016)}),
        ("Russia,Turkiye,S-400,Teapots,2017,4,2019", {"category": None, "unresolved": ("category",)}),
        ("Russia,Congo,S-400,Air defence systems,2017,4,2019", {"recipient_id": "COG"}),
        ("Russia,Syria rebels*,S-400,Air defence systems,2017,4,2019", {"recipient_id": "nsa:syrian_opposition"}),
        ("Russia,House of Representatives (Libya)*,S-400,Air defence systems,2017,4,2019", {"recipient_id": None}),
        ("Russia,African Union**,S-400,Air defence systems,2017,4,2019", {"recipient_id": "igo:au"}),
        ("unknown supplier(s),Turkiye,S-400,Air defence systems,2017,4,2019", {"supplier_id": "unknown"}),
        (",Turkiye,S-400,Air defence systems,2017,4,2019", {"supplier_id": None, "unresolved": ("supplier",)}),
        ("Russia,Turkiye,S-400", {"category": None, "order_year": None, "quantity": None, "unresolved": ()}),
        ("Germany,Turkiye,Typhoon,Armoured vehicles,2017,4,2019", {"system_id": "sys:typhoon_k"}),
    ],
)  # fmt: skip
def test_cells_are_read(cells: str, expected: Row, tmp_path: Path) -> None:
    """Years, numbers, doubts and names in the forms in which registers write them."""
    path = tmp_path / "register.txt"
    path.write_text(f"{SIPRI}{cells}\n", encoding="utf-8")
    (deal,) = read_register(path).deals
    assert {name: getattr(deal, name) for name in expected} == expected


@pytest.mark.parametrize(("sides", "quantity"), [((5, 5), 5), ((5, 6), None), ((5, ""), 5), (("", ""), None)])
def test_both_sides_of_the_un_register(sides: tuple[object, object], quantity: int | None, tmp_path: Path) -> None:
    """Numbers of exporter and importer are one where they agree or one side tells none, and no number where they differ."""
    path = tmp_path / "unroca.csv"
    rows = [
        f"2022,{side},III,Ukraine,Norway,{number}\n" for side, number in zip(("Export", "Import"), sides, strict=True)
    ]
    path.write_text("Year,Direction,Category,Importer,Exporter,Quantity\n" + "".join(rows), encoding="utf-8")
    (deal,) = read_register(path).deals
    assert (deal.n_rows, deal.quantity) == (2, quantity)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"town,mayor\nA,B\n", ["Row 1 has ['town', 'mayor']", "kiel: announcement_date", "sipri: Armament category", "register_columns.csv"]),
        (SIPRI.encode(), ["row 1 is its header, and no row follows"]),
        (b"", ["fit no known register"]),
        (b"PK\x03\x04\0\0", ["is no text", "save its main sheet as CSV"]),
        (SIPRI.encode() + b'"Russia,Turkiye\n' + b"x" * 200_000, ["field larger than field limit", "cells quoted"]),
    ],
)  # fmt: skip
def test_a_file_that_is_no_register_is_told(content: bytes, told: list[str], tmp_path: Path) -> None:
    """The message names the file, what was found, what is expected, and what to do."""
    path = tmp_path / "some.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_register(path)
    assert [part for part in [str(path), *told] if part not in str(caught.value)] == []


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A wrong path ends with its name."""
    with pytest.raises(ConfigurationError, match=r"none\.csv does not exist"):
        read_register(tmp_path / "none.csv")


def test_the_layouts_differ() -> None:
    """No two layouts need the same columns: a file could not be told apart."""
    needed = [
        frozenset(name for names, is_required in columns.values() if is_required for name in names)
        for columns in layouts().values()
    ]
    assert all(not first <= second for first in needed for second in needed if first is not second)
