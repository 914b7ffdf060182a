"""The trade register: transfers in the columns of SIPRI's export, and in the layout of its printed registers."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from etl.publish.csv_tables import write_rows
from etl.publish.deliveries import SURE, Delivery, Row, Told, least_number, read_told
from etl.publish.party_names import party_name
from etl.publish.safe import markdown_cell
from etl.publish.tables import write_text
from etl.reference import entries, kinds
from schemas.checks import to_rows
from schemas.codes import lookup

COLUMNS = (
    "SIPRI AT Database ID", "Supplier", "Recipient", "Designation", "Description", "Armament category", "Order date",
    "Order date is estimate", "Numbers delivered", "Numbers delivered is estimate", "Delivery year",
    "Delivery year is estimate", "Status", "SIPRI estimate", "TIV deal unit", "TIV delivery values", "Local production",
)  # fmt: skip
_PRINTED = (
    "Supplier (S) or licenser (L)", "No. ordered", "Weapon designation", "Weapon description",
    "Year of order/licence", "Year(s) of deliveries", "No. delivered/produced", "Comments",
)  # fmt: skip
_NOT_KNOWN = ". ."
_NOTE = """\
# Trade register

This register is **not SIPRI data** and does not come from SIPRI. It is built by a program from news reports, and only borrows the
columns and the layout of SIPRI's trade registers, so that the two can be read side by side.

- **What is in it.** Transfers of equipment that has a category in SIPRI's scheme, and of which a report tells an order or a delivery.
  Left out: transfers that reports only deny; talk, offers, approvals and pledges without an order; orders that were cancelled before any
  delivery.
- **Coverage.** What the articles that were read tell, and no more. That a transfer is missing here does not mean that it did not take place.
- **Tiers.** Rows come from events of both tiers, unless the tables were cut to the firm ones; the printed register marks candidates.
- **Empty columns.** *SIPRI AT Database ID*, *SIPRI estimate*, *TIV deal unit* and *TIV delivery values* are SIPRI's own: there are no
  trend-indicator values here. *Status* (new or second hand) is not coded. *Local production* is Yes under a licence, No for other
  known terms, and empty where the reports do not tell the terms.
- **Dates.** A day, week, month, season or year that is told counts as sure. About a time, over an interval (told as its first year), or
  the year of the first report where no date is told: an estimate (Yes; in brackets in the printed register).
- **Numbers.** An interval is told as its least number, and is an estimate. Where deliveries fall in several years, each year has its
  number only where the numbers that are told by year add up to the number of the whole transfer; else they stay empty in the CSV, and
  the printed register has the number of the whole transfer.
- **Parties.** *unknown supplier(s)* and *unknown recipient(s)* are parties that no report names. One asterisk marks an armed group, two an
  international organisation.
"""


def description(transfer: Mapping[str, Any]) -> str:
    """Return what kind of equipment a transfer is of: the label of its kind, else of its category."""
    entry = entries().get(transfer["system_id"])
    kind = kinds().get(entry.kind) if entry and entry.kind else None
    return kind.label if kind else lookup("category", "label")[transfer["system_category"]].lower()


def _belongs(transfer: Row, told: Told) -> bool:
    """SIPRI's rule: a deal of a category, of which it is certain that an order was placed or deliveries have begun."""
    if transfer["sipri_category"] is None or transfer["assertion"] == "denied":
        return False
    return bool(told.deliveries) or ("ordered" in told.statuses and transfer["status_latest"] != "cancelled")


def _order_year(transfer: Row) -> tuple[int | None, bool]:
    """Year of the order, and whether it is an estimate."""
    day = transfer["ordered_date"]
    return (None, False) if day is None else (day.year, transfer["ordered_precision"] not in SURE)


def _flag(value: int | None, is_estimate: bool) -> str:
    return "" if value is None else "Yes" if is_estimate else "No"


def _local_production(transfer: Row) -> str:
    terms = transfer["transfer_type"]
    return "" if terms == "unknown" else "Yes" if terms == "licence" else "No"


def _export_rows(transfer: Row, told: Told) -> Iterable[dict[str, object]]:
    """One row for each year of delivery, or one for the order alone."""
    order, is_order_estimate = _order_year(transfer)
    for delivery in told.deliveries or (Delivery(None, False, None, False),):
        yield {
            "Supplier": party_name(transfer, "supplier", "sipri"),
            "Recipient": party_name(transfer, "recipient", "sipri"),
            "Designation": transfer["system_name"],
            "Description": description(transfer),
            "Armament category": lookup("sipri_category", "label")[transfer["sipri_category"]],
            "Order date": order,
            "Order date is estimate": _flag(order, is_order_estimate),
            "Numbers delivered": delivery.number,
            "Numbers delivered is estimate": _flag(delivery.number, delivery.is_number_estimate),
            "Delivery year": delivery.year,
            "Delivery year is estimate": _flag(delivery.year, delivery.is_year_estimate),
            "Local production": _local_production(transfer),
        }


