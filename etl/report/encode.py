"""Makes JavaScript of tables: a page that is opened from the disk cannot fetch data, but it can run a script beside it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from etl.report.data import Row, Tables, event_year, transfer_date
from etl.show.words import number
from schemas.codes import codes, lookup

_UNSAFE = {"<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Characters that could end a script or a line of it, though they stand in a string."""
_LONGEST = 300
"""Characters of a cell."""


@dataclass(frozen=True)
class Column:
    """One column of a table in the browser.

    Attributes:
        tell: a row -> what to show and by what to sort; None where the row tells nothing.
        kind: text, number, or code (which gets a list to choose from).
        width: of the column, in units of the letter 0; 0 where it is only searched and filtered.
    """

    name: str
    label: str
    tell: Callable[[Row], tuple[str, Any] | None]
    kind: str = "text"
    width: int = 12


def to_script(value: object) -> str:
    r"""Return a value as JavaScript that can stand anywhere in a page: `<` as `\u003c`, and so on."""
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char, safe in _UNSAFE.items():
        told = told.replace(char, safe)
    # A lone half of a pair cannot be written as UTF-8.
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in told)


def _text(name: str) -> Callable[[Row], tuple[str, str] | None]:
    def tell(row: Row) -> tuple[str, str] | None:
        told = row[name]
        return (told[:_LONGEST], told.casefold()) if told else None

    return tell


def _party(role: str) -> Callable[[Row], tuple[str, str] | None]:
    def tell(row: Row) -> tuple[str, str] | None:
        told = "not named" if row[f"{role}_id"] == "unknown" else row[f"{role}_name"] or row[f"{role}_id"]
        return told, told.casefold()

    return tell


def _code(name: str, scheme: str) -> Callable[[Row], tuple[str, int] | None]:
    order = {code: place for place, code in enumerate(codes(scheme))}
    labels = lookup(scheme, "label")
    return lambda row: (labels[row[name]], order[row[name]])


def _number(name: str, form: str = "{:,}") -> Callable[[Row], tuple[str, float] | None]:
    return lambda row: None if row[name] is None else (form.format(row[name]), row[name])


def _day(name: str) -> Callable[[Row], tuple[str, str] | None]:
    return lambda row: (row[name].isoformat(), row[name].isoformat()) if row[name] else None


def _items(low: str, high: str) -> Callable[[Row], tuple[str, int] | None]:
    def tell(row: Row) -> tuple[str, int] | None:
        told = number(row[low], row[high])
        return (told, row[low] or row[high] or 0) if told else None

    return tell


def _event_date(row: Row) -> tuple[str, str] | None:
    return (row["date_edtf"], str(row["date_start"])) if row["date_edtf"] and row["date_start"] else None


def _transfer_date(row: Row) -> tuple[str, str] | None:
    status = row["status_latest"]
    told = row[f"{status}_edtf"]
    return (told, str(row[f"{status}_date"])) if told else None


def _year(value: int | None) -> tuple[str, int] | None:
    return (str(value), value) if value else None


_COMMON = (
    Column("supplier", "Supplier", _party("supplier"), "code", 15),
    Column("recipient", "Recipient", _party("recipient"), "code", 15),
    Column("system", "System", _text("system_name"), "text", 18),
)
_CATEGORY = Column("category", "Category", _code("system_category", "category"), "code", 15)
_DOUBT = (
    Column("tier", "Tier", _code("tier", "tier"), "code", 12),
    Column("disputed", "Claim", _code("assertion", "assertion"), "code", 11),
)
_CONFIDENCE = Column("confidence", "Confidence", _number("confidence", "{:.2f}"), "number", 13)


def event_columns(tables: Tables) -> tuple[Column, ...]:
    """Return the columns of the table of events."""

    def of_article(name: str) -> Callable[[Row], tuple[str, str] | None]:
        tell = _text(name)
        return lambda row: tell(tables.article[row["article_id"]])

    return (
        *_COMMON,
        Column("status", "Status", _code("status", "status"), "code", 12),
        Column("when", "When", _event_date, "text", 14),
        Column("quantity", "Items", _items("quantity_min", "quantity_max"), "number", 10),
        *_DOUBT,
        Column("publisher", "Outlet", of_article("publisher"), "code", 18),
        Column("report", "Reported", _day("report_date"), "text", 13),
        _CATEGORY,
        _CONFIDENCE,
        Column("words", "Words", _text("evidence"), "text", 40),
        Column("title", "Headline", of_article("title"), "text", 0),
        Column("year", "Year", lambda row: _year(event_year(row)), "number", 0),
    )


def _transfer_year(row: Row) -> tuple[str, int] | None:
    day = transfer_date(row)
    return _year(day.year if day else None)


def transfer_columns() -> tuple[Column, ...]:
    """Return the columns of the table of transfers."""
    return (
        *_COMMON,
        Column("status", "Furthest status", _code("status_latest", "status"), "code", 17),
        Column("when", "When", _transfer_date, "text", 14),
        Column("ordered", "Ordered", _items("quantity_ordered_min", "quantity_ordered_max"), "number", 10),
        Column("delivered", "Delivered", _items("quantity_delivered_min", "quantity_delivered_max"), "number", 12),
        *_DOUBT,
        Column("first", "First report", _day("first_report"), "text", 14),
        Column("events", "Events", _number("n_events"), "number", 9),
        Column("reports", "Reports", _number("n_independent_reports"), "number", 10),
        Column("conflicts", "Conflicts", _number("n_conflicts"), "number", 12),
        _CATEGORY,
        _CONFIDENCE,
        Column("year", "Year", _transfer_year, "number", 0),
    )


def encode(rows: Sequence[Row], key: str, columns: Iterable[Column]) -> dict[str, object]:
    """Return a table for the browser: each column as the list of its values in order, and for each row the place in that list.

    A row that tells nothing has the place -1.

    Args:
        rows: its rows.
        key: the column of their identifiers.
        columns: what to tell of them.
    """
    told = []
    for column in columns:
        cells = [column.tell(row) for row in rows]
        levels = sorted({cell for cell in cells if cell is not None}, key=lambda cell: (cell[1], cell[0]))
        place: dict[tuple[str, Any] | None, int] = {level: at for at, level in enumerate(levels)}
        place[None] = -1
        told.append(
            {
                "name": column.name,
                "label": column.label,
                "kind": column.kind,
                "width": column.width,
                "levels": [shown for shown, _ in levels],
                "codes": [place[cell] for cell in cells],
            }
        )
    return {"ids": [row[key] for row in rows], "columns": told}
