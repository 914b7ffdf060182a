"""What the events of one transfer add up to: its dates, quantities, furthest status, and where its reports contradict each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from etl.identifiers import stable_id
from etl.merge.transfers import Group, Row, day_of, interval_of
from etl.reference import entries
from etl.resolve.quantities import Interval
from schemas.codes import codes

_AT_ONCE = ("approved", "ordered", "cancelled")
"""Statuses that a transfer reaches on one day: two dates of them contradict each other. Pledges and deliveries come in parts."""
_SURE = codes("date_precision")
_BASES = codes("date_basis")
_PROGRESS = ("prospect", "commitment", "execution")
_COMMITTED = ("ordered", "approved", "pledged")
"""Statuses whose quantity is that of the order, the closest first."""
Made = dict[str, object]


def _first_told(row: Row) -> tuple[date, str]:
    return day_of(row["report_date"]) or date.max, str(row["event_id"])


def _reached(row: Row) -> date:
    """The day from which a status is known to hold: the first day told, else that of the report."""
    return day_of(row["date_start"]) or day_of(row["report_date"]) or date.min


def _status_dates(rows: Sequence[Row]) -> Made:
    """The three columns of each status: the most precise date told, else the day of the first report."""
    made: Made = {}
    for status in codes("status"):
        told = [row for row in rows if row["status"] == status]
        dated = [row for row in told if row["date_edtf"] is not None]
        columns = f"{status}_date", f"{status}_edtf", f"{status}_precision"
        if dated:
            best = min(
                dated,
                key=lambda row: (
                    _SURE.index(str(row["date_precision"])),
                    _BASES.index(str(row["date_basis"])),
                    _first_told(row),
                ),
            )
            values: tuple[object, ...] = best["date_start"], best["date_edtf"], best["date_precision"]
        elif told:
            first = min(told, key=_first_told)["report_date"]
            values = first, None, "report" if first is not None else None
        else:
            values = None, None, None
        made |= dict(zip(columns, values, strict=True))
    return made


def _latest(rows: Sequence[Row]) -> str:
    """The furthest status that is told, or the halt that came after it.

    Retold history does not set a transfer back: an order that a later article mentions leaves it delivered. Within a phase the later one holds.
    """
    order = codes("status")

    def furthest(row: Row) -> tuple[int, date, int]:
        return _PROGRESS.index(str(row["status_phase"])), _reached(row), order.index(str(row["status"]))

    moving = [row for row in rows if row["status_phase"] != "halt"]
    halts = [row for row in rows if row["status_phase"] == "halt"]
    last = max(moving, key=furthest, default=None)
    halt = max(halts, key=lambda row: (_reached(row), order.index(str(row["status"]))), default=None)
    if halt is not None and (last is None or _reached(halt) >= _reached(last)):
        return str(halt["status"])
    return str(last["status"]) if last is not None else order[0]


def _overlap(intervals: Iterable[Interval]) -> Interval | None:
    """What all intervals have in common; None where two have nothing."""
    lows, highs = zip(*intervals, strict=True)
    low = max((value for value in lows if value is not None), default=None)
    high = min((value for value in highs if value is not None), default=None)
    return None if low is not None and high is not None and low > high else Interval(low, high)


def _span(intervals: Sequence[Interval]) -> Interval:
    """The least interval that holds all of them."""
    lows, highs = [low for low, _ in intervals], [high for _, high in intervals]
    return Interval(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )


def _told_quantities(rows: Iterable[Row]) -> list[tuple[Row, Interval]]:
    return [(row, interval) for row in rows if (interval := interval_of(row)) is not None]


def _ordered(rows: Sequence[Row]) -> tuple[Interval | None, list[tuple[Row, Interval]]]:
    """The quantity of the order, and the events that contradict each other about it.

    All reports tell the same deal: what they have in common is the quantity; where they have nothing in common, it lies within all of them.
    """
    for status in _COMMITTED:
        told = _told_quantities(row for row in rows if row["status"] == status)
        if told:
            common = _overlap(interval for _, interval in told)
            return (common, []) if common else (_span([interval for _, interval in told]), told)
    return None, []


def _delivered(rows: Sequence[Row], ordered: Interval | None) -> tuple[Interval | None, list[tuple[Row, Interval]]]:
    """The quantity delivered, and the events that tell more than was ordered.

    Reports may tell the same lot twice, or lots that add up: at least the largest lot told, at most the sum of different ones, and no more
    than was ordered.
    """
    told = _told_quantities(row for row in rows if row["status_phase"] == "execution")
    if not told:
        return None, []
    lots = {(interval, row["date_edtf"]) for row, interval in told}
    least = max((interval.low or 0 for _, interval in told), default=0)
    highs = (
        [interval.high for interval, _ in lots] if len({interval for interval, _ in lots}) > 1 else [told[0][1].high]
    )
    most = None if None in highs else sum(high for high in highs if high is not None)
    if ordered and ordered.high is not None:
        beyond = [(row, interval) for row, interval in told if (interval.low or 0) > ordered.high]
        if beyond:
            return Interval(least, most), beyond
        most = ordered.high if most is None else min(most, ordered.high)
    return Interval(least or None, most), []


def _edtf(row: Row) -> str:
    return str(row["date_edtf"])


def _differing_dates(rows: Sequence[Row]) -> dict[str, list[tuple[Row, str]]]:
    """Status -> the events whose dates of it have no day in common."""
    found = {}
    for status in _AT_ONCE:
        dated = [row for row in rows if row["status"] == status and row["date_edtf"] is not None]
        starts = [day_of(row["date_start"]) or date.min for row in dated]
        ends = [day_of(row["date_end"]) or date.max for row in dated]
        if dated and max(starts) > min(ends):
            found[f"{status}_date"] = [(row, _edtf(row)) for row in dated]
    return found


def _interval_text(interval: Interval) -> str:
    low, high = ("" if value is None else str(value) for value in interval)
    return f"[{low}, {high}]"


def _is_out_of_order(made: Made) -> bool:
    """True where a delivery is dated in a year before the year of the order."""
    order = day_of(made["ordered_date"]) if made["ordered_edtf"] else None
    starts = [day_of(made[f"{status}_date"]) for status in ("delivering", "delivered") if made[f"{status}_edtf"]]
    return order is not None and any(start is not None and start.year < order.year for start in starts)


def _equipment(rows: Sequence[Row]) -> Row:
    """The event that names the equipment most closely, by most reports, the surest and the first."""
    counts: dict[object, int] = defaultdict(int)
    for row in rows:
        counts[row["system_id"]] += 1
    return min(
        rows,
        key=lambda row: (
            -entries()[str(row["system_id"])].rank, -counts[row["system_id"]], -float(str(row["confidence"])), _first_told(row)
        ),
    )  # fmt: skip


def _assertion(rows: Sequence[Row]) -> str:
    told = {str(row["assertion"]) for row in rows}
    return told.pop() if len(told) == 1 else "disputed"


def _transfer(own_id: str, group: Group, rows: list[Row], reports: Mapping[str, str]) -> tuple[Made, list[Made]]:
    """The row of one transfer, and its rows of `conflicts`."""
    told = [row for row in rows if row["assertion"] != "denied"] or rows
    first, equipment = rows[0], _equipment(rows)
    ordered, order_conflict = _ordered(told)
    delivered, delivery_conflict = _delivered(told, ordered)
    differing: dict[str, list[tuple[Row, str]]] = _differing_dates(told)
    for name, items in (("quantity_ordered", order_conflict), ("quantity_delivered", delivery_conflict)):
        if items:
            differing[name] = [(row, _interval_text(interval)) for row, interval in items]
    valued = next((row for row in sorted(told, key=_first_told) if row["value_amount"] is not None), None)
    terms = [row["transfer_type"] for row in sorted(told, key=_first_told) if row["transfer_type"] != "unknown"]
    days = [day for row in rows if (day := day_of(row["report_date"]))]
    assertion = _assertion(rows)
    made: Made = {
        "transfer_id": own_id,
        **{f"{role}_{part}": first[f"{role}_{part}"] for role in ("supplier", "recipient") for part in ("id", "name", "kind")},
        **{
            name: equipment[name]
            for name in ("system_id", "system_name", "system_category", "sipri_category", "sipri_exclusion", "unroca_category", "unroca_exclusion")
        },
        "transfer_type": terms[0] if terms else "unknown",
        "status_latest": _latest(told),
        "assertion": assertion,
        "is_disputed": assertion != "reported",
        **_status_dates(told),
        "quantity_ordered_min": ordered.low if ordered else None,
        "quantity_ordered_max": ordered.high if ordered else None,
        "quantity_delivered_min": delivered.low if delivered else None,
        "quantity_delivered_max": delivered.high if delivered else None,
        "value_amount": valued["value_amount"] if valued else None,
        "value_currency": valued["value_currency"] if valued else None,
        "first_report": min(days, default=None),
        "last_report": max(days, default=None),
        "n_events": len(rows),
        "n_articles": len({row["article_id"] for row in rows}),
        "n_independent_reports": len({reports[str(row["article_id"])] for row in rows}),
        "n_conflicts": len(differing),
        "confidence": max(float(str(row["confidence"])) for row in rows),
        "tier": "firm" if any(row["tier"] == "firm" for row in rows) else "candidate",
        "is_corrected": any(bool(row["is_corrected"]) for row in rows) or any(member.reason == "corrected" for member in group),
    }  # fmt: skip
    made["is_out_of_order"] = _is_out_of_order(made)
    conflicts: list[Made] = [
        {
            "conflict_id": stable_id("conflict", own_id, name, row["event_id"]),
            "transfer_id": own_id, "field": name, "value": value, "event_id": row["event_id"],
        }
        for name, items in differing.items()
        for row, value in items
    ]  # fmt: skip
    return made, conflicts


def count_reports(groups: Iterable[Group], events: Mapping[str, Row], reports: Mapping[str, str]) -> dict[str, int]:
    """Return for each event how many independent reports of its transfer tell the same status of the same equipment."""
    counts: dict[str, int] = {}
    for group in groups:
        told: dict[tuple[object, object], set[str]] = defaultdict(set)
        for member in group:
            row = events[member.event_id]
            told[row["system_id"], row["status"]].add(reports[str(row["article_id"])])
        for member in group:
            row = events[member.event_id]
            counts[member.event_id] = len(told[row["system_id"], row["status"]])
    return counts


def settle(
    groups: Mapping[str, Group], events: Mapping[str, Row], reports: Mapping[str, str]
) -> tuple[list[Made], list[Made], list[Made]]:
    """Return the rows of `transfers`, `transfer_events` and `conflicts`.

    Args:
        groups: the events of each transfer by its identifier, with the reasons for which they were joined.
        events: rows of `events` by event_id.
        reports: for each article_id that of the first printing of its story, its own where it is that.
    """
    transfers, links, conflicts = [], [], []
    for own_id, group in groups.items():
        made, contradicting = _transfer(own_id, group, [events[member.event_id] for member in group], reports)
        transfers.append(made)
        conflicts += contradicting
        links += [
            {
                "event_id": member.event_id, "transfer_id": made["transfer_id"], "join_reason": member.reason,
                "join_score": member.score, "joined_to": member.joined_to,
            }
            for member in group
        ]  # fmt: skip
    return transfers, links, conflicts
