"""The declarations of tables and columns, and what is rendered from them."""

from datetime import date

import frictionless
import pandas as pd
import pyarrow as pa
import pytest

from schemas import CHANGES, EVENTS, MENTIONS, QUARANTINE, TABLES, Table
from schemas.arrow import arrow_schema, to_arrow
from schemas.checks import Failure, pandera_schema, split, to_frame
from schemas.codes import codes, lookup, rows
from schemas.columns import COLUMNS
from schemas.package import table_schema

EACH_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))

EVENT: dict[str, object] = {
    "event_id": "0" * 16, "article_id": "1" * 16, "source_id": "a", "supplier_id": "IRN", "supplier_kind": "state",
    "recipient_id": "nsa:houthis", "recipient_kind": "armed_group", "system_id": "term:drone", "system_name": "drone",
    "system_text": "drones", "system_category": "uav", "status": "delivered", "status_phase": "execution",
    "assertion": "reported", "transfer_type": "unknown", "quantity_min": 24, "quantity_max": None, "value_amount": 1.5,
    "value_currency": "USD", "date_basis": "report", "date_start": date(2024, 1, 4), "date_end": date(2024, 1, 4),
    "report_date": date(2024, 1, 4), "confidence": 0.9, "tier": "firm", "extractor": "rules", "evidence": "Iran sent drones.", "evidence_start": 0, "evidence_end": 17,
    "n_mentions": 1, "n_independent_reports": 1, "is_corrected": False,
}  # fmt: skip


def test_every_column_is_used() -> None:
    """A column that no table has would be a dead declaration, and a table can only have declared columns."""
    used = {name for table in (*TABLES.values(), CHANGES) for name in table.column_names}
    assert used == set(COLUMNS)


@EACH_TABLE
def test_keys_links_and_order_name_columns(table: Table) -> None:
    """Key, order, optional columns and links are columns of their tables, and links point to keys."""
    names = set(table.column_names)
    assert {table.key, *table.order, *table.optional, *(column for column, _, _ in table.links)} <= names
    assert all(TABLES[target].key == key for _, target, key in table.links)
    assert len(names) == len(table.column_names)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_column_is_fully_declared(name: str) -> None:
    """A description is a sentence, a code list exists, and a number has a unit or is a share."""
    column = COLUMNS[name]
    assert column.description[0].isupper() or column.description.split()[0] in COLUMNS
    assert column.description.endswith(".")
    assert column.scheme is None or codes(column.scheme)
    assert column.type in {"string", "date", "boolean"} or column.unit or (column.minimum, column.maximum) == (0, 1)


@pytest.mark.parametrize("scheme", sorted({column.scheme for column in COLUMNS.values() if column.scheme}))
def test_a_code_list_has_unique_described_codes(scheme: str) -> None:
    """Each code stands once and has a meaning in words."""
    assert len(set(codes(scheme))) == len(codes(scheme))
    assert all(all(row[column] for column in list(row)[:3] if column != "threshold") for row in rows(scheme))


def test_every_status_has_a_phase() -> None:
    """The phase of each status is a code of its own list, and no phase is without a status."""
    assert set(lookup("status", "phase").values()) == set(codes("status_phase"))


@EACH_TABLE
def test_a_table_renders_to_arrow(table: Table) -> None:
    """Names, types and descriptions come out in order, and required columns are not nullable."""
    schema = arrow_schema(table)
    assert tuple(schema.names) == table.column_names
    assert [field.metadata[b"description"].decode() for field in schema] == [
        column.description for column in table.columns
    ]
    assert [not field.nullable for field in schema] == [table.requires(column) for column in table.columns]
    assert schema.metadata[b"title"].decode() == table.title


@EACH_TABLE
def test_an_empty_table_is_written_and_checked(table: Table) -> None:
    """A table without rows has its columns and types all the same."""
    frame, failures = split(table, to_frame(table, []))
    assert (len(frame), failures) == (0, [])
    assert to_arrow(table, frame).schema.equals(arrow_schema(table))


@EACH_TABLE
def test_a_table_renders_to_a_valid_frictionless_schema(table: Table) -> None:
    """Frictionless accepts the schema, with key, links and constraints in it."""
    descriptor = table_schema(table, tables=frozenset(TABLES))
    schema = frictionless.Schema.from_descriptor(descriptor)
    assert schema.field_names == list(table.column_names)
    assert schema.primary_key == [table.key]
    assert len(schema.foreign_keys) == len(table.links)


