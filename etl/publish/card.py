"""Draws a transfer on one page, as PDF or PNG: who, what, how far, when, how sure, the words that say it, and where they stand."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import vl_convert

from etl.errors import ConfigurationError
from etl.place import sync
from etl.publish.citation import DEFAULT_AUTHORS, citation_text
from etl.publish.quotes import find_window
from etl.publish.sheet import HEIGHT, MARGIN, QUIET, WIDTH, Run, Sheet, clean
from etl.show.evidence import ROLES, Span, spans_of
from etl.show.words import count, day, label, number, parties, sureness, value
from schemas.checks import to_rows
from schemas.codes import codes, lookup

Row = dict[str, Any]
_QUOTES = 4
_QUOTE_CHARS = 360
_SOURCES = 6
_STEPS = 5
"""Statuses in a row of the timeline."""
_ROOM_BELOW = 96
"""Points that the foot of the page takes."""
_SCALE = 2
"""Pixels of a PNG for a point of the page."""


def _runs(mention: Row, text: str) -> list[Run]:
    """The quote of a mention in runs, each with its role; where spans overlap, the role that comes first in `ROLES` counts."""
    origin = int(mention["quote_start"])
    spans = [Span(span.role, span.start - origin, span.end - origin) for span in spans_of(mention)]
    low, high = find_window(text, [(span.start, span.end) for span in spans], _QUOTE_CHARS)
    apart: list[Span] = []
    for span in spans:
        if low <= span.start < span.end <= high and all(span.end <= o.start or o.end <= span.start for o in apart):
            apart.append(span)
    runs: list[Run] = [("“" if not low else "“… ", None)]
    at = low
    for span in sorted(apart, key=lambda span: span.start):
        runs += [(text[at : span.start], None), (text[span.start : span.end], span.role)]
        at = span.end
    runs += [(text[at:high], None), ("”" if high == len(text) else " …”", None)]
    return [(_plain(words), role) for words, role in runs if words]


def _plain(words: str) -> str:
    """Words on one line, with a blank at an end where they have one."""
    told = clean(words)
    if not told:
        return " " if words else ""
    return " " * words[0].isspace() + told + " " * words[-1].isspace()


def _best(events: Sequence[Row], mentions: Sequence[Row], copies: set[str]) -> list[tuple[Row, Row]]:
    """The quotes to show, each with its event: the surest of each status first, then the others; copies of a story are left out."""
    by_event: dict[str, list[Row]] = {}
    for mention in mentions:
        by_event.setdefault(mention["event_id"], []).append(mention)
    own = [event for event in events if event["article_id"] not in copies] or events
    ranked = sorted(own, key=lambda event: (-event["confidence"], event["event_id"]))
    firsts = list({event["status"]: event for event in reversed(ranked)}.values())
    ordered = [event for event in ranked if event in firsts] + [event for event in ranked if event not in firsts]
    chosen: dict[tuple[str, str], tuple[Row, Row]] = {}
    for event in ordered:
        told = by_event[event["event_id"]]
        best = next((m for m in told if m["quote_start"] == event["evidence_start"]), told[0])
        chosen.setdefault((clean(best["quote"]), event["status"]), (event, best))
    return list(chosen.values())[:_QUOTES]


def _timeline(sheet: Sheet, transfer: Row) -> None:
    """The statuses that the transfer reached, from left to right; hollow where no date is told."""
    reached = sorted(
        (transfer[f"{status}_date"], at, status)
        for at, status in enumerate(codes("status"))
        if transfer[f"{status}_date"] is not None
    )
    room = (WIDTH - 2 * MARGIN) / _STEPS
    for first in range(0, len(reached), _STEPS):
        top = sheet.y + 20
        for step, (reached_on, _, status) in enumerate(reached[first : first + _STEPS]):
            x = MARGIN + 4 + step * room
            if step:
                sheet.stroke(x - room + 4, top, room - 8)
            told = transfer[f"{status}_edtf"]
            sheet.dot(x, top, filled=bool(told))
            sheet.y = top + 5
            sheet.write(label("status", status), 10, bold=True, at=x - 4, room=room - 6)
            words = (
                f"{told} ({label('date_precision', transfer[f'{status}_precision'])})"
                if told
                else f"reported {day(reached_on)}"
            )
            sheet.write(words, 8.5, ink=QUIET, at=x - 4, room=room - 6, most=2)
        sheet.y = top + 40


def _facts(transfer: Row, conflicts: Sequence[Row]) -> list[tuple[str, str]]:
    """What the card tells of the transfer in a line each."""
    numbers = [
        f"{number(low, high)} {what}"
        for what in ("ordered", "delivered")
        if (low := transfer[f"quantity_{what}_min"]) is not None or transfer[f"quantity_{what}_max"] is not None
        for high in [transfer[f"quantity_{what}_max"]]
    ]
    fields = sorted({row["field"] for row in conflicts})
    disputed = "yes: a report denies it" if transfer["is_disputed"] else "no report denies it"
    contradictions = f"; its reports contradict each other on {', '.join(fields).replace('_', ' ')}" if fields else ""
    counts = (
        f"{count(transfer['n_independent_reports'], 'independent report')}, {count(transfer['n_articles'], 'article')}"
    )
    return [
        ("status", f"{label('status', transfer['status_latest'])}: {lookup('status', 'description')[transfer['status_latest']]}"),
        ("quantity", ", ".join(numbers) or "none is told"),
        ("value", value(transfer) or "none is told"),
        ("terms", label("transfer_type", transfer["transfer_type"])),
        ("disputed", disputed + contradictions),
        ("confidence", sureness(transfer)),
        ("reports", f"{counts}; {day(transfer['first_report']) or 'undated'} to {day(transfer['last_report']) or 'undated'}"),
    ]  # fmt: skip


def _source(article: Row) -> str:
    return ", ".join(
        told for told in (article["publisher"], article["title"], day(article["published_date"])) if told
    ) or str(article["source_id"])


def _legend(sheet: Sheet, roles: set[str | None]) -> None:
    runs: list[Run] = []
    for role, shown in ROLES.items():
        if role in roles:
            runs += [(shown.label, role), ("   ", None)]
    sheet.write(runs, 8)


def draw_card(
    transfer: Row,
    events: Sequence[Row],
    mentions: Sequence[Row],
    articles: Mapping[str, Row],
    conflicts: Sequence[Row],
    citation: str,
    *,
    whole: bool,
) -> str:
    """Return the card of a transfer as SVG, one page.

    Args:
        transfer: its row.
        events: its events.
        mentions: their mentions.
        articles: the articles that tell it, by their identifiers.
        conflicts: its rows of `conflicts`.
        citation: how to cite the data.
        whole: True for a page of A4, False for one that ends where it is filled.
    """
    sheet = Sheet()
    category = lookup("category", "label")[transfer["system_category"]]
    sheet.write(f"Transfer {transfer['transfer_id']}", 8.5, ink=QUIET)
    sheet.y += 4
    sheet.write(parties(transfer), 22, bold=True, leading=1.2, most=2)
    sheet.write(f"{transfer['system_name']} ({category.lower()})", 14, most=2)
    _timeline(sheet, transfer)
    sheet.rule()
    for name, words in _facts(transfer, conflicts):
        top = sheet.y
        sheet.write(name, 9.5, ink=QUIET)
        sheet.y = top
        sheet.write(words, 9.5, at=MARGIN + 80, most=2)
    sheet.rule()
    copies = {name for name, article in articles.items() if article["duplicate_of"]}
    chosen = [(event, _runs(mention, mention["quote"])) for event, mention in _best(events, mentions, copies)]
    sheet.y += 4
    _legend(sheet, {role for _, runs in chosen for _, role in runs})
    for shown, (event, runs) in enumerate(chosen):
        if shown and sheet.left < _ROOM_BELOW + 120:
            break
        sheet.y += 6
        sheet.write(runs, 10.5, leading=1.55)
        denied = "" if event["assertion"] == "reported" else f"{label('assertion', event['assertion'])}; "
        told = f"{label('status', event['status'])}, {denied}{event['confidence']:.2f} ({event['tier']}). "
        sheet.y += 2
        sheet.write(told + _source(articles[event["article_id"]]), 8, ink=QUIET, most=2)
    sheet.rule()
    sources = sorted(articles.values(), key=lambda row: (row["published_date"] or date.max, row["article_id"]))
    written = 0
    for article in sources[:_SOURCES]:
        if sheet.left < _ROOM_BELOW - 40:
            break
        sheet.write(_source(article) + (f", {article['url']}" if article["url"] else ""), 8, most=2)
        written += 1
    if written < len(sources):
        sheet.write(f"and {count(len(sources) - written, 'article')} more", 8, ink=QUIET)
    sheet.y = max(sheet.y, HEIGHT - MARGIN - 24) if whole else sheet.y + 8
    sheet.write(citation, 8, ink=QUIET, most=2)
    return sheet.svg(whole=whole)


def write_card(
    identifier: str, frames: Mapping[str, pd.DataFrame], path: Path, *, version: str, released: date | None = None
) -> Path:
    """Write the card of a transfer and return the path: PDF, or PNG where the path ends so.

    The picture is the same for the same rows; of a PDF, the fonts may stand in another order in the file.

    Args:
        identifier: the transfer_id, or its beginning.
        frames: the tables by their names.
        path: the file to write; one that stands there is replaced whole or not at all.
        version: of the data, for the citation.
        released: day of the release, for the citation.

    Raises:
        ConfigurationError: the path has another ending, or no transfer, or several, begin so.
    """
    kind = path.suffix.lower()
    if kind not in {".pdf", ".png"}:
        raise ConfigurationError(f"{path}: a card is a PDF or a PNG file. Give a name that ends with .pdf or .png.")
    transfers = frames["transfers"]
    found = to_rows(transfers[transfers["transfer_id"].str.startswith(identifier)]) if identifier else []
    if len(found) != 1:
        told = "is no transfer_id, nor the beginning of one" if not found else f"begins {len(found)} transfer_ids"
        raise ConfigurationError(f"{identifier!r} {told}. Look it up in the table transfers.")
    (transfer,) = found

    def having(name: str, column: str, values: Sequence[object]) -> list[Row]:
        return to_rows(frames[name][frames[name][column].isin(list(values))])

    names = [row["event_id"] for row in having("transfer_events", "transfer_id", [transfer["transfer_id"]])]
    events = having("events", "event_id", names)
    articles = {
        row["article_id"]: row for row in having("articles", "article_id", [row["article_id"] for row in events])
    }
    conflicts = having("conflicts", "transfer_id", [transfer["transfer_id"]])
    citation = citation_text(version, DEFAULT_AUTHORS, released)
    svg = draw_card(
        transfer, events, having("mentions", "event_id", names), articles, conflicts, citation, whole=kind == ".pdf"
    )
    made = vl_convert.svg_to_pdf(svg) if kind == ".pdf" else vl_convert.svg_to_png(svg, scale=_SCALE)
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(made)
    sync([aside])
    aside.replace(path)
    return path
