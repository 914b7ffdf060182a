"""Words of an article with the roles marked: every character is there, escaped, and keeps its roles."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.show.evidence import ROLES, STYLE, Span, context, legend, marked, spans_of
from schemas.columns import SPAN_ROLES

TEXT = "Oslo ships 4 <guns>\nto Rome & Bern."
A, B = '<mark class="role-supplier" title="supplier">', '<mark class="role-recipient" title="recipient">'
C, END = '<mark class="role-trigger" title="status">', "</mark>"


class _Shown(HTMLParser):
    """Reads what a page shows: each character with the roles that are open around it."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.characters: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data("\n")
        else:
            assert tag == "mark"
            self.opened.append(str(dict(attrs)["class"]).removeprefix("role-"))

    def handle_endtag(self, tag: str) -> None:
        assert tag == "mark"
        self.opened.pop()

    def handle_data(self, data: str) -> None:
        self.characters += [(char, frozenset(self.opened)) for char in data]


def _shown(html: str) -> list[tuple[str, frozenset[str]]]:
    parser = _Shown()
    parser.feed(html)
    parser.close()
    assert parser.opened == []
    return parser.characters


@pytest.mark.parametrize(
    ("start", "end", "spans", "html"),
    [
        (0, 4, [], "Oslo"),
        (0, 10, [Span("supplier", 0, 4)], f"{A}Oslo{END} ships"),
        (0, 10, [Span("trigger", 5, 10), Span("supplier", 0, 4)], f"{A}Oslo{END} {C}ships{END}"),
        (0, 10, [Span("supplier", 0, 10), Span("trigger", 5, 10)], f"{A}Oslo {C}ships{END}{END}"),
        (0, 10, [Span("supplier", 0, 7), Span("trigger", 5, 10)], f"{A}Oslo {C}sh{END}{END}{C}ips{END}"),
        (0, 4, [Span("supplier", 0, 4), Span("recipient", 0, 4)], f"{A}{B}Oslo{END}{END}"),
        (0, 4, [Span("supplier", 0, 4), Span("supplier", 0, 4)], f"{A}Oslo{END}"),
        (5, 10, [Span("supplier", 0, 4), Span("trigger", 5, 12), Span("system", 7, 7)], "ships"),
        (11, 27, [], "4 &lt;guns&gt;<br>to Rome"),
        (23, 35, [Span("recipient", 23, 34)], f"{B}Rome &amp; Bern{END}."),
    ],
)  # fmt: skip
def test_spans_become_marks(start: int, end: int, spans: list[Span], html: str) -> None:
    """Marks stand around their words, nested or divided where they overlap; spans that reach outside are left out."""
    assert marked(TEXT, start, end, spans) == html


_TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("<>&\"'/ \n"), st.characters(codec="utf-8", exclude_characters="\r\x00")),
    max_size=40,
)


@given(_TEXTS, st.data())
def test_what_is_shown_is_the_text(text: str, data: st.DataObject) -> None:
    """Whatever the text and the spans, a page shows text[start:end], and each character under all its roles."""
    offset = st.integers(0, len(text))
    start, end = sorted((data.draw(offset), data.draw(offset)))
    drawn = data.draw(st.lists(st.tuples(st.sampled_from(list(ROLES)), offset, offset), max_size=6))
    spans = [Span(role, min(a, b), max(a, b)) for role, a, b in drawn]
    inside = [span for span in spans if start <= span.start and span.end <= end]
    expected = [
        (text[at], frozenset(span.role for span in inside if span.start <= at < span.end)) for at in range(start, end)
    ]
    assert _shown(marked(text, start, end, spans)) == expected


@pytest.mark.parametrize("none", [None, float("nan"), pd.NA, pd.NaT])
def test_spans_of_a_mention(none: object) -> None:
    """Roles that are told become spans in a fixed order; missing ones, however they are written, do not."""
    row = {f"{column}_{side}": none for column in SPAN_ROLES for side in ("start", "end")}
    row |= {"trigger_start": 5, "trigger_end": 10, "date_text_start": 20.0, "date_text_end": 24.0}
    row |= {"supplier_start": 0, "supplier_end": 4}
    assert spans_of(row) == [Span("supplier", 0, 4), Span("trigger", 5, 10), Span("date", 20, 24)]


def test_every_declared_role_is_shown() -> None:
    """The roles are those of the table `mentions`: a new one there must be shown too."""
    assert {role.column for role in ROLES.values()} == set(SPAN_ROLES)


@pytest.mark.parametrize(
    ("quote", "around", "shown"),
    [
        ("gamma", 0, "gamma"),
        ("gamma", 3, "beta gamma delta"),
        ("gamma", 5, "beta gamma delta"),
        ("gamma", 100, "alpha beta gamma delta epsilon"),
        ("alpha", 2, "alpha beta"),
        ("epsilon", 2, "delta epsilon"),
    ],
)
def test_context_ends_at_words(quote: str, around: int, shown: str) -> None:
    """The stretch around a quote is widened to the ends of words, and ends with the text."""
    text = "alpha beta gamma delta epsilon"
    start = text.index(quote)
    low, high = context(text, start, start + len(quote), around)
    assert text[low:high] == shown


def test_context_of_a_text_without_blanks_is_bounded() -> None:
    """A text that is one long word is not shown as a whole."""
    low, high = context("x" * 10_000, 5_000, 5_010, 100)
    assert high - low < 300


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_words_stand_out_from_their_ground(ground: str) -> None:
    """The ink has a contrast of 4.5:1 or more with the ground of each role, on light and on dark pages."""
    light, dark = STYLE.split("prefers-color-scheme: dark")
    (ink,) = re.findall(r"[ {]color: (#\w{6})", light if ground == "light" else dark)
    assert [role for role, shown in ROLES.items() if _contrast(ink, getattr(shown, ground)) < 4.5] == []


def test_lines_stand_out_from_their_ground() -> None:
    """The line below the words of a role has a contrast of 3:1 or more with its ground."""
    faint = [
        role
        for role, shown in ROLES.items()
        if min(_contrast(shown.line, shown.light), _contrast(shown.line_on_dark, shown.dark)) < 3
    ]
    assert faint == []


def test_roles_differ_without_colour() -> None:
    """No two roles have the same line below them, and each of them is in the style sheet and the legend."""
    assert len({shown.underline for shown in ROLES.values()}) == len(ROLES)
    for role, shown in ROLES.items():
        assert STYLE.count(f"mark.role-{role} ") == 2
        assert (f"role-{role}", shown.label) in re.findall(r'class="([\w-]+)" title="(\w+)"', legend())
