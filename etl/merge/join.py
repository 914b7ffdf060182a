"""The tables of transfers, made from the table of events."""

from collections.abc import Callable, Mapping

import pandas as pd

from etl.merge.settle import Made, count_reports, settle
from etl.merge.transfers import Group, Member, join_events
from schemas.checks import to_rows

Groups = dict[str, Group]
Regroup = Callable[[Mapping[str, Group], Mapping[str, dict[str, object]]], Groups]
"""Takes the transfers with the rows of their events, and returns them as a person has joined or split them."""


def as_they_are(groups: Mapping[str, Group], events: Mapping[str, dict[str, object]]) -> Groups:  # noqa: ARG001
    """Return the transfers as the rules have joined them."""
    return dict(groups)


def join(
    events: pd.DataFrame, articles: pd.DataFrame, regroup: Regroup = as_they_are
) -> tuple[pd.DataFrame, dict[str, list[Made]]]:
    """Return the events with the number of their independent reports, and the rows of `transfers`, `transfer_events` and `conflicts`.

    Args:
        events: the table of events.
        articles: the table of articles: `duplicate_of` tells which are copies of one story.
        regroup: what people have decided about the transfers.
    """
    rows = _by_id(events)
    return _settle(regroup(join_events(list(rows.values())), rows), rows, events, articles)


def keep(
    events: pd.DataFrame, articles: pd.DataFrame, links: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, list[Made]]]:
    """Return the same for some of the events of transfers that stand already; each transfer keeps its identifier.

    Args:
        events: the events that are kept.
        articles: the table of articles.
        links: the table `transfer_events` with all events.
    """
    rows = _by_id(events)
    groups: dict[str, Group] = {}
    for link in to_rows(links):
        if link["event_id"] in rows:
            joined_to = str(link["joined_to"]) if link["joined_to"] in rows else None
            member = Member(str(link["event_id"]), str(link["join_reason"]), float(str(link["join_score"])), joined_to)
            own_id = str(link["transfer_id"])
            groups[own_id] = (*groups.get(own_id, ()), member)
    return _settle(groups, rows, events, articles)


def _by_id(events: pd.DataFrame) -> dict[str, dict[str, object]]:
    return {str(row["event_id"]): row for row in to_rows(events)}


def _settle(
    groups: Groups, rows: dict[str, dict[str, object]], events: pd.DataFrame, articles: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, list[Made]]]:
    first = articles["duplicate_of"].fillna(articles["article_id"])
    reports = dict(zip(articles["article_id"].astype(str), first.astype(str), strict=True))
    counts = count_reports(groups.values(), rows, reports)
    counted = events.assign(n_independent_reports=events["event_id"].map(counts).astype("Int64"))
    transfers, links, conflicts = settle(groups, rows, reports)
    return counted, {"transfers": transfers, "transfer_events": links, "conflicts": conflicts}
