"""Rows in words: what a person reads where the tables hold codes, intervals and EDTF."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from schemas.codes import lookup

Row = Mapping[str, Any]
"""A row of a table as plain values: None where one is missing."""


def label(scheme: str, code: str) -> str:
    """Return the label of a code in small letters, such as `air defence`."""
    told = lookup(scheme, "label")[code]
    return told[0].lower() + told[1:]


def parties(row: Row) -> str:
    """Return supplier and recipient of an event or a transfer, such as `Germany → Ukraine`."""
    return " → ".join(
        row[f"{role}_name"] or (f"{role} not named" if row[f"{role}_id"] == "unknown" else row[f"{role}_id"])
        for role in ("supplier", "recipient")
    )


def headline(row: Row) -> str:
    """Return an event or a transfer in one line, such as `Germany → Ukraine: Leopard 2A6 (armoured vehicles)`."""
    category = lookup("category", "label")[row["system_category"]].lower()
    return f"{parties(row)}: {row['system_name']}" + (f" ({category})" if category != row["system_name"] else "")


def number(low: int | None, high: int | None) -> str:
    """Return an interval of numbers in words; empty where neither end is told."""
    if low is None and high is None:
        return ""
    if low == high:
        return f"{low:,}"
    if high is None:
        return f"{low:,} or more"
    return f"up to {high:,}" if not low else f"{low:,} to {high:,}"


def count(how_many: int, what: str) -> str:
    """Return a number of things in words, such as `2 events`."""
    return f"{how_many:,} {what}{'' if how_many == 1 else 's'}"


def quantity(event: Row) -> str:
    """Return the number of items of an event in words, with the article's own; empty where none is told."""
    told = number(event["quantity_min"], event["quantity_max"])
    return f"{told} (“{event['quantity_text']}”)" if told and event["quantity_text"] else told


def value(row: Row) -> str:
    """Return the value of an event or a transfer in words; empty where none is told."""
    return (
        f"{row['value_currency'] or ''} {row['value_amount']:,.0f}".strip() if row["value_amount"] is not None else ""
    )


def when(event: Row) -> str:
    """Return the date of an event in words: EDTF, its precision, and where it comes from."""
    if not event["date_edtf"]:
        reported = event["report_date"]
        return f"no date is told; reported on {day(reported)}" if reported is not None else "no date is told"
    words = f"; “{event['date_text']}”" if event["date_text"] else ""
    precision = label("date_precision", event["date_precision"])
    return f"{event['date_edtf']} ({precision}, {label('date_basis', event['date_basis'])}{words})"


def day(told: date | None) -> str:
    """Return a day as ISO writes it; empty where there is none."""
    return "" if told is None or pd.isna(told) else told.isoformat()[:10]


def says(event: Row) -> str:
    """Return whether the article states the event, and by whom."""
    told = lookup("assertion", "description")[event["assertion"]]
    source = f"; attributed to “{event['attribution_text']}”" if event["attribution_text"] else ""
    return f"{label('assertion', event['assertion'])}: {told}{source}"


def sureness(row: Row) -> str:
    """Return the confidence of an event or a transfer with what its tier means."""
    return f"{row['confidence']:.2f}, {row['tier']}: {lookup('tier', 'description')[row['tier']]}"


def membership(tie: Row, transfer: Row) -> str:
    """Return which transfer an event belongs to, and why.

    Args:
        tie: its row of `transfer_events`.
        transfer: the row of that transfer.
    """
    told = f"{transfer['transfer_id']}, latest status {label('status', transfer['status_latest'])}"
    counts = f"{count(transfer['n_events'], 'event')} of {count(transfer['n_articles'], 'article')}"
    why = lookup("join_reason", "description")[tie["join_reason"]]
    joined = f"; fits event {tie['joined_to']} with {tie['join_score']:.2f}" if tie["joined_to"] else ""
    return f"{told}, {counts}. Why: {why}{joined}"


def facts(event: Row) -> list[tuple[str, str]]:
    """Return what an event tells as pairs of name and words; what it does not tell is left out."""
    status = f"{label('status', event['status'])}: {lookup('status', 'description')[event['status']]}"
    told = [
        ("status", status),
        ("date", when(event)),
        ("quantity", quantity(event)),
        ("value", value(event)),
        ("terms", label("transfer_type", event["transfer_type"]) if event["transfer_type"] != "unknown" else ""),
        ("assertion", says(event)),
        ("confidence", sureness(event)),
        ("found by", label("extractor", event["extractor"]) if event["extractor"] != "rules" else ""),
    ]
    return [(name, words) for name, words in told if words]
