"""The panels of one event and of one transfer: all facts, and the words that say them, marked in their context.

All HTML of what articles say is made here and in `etl.show`, so that it is escaped in one place.
"""

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

from etl.report.data import Row, Tables
from etl.show.evidence import Span, context, marked, spans_of
from etl.show.words import number
from schemas.codes import lookup

_AROUND = 260
"""Characters on each side of a quote; widened to the ends of words, they stay below 300."""
_NOT_TOLD = '<span class="none">not told</span>'


def _label(scheme: str, code: str) -> str:
    return escape(lookup(scheme, "label")[code])


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of terms and what is told of them (HTML)."""
    told = "".join(f"<div><dt>{escape(term)}</dt><dd>{value or _NOT_TOLD}</dd></div>" for term, value in pairs)
    return f"<dl>{told}</dl>"


def _party(row: Row, role: str) -> str:
    return "not named" if row[f"{role}_id"] == "unknown" else escape(row[f"{role}_name"] or row[f"{role}_id"])


def _system(row: Row) -> str:
    return f"{escape(row['system_name'])} <small>{_label('category', row['system_category'])}</small>"


def _money(row: Row) -> str:
    return (
        f"{row['value_amount']:,.0f} {escape(row['value_currency'] or '')}" if row["value_amount"] is not None else ""
    )


def _sureness(row: Row) -> str:
    found = _label("extractor", row["extractor"]) if row.get("extractor", "rules") != "rules" else ""
    return f"{row['confidence']:.2f} <small>{_label('tier', row['tier']).lower()}</small> {found}".rstrip()


def _link(url: str | None, shown: str) -> str:
    """A link to the article, where its address is one of the web."""
    if not url or urlsplit(url).scheme not in ("http", "https"):
        return shown
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{shown}</a>'


def heading(row: Row) -> str:
    """Return supplier, recipient and system as the title of a panel (HTML)."""
    return f"{_party(row, 'supplier')} → {_party(row, 'recipient')}: {escape(row['system_name'])}"


def _article(row: Row) -> str:
    title = escape(row["title"] or "Without a headline")
    told = [row["publisher"], row["published_edtf"], row["source_path"]]
    copy = " This is a copy or a rewrite of another article." if row["duplicate_of"] else ""
    return (
        f'<p class="article"><cite>{_link(row["url"], title)}</cite><br>'
        f"<small>{' · '.join(escape(part) for part in told if part)}.{copy}</small></p>"
    )


def _places(mentions: Iterable[Row]) -> list[list[Row]]:
    """The mentions of an event by their quotes: one quote can tell it twice."""
    found: dict[tuple[int, int], list[Row]] = {}
    for mention in mentions:
        found.setdefault((mention["quote_start"], mention["quote_end"]), []).append(mention)
    return list(found.values())


def words(mentions: Sequence[Row], text: str | None) -> str:
    """Return the words of mentions as HTML, each role marked.

    Args:
        mentions: rows of `mentions` that have the same quote.
        text: the article's text, to show some of it around the quote; None for the quote alone.
    """
    quote, start, end = (mentions[0][name] for name in ("quote", "quote_start", "quote_end"))
    spans = [span for mention in mentions for span in spans_of(mention)]
    if text is None:
        inner = [Span(span.role, span.start - start, span.end - start) for span in spans]
        return f"<b>{marked(quote, 0, len(quote), inner)}</b>"
    low, high = context(text, start, end, _AROUND)
    before, after = marked(text, low, start, spans), marked(text, end, high, spans)
    return f"{'… ' if low else ''}{before}<b>{marked(text, start, end, spans)}</b>{after}{' …' if high < len(text) else ''}"


def event_panel(event: Row, tables: Tables, texts: dict[str, str]) -> str:
    """Return the panel of an event: its words in the article, what was read from them, and its transfer.

    Args:
        event: a row of `events`.
        tables: all tables.
        texts: article_id -> text, of the articles of which more than the quote may be shown.
    """
    article = tables.article[event["article_id"]]
    mentions = tables.mentions_of.get(event["event_id"], [])
    text = texts.get(event["article_id"])
    places = _places(mentions)
    quotes = "".join(
        f'<blockquote lang="{escape(article["language"])}" data-mentions="{" ".join(row["mention_id"] for row in rows)}">'
        f"{words(rows, text)}</blockquote>"
        for rows in places
    )
    join = tables.join[event["event_id"]]
    transfer = tables.transfer[join["transfer_id"]]
    others = transfer["n_events"] - 1
    told_date = escape(event["date_edtf"] or "")
    if told_date:
        told_date += f" <small>{_label('date_basis', event['date_basis']).lower()}</small>"
    facts = _facts(
        [
            ("Status", f"{_label('status', event['status'])} <small>{_label('status_phase', event['status_phase'])}</small>"),
            ("Claim", _label("assertion", event["assertion"])),
            ("System", _system(event)),
            ("Items", number(event["quantity_min"], event["quantity_max"])),
            ("Value", _money(event)),
            ("When", told_date),
            ("Reported", event["report_date"].isoformat() if event["report_date"] else ""),
            ("Terms", _label("transfer_type", event["transfer_type"])),
            ("Who says so", escape(event["attribution_text"] or "")),
            ("Confidence", _sureness(event)),
            ("Independent reports", f"{event['n_independent_reports']:,}"),
            ("Corrected by a person", "yes" if event["is_corrected"] else "no"),
        ]
    )  # fmt: skip
    count = f"{len(places)} places in the article" if len(places) != 1 else "One place in the article"
    return (
        f"<h3>The words</h3>{_article(article)}<p><small>{count}. The quote is in bold.</small></p>{quotes}"
        f"<h3>What was read</h3>{facts}<h3>Its transfer</h3>"
        f'<p><a data-open="transfer" href="#transfer={transfer["transfer_id"]}">{heading(transfer)}</a>, '
        f"{_label('status', transfer['status_latest']).lower()}; {others} other event{'' if others == 1 else 's'}.</p>"
        f"<p>{_reason(join, tables)}</p>"
    )


def _reason(join: Row, tables: Tables) -> str:
    """Why an event belongs to its transfer, in a sentence."""
    told = escape(lookup("join_reason", "description")[join["join_reason"]])
    if join["join_reason"] == "opens":
        return f"Why here: {told}."
    earlier = tables.event.get(join["joined_to"] or "")
    to = (
        f', joined to <a data-open="event" href="#event={earlier["event_id"]}">{_short(earlier, tables)}</a>'
        if earlier
        else ""
    )
    return f"Why here: {told} (score {join['join_score']:.2f}){to}."


def _short(event: Row, tables: Tables) -> str:
    publisher = tables.article[event["article_id"]]["publisher"]
    told = [_label("status", event["status"]), event["date_edtf"] or event["report_date"], publisher]
    return ", ".join(escape(str(part)) for part in told if part)


def _range(transfer: Row, phase: str) -> str:
    return number(transfer[f"quantity_{phase}_min"], transfer[f"quantity_{phase}_max"])


def transfer_panel(transfer: Row, tables: Tables) -> str:
    """Return the panel of a transfer: its events with why they belong to it, what they tell together, and where they differ."""
    joins = tables.joins_of.get(transfer["transfer_id"], [])
    items = []
    for join in joins:
        event = tables.event[join["event_id"]]
        claim = (
            "" if event["assertion"] == "reported" else f" <em>{_label('assertion', event['assertion']).lower()}</em>"
        )
        items.append(
            f'<li><a data-open="event" href="#event={event["event_id"]}">{_short(event, tables)}</a>{claim}'
            f"<br><q>{escape(event['evidence'][:300])}</q><br><small>{_reason(join, tables)}</small></li>"
        )
    reached = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(transfer[f'{status}_edtf'] or '')}{'' if transfer[f'{status}_edtf'] else f'first report {day}'}</dd></div>"
        for status, label in lookup("status", "label").items()
        if (day := transfer[f"{status}_date"]) is not None
    )
    conflicts = "".join(
        f"<li>{escape(row['field'])}: <b>{escape(row['value'])}</b>, says "
        f'<a data-open="event" href="#event={row["event_id"]}">{_short(tables.event[row["event_id"]], tables)}</a></li>'
        for row in tables.conflicts_of.get(transfer["transfer_id"], [])
        if row["event_id"] in tables.event
    )
    facts = _facts(
        [
            ("Furthest status", _label("status", transfer["status_latest"])),
            ("Claim", _label("assertion", transfer["assertion"])),
            ("System", _system(transfer)),
            ("Items ordered", _range(transfer, "ordered")),
            ("Items delivered", _range(transfer, "delivered")),
            ("Value", _money(transfer)),
            ("Terms", _label("transfer_type", transfer["transfer_type"])),
            ("Articles", f"{transfer['n_articles']:,} <small>of them independent: {transfer['n_independent_reports']:,}</small>"),
            ("Confidence", _sureness(transfer)),
            ("Delivery before order", "yes: look at the dates" if transfer["is_out_of_order"] else "no"),
        ]
    )  # fmt: skip
    return (
        f'<h3>Its events</h3><ol class="events">{"".join(items)}</ol><h3>What they tell together</h3>{facts}'
        + (f"<h3>When it was</h3><dl>{reached}</dl>" if reached else "")
        + (f"<h3>Where its reports differ</h3><ul>{conflicts}</ul>" if conflicts else "")
    )
