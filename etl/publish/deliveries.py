"""What the events of a transfer tell of its deliveries, by calendar year, as registers count them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from schemas.checks import to_rows

Row = dict[str, Any]

SURE = frozenset({"day", "week", "month", "season", "year"})
"""Precisions of a date that is told; the others are estimates."""
_MOVED = frozenset({"delivering", "delivered"})


@dataclass(frozen=True)
class Delivery:
    """What is told of the deliveries of one transfer in one calendar year.

    Attributes:
        year: None where no year is told.
        number: least number of items; None where none is told for this year.
    """

    year: int | None
    is_year_estimate: bool
    number: int | None
    is_number_estimate: bool


@dataclass(frozen=True)
class Told:
    """What the events of one transfer tell: the statuses that are not denied, and its deliveries by year."""

    statuses: frozenset[str]
    deliveries: tuple[Delivery, ...]


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def least_number(low: float | None, high: float | None) -> tuple[int | None, bool]:
    """Return the least number of an interval, and whether it is an estimate: the interval is wider than one number."""
    return _whole(low), _whole(low) != _whole(high)


def _by_year(events: Iterable[Row]) -> dict[int, list[tuple[bool, Row]]]:
    """Calendar year -> the deliveries told in it, each with whether the year is sure."""
    years: dict[int, list[tuple[bool, Row]]] = defaultdict(list)
    for event in events:
        start, end = event["date_start"], event["date_end"]
        is_sure = event["date_precision"] in SURE and start is not None and end is not None and end.year == start.year
        years[(start or end).year].append((is_sure, event))
    return dict(sorted(years.items()))


def _deliveries(transfer: Row, events: Sequence[Row]) -> Iterable[Delivery]:
    """The deliveries of one transfer, by year; the year of a report counts only where no date is told at all."""
    if not events:
        return
    number, is_estimate = least_number(transfer["quantity_delivered_min"], transfer["quantity_delivered_max"])
    dated = [event for event in events if event["date_start"] is not None or event["date_end"] is not None]
    years = _by_year(event for event in dated if event["date_basis"] != "report")
    if not years:
        first = min(_by_year(dated), default=None)
        yield Delivery(first, True, number, is_estimate)
        return
    best = {year: max((_count(event) for _, event in told), key=_rank) for year, told in years.items()}
    is_split = len(years) > 1 and sum(count[0] or 0 for count in best.values()) == (number or 0)
    for year, told in years.items():
        part = (number, is_estimate) if len(years) == 1 else best[year] if is_split else (None, False)
        yield Delivery(year, not any(is_sure for is_sure, _ in told), *part)


def _count(event: Row) -> tuple[int | None, bool]:
    return least_number(event["quantity_min"], event["quantity_max"])


def _rank(count: tuple[int | None, bool]) -> tuple[int, bool]:
    """Sorts what is told of one year: the greatest number, and of equal ones the one that is no estimate."""
    return count[0] or 0, not count[1]


def read_told(transfers: pd.DataFrame, events: pd.DataFrame, transfer_events: pd.DataFrame) -> dict[str, Told]:
    """Return for each transfer what its events tell, those left out that only deny.

    Args:
        transfers: rows of `transfers`.
        events: rows of `events`; at least those of the transfers.
        transfer_events: rows of `transfer_events`, which tie the two.
    """
    by_id = {event["event_id"]: event for event in to_rows(events)}
    joined: dict[str, list[Row]] = defaultdict(list)
    for tie in to_rows(transfer_events):
        event = by_id.get(tie["event_id"])
        if event is not None and event["assertion"] != "denied":
            joined[tie["transfer_id"]].append(event)
    return {
        transfer["transfer_id"]: Told(
            frozenset(event["status"] for event in joined[transfer["transfer_id"]]),
            tuple(_deliveries(transfer, [e for e in joined[transfer["transfer_id"]] if e["status"] in _MOVED])),
        )
        for transfer in to_rows(transfers)
    }
