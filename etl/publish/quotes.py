"""Caps the quotes of a release: a window of each long quote that holds the words that matter, its offsets moved along."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

ROLES = ("trigger", "supplier", "recipient", "system")
"""The spans that a window shall hold; where not all fit, the earlier ones come first."""

Span = tuple[int, int]


def _hull(spans: Sequence[Span], limit: int) -> Span | None:
    """Return the reach of as many of the spans as fit into the limit; None where not one does."""
    for size in range(len(spans), 0, -1):
        for chosen in combinations(spans, size):
            low, high = min(start for start, _ in chosen), max(end for _, end in chosen)
            if high - low <= limit:
                return low, high
    return None


def _to_words(text: str, window: Span, kept: Span) -> Span:
    """Shrink a window to whole words, without cutting into what is kept."""
    start, end = window
    if start and not text[start - 1].isspace():
        start = next((at for at in range(start, kept[0]) if text[at].isspace()), start)
    while start < kept[0] and text[start].isspace():
        start += 1
    if end < len(text) and not text[end].isspace():
        end = next((at for at in range(end - 1, kept[1], -1) if text[at].isspace()), end)
    while end > kept[1] and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else window


def find_window(text: str, spans: Sequence[Span], limit: int) -> Span:
    """Return the part of a text to keep: at most `limit` characters that hold as many of the spans as can be.

    Args:
        text: the quote.
        spans: start and end of each span, counted in the quote, the most important first; those outside are passed over.
        limit: most characters to keep, at least 1.
    """
    if len(text) <= limit:
        return 0, len(text)
    inside = [(start, end) for start, end in spans if 0 <= start < end <= len(text)]
    kept = _hull(inside, limit)
    if kept is None:
        return _to_words(text, (0, limit), (0, 0))
    around = (limit - (kept[1] - kept[0])) // 2
    start = max(0, min(kept[0] - around, len(text) - limit))
    return _to_words(text, (start, start + limit), kept)


def _spans(mention: Mapping[Hashable, Any], origin: int) -> list[Span]:
    """Return the spans of a mention's roles, counted from the origin."""
    pairs = [(mention[f"{role}_start"], mention[f"{role}_end"]) for role in ROLES]
    return [(start - origin, end - origin) for start, end in pairs if pd.notna(start) and pd.notna(end)]


def _cut(frame: pd.DataFrame, name: str, windows: Mapping[int, Span]) -> pd.DataFrame:
    """Return a frame whose quotes are cut to windows: row number -> start and end, counted in the quote."""
    quotes, starts, ends = (list(frame[column]) for column in (name, f"{name}_start", f"{name}_end"))
    for row, (low, high) in windows.items():
        quotes[row] = quotes[row][low:high]
        starts[row], ends[row] = starts[row] + low, starts[row] + high
    new = {name: quotes, f"{name}_start": starts, f"{name}_end": ends}
    return frame.assign(
        **{column: pd.Series(values, dtype=frame[column].dtype, index=frame.index) for column, values in new.items()}
    )


def cap_quotes(mentions: pd.DataFrame, events: pd.DataFrame, limit: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the mentions and the events with every quote and evidence cut to at most `limit` characters.

    The words stand in the article at the offsets of the row, as before. Evidence keeps what the mention keeps that it was
    taken from; where no mention has the same quote, it keeps its beginning. The spans of the roles stay as they are: one
    that did not fit stands outside the quote.
    """
    windows: dict[int, Span] = {}
    spans_of: dict[tuple[str, int, int], list[Span]] = {}
    for row, mention in enumerate(mentions.to_dict("records")):
        if len(mention["quote"]) > limit:
            spans = _spans(mention, mention["quote_start"])
            windows[row] = find_window(mention["quote"], spans, limit)
            spans_of.setdefault((mention["event_id"], mention["quote_start"], mention["quote_end"]), spans)
    evidence: dict[int, Span] = {}
    for row, event in enumerate(events.to_dict("records")):
        if len(event["evidence"]) > limit:
            spans = spans_of.get((event["event_id"], event["evidence_start"], event["evidence_end"]), [])
            evidence[row] = find_window(event["evidence"], spans, limit)
    return _cut(mentions, "quote", windows), _cut(events, "evidence", evidence)


def cap_excerpts(quarantine: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Return the quarantine with every excerpt cut to its first `limit` characters."""
    return quarantine.assign(excerpt=quarantine["excerpt"].str.slice(0, limit))
