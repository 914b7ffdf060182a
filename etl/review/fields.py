"""The columns of an event that a person may correct, and the columns that follow from each."""

from collections.abc import Callable, Mapping

from etl.reference import entries
from etl.reference.tables import status_phase
from etl.resolve.edtf import parse_edtf_date
from etl.resolve.systems import resolve_system
from schemas.codes import codes
from schemas.columns import COLUMNS

Row = Mapping[str, object]
_KIND = {"nsa": "armed_group", "igo": "organisation"}


def _party(role: str) -> Callable[[Row, str], dict[str, object]]:
    def change(_: Row, value: str) -> dict[str, object]:
        if value == "unknown":
            return {f"{role}_id": value, f"{role}_name": None, f"{role}_kind": "unknown"}
        entry = entries().get(value)
        if entry is None or entry.party_id != value:
            raise ValueError(f"no party {value!r} in the reference tables (`etl reference NAME` looks one up)")
        kind = _KIND.get(value.partition(":")[0], "state")
        return {f"{role}_id": value, f"{role}_name": entry.name, f"{role}_kind": kind}

    return change


def _system(_: Row, value: str) -> dict[str, object]:
    entry = entries().get(value)
    if entry is None or entry.is_actor:
        raise ValueError(f"no weapon system {value!r} in the reference tables (`etl reference NAME` looks one up)")
    made = resolve_system(entry)
    return {
        "system_id": made.id, "system_name": made.name, "system_category": made.category,
        "sipri_category": made.sipri_category, "sipri_exclusion": made.sipri_exclusion,
        "unroca_category": made.unroca_category, "unroca_exclusion": made.unroca_exclusion,
    }  # fmt: skip


def _status(_: Row, value: str) -> dict[str, object]:
    if value not in codes("status"):
        raise ValueError(f"{value!r} is none of {', '.join(codes('status'))}")
    return {"status": value, "status_phase": status_phase(value)}


def _date(row: Row, value: str) -> dict[str, object]:
    if not value:
        report = row["report_date"]
        return {
            "date_edtf": None,
            "date_start": report,
            "date_end": report,
            "date_precision": None,
            "date_basis": "report",
        }
    when = parse_edtf_date(value)
    return {
        "date_edtf": when.edtf, "date_start": when.start, "date_end": when.end,
        "date_precision": when.precision, "date_basis": when.basis,
    }  # fmt: skip


def _plain(name: str) -> Callable[[Row, str], dict[str, object]]:
    """A column from which no other follows; its own declaration is checked with the whole table."""
    column = COLUMNS[name]

    def change(_: Row, value: str) -> dict[str, object]:
        if not value:
            if column.required:
                raise ValueError("it cannot be empty")
            return {name: None}
        if column.allowed and value not in column.allowed:
            raise ValueError(f"{value!r} is none of {', '.join(column.allowed)}")
        if column.type == "integer":
            return {name: int(value)}
        if column.type == "number":
            return {name: float(value)}
        return {name: value}

    return change


FIELDS: dict[str, Callable[[Row, str], dict[str, object]]] = {
    "supplier_id": _party("supplier"),
    "recipient_id": _party("recipient"),
    "system_id": _system,
    "status": _status,
    "date_edtf": _date,
    **{
        name: _plain(name)
        for name in (
            "assertion",
            "transfer_type",
            "quantity_min",
            "quantity_max",
            "value_amount",
            "value_currency",
            "tier",
        )
    },
}
"""Column -> function of the row and the new value that gives the columns that change; raises ValueError where it is not allowed."""


def correct(row: Row, field: str, value: str) -> dict[str, object]:
    """Return the columns of an event that change with one field, each with its new value.

    Raises:
        ValueError: the value is not allowed in this field.
    """
    return FIELDS[field](row, value)
