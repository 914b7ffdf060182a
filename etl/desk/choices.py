"""What may stand in the fields of a row: codes, and the names of parties and systems with their identifiers."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from etl.desk.decisions import cell
from etl.desk.tables import Row
from etl.errors import EtlError
from etl.reference import entries
from etl.review.fields import FIELDS, correct
from schemas import EVENTS
from schemas.checks import split, to_frame
from schemas.codes import rows as code_rows
from schemas.columns import COLUMNS

_NUMBER = {"integer": re.compile(r"\d{1,15}"), "number": re.compile(r"\d{1,15}(\.\d{1,6})?")}


class RefusedError(EtlError):
    """A decision that cannot be written, and why; nothing was."""


@cache
def named(kind: str) -> dict[str, str]:
    """Return identifier -> name of all that can be a party or a system.

    Args:
        kind: `party` or `system`.
    """
    if kind == "system":
        found = {item.id: item.name for item in entries().values() if not item.is_actor}
    else:
        found = {item.id: item.name for item in entries().values() if item.is_actor and item.party_id == item.id}
        found["unknown"] = "unknown"
    return dict(sorted(found.items(), key=lambda item: (item[1].casefold(), item[0])))


@cache
def _by_name(kind: str) -> dict[str, str]:
    """Name without regard to capitals -> identifier; names that several have are left out."""
    times = Counter(name.casefold() for name in named(kind).values())
    return {folded: own for own, name in named(kind).items() if times[folded := name.casefold()] == 1}


def kind_of(field: str) -> str:
    """Return what a field takes: `party`, `system`, `code`, `integer`, `number` or `text`."""
    if field in {"supplier_id", "recipient_id"}:
        return "party"
    if field == "system_id":
        return "system"
    column = COLUMNS[field]
    return "code" if column.scheme else "text" if column.type == "string" else column.type


def options(field: str) -> list[dict[str, str]]:
    """Return the codes of a field with their labels and descriptions, in the order of the list; none for other fields."""
    scheme = COLUMNS[field].scheme
    return [dict(row) for row in code_rows(scheme)] if scheme else []


def _identified(field: str, value: str) -> str:
    """The value as it is stored: a party or system may be given by its name, a number may not be an odd one."""
    kind = kind_of(field)
    if kind in {"party", "system"} and value not in named(kind):
        return _by_name(kind).get(value.casefold(), value)
    if kind in _NUMBER and value and not _NUMBER[kind].fullmatch(value):
        raise RefusedError(f"{field}: {value!r} is no number. Write digits alone.")
    return str(float(value)) if kind == "number" and value else value


def corrected(row: Row, changes: Mapping[str, str]) -> tuple[Row, list[tuple[str, str, str]]]:
    """Return a row as it is after some changes, and each as field, value before and value after; those that change nothing are left out.

    Args:
        row: the row as it stands.
        changes: field -> what the reviewer has entered.

    Raises:
        RefusedError: a value is not allowed, or the row would not keep its declaration.
    """
    lines = []
    for field in (name for name in FIELDS if name in changes):
        value = _identified(field, changes[field].strip())
        before = cell(row[field])
        if value == before:
            continue
        try:
            row = row | correct(row, field, value)
        except ValueError as error:
            raise RefusedError(f"{field}: {error}.") from error
        lines.append((field, before, value))
    if unknown := set(changes) - set(FIELDS):
        raise RefusedError(f"{', '.join(sorted(unknown))} cannot be changed; these can: {', '.join(FIELDS)}.")
    _, failures = split(EVENTS, to_frame(EVENTS, [row]))
    if failures:
        told = "; ".join(f"{item.column}: {item.value!r} does not keep {item.check}" for item in failures)
        raise RefusedError(f"the row would not keep its declaration: {told}.")
    return row, lines
