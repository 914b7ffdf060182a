"""How far two coders agree: the share of equal codes, Cohen's kappa and Krippendorff's alpha, by field."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from etl.desk.decisions import Decision, latest
from etl.errors import ConfigurationError
from etl.reference.tables import status_phase
from etl.review.fields import FIELDS

Unit = Sequence[Hashable]
"""The codes that one thing was given, one for each coder who coded it."""
IS_EVENT, PHASE = "is_event", "status_phase"
"""Whether the row is an event at all, and the phase of its status: compared beside the fields themselves."""
_ORDER = ("prospect", "commitment", "execution")
"""Phases in their order; a halt can come after any, and has no place in it."""
_Distance = Callable[[Hashable, Hashable, Mapping[Hashable, float]], float]


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two coders, -1 to 1; None where it is not defined: no pairs, or one code alone.

    kappa = (po - pe) / (1 - pe), with po the share of pairs that agree and pe the share that would by chance, from the codes that each
    coder uses (Cohen 1960, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20, 37-46).

    Args:
        pairs: for each thing the codes of the first and the second coder.
    """
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    agreed = sum(one == other for one, other in pairs)
    by_chance = sum(count * second[code] for code, count in first.items())
    # in whole numbers as long as possible: po = agreed / n, pe = by_chance / n**2
    return None if by_chance == n * n else (agreed * n - by_chance) / (n * n - by_chance)


def _nominal(one: Hashable, other: Hashable, _: Mapping[Hashable, float]) -> float:
    return float(one != other)


def _ordinal(order: Sequence[Hashable]) -> _Distance:
    """The distance of two ranks: how many values lie from the one to the other, half of each end, squared."""

    def distance(one: Hashable, other: Hashable, totals: Mapping[Hashable, float]) -> float:
        low, high = sorted((order.index(one), order.index(other)))
        between = sum(totals.get(code, 0.0) for code in order[low : high + 1])
        return float((between - (totals[order[low]] + totals[order[high]]) / 2) ** 2)

    return distance


def krippendorff_alpha(units: Sequence[Unit], *, order: Sequence[Hashable] | None = None) -> float | None:
    """Return Krippendorff's alpha, at most 1; None where it is not defined: nothing coded twice, or one code alone.

    alpha = 1 - Do / De, the observed against the expected disagreement, both from the matrix of coincidences (Krippendorff 2011, Computing
    Krippendorff's Alpha-Reliability, https://repository.upenn.edu/asc_papers/43). Any number of coders; units coded once are left out.

    Args:
        units: the codes of each thing.
        order: all codes from the lowest to the highest, for the ordinal alpha; else the codes are names.
    """
    distance = _nominal if order is None else _ordinal(order)
    coincidences: dict[tuple[Hashable, Hashable], float] = defaultdict(float)
    for unit in units:
        for pair in permutations(unit, 2):
            coincidences[pair] += 1 / (len(unit) - 1)
    totals: dict[Hashable, float] = defaultdict(float)
    for (one, _), count in coincidences.items():
        totals[one] += count
    n = sum(totals.values())
    observed = sum(count * distance(one, other, totals) for (one, other), count in coincidences.items())
    expected = sum(
        totals[one] * totals[other] * distance(one, other, totals) for one in totals for other in totals if one != other
    )
    return None if not expected else 1 - (n - 1) * observed / expected


@dataclass(frozen=True)
class Measured:
    """How far two coders agree on one field.

    Attributes:
        field: a column of `events`, or `is_event`.
        coded: rows that both have coded.
        agreed: how many of them alike.
        ordinal: alpha with the codes in their order, where they have one.
        ranked: rows to which both gave a code that has a place in the order.
    """

    field: str
    coded: int
    agreed: int
    kappa: float | None
    alpha: float | None
    ordinal: float | None = None
    ranked: int = 0


@dataclass(frozen=True)
class Difference:
    """A field of a row that two coders code differently."""

    event_id: str
    field: str
    first: str
    second: str


@dataclass(frozen=True)
class Agreement:
    """What a comparison has found.

    Attributes:
        both: rows that both have coded.
        first_alone, second_alone: rows that only one of them has.
    """

    both: int
    first_alone: int
    second_alone: int
    fields: tuple[Measured, ...]
    differences: tuple[Difference, ...]


def _codes(decision: Decision) -> dict[str, str]:
    """The codes of one row: whether it is an event, and, where it is, its fields and its phase."""
    if decision.decision == "reject":
        return {IS_EVENT: "no"}
    return {IS_EVENT: "yes", **decision.fields, PHASE: status_phase(decision.fields["status"])}


def _measure(field: str, pairs: Sequence[tuple[str, str]]) -> Measured:
    agreed = sum(one == other for one, other in pairs)
    kappa, alpha = cohen_kappa(pairs), krippendorff_alpha(pairs)
    if field != PHASE:
        return Measured(field, len(pairs), agreed, kappa, alpha)
    ranked = [pair for pair in pairs if set(pair) <= set(_ORDER)]
    return Measured(field, len(pairs), agreed, kappa, alpha, krippendorff_alpha(ranked, order=_ORDER), len(ranked))


def compare(first: Sequence[Decision], second: Sequence[Decision]) -> Agreement:
    """Return how far two coders agree: on whether rows are events, and on the fields of those that are to both.

    An empty field is a code like any other: that the text tells no quantity. Of several decisions about a row the last counts.

    Args:
        first: decisions of a blind coder's file.
        second: those of another.

    Raises:
        ConfigurationError: a status is none of the code list.
    """
    try:
        mine, theirs = ({name: _codes(item) for name, item in latest(given).items()} for given in (first, second))
    except KeyError as error:
        raise ConfigurationError(f"status {error} is no code of schemas/codes/status.csv. Mend the line.") from error
    both = sorted(mine.keys() & theirs.keys())
    measured, differences = [], []
    for field in (IS_EVENT, *FIELDS, PHASE):
        rows = [name for name in both if field in mine[name] and field in theirs[name]]
        measured.append(_measure(field, [(mine[name][field], theirs[name][field]) for name in rows]))
        if field != PHASE:  # it follows from the status
            differences += [
                Difference(name, field, mine[name][field], theirs[name][field])
                for name in rows
                if mine[name][field] != theirs[name][field]
            ]
    ordered = tuple(sorted(differences, key=lambda item: item.event_id))
    return Agreement(len(both), len(mine) - len(both), len(theirs) - len(both), tuple(measured), ordered)
