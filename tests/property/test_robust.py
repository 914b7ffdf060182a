"""Readers and parsers take any text or bytes: an answer, or an error of their own kind, never another."""

from collections.abc import Callable
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given

from etl.errors import InputError
from etl.resolve.dates import parse_when
from etl.resolve.money import parse_money
from etl.resolve.quantities import parse_quantity
from etl.sources.decode import decode, repair
from etl.sources.front_matter import read_front_matter
from etl.sources.published import parse_published
from etl.sources.sniff import header_of, sniff_text
from tests.fuzz.checks import check_money, check_names, check_published, check_quantity, check_when
from tests.property.strategies import HOSTILE_SENTENCES, NUMBERS, examples

MANY = examples(150)

DIGITS = st.from_regex(r"[0-9./:, \-]{0,24}", fullmatch=True)
TIME_WORDS = st.lists(
    st.sampled_from(
        [
            "since",
            "until",
            "between",
            "and",
            "from",
            "to",
            "early",
            "mid-",
            "late",
            "the",
            "of",
            "in",
            "on",
            "last",
            "next",
            "this",
            "ago",
            "two",
            "31",
            "30",
            "29",
            "0",
            "00",
            "1900",
            "2024",
            "1999s",
            "2000s",
            "february",
            "Feb.",
            "may",
            "March",
            "winter",
            "summer",
            "q1",
            "q9",
            "quarter",
            "first",
            "week",
            "month",
            "year",
            "decade",
            "tuesday",
            "2024-02-30",
            "13/13/2024",
            "-",
            "–",
            ".",
        ]
    ),
    max_size=8,
).map(" ".join)
COUNTS = st.lists(
    st.sampled_from(
        [
            "up",
            "to",
            "more",
            "than",
            "dozens",
            "hundreds",
            "of",
            "thousands",
            "several",
            "few",
            "two",
            "40",
            "1,200",
            "1,2,3",
            "9999999999999999",
            "0",
            "-5",
            "1.5",
            "half",
            "million",
            "dozen",
            "hundred",
            "and",
            "or",
            "between",
            "$",
            "€",
            "US$",
            "billion",
            "bn",
            "m",
            "crore",
            "dollars",
            "–",
            "-",
            "a",
        ]
    ),
    max_size=8,
).map(" ".join)
TEXTS = st.one_of(st.text(max_size=200), DIGITS, TIME_WORDS, COUNTS, NUMBERS)


@MANY
@given(TEXTS, st.one_of(st.none(), st.dates()), st.booleans())
def test_times(text: str, base: date | None, forward: bool) -> None:
    """Any words give a time with known codes and days in order, or none, on whatever day."""
    check_when(text, base, forward=forward)


@MANY
@given(TEXTS)
def test_counts(text: str) -> None:
    """Any words give an interval that is not upside down and that a column can hold, or none."""
    check_quantity(text)


@MANY
@given(TEXTS)
def test_sums(text: str) -> None:
    """Any words give a finite sum that is not negative, or none."""
    check_money(text)


@MANY
@given(TEXTS)
def test_days_of_publication(text: str) -> None:
    """Any line gives a day whose year is told too, a year alone, or nothing."""
    check_published(text)


@MANY
@given(
    st.lists(
        st.one_of(TEXTS, st.sampled_from(["By A. Writer", "# Title", "Read more", "(AP Photo)"])), max_size=12
    ).map("\n".join)
)
def test_front_matter(text: str) -> None:
    """The asides of any text lie within it, in order."""
    front = read_front_matter(text)
    assert all(0 <= start < end <= len(text) for start, end in front.aside)
    assert list(front.aside) == sorted(front.aside)


@MANY
@given(st.text(max_size=300), st.sampled_from(["", ".txt", ".md", ".json", ".jsonl", ".csv", ".html"]))
def test_kinds_of_files(text: str, suffix: str) -> None:
    """Any text is of a known kind, and any first line has a list of names."""
    assert sniff_text(text, suffix, frozenset({"id", "text"})) in {
        "text",
        "html",
        "jsonl",
        "json",
        "delimited",
    }
    assert all(name == name.strip().lower() for name in header_of(text))


@MANY
@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    """Any bytes become text that UTF-8 can hold, or are refused as no text."""
    text, reason = "", None
    try:
        text = repair(decode(data))
    except InputError as error:
        reason = error.reason
    assert reason in {None, "not_text"}
    assert text.encode("utf-8").decode("utf-8") == text


@MANY
@given(st.text(max_size=300))
def test_repair_is_stable_in_form(text: str) -> None:
    """Repaired text has no carriage returns, no control characters and no blanks around it."""
    mended = repair(text)
    assert "\r" not in mended
    assert mended == mended.strip()
    assert not any(ord(char) < 32 and char not in "\n\t" for char in mended)


@MANY
@given(st.one_of(st.text(max_size=300), st.lists(HOSTILE_SENTENCES, max_size=3).map("".join)))
def test_names(text: str) -> None:
    """Folding keeps the length of any text; what is found lies within it, apart and in order, and the gate sees it too."""
    check_names(text)


@pytest.mark.parametrize(
    "parse", [parse_quantity, parse_money, parse_published, lambda text: parse_when(text, date(2024, 1, 4))]
)
def test_long_lines_are_no_trap(parse: Callable[[str], object]) -> None:
    """A span as long as a sentence may be, of digits, blanks or words comes back with an answer."""
    for piece in ("9", " ", "1,", "two ", "2024-", "a"):
        parse(piece * (3000 // len(piece)))


@pytest.mark.parametrize("text", ["hundred " * 11, "1.5" + " hundred" * 200, "dozen " * 2000, "9" * 400])
def test_numbers_without_end_are_not_read(text: str) -> None:
    """A number that no column can hold is none, whether digits or words tell it."""
    assert parse_quantity(text) is None


@pytest.mark.parametrize(("text", "year"), [("2000\x1c", 2000), ("\x1f 1999\n", 1999)])
def test_years_among_odd_blanks(text: str, year: int) -> None:
    """A year is read among characters that patterns take for blanks and numbers do not."""
    assert parse_published(text).year == year
