"""Dates and numbers in other languages than English: read where nothing but the number or the day stands there, else left to the words.

A word beside it (*more than*, *since*, *by*) changes what it means, and those words are known for English alone.
"""

import re
from calendar import monthrange
from datetime import date

import dateparser

from etl.resolve.dates import When
from etl.resolve.quantities import Interval

_NUMBER = re.compile(r"\d{1,4}")
"""Digits without a mark between them, which would be a thousand in one language and a fraction in another."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_PARTS = (("day", "month", "year"), ("month", "year"))


def read_quantity(text: str) -> Interval | None:
    """Return the number that a text is, as an interval; None where there is more in it."""
    found = _NUMBER.fullmatch(text.strip())
    return Interval(int(found.group()), int(found.group())) if found else None


def read_when(text: str, language: str) -> When | None:
    """Return the day, month or year that a text is; None where it tells another time, more, or can be read two ways.

    Args:
        text: such as `4. Januar 2024`, `январь 2024`, `2019`.
        language: its ISO 639-1 code.
    """
    words = text.strip()
    if _YEAR.fullmatch(words):
        year = int(words)
        return When(f"{year:04}", date(year, 1, 1), date(year, 12, 31), "year", "stated")
    if not any(char.isalpha() for char in words):
        return None  # 03/04/2021 can be read two ways
    for parts in _PARTS:
        try:
            found = dateparser.parse(
                words, languages=[language], settings={"REQUIRE_PARTS": list(parts), "PARSERS": ["absolute-time"]}
            )
        except (ValueError, OverflowError):  # a language that the library does not know, or no date at all
            return None
        if found and parts[0] == "day":
            day = found.date()
            return When(day.isoformat(), day, day, "day", "stated")
        if found:
            first = date(found.year, found.month, 1)
            return When(
                f"{first:%Y-%m}", first, first.replace(day=monthrange(first.year, first.month)[1]), "month", "stated"
            )
    return None