def _listed(
    transfers: pd.DataFrame, events: pd.DataFrame, transfer_events: pd.DataFrame
) -> list[tuple[str, str, Row, Told]]:
    """The transfers that belong into the register, with the names of recipient and supplier, in its order."""
    told = read_told(transfers, events, transfer_events)
    listed = [
        (party_name(row, "recipient", "sipri"), party_name(row, "supplier", "sipri"), row, told[row["transfer_id"]])
        for row in to_rows(transfers)
        if _belongs(row, told[row["transfer_id"]])
    ]
    return sorted(listed, key=lambda item: (*item[:2], item[2]["system_name"], _order_year(item[2])[0] or 0, item[2]["transfer_id"]))  # fmt: skip


def write_trade_register(
    transfers: pd.DataFrame, events: pd.DataFrame, transfer_events: pd.DataFrame, path: Path
) -> Path:
    """Write the register as CSV in the 17 columns of SIPRI's export, and return its path.

    Rows are sorted by recipient, supplier, designation, year of order and year of delivery. Put the text of
    `trade_register_note` beside it: a CSV file has no room for it.

    Args:
        transfers: rows of `transfers`.
        events: rows of `events`, from which the years of delivery come.
        transfer_events: rows of `transfer_events`.
        path: the file to write; one that stands there is replaced whole or not at all.
    """
    listed = _listed(transfers, events, transfer_events)
    return write_rows(COLUMNS, (row for *_, transfer, told in listed for row in _export_rows(transfer, told)), path)


def trade_register_note() -> str:
    """Return a page of Markdown that says what the register is not, what is in it, and how to read its columns."""
    return _NOTE


def _bracketed(value: object, is_estimate: bool) -> str:
    return _NOT_KNOWN if value is None else f"({value})" if is_estimate else str(value)


def _years_printed(told: Told) -> str:
    """Years of deliveries, runs of sure ones joined; empty where no delivery is told."""
    parts = []
    years = [(item.year, item.is_year_estimate) for item in told.deliveries if item.year is not None]
    numbered = [(year, is_estimate, year - place) for place, (year, is_estimate) in enumerate(years)]
    for (is_estimate, _), run in groupby(numbered, key=lambda item: item[1:]):
        first, *rest = [year for year, *_ in run]
        parts.append(_bracketed(f"{first}-{rest[-1]}" if rest else first, is_estimate))
    return ", ".join(parts) or (_NOT_KNOWN if told.deliveries else "")


def _comments(transfer: Row) -> str:
    """What else is known, and how sure the transfer is."""
    value, currency = transfer["value_amount"], transfer["value_currency"]
    reports = transfer["n_independent_reports"]
    latest = transfer["status_latest"]
    parts = [
        lookup("transfer_type", "label")[transfer["transfer_type"]] if transfer["transfer_type"] != "unknown" else "",
        f"{currency or ''} {float(value):,.0f}".strip() if value is not None else "",
        f"latest status: {latest}" if lookup("status", "phase")[latest] == "halt" else "",
        "disputed by a report" if transfer["is_disputed"] else "",
        "candidate" if transfer["tier"] == "candidate" else "",
        f"{reports} independent report{'' if reports == 1 else 's'}",
        f"transfer {transfer['transfer_id']}",
    ]
    return "; ".join(part for part in parts if part)


def _printed_row(supplier: str, transfer: Row, told: Told) -> str:
    ordered, is_ordered_estimate = least_number(transfer["quantity_ordered_min"], transfer["quantity_ordered_max"])
    delivered, is_delivered_estimate = least_number(
        transfer["quantity_delivered_min"], transfer["quantity_delivered_max"]
    )
    cells = (
        f"{'L' if transfer['transfer_type'] == 'licence' else 'S'}: {supplier}",
        _bracketed(ordered, is_ordered_estimate),
        transfer["system_name"],
        description(transfer),
        _bracketed(*_order_year(transfer)),
        _years_printed(told),
        _bracketed(delivered, is_delivered_estimate) if told.deliveries else "",
        _comments(transfer),
    )
    return "| " + " | ".join(markdown_cell(cell) for cell in cells) + " |"


def write_trade_register_text(
    transfers: pd.DataFrame, events: pd.DataFrame, transfer_events: pd.DataFrame, path: Path
) -> Path:
    """Write the register as Markdown in the layout of SIPRI's printed registers, and return its path.

    It begins with the note, then has a table for each recipient. Brackets mark what is uncertain, `. .` what is not
    known; years and numbers delivered are blank where only an order is told.

    Args:
        transfers: rows of `transfers`.
        events: rows of `events`, from which the years of delivery come.
        transfer_events: rows of `transfer_events`.
        path: the file to write; one that stands there is replaced whole or not at all.
    """
    head = ["| " + " | ".join(_PRINTED) + " |", "|" + " --- |" * len(_PRINTED)]
    lines = _NOTE.splitlines()
    listed = _listed(transfers, events, transfer_events)
    if not listed:
        lines += ["", *head]
    for recipient, items in groupby(listed, key=lambda item: item[0]):
        lines += ["", f"## {markdown_cell(recipient)}", "", *head]
        lines += [_printed_row(supplier, transfer, told) for _, supplier, transfer, told in items]
    return write_text(path, "\n".join(lines) + "\n")
