"""What the page shows: the queue and one row with its evidence, as plain values; words of articles are escaped or stay text."""

from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from typing import Any

from etl.desk.choices import kind_of, named, options
from etl.desk.decisions import cell, holds
from etl.desk.queue import LABELS, Entry, doubts
from etl.desk.session import Session
from etl.desk.standing import told_of
from etl.desk.tables import Row
from etl.merge.transfers import Group
from etl.review.fields import FIELDS
from etl.show.evidence import STYLE, Span, context, legend, marked, spans_of
from schemas.codes import lookup
from schemas.columns import COLUMNS

REASONS = {
    "correct": (
        "the text names another supplier",
        "the text names another recipient",
        "supplier and recipient are turned round",
        "another weapon is meant",
        "the status is another one",
        "the number or the date is another one",
    ),
    "reject": (
        "it is no transfer of weapons",
        "it is only used, shown or trained with",
        "these two are not its parties",
        "the same is told by another row",
    ),
    "split": ("they are two orders", "they are two deliveries", "the weapons are different ones"),
    "join": ("it is one deal, told twice", "it is the delivery of that order"),
}
"""Reasons that can be chosen with one key, by what is decided."""
_MOST_ROWS = 200
"""Rows of the queue that are sent at a time."""
_LONG = 100_000
"""Characters from which an article is shown only around the quote."""
_AROUND = 20_000
_STATIC = {"desk.js": "text/javascript", "desk.css": "text/css", "marks.css": "text/css"}


def static(name: str) -> tuple[bytes, str] | None:
    """Return a file of the page and its media type; None where there is none of this name."""
    if name not in _STATIC:
        return None
    text = STYLE if name == "marks.css" else (files("etl.desk") / "static" / name).read_text(encoding="utf-8")
    return text.encode("utf-8"), _STATIC[name]


def document(form_token: str) -> bytes:
    """Return the page itself, with the token that its forms send."""
    text = (files("etl.desk") / "static" / "desk.html").read_text(encoding="utf-8")
    return text.replace("{{token}}", form_token).replace("{{legend}}", legend()).encode("utf-8")


def choices(session: Session) -> dict[str, Any]:
    """Return what does not change during a sitting: who, the names to choose from, the reasons."""
    return {
        "who": session.who, "blind": session.is_blind, "files": [str(path) for path in session.files],
        "parties": named("party"), "systems": named("system"), "reasons": REASONS, "doubts": LABELS,
        "statuses": lookup("status", "label"),
    }  # fmt: skip


def _name(row: Row, role: str) -> str:
    return str(row[f"{role}_name"] or "unknown")


def _short(entry: Entry, dropped: Mapping[str, Row]) -> dict[str, Any]:
    row = entry.row
    return {
        "event_id": row["event_id"], "supplier": _name(row, "supplier"), "recipient": _name(row, "recipient"),
        "system": row["system_name"], "status": row["status"], "source": row["source_id"],
        "reasons": list(entry.reasons.values()), "dropped": row["event_id"] in dropped,
        "decision": entry.decision.decision if entry.decision else None,
    }  # fmt: skip


