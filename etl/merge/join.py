"""The tables of transfers, made from the table of events."""

from collections.abc import Callable, Mapping

import pandas as pd

from etl.merge.settle import Made, count_reports, settle
from etl.merge.transfers import Group, join_events
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
    rows = {str(row["event_id"]): row for row in to_rows(events)}
    groups = regroup(join_events(list(rows.values())), rows)
    return count_and_settle(groups, rows, events, articles)


def count_and_settle(
    groups: Mapping[str, Group], rows: Mapping[str, dict[str, object]], events: pd.DataFrame, articles: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, list[Made]]]:
    """Return the same for transfers that are given.

    Args:
        groups: the events of each transfer, by its identifier.
        rows: rows of `events` by event_id.
        events: the table of events.
        articles: the table of articles.
    """
    first = articles["duplicate_of"].fillna(articles["article_id"])
    reports = dict(zip(articles["article_id"].astype(str), first.astype(str), strict=True))
    counts = count_reports(groups.values(), rows, reports)
    counted = events.assign(n_independent_reports=events["event_id"].map(counts).astype("Int64"))
    transfers, links, conflicts = settle(groups, rows, reports)
    return counted, {"transfers": transfers, "transfer_events": links, "conflicts": conflicts}
