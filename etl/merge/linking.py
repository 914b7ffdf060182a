"""How well two events of different articles fit as reports of one transfer: a readable score, or a contradiction.

    score = equipment (0.3 to 0.5) + 0.4 * closeness in time + quantity (-0.1 to 0.1) + terms (-0.1 to 0)

Two events are linked from `LEAST` on. The limits of time are judgements, kept by the cases of the tests: deliveries begin within some years
of the order and may go on for many; two orders of the same type more than three years apart are two deals.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from etl.merge.equipment import are_variants, covers
from etl.reference import Entry
from etl.reference.tables import category_of, status_phase
from etl.resolve.quantities import Interval

LEAST = 0.6
"""Score from which two events are reports of one transfer."""
_SAME, _VARIANT, _SAME_WORD, _GENERAL = 0.5, 0.45, 0.4, 0.3
"""What equipment adds: the same type or designation, a variant of it, the same general word, a general word for it."""
_TIME, _QUANTITY, _TERMS = 0.4, 0.1, 0.1
_YEAR = 365
_RECENT = timedelta(days=_YEAR)
"""Where a text gives no date, what it tells is taken to have happened in the year before the report."""
_UNDATED = 0.4
"""Closeness where one of the two events has neither a date nor a day of report: too little for two general words."""
_PHASES = ("prospect", "commitment", "execution")
_WITHIN = {"prospect": 2 * _YEAR, "commitment": _YEAR, "execution": 3 * _YEAR, "halt": 3 * _YEAR}
"""Days after which two reports of the same status have nothing in common, by its phase."""
_SAME_PHASE = 3 * _YEAR
"""The same for two statuses of one phase: a sale is approved long before it is ordered."""
_BETWEEN = {
    ("prospect", "commitment"): 3 * _YEAR,
    ("commitment", "execution"): 8 * _YEAR,
    ("prospect", "execution"): 8 * _YEAR,
}
"""Days from one phase to a later one after which they have nothing in common."""
_WITH_HALT = 4 * _YEAR
_TURNED = _YEAR
"""Days by which a later phase may lie before an earlier one: dates are told roughly."""
_TWO_DEALS = {"prospect": 3 * _YEAR, "commitment": 3 * _YEAR, "execution": 8 * _YEAR, "halt": 8 * _YEAR}
"""Days between two reports of the same phase from which they cannot be of one transfer: the order of 2011 and that of 2023 are two."""


@dataclass(frozen=True)
class Moment:
    """When a status was reached: first and last day, None where it is open."""

    status: str
    start: date | None
    end: date | None

    @property
    def phase(self) -> str:
        """The phase of the status."""
        return status_phase(self.status)

    @property
    def first(self) -> date:
        """The first day, the earliest of all where the start is open."""
        return self.start or date.min

    @property
    def last(self) -> date:
        """The last day, the latest of all where it goes on."""
        return self.end or date.max


@dataclass(frozen=True)
class Told:
    """What of an event decides which transfer it belongs to. Events of which all this is equal are joined in any case.

    Attributes:
        moment: when the status was reached; None where neither text nor report has a date.
        quantity: number of items, if told.
        terms: the transfer type.
    """

    system: Entry
    status: str
    moment: Moment | None
    quantity: Interval | None
    terms: str


@dataclass(frozen=True)
class Link:
    """That two events fit: a code of `schemas/codes/join_reason.csv` and the score, 0 to 1."""

    reason: str
    score: float


def moment_of(
    status: str, start: date | None, end: date | None, report: date | None, *, is_told: bool
) -> Moment | None:
    """Return when an event's status was reached: as told, else within the year before the report."""
    if is_told:
        return Moment(status, start, end)
    return Moment(status, report - _RECENT, report) if report else None


def _days_between(first: Moment, second: Moment) -> int:
    """Days from the end of the earlier to the start of the later; 0 where they overlap."""
    return max(0, (second.first - first.last).days, (first.first - second.last).days)


def _in_order(one: Moment, other: Moment) -> tuple[Moment, Moment]:
    return (one, other) if _PHASES.index(one.phase) <= _PHASES.index(other.phase) else (other, one)


def contradict(one: Moment, other: Moment) -> bool:
    """True where two moments cannot belong to one transfer."""
    if one.phase == other.phase:
        return _days_between(one, other) > _TWO_DEALS[one.phase]
    if "halt" in {one.phase, other.phase}:
        return _days_between(one, other) > _TWO_DEALS["halt"]
    early, late = _in_order(one, other)
    turned = (early.first - late.last).days
    return turned > _TURNED or (late.first - early.last).days > _BETWEEN[early.phase, late.phase]


def closeness(one: Moment | None, other: Moment | None) -> float:
    """Return how near two moments are, 0 to 1, by the time that passes between such phases."""
    if one is None or other is None:
        return _UNDATED
    days = _days_between(one, other)
    if one.phase == other.phase:
        limit = _WITHIN[one.phase] if one.status == other.status else _SAME_PHASE
    elif "halt" in {one.phase, other.phase}:
        limit = _WITH_HALT
    else:
        early, late = _in_order(one, other)
        limit = _TURNED if late.last < early.first else _BETWEEN[early.phase, late.phase]
    return max(0.0, 1.0 - days / limit)


def _equipment(one: Entry, other: Entry) -> tuple[str, float] | None:
    """The reason for which two pieces of equipment can be the same, and what it adds; None where they cannot."""
    if one.id == other.id:
        return "same_system", _SAME if one.rank >= 2 else _SAME_WORD
    if one.rank == other.rank == 0 and category_of(one) == category_of(other):  # weapons, military equipment
        return "same_system", _SAME_WORD
    if are_variants(one.id, other.id):
        return "variant", _VARIANT
    if covers(one, other) or covers(other, one):
        return "general_word", _GENERAL
    return None


def _quantity(one: Told, other: Told) -> float:
    """Agreement of numbers speaks for one transfer; different numbers at the same status speak against it."""
    if one.quantity is None or other.quantity is None:
        return 0.0
    if one.quantity == other.quantity:
        return _QUANTITY
    return -_QUANTITY if one.status == other.status and are_apart(one.quantity, other.quantity) else 0.0


def are_apart(one: Interval, other: Interval) -> bool:
    """True where two intervals of whole numbers have none in common."""
    (low, high), (other_low, other_high) = one, other
    return (high is not None and (other_low or 0) > high) or (other_high is not None and (low or 0) > other_high)


def link(one: Told, other: Told) -> Link | None:
    """Return how well two events of the same parties fit, or None where they contradict each other or cannot be the same.

    The score may lie under `LEAST`.
    """
    fit = _equipment(one.system, other.system)
    if fit is None or (one.moment and other.moment and contradict(one.moment, other.moment)):
        return None
    reason, score = fit
    near = closeness(one.moment, other.moment)
    known = {one.terms, other.terms} - {"unknown"}
    score += _TIME * near + _quantity(one, other) - (_TERMS if len(known) > 1 else 0.0)
    return Link(reason, round(min(1.0, max(0.0, score)), 3))
