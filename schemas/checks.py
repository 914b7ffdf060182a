"""Renders the declarations as pandera schemas, and splits frames into rows that keep them and rows that do not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from schemas.columns import Column
from schemas.tables import Table

PANDAS_TYPES: dict[str, Any] = {
    "string": "str",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "object",
}


@dataclass(frozen=True)
class Failure:
    """One row that breaks its table's declarations: which column, which check, which value."""

    row: int
    column: str
    check: str
    value: str


def to_frame(table: Table, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows as a frame with the table's columns, in order and of the declared types."""
    records = [[row.get(name) for name in table.column_names] for row in rows]
    frame = pd.DataFrame(records, columns=list(table.column_names), dtype=object)
    for column in table.columns:
        if column.type == "date":
            frame[column.name] = frame[column.name].where(frame[column.name].notna(), None)
        else:
            frame[column.name] = frame[column.name].astype(PANDAS_TYPES[column.type])
    return frame


def to_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values, None where one is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _matches(pattern: str) -> pa.Check:
    compiled = re.compile(pattern)
    return pa.Check(
        lambda value: compiled.fullmatch(value) is not None,
        element_wise=True,
        name="pattern",
        error=f"pattern {pattern}",
    )


def _checks(column: Column) -> list[pa.Check]:
    checks: list[pa.Check] = []
    if column.allowed:
        checks.append(pa.Check.isin(column.allowed))
    if column.pattern:
        checks.append(_matches(column.pattern))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    return checks


def _ordered(low: str, high: str) -> pa.Check:
    """A check over rows: where both are given, `low` must not exceed `high`."""

    def holds(frame: pd.DataFrame) -> pd.Series:
        pairs = zip(frame[low], frame[high], strict=True)
        return pd.Series([pd.isna(a) or pd.isna(b) or a <= b for a, b in pairs], index=frame.index, dtype=bool)

    return pa.Check(holds, name=f"{low} <= {high}", error=f"{low} <= {high}")


def _order_before_delivery() -> pa.Check:
    """A check over transfers: no delivery is dated in a year before that of the order, or the row says so."""

    def is_right(row: Any) -> bool:
        told = [row[f"{status}_date"] for status in ("delivering", "delivered") if pd.notna(row[f"{status}_edtf"])]
        order = row["ordered_date"] if pd.notna(row["ordered_edtf"]) else None
        early = order is not None and any(day is not None and day.year < order.year for day in told)
        return bool(row["is_out_of_order"]) == early

    def holds(frame: pd.DataFrame) -> pd.Series:
        return pd.Series([is_right(row) for row in frame.to_dict("records")], index=frame.index, dtype=bool)

    return pa.Check(holds, name="order before delivery", error="order before delivery, or flagged")


def _frame_checks(table: Table) -> list[pa.Check]:
    names = set(table.column_names)
    pairs = [(name, name[: -len("_start")] + "_end") for name in table.column_names if name.endswith("_start")]
    pairs += [(name, name[: -len("_min")] + "_max") for name in table.column_names if name.endswith("_min")]
    checks = [_ordered(low, high) for low, high in pairs if high in names]
    return [*checks, _order_before_delivery()] if "is_out_of_order" in names else checks


@cache
def pandera_schema(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of a table: types, allowed values, patterns, bounds, key, ordered pairs."""
    columns = {
        column.name: pa.Column(
            PANDAS_TYPES[column.type],
            checks=_checks(column),
            nullable=not table.requires(column),
            unique=column.name == table.key,
            title=column.name,
            description=column.description,
        )
        for column in table.columns
    }
    return pa.DataFrameSchema(
        columns,
        checks=_frame_checks(table),
        strict=True,
        ordered=True,
        name=table.name,
        description=table.description,
    )


def split(table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Failure]]:
    """Return the rows that keep the declarations, and the failures of those that do not (checked lazily, all at once)."""
    frame = frame.reset_index(drop=True)
    try:
        return pandera_schema(table).validate(frame, lazy=True), []
    except SchemaErrors as errors:
        cases = errors.failure_cases
    failures = [
        Failure(int(case.index), str(case.column), str(case.check), str(case.failure_case)[:200])
        for case in cases.itertuples(index=False)
        if pd.notna(case.index)
    ]
    if not failures:
        raise ValueError(f"table {table.name} does not fit its declaration: {cases.to_dict('records')[:3]}")
    bad = sorted({failure.row for failure in failures})
    return frame.drop(index=bad).reset_index(drop=True), failures
