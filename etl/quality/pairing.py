"""Whether a transfer and an entry of a register can be the same deal, how well they fit, and where they contradict."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from etl.merge.equipment import are_variants
from etl.quality.registers import Deal
from etl.reference import Entry, Kind, entries, kinds

Row = dict[str, Any]

_SURE = frozenset({"day", "week", "month", "season", "year"})
_YEAR = re.compile(r"\d{4}")
_NEAR = 2
"""Years by which two tellings of one order may differ; and by which a report may come after what it tells."""
_WEIGHTS = {"system": 0.5, "time": 0.3, "quantity": 0.2}
BEGINNINGS = {"kiel": ("pledged", "ordered", "approved")}
"""Register -> the statuses that tell when a deal begins, the nearest to what the register dates first."""
_ORDER = ("ordered", "pledged", "approved")
DELIVERIES = ("delivered", "delivering")


@dataclass(frozen=True)
class Years:
    """The calendar years in which something can have taken place, both included.

    Attributes:
        is_sure: True where a report tells one year, and neither about nor at most.
    """

    low: int
    high: int
    is_sure: bool

    def distance(self, years: Iterable[int]) -> int:
        """Return by how many years the nearest of some years lies outside."""
        return min(max(self.low - year, year - self.high, 0) for year in years)

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


@dataclass(frozen=True)
class Transfer:
    """What of a transfer a register can be compared with."""

    row: Row
    entry: Entry | None
    order: Years | None
    delivery: Years | None
    quantity: tuple[int | None, int | None]

    @property
    def parties(self) -> tuple[str, str]:
        """Identifiers of supplier and recipient."""
        return self.row["supplier_id"], self.row["recipient_id"]


@dataclass(frozen=True)
class Pair:
    """A transfer and an entry of the register that can be the same deal."""

    transfer: Transfer
    deal: Deal
    score: float
    reason: str
    contradicts: tuple[str, ...]


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _reached(row: Row, status: str) -> Years | None:
    """The years in which a transfer can have reached a status; where only a report dates it, some years before too."""
    day, edtf, precision = (row[f"{status}_{part}"] for part in ("date", "edtf", "precision"))
    if day is None:
        return None
    if precision == "report" or not edtf:
        return Years(day.year - _NEAR, day.year, is_sure=False)
    high = max([day.year, *map(int, _YEAR.findall(edtf))])
    if edtf.endswith("..") and row["last_report"] is not None:
        high = max(high, row["last_report"].year)
    return Years(day.year, high, is_sure=precision in _SURE and high == day.year)


def _beginning(row: Row, statuses: Sequence[str]) -> Years | None:
    """The years in which a deal can have begun: of the first status that is dated; only the very first can be sure."""
    for place, status in enumerate(statuses):
        if years := _reached(row, status):
            return replace(years, is_sure=years.is_sure and place == 0)
    return None


def _together(row: Row) -> Years | None:
    """The years of all deliveries of a transfer."""
    told = [years for status in DELIVERIES if (years := _reached(row, status))]
    sure = [years for years in told if years.is_sure] or told
    if not sure:
        return None
    low, high = min(years.low for years in sure), max(years.high for years in sure)
    return Years(low, high, is_sure=low == high and sure[0].is_sure)


def read_transfer(row: Row, register: str) -> Transfer:
    """Return what of a row of `transfers` can be compared with a register, by the register's name."""
    phases = ("ordered", "delivered") if register == "kiel" else ("delivered",)
    counts = [(_whole(row[f"quantity_{phase}_min"]), _whole(row[f"quantity_{phase}_max"])) for phase in phases]
    quantity = next((count for count in counts if count != (None, None)), (None, None))
    delivery = _together(row)
    if register == "unroca" and delivery and not delivery.is_sure:
        quantity = (None, None)  # the Register counts one calendar year, the transfer perhaps several
    return Transfer(
        row, entries().get(row["system_id"]), _beginning(row, BEGINNINGS.get(register, _ORDER)), delivery, quantity
    )


@cache
def _is_widest(kind: Kind) -> bool:
    """True for a kind that stands for its whole category: any ship; any drone, for the category has no name of its own."""
    return "of any kind" in kind.label and (kind.id == kind.category or kind.category not in kinds())


