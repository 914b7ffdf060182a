"""A picture of the report: its title, what it shows in a sentence, the SVG, and its numbers as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode


@dataclass(frozen=True)
class Linked:
    """A cell that leads to the rows it counts: what it shows, and the filters of the table of transfers."""

    text: str
    filters: dict[str, str]


@dataclass(frozen=True)
class Figure:
    """One picture.

    Attributes:
        name: its identifier in the page.
        told: what it shows, for readers who see it and for those who do not.
        svg: what stands in the SVG element.
        box: its viewBox.
        head: the heads of the table of its numbers.
        rows: the rows of that table.
        note: what the picture leaves out; empty where nothing is.
        legend: class of the colour -> what it stands for.
        is_wide: True where it takes a whole line of the page.
    """

    name: str
    title: str
    told: str
    svg: str
    box: tuple[int, int, int, int]
    head: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""
    legend: dict[str, str] = field(default_factory=dict)
    is_wide: bool = False


def number(value: float) -> str:
    """Return a coordinate as SVG writes it, with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def shape(tag: str, content: str = "", **attributes: object) -> str:
    """Return an SVG element; `kind` is its class, and `_` in a name stands for `-`."""
    told = "".join(
        f' {"class" if name == "kind" else name.replace("_", "-")}="{escape(number(value) if isinstance(value, float) else str(value))}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{told}>{content}</{tag}>" if content else f"<{tag}{told}/>"


def label(x: float, y: float, text: str, kind: str = "", *, most: int = 60) -> str:
    """Return a text of the picture, cut where it is longer than `most` characters."""
    short = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return shape("text", escape(short), x=float(x), y=float(y), kind=kind or "label")


def tip(text: str) -> str:
    """Return what a browser shows while the mouse is on a shape."""
    return f"<title>{escape(text)}</title>"


def table(head: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as HTML; whole numbers stand at the right, and cells that are `Linked` are links."""

    def cell(value: object) -> str:
        if isinstance(value, int):
            return f'<td class="number">{value:,}</td>'
        if isinstance(value, Linked):
            address = urlencode({"view": "transfers"} | value.filters)
            return f'<td><a href="#{escape(address)}">{escape(value.text)}</a></td>'
        return f"<td>{escape(str(value))}</td>"

    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def render(figure: Figure) -> str:
    """Return a picture as HTML."""
    legend = "".join(
        f'<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="{kind}" width="12" height="12"/></svg>{escape(told)}</li>'
        for kind, told in figure.legend.items()
    )
    name = figure.name
    return (
        f'<figure id="{name}" class="{"wide" if figure.is_wide else "narrow"}"><figcaption><h3>{escape(figure.title)}</h3>'
        f"<p>{escape(figure.told)}</p></figcaption>"
        + (f'<ul class="key">{legend}</ul>' if legend else "")
        + f'<svg viewBox="{" ".join(map(str, figure.box))}" role="img" aria-labelledby="{name}-title {name}-told">'
        f'<title id="{name}-title">{escape(figure.title)}</title><desc id="{name}-told">{escape(figure.told)}</desc>'
        f'<g aria-hidden="true">{figure.svg}</g></svg>'
        + (f'<p class="note">{escape(figure.note)}</p>' if figure.note else "")
        + f'<details><summary>Numbers<span class="hidden"> of: {escape(figure.title)}</span></summary>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Numbers of: {escape(figure.title)}">{table(figure.head, figure.rows)}</div>'
        "</details></figure>"
    )
