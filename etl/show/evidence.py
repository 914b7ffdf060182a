"""Marks who, to whom, what and at which status in the words of an article, as HTML that needs nothing but `STYLE`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from numbers import Real
from typing import TypeGuard

_LONGEST_WORD = 40
"""Characters by which a stretch is widened at most to reach the end of a word."""
_INK, _INK_ON_DARK = "#111111", "#f5f5f5"


@dataclass(frozen=True)
class Role:
    """How one role is shown.

    Attributes:
        label: what it is called for readers.
        column: what its columns in the table `mentions` are called, without `_start` and `_end`.
        light, dark: colours of the ground below the words, on light and dark pages: tints and shades of those of Okabe and Ito,
            which people tell apart who see few colours.
        line, line_on_dark: colours of the underline, made to stand out from the ground.
        underline: style of the line, another one for each role, so that nothing is told by colour alone.
    """

    label: str
    column: str
    light: str
    dark: str
    line: str
    line_on_dark: str
    underline: str


ROLES = {
    "supplier": Role("supplier", "supplier", "#f8e2b3", "#5c4000", "#a67200", "#e69f00", "underline solid 2px"),
    "recipient": Role("recipient", "recipient", "#cce8f8", "#22485d", "#3e82a8", "#56b4e9", "underline double 2px"),
    "system": Role("system", "system", "#b3e2d5", "#003f2e", "#008561", "#009e73", "underline dashed 2px"),
    "trigger": Role("status", "trigger", "#faf5b8", "#5a5500", "#908928", "#f0e442", "underline wavy 1px"),
    "quantity": Role("quantity", "quantity", "#f0d7e5", "#523043", "#a76389", "#cc79a7", "underline dotted 3px"),
    "date": Role("date", "date_text", "#f2cfb3", "#552600", "#bb5300", "#d55e00", "underline solid 4px"),
    "attribution": Role(
        "attribution", "attribution", "#b3d5e8", "#002e47", "#0072b2", "#1a80ba", "underline overline solid 2px"
    ),
}


@dataclass(frozen=True)
class Span:
    """The words of one role: a role of `ROLES`, and the offsets of their first character and after their last."""

    role: str
    start: int
    end: int


def _is_told(offset: object) -> TypeGuard[float]:
    """A missing offset is None, NaN or NA: none of them is a number that equals itself."""
    return isinstance(offset, Real) and offset == offset  # noqa: PLR0124


def spans_of(mention: Mapping[str, object]) -> list[Span]:
    """Return the spans of a row of `mentions`, in the order of `ROLES`; roles that it does not tell are left out.

    Args:
        mention: the row; offsets count in the article's text.
    """
    found = []
    for role, shown in ROLES.items():
        start, end = (mention.get(f"{shown.column}_{side}") for side in ("start", "end"))
        if _is_told(start) and _is_told(end):
            found.append(Span(role, int(start), int(end)))
    return found


def _opening(span: Span) -> str:
    return f'<mark class="role-{span.role}" title="{ROLES[span.role].label}">'


def marked(text: str, start: int, end: int, spans: Iterable[Span]) -> str:
    """Return text[start:end] as HTML: escaped, line breaks as `<br>`, the words of each role in a `<mark>`.

    Where spans overlap, one is divided, so that every character keeps all its roles.

    Args:
        text: the article's text, in which all offsets count.
        start: offset of the first character.
        end: offset after the last.
        spans: what to mark; spans that reach outside are left out.
    """
    inside = [span for span in dict.fromkeys(spans) if start <= span.start < span.end <= end]
    points = sorted({start, end, *(span.start for span in inside), *(span.end for span in inside)})
    html: list[str] = []
    opened: list[Span] = []
    for point, following in zip(points, [*points[1:], end], strict=True):
        again: list[Span] = []
        while any(span.end == point for span in opened):
            top = opened.pop()
            html.append("</mark>")
            again += [top] if top.end > point else []
        again += [span for span in inside if span.start == point]
        for span in sorted(again, key=lambda span: -span.end):
            html.append(_opening(span))
            opened.append(span)
        html.append(escape(text[point:following]).replace("\n", "<br>"))
    return "".join(html)


def context(text: str, start: int, end: int, around: int = 300) -> tuple[int, int]:
    """Return the stretch of a text to show a quote in: start and end.

    Args:
        text: the article's text.
        start: offset of the quote's first character.
        end: offset after its last.
        around: characters to show on each side; the stretch is widened from there to the ends of words.
    """
    low, high = max(0, start - around), min(len(text), end + around)
    least, most = max(0, low - _LONGEST_WORD), min(len(text), high + _LONGEST_WORD)
    while low > least and not text[low - 1].isspace():
        low -= 1
    while high < most and not text[high].isspace():
        high += 1
    return low, high


def _rule(role: str, ground: str, underline: str) -> str:
    return f"  mark.role-{role} {{ background: {ground}; text-decoration: {underline}; }}"


_LIGHT = "\n".join(_rule(role, shown.light, f"{shown.underline} {shown.line}") for role, shown in ROLES.items())
_DARK = "\n".join(_rule(role, shown.dark, f"{shown.underline} {shown.line_on_dark}") for role, shown in ROLES.items())

STYLE = f"""\
mark[class^="role-"] {{
  color: {_INK}; padding: 0 0.15em; border-radius: 0.2em; text-underline-offset: 0.2em; text-decoration-skip-ink: none;
}}
@media all {{
{_LIGHT}
}}
@media (prefers-color-scheme: dark) {{
  mark[class^="role-"] {{ color: {_INK_ON_DARK}; }}
{_DARK}
}}
"""
"""The style sheet of the marks, for light and dark pages."""


def legend() -> str:
    """Return the roles as a line of HTML, each marked as it is in the text."""
    marks = " ".join(f"{_opening(Span(role, 0, 0))}{shown.label}</mark>" for role, shown in ROLES.items())
    return f'<p class="legend">{marks}</p>'