def _means(general: Entry, other: Entry) -> bool:
    """True where a general word can mean other equipment: of its kind, or of a kind of its kind."""
    if not general.kind or not other.kind:
        return False
    wide, narrow = kinds()[general.kind], kinds()[other.kind]
    return wide.category == narrow.category and (wide.id in narrow.id or _is_widest(wide))


def _compare_systems(transfer: Transfer, deal: Deal, column: str) -> tuple[float, str] | None:
    """How well the equipment fits, and why; None where it cannot be the same."""
    first, second = transfer.entry, entries().get(deal.system_id or "")
    if deal.system_id == transfer.row["system_id"]:
        return (0.7, "same general word") if first and first.specificity != "designation" else (1.0, "same system")
    if second is None:
        is_bare = not deal.designation and deal.category == transfer.row[column]
        return (0.4, "same category, no designation told") if is_bare else None
    if first is None:
        return None
    general = [entry for entry in (first, second) if entry.specificity != "designation"]
    if not general:
        return (0.8, "variant of the system") if are_variants(first.id, second.id) else None
    if (first in general and _means(first, second)) or (second in general and _means(second, first)):
        return 0.5, "general word for the system"
    return None


def _compare_times(transfer: Transfer, deal: Deal) -> tuple[float, str] | None:
    """How well the years fit, and why; None where it cannot be the same deal."""
    order, delivery = transfer.order, transfer.delivery
    apart = order.distance([deal.order_year]) if order and deal.order_year is not None else None
    overlap = delivery.distance(deal.delivery_years) == 0 if delivery and deal.delivery_years else None
    if overlap:
        return 1.0, "deliveries overlap"
    if apart is not None and apart <= _NEAR:
        return 1.0 - apart / (2 * _NEAR), f"orders {apart} years apart"
    if apart is not None or overlap is not None:
        return None
    began, ended = (order.low if order else None) or deal.order_year, max(deal.delivery_years, default=None)
    ended = delivery.high if delivery else ended
    if began is not None and ended is not None:
        return (0.4, "delivered after the order") if ended >= began else None
    return 0.3, "no years to compare"


def _contradictions(transfer: Transfer, deal: Deal) -> tuple[str, ...]:
    """Fields that both tell for sure, and differently."""
    found = []
    order, delivery = transfer.order, transfer.delivery
    if (
        order
        and order.is_sure
        and deal.order_year is not None
        and not deal.is_order_estimate
        and order.distance([deal.order_year])
    ):
        found.append("order_year")
    if (
        delivery
        and delivery.is_sure
        and deal.delivery_years
        and not deal.is_delivery_estimate
        and delivery.distance(deal.delivery_years)
    ):
        found.append("delivery_years")
    if _quantities_agree(transfer, deal) is False and not deal.is_quantity_estimate:
        found.append("quantity")
    return tuple(found)


def _quantities_agree(transfer: Transfer, deal: Deal) -> bool | None:
    """Whether the number lies within the interval; None where one side tells none."""
    low, high = transfer.quantity
    if deal.quantity is None or (low is None and high is None):
        return None
    return (low or 0) <= deal.quantity and (high is None or deal.quantity <= high)


def compare(transfer: Transfer, deal: Deal, column: str) -> Pair | None:
    """Return the pair, or None where the two cannot be the same deal.

    Args:
        transfer: the transfer.
        deal: an entry of the register with the same parties.
        column: the column of `transfers` that holds the register's categories.
    """
    system = _compare_systems(transfer, deal, column)
    time = _compare_times(transfer, deal) if system else None
    if not system or not time:
        return None
    agree = _quantities_agree(transfer, deal)
    quantity, words = {
        True: (1.0, "numbers agree"),
        False: (0.0, "numbers differ"),
        None: (0.5, "no numbers to compare"),
    }[agree]
    score = _WEIGHTS["system"] * system[0] + _WEIGHTS["time"] * time[0] + _WEIGHTS["quantity"] * quantity
    reason = f"{system[1]}; {time[1]}; {words}"
    return Pair(transfer, deal, round(score, 3), reason, _contradictions(transfer, deal))
