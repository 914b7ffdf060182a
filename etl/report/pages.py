"""The one page of the report: the overview as it is, and what the tables of the browser stand in."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

from etl import __version__
from etl.report.data import Tables
from etl.report.encode import Column
from etl.report.figure import Figure, render
from etl.show.evidence import legend


def _totals(tables: Tables) -> str:
    firm = sum(row["tier"] == "firm" for row in tables.transfers)
    pairs = [
        ("Transfers", f"{len(tables.transfers):,}", f"{firm:,} firm"),
        ("Events", f"{len(tables.events):,}", f"{sum(row['tier'] == 'firm' for row in tables.events):,} firm"),
        ("Articles", f"{len(tables.articles):,}", f"{len({row['article_id'] for row in tables.events}):,} tell an event"),
        ("Put aside", f"{len(tables.quarantine):,}", "files, records or rows not used"),
    ]  # fmt: skip
    return "".join(
        f"<div><dt>{name}</dt><dd>{count}<small>{escape(more)}</small></dd></div>" for name, count, more in pairs
    )


def _lead(tables: Tables) -> str:
    days = [row["published_date"] for row in tables.articles if row["published_date"]]
    span = f", published from {min(days)} to {max(days)}" if days else ""
    return escape(
        f"Who supplies what to whom, as {len(tables.articles):,} news articles tell it{span}. A transfer joins the events of all "
        "articles that tell the same deal or delivery; an event is what one article says. Both were read by a program and hold "
        "errors: open one to see the words that it rests on. Pictures count all tiers; candidates are less sure than firm ones."
    )


def _form(columns: Sequence[Column]) -> str:
    """The fields to search and filter a table by; the browser fills in the lists."""
    chosen = "".join(
        f'<label>{escape(column.label)}<select name="{column.name}"><option value="">all</option></select></label>'
        for column in columns
        if column.kind == "code"
    )
    years = "".join(
        f'<label>{told}<input type="number" name="{name}" inputmode="numeric" min="1000" max="2999"></label>'
        for name, told in (("from", "Year from"), ("to", "Year to"))
    )
    return (
        '<form class="filters" role="search"><label class="find">Search all columns<input type="search" name="q" autocomplete="off" '
        f'spellcheck="false"></label><details><summary>Filters</summary><div>{chosen}{years}<button type="reset">Clear all</button></div></details></form>'
    )


def _table(name: str, title: str, told: str, columns: Sequence[Column]) -> str:
    return (
        f'<section id="{name}" class="browse" aria-labelledby="{name}-title" hidden><h2 id="{name}-title">{title}</h2><p>{escape(told)}</p>'
        f'{_form(columns)}<p class="count" role="status" aria-live="polite"></p>'
        f'<div class="rows" tabindex="0" role="region" aria-label="{title}: arrow keys move between rows, Enter opens one">'
        f'<table aria-labelledby="{name}-title"><thead></thead><tbody></tbody></table></div></section>'
    )


def _told_of_texts(tables: Tables, *, quotes_only: bool) -> str:
    if tables.texts is None:
        return "<p><small>This release holds no texts of articles: the quotes stand alone.</small></p>"
    if quotes_only:
        return "<p><small>This report was made with the quotes alone, without the words around them.</small></p>"
    return ""


def render_page(
    tables: Tables,
    figures: Sequence[Figure],
    *,
    events: Sequence[Column],
    transfers: Sequence[Column],
    quotes_only: bool,
) -> str:
    """Return the page.

    Args:
        tables: all tables.
        figures: the pictures of the overview.
        events: the columns of the table of events.
        transfers: those of the table of transfers.
        quotes_only: True where the words around the quotes are left out.
    """
    template = Template((files("etl.report") / "static" / "page.html").read_text(encoding="utf-8"))
    sections = [
        _table("transfers", "Transfers", "One row for each deal or delivery. Open one to see its events.", transfers),
        _table("events", "Events", "One row for each claim of one article. Open one to see its words.", events),
    ]
    return template.substitute(
        lead=_lead(tables),
        totals=_totals(tables),
        map="".join(render(figure) for figure in figures if figure.is_wide),
        pictures="".join(render(figure) for figure in figures if not figure.is_wide),
        tables="".join(sections),
        legend=legend(),
        told=_told_of_texts(tables, quotes_only=quotes_only),
        footer=f"Made by etl {escape(__version__)}. Quotes belong to their authors. Shapes of the map: Natural Earth, public domain.",
    )
