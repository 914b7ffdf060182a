"""Deliveries as rows of the reporting form of the United Nations Register of Conventional Arms."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from etl.publish.csv_tables import write_rows
from etl.publish.deliveries import Delivery, Row, read_told
from etl.publish.party_names import party_name
from etl.publish.trade_register import description
from schemas.checks import to_rows
from schemas.codes import lookup

COLUMNS = (
    "Calendar year", "Reporting direction", "Category", "Category name", "Final importer State", "Exporter State",
    "Number of items", "State of origin (if not exporter)", "Intermediate location (if any)", "Description of item",
    "Comments on the transfer",
)  # fmt: skip


def _comments(transfer: Row, delivery: Delivery) -> str:
    """Why the row is uncertain, and which transfer it is."""
    kinds = {role: transfer[f"{role}_kind"] for role in ("supplier", "recipient")}
    parts = [
        "year of delivery not told" if delivery.year is None else "year is an estimate" if delivery.is_year_estimate else "",
        "number is the least of an interval" if delivery.number is not None and delivery.is_number_estimate else "",
        *(f"{role} is no State" for role, kind in kinds.items() if kind not in {"state", "unknown"}),
        "disputed by a report" if transfer["is_disputed"] else "",
        "candidate" if transfer["tier"] == "candidate" else "",
        f"transfer {transfer['transfer_id']}",
    ]  # fmt: skip
    return "; ".join(part for part in parts if part)


def _form_rows(transfer: Row, deliveries: Iterable[Delivery]) -> Iterable[dict[str, object]]:
    """An export row and an import row for each year of delivery."""
    category = transfer["unroca_category"]
    for delivery in deliveries:
        for direction in ("export", "import"):
            yield {
                "Calendar year": delivery.year,
                "Reporting direction": direction,
                "Category": category,
                "Category name": lookup("unroca_category", "label")[category],
                "Final importer State": party_name(transfer, "recipient", "unroca"),
                "Exporter State": party_name(transfer, "supplier", "unroca"),
                "Number of items": delivery.number,
                "Description of item": f"{transfer['system_name']} ({description(transfer)})",
                "Comments on the transfer": _comments(transfer, delivery),
            }


def write_unroca(transfers: pd.DataFrame, events: pd.DataFrame, transfer_events: pd.DataFrame, path: Path) -> Path:
    """Write the deliveries in the columns of the Register's reporting form as CSV, and return its path.

    The Register counts transfers that took place in a calendar year: only deliveries that are told, and not denied, of
    equipment that has one of its categories. Each gives a row as its exporter and one as its importer would report it.
    Numbers are items, the least where an interval is told. State of origin and intermediate location stay empty: they are
    not coded.

    Args:
        transfers: rows of `transfers`.
        events: rows of `events`, from which the years of delivery come.
        transfer_events: rows of `transfer_events`.
        path: the file to write; one that stands there is replaced whole or not at all.
    """
    told = read_told(transfers, events, transfer_events)
    rows = [
        row
        for transfer in to_rows(transfers)
        if transfer["unroca_category"] is not None and transfer["assertion"] != "denied"
        for row in _form_rows(transfer, told[transfer["transfer_id"]].deliveries)
    ]
    order = (
        "Reporting direction", "Exporter State", "Final importer State", "Category", "Description of item",
        "Comments on the transfer",
    )  # fmt: skip
    rows.sort(key=lambda row: (row["Calendar year"] or 0, *(row[name] for name in order)))
    return write_rows(COLUMNS, rows, path)