def listed(session: Session, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return the rows of the queue that are wanted, and how many there are.

    Args:
        session: the sitting.
        wanted: `reason`, `supplier`, `recipient` and `status`, each empty for all; `decided` is `1` to show decided rows too.
    """
    entries = session.queue()
    is_open = [
        entry for entry in entries if not entry.decision and entry.row["event_id"] not in session.standing.dropped
    ]
    shown = entries if wanted.get("decided") == "1" else is_open
    for part in ("supplier", "recipient"):
        if text := wanted.get(part, "").casefold():
            shown = [
                entry for entry in shown
                if text in _name(entry.row, part).casefold() or text == str(entry.row[f"{part}_id"]).casefold()
            ]  # fmt: skip
    if status := wanted.get("status"):
        shown = [entry for entry in shown if entry.row["status"] == status]
    if reason := wanted.get("reason"):
        shown = [entry for entry in shown if reason in entry.reasons]
    return {
        "rows": [_short(entry, session.standing.dropped) for entry in shown[:_MOST_ROWS]],
        "shown": len(shown), "open": len(is_open), "all": len(entries),
    }  # fmt: skip


def _clipped(spans: list[Span], start: int, end: int) -> list[Span]:
    return [
        Span(span.role, max(span.start, start), min(span.end, end))
        for span in spans
        if span.start < end and span.end > start
    ]


def article_html(text: str, row: Row, mentions: list[Row]) -> str:
    """Return the text of an article with the quotes of a row set off, and in them who, to whom, what and at which status.

    Args:
        text: the text.
        row: the row of `events`; its evidence gets the id `quote`.
        mentions: the rows of `mentions` of the same event.
    """
    best = int(row["evidence_start"]), int(row["evidence_end"])
    low, high = context(text, *best, _AROUND) if len(text) > _LONG else (0, len(text))
    spans = [span for mention in mentions for span in spans_of(mention)]
    quotes = [best, *((int(m["quote_start"]), int(m["quote_end"])) for m in mentions)]
    points = sorted({low, high, *(point for quote in quotes for point in quote if low < point < high)})
    parts = []
    for start, end in pairwise(points):
        html = marked(text, start, end, _clipped(spans, start, end))
        if best[0] <= start and end <= best[1]:
            own = ' id="quote"' if start == best[0] else ""
            html = f'<span class="quote best"{own}>{html}</span>'
        elif any(quote[0] <= start and end <= quote[1] for quote in quotes):
            html = f'<span class="quote">{html}</span>'
        parts.append(html)
    return "".join(parts)


def _field(row: Row, name: str) -> dict[str, Any]:
    return {
        "name": name, "label": name.removesuffix("_id").replace("_", " "), "kind": kind_of(name), "value": cell(row[name]),
        "help": COLUMNS[name].description, "options": options(name), "empty": not COLUMNS[name].required,
    }  # fmt: skip


def _of_transfer(session: Session, transfer_id: str, group: Group) -> dict[str, Any]:
    events = session.standing.events
    told = told_of(transfer_id, group, events)
    return {
        "transfer_id": transfer_id, "system": told["system_name"], "status": told["status_latest"],
        "first_report": cell(told["first_report"]),
        "events": [_of_event(events[member.event_id]) for member in group],
    }  # fmt: skip


def _of_event(row: Row) -> dict[str, Any]:
    return {
        "event_id": row["event_id"], "source": row["source_id"], "system": row["system_name"], "status": row["status"],
        "date": cell(row["date_edtf"]) or cell(row["report_date"]), "evidence": str(row["evidence"])[:200],
    }  # fmt: skip


def opened(session: Session, event_id: str) -> dict[str, Any]:
    """Return all of one row that the page shows.

    Raises:
        RefusedError: there is no such row.
    """
    session.refresh()
    row = session.row(event_id)
    article = session.tables.articles[str(row["article_id"])]
    mentions = [item for item in session.tables.mentions(str(row["article_id"])) if item["event_id"] == event_id]
    is_dropped = event_id in session.standing.dropped
    own = None if is_dropped or session.is_blind else session.transfer_of(row)
    beside = session.transfers(row) if own else {}
    decision = session.decided.get(event_id)
    decision = decision if holds(decision, row) else None
    return {
        "event_id": event_id, "version": session.version(row), "dropped": is_dropped,
        "supplier": _name(row, "supplier"), "recipient": _name(row, "recipient"), "system": row["system_name"],
        "status": row["status"], "assertion": row["assertion"], "reasons": list(doubts(row, session.tables).values()),
        "title": article["title"] or article["source_id"], "publisher": article["publisher"],
        "published": cell(article["published_date"]), "source": article["source_id"], "url": article["url"],
        "n_mentions": len(mentions),
        "html": article_html(session.tables.text(str(row["article_id"])), row, mentions),
        "fields": [_field(row, name) for name in FIELDS],
        "names": {"supplier_id": row["supplier_name"], "recipient_id": row["recipient_name"], "system_id": row["system_name"]},
        "decision": {"decision": decision.decision, "who": decision.who, "when": decision.when} if decision else None,
        "transfer": _of_transfer(session, *own) if own else None,
        "others": [_of_transfer(session, name, group) for name, group in beside.items() if own and name != own[0]],
    }  # fmt: skip