def test_links_to_tables_that_are_not_there_are_left_out() -> None:
    """A package without a table has no links to it."""
    assert "foreignKeys" not in table_schema(MENTIONS, tables=frozenset({"mentions"}))


@EACH_TABLE
def test_a_table_renders_to_pandera(table: Table) -> None:
    """Every column is checked, with the same nullability as declared, and no other column is let in."""
    schema = pandera_schema(table)
    assert list(schema.columns) == list(table.column_names)
    assert [column.nullable for column in schema.columns.values()] == [not table.requires(c) for c in table.columns]
    assert schema.strict


def test_a_good_row_passes() -> None:
    """The row that the following tests spoil keeps all declarations, and its types."""
    frame, failures = split(EVENTS, to_frame(EVENTS, [EVENT]))
    assert failures == []
    arrow = to_arrow(EVENTS, frame)
    assert arrow.schema.field("quantity_min").type == pa.int64()
    assert arrow.to_pylist()[0] == dict.fromkeys(EVENTS.column_names) | EVENT


BAD: list[tuple[str, object, str]] = [
    ("status", "arrived", "isin"),
    ("supplier_id", "Iran", "pattern"),
    ("recipient_id", "nsa:The Houthis", "pattern"),
    ("event_id", "xyz", "pattern"),
    ("system_id", "drone", "pattern"),
    ("value_currency", "dollar", "pattern"),
    ("quantity_min", -1, "greater_than_or_equal_to(0)"),
    ("evidence_start", -3, "greater_than_or_equal_to(0)"),
    ("confidence", 1.5, "less_than_or_equal_to(1)"),
    ("system_text", None, "not_nullable"),
    ("evidence", None, "not_nullable"),
]


@pytest.mark.parametrize(("column", "value", "check"), BAD)
def test_a_bad_value_is_told_with_column_check_and_value(column: str, value: object, check: str) -> None:
    """Each kind of bad value fails alone, and the failure names where, why and what; good rows stay."""
    spoiled = EVENT | {"event_id": "2" * 16} | {column: value}
    frame, failures = split(EVENTS, to_frame(EVENTS, [EVENT, spoiled]))
    assert list(frame["event_id"]) == [EVENT["event_id"]]
    ((row, name, found, told),) = [(f.row, f.column, f.check, f.value) for f in failures]
    assert (row, name) == (1, column)
    assert check in found
    assert told == str(value) or (value is None and told in {"None", "nan", "<NA>"})


def test_an_interval_upside_down_is_told() -> None:
    """A least number above the greatest, or a start after its end, is a failure of the row."""
    spoiled = EVENT | {"quantity_min": 9, "quantity_max": 3}
    frame, failures = split(EVENTS, to_frame(EVENTS, [spoiled]))
    assert len(frame) == 0
    assert {failure.check for failure in failures} == {"quantity_min <= quantity_max"}


def test_a_key_that_stands_twice_is_told() -> None:
    """Two rows of one key break the table."""
    frame, failures = split(EVENTS, to_frame(EVENTS, [EVENT, EVENT]))
    assert len(frame) == 0
    assert {failure.column for failure in failures} == {"event_id"}


def test_all_failures_are_told_at_once() -> None:
    """Checking does not stop at the first fault."""
    spoiled = EVENT | {"status": "arrived", "assertion": "maybe"}
    _, failures = split(EVENTS, to_frame(EVENTS, [spoiled]))
    assert sorted(failures, key=lambda f: f.column)[0].column == "assertion"
    assert [failure.value for failure in sorted(failures, key=lambda f: f.column)] == ["maybe", "arrived"]


def test_a_frame_of_other_columns_is_refused() -> None:
    """A frame that is not the table's at all is a fault of the program, told at once."""
    with pytest.raises(ValueError, match="quarantine"):
        split(QUARANTINE, pd.DataFrame({"other": [1]}))


def test_a_failure_is_a_value() -> None:
    """Failures can be compared, so that tests and reports can list them."""
    assert Failure(1, "a", "b", "c") == Failure(1, "a", "b", "c")
    assert Failure(1, "a", "b", "c") != Failure(2, "a", "b", "c")
