"""Events -> transfers, a few pairs of parties at a time: the events of two parties never meet those of two others."""

from collections.abc import Iterator, Mapping
from functools import partial

from etl.assemble.articles import Quarantine
from etl.assemble.space import Space, quoted
from etl.merge.join import as_they_are, join
from etl.quality.validate import validate
from etl.review.corrections import Corrections, regroup
from schemas import ARTICLES, CONFLICTS, EVENTS, TRANSFER_EVENTS, TRANSFERS
from schemas.arrow import to_arrow
from schemas.checks import to_frame

OF_EVENTS = (TRANSFERS, TRANSFER_EVENTS, CONFLICTS)
"""The tables that are made of events."""
_EVENTS = 4_000
"""Events from which the pairs of parties that came so far are worked on."""
COUNTED = "events_counted"
"""The part file of events with the number of their independent reports."""


def _pairs(space: Space, *, at_once: bool) -> Iterator[list[dict[str, object]]]:
    """The events with the paths of their articles, those of a pair of parties together.

    Args:
        space: the work space, with parts of events and articles.
        at_once: True for all events together.
    """
    query = f"""SELECT v.*, a.source_path FROM {quoted([space.path("events")])} v
        JOIN {quoted([space.path("articles")])} a USING (article_id)"""
    waiting: list[dict[str, object]] = []
    last: tuple[object, object] | None = None
    for rows in space.in_order(query, key="event_id", order="supplier_id, recipient_id, event_id"):
        for row in rows.to_pylist():
            pair = row["supplier_id"], row["recipient_id"]
            if pair != last and len(waiting) >= _EVENTS and not at_once:
                yield waiting
                waiting = []
            last = pair
            waiting.append(row)
    if waiting:
        yield waiting


def write_transfers(
    space: Space, copies: Mapping[str, str], corrections: Corrections | None, quarantine: Quarantine
) -> None:
    """Write the parts of transfers, of what ties events to them, and of conflicts, and the events with their counts.

    Args:
        space: the work space, with parts of events and articles.
        copies: which articles print the story of which.
        corrections: what people have decided about transfers.
        quarantine: takes rows that do not keep their declaration.

    Raises:
        ConfigurationError: a correction does not match.
    """
    is_decided = corrections is not None and bool(corrections.of_transfers)
    decided = partial(regroup, corrections=corrections) if corrections and is_decided else as_they_are
    # a person may join transfers of different parties: then all events are looked at together
    for rows in _pairs(space, at_once=is_decided):
        told = {str(row["article_id"]): row for row in rows}
        articles = to_frame(ARTICLES, [row | {"duplicate_of": copies.get(name)} for name, row in told.items()])
        events, made = join(to_frame(EVENTS, rows), articles, decided)
        joined = validate(made, beside={"events": events, "articles": articles})
        for item in joined.rejected:
            quarantine.add(item)
        space.add(COUNTED, to_arrow(EVENTS, events))
        for table in OF_EVENTS:
            space.add_frame(table, joined.frames[table.name])
    if is_decided and corrections and not space.number(f"SELECT count(*) FROM {quoted([space.path('events')])}"):
        regroup({}, {}, corrections)  # says which correction has nothing left to match
    space.add(COUNTED, to_arrow(EVENTS, to_frame(EVENTS, [])))
    space.finish_parts(COUNTED)
    space.finish_tables(*OF_EVENTS)
