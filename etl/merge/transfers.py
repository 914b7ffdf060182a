"""Events of all articles -> transfers: which events tell the same deal or delivery, and why.

Events of the same two parties are compared. First those of the same weapon system are joined, the best link first, but never two groups
of which any two events contradict each other (the guard against chains). Then a group that has only a general word for its equipment
joins a group of specific equipment, if it can mean no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from etl.errors import AccountingError
from etl.identifiers import stable_id
from etl.merge.equipment import can_be_same
from etl.merge.linking import LEAST, Link, Moment, Told, closeness, contradict, link, moment_of
from etl.reference import entries
from etl.resolve.quantities import Interval

Row = Mapping[str, object]
_FAR_MORE = 2
"""Times as many events from which a general word is told far more often than some equipment."""


@dataclass(frozen=True)
class Member:
    """An event of a transfer, and why it belongs to it (columns of `transfer_events`)."""

    event_id: str
    reason: str
    score: float
    joined_to: str | None


Group = tuple[Member, ...]
"""The events of one transfer, the one that opens it first."""


@dataclass
class _Bundle:
    """Events that are told alike, and groups of them that were joined.

    Attributes:
        order: day of the first report and event_id: what comes first, opens.
        tolds: what is told, with the first event that tells it.
        events: all events, by what they tell.
    """

    order: tuple[date, str]
    tolds: dict[Told, tuple[date, str]]
    events: dict[Told, list[tuple[date, str]]]
    moments: set[Moment] = field(default_factory=set)

    @property
    def rank(self) -> int:
        """How closely its equipment is named, at best."""
        return max(told.system.rank for told in self.tolds)

    @property
    def n_events(self) -> int:
        """Number of events."""
        return sum(map(len, self.events.values()))

    def take(self, other: "_Bundle") -> None:
        """Take in the events of another."""
        self.order = min(self.order, other.order)
        self.tolds |= other.tolds
        self.events |= other.events
        self.moments |= other.moments


def by_id(groups: Iterable[Group]) -> dict[str, Group]:
    """Return the groups by the identifiers of their transfers, which depend on the event that opens each alone."""
    return {stable_id("transfer", group[0].event_id): group for group in groups}


def day_of(value: object) -> date | None:
    """Return a cell of a date column as a day, or None where it is empty."""
    return value if isinstance(value, date) else None


def interval_of(row: Row) -> Interval | None:
    """Return the quantity of an event, or None where none is told."""
    low, high = (None if row[name] is None else int(str(row[name])) for name in ("quantity_min", "quantity_max"))
    return None if low is None and high is None else Interval(low, high)


def told_by(row: Row) -> Told:
    """Return what of an event decides which transfer it belongs to."""
    moment = moment_of(
        str(row["status"]), day_of(row["date_start"]), day_of(row["date_end"]), day_of(row["report_date"]),
        is_told=row["date_edtf"] is not None,
    )  # fmt: skip
    system = entries()[str(row["system_id"])]
    return Told(system, str(row["status"]), moment, interval_of(row), str(row["transfer_type"]))


def _bundles(rows: Sequence[Row]) -> list[_Bundle]:
    """One bundle for each set of events that tell the same, in order of their first reports."""
    alike: dict[Told, list[tuple[date, str]]] = defaultdict(list)
    for row in rows:
        alike[told_by(row)].append((day_of(row["report_date"]) or date.max, str(row["event_id"])))
    found = []
    for told, events in alike.items():
        events.sort()
        moments = {told.moment} if told.moment else set()
        found.append(_Bundle(events[0], {told: events[0]}, {told: events}, moments))
    return sorted(found, key=lambda bundle: bundle.order)


def _may_join(one: _Bundle, other: _Bundle) -> bool:
    """True where no two events of two groups contradict each other, in time or in the equipment that they name closely."""
    if any(contradict(first, second) for first in one.moments for second in other.moments):
        return False
    return all(
        can_be_same(first.system, second.system) or not (first.system.rank and second.system.rank)
        for first in one.tolds
        for second in other.tolds
    )


def _join_same(bundles: Sequence[_Bundle]) -> list[_Bundle]:
    """Join groups of the same weapon system or its variants, the best link first."""
    links = []
    for (number, one), (place, other) in combinations(enumerate(bundles), 2):
        fit = link(next(iter(one.tolds)), next(iter(other.tolds)))
        if fit and fit.reason != "general_word" and fit.score >= LEAST:
            links.append((-fit.score, number, place))
    home = list(range(len(bundles)))
    groups = dict(enumerate(bundles))
    for _, number, place in sorted(links):
        first, second = sorted((home[number], home[place]))
        if first != second and _may_join(groups[first], groups[second]):
            groups[first].take(groups.pop(second))
            home = [first if at == second else at for at in home]
    return list(groups.values())


def _general_fit(general: _Bundle, specific: _Bundle) -> float | None:
    """The score with which a general word fits a group of specific equipment; None where it cannot mean it.

    It is that of the general event that fits worst, and a general word told far more often than the equipment means more than that: a
    stream of *arms* is not the one order of aircraft in its midst.
    """
    if (
        general.rank >= specific.rank
        or general.n_events > _FAR_MORE * specific.n_events
        or not _may_join(general, specific)
    ):
        return None
    fits = [
        max(
            (
                fit.score
                for other in specific.tolds
                if (fit := link(one, other))
                and fit.reason == "general_word"
                and closeness(one.moment, other.moment) > 0
            ),
            default=0.0,
        )
        for one in general.tolds
    ]
    return min(fits) if any(fits) else None


def _join_general(groups: list[_Bundle]) -> list[_Bundle]:
    """Join each group of a general word with the group of specific equipment that it means, if it can mean no other."""
    for general in sorted(groups, key=lambda group: (-group.rank, group.order)):
        fits = [(fit, group) for group in groups if (fit := _general_fit(general, group)) is not None]
        if len(fits) == 1 and fits[0][0] >= LEAST:
            fits[0][1].take(general)
            groups = [group for group in groups if group is not general]
    return groups


def _best_link(told: Told, others: Iterable[tuple[Told, str]]) -> tuple[Link, str] | None:
    """The best link to other events, the first of equals; None where all contradict."""
    links = [(fit, event_id) for other, event_id in others if (fit := link(told, other))]
    return max(links, key=lambda item: item[0].score, default=None)


def _reason(told: Told, earlier: Sequence[tuple[Told, str]], later: Sequence[tuple[Told, str]]) -> tuple[Link, str]:
    """The link by which an event belongs to its group: to one that was told before, if that alone would join them."""
    best = _best_link(told, earlier)
    if best is None or best[0].score < LEAST:
        best = _best_link(told, [*earlier, *later])
    if best is None:
        raise AccountingError(f"event {earlier[0][1]}: a transfer holds an event that fits no other. Please report it.")
    return best


def _members(group: _Bundle) -> Group:
    """The events of a finished group, each with the link by which it belongs."""
    found: list[tuple[tuple[date, str], Member]] = []
    ordered = [(told, first[1]) for told, first in sorted(group.tolds.items(), key=lambda item: item[1])]
    for number, (told, event_id) in enumerate(ordered):
        same, *alike = group.events[told]
        if number == 0:
            found.append((same, Member(event_id, "opens", 1.0, None)))
        else:
            best, joined_to = _reason(told, ordered[:number], ordered[number + 1 :])
            found.append((same, Member(event_id, best.reason, best.score, joined_to)))
        own = link(told, told)
        score = own.score if own else 1.0
        found += [(event, Member(event[1], "same_system", score, event_id)) for event in alike]
    return tuple(member for _, member in sorted(found, key=lambda item: item[0]))


def join_events(events: Sequence[Row]) -> dict[str, Group]:
    """Return the transfers that events add up to, by identifier; each event belongs to just one.

    Args:
        events: rows of `events`, of all articles.
    """
    blocks: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in events:
        blocks[str(row["supplier_id"]), str(row["recipient_id"])].append(row)
    groups = []
    for parties in sorted(blocks):
        joined = _join_general(_join_same(_bundles(blocks[parties])))
        groups += [_members(group) for group in sorted(joined, key=lambda group: group.order)]
    return by_id(groups)


def reopened(members: Iterable[Member], order: Mapping[str, tuple[date, str]]) -> Group:
    """Return members that a person has put together as a group: the earliest opens it, links that lead out of it are told as corrected.

    Args:
        members: the members, of one transfer or of several.
        order: for each event the day of its report and its event_id.
    """
    ordered = sorted(members, key=lambda member: order[member.event_id])
    inside = {member.event_id for member in ordered}
    opener = ordered[0]
    rest = [
        member if member.joined_to in inside else Member(member.event_id, "corrected", 1.0, opener.event_id)
        for member in ordered[1:]
    ]
    return (replace(opener, reason="opens", score=1.0, joined_to=None), *rest)
