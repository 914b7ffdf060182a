"""Reads the day of publication as outlets write it, and settles numeric dates that can be read two ways.

A numeric date is settled by a weekday that stands beside it, else by the order set for its publisher, else it stays at
what is certain: its year.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

import dateparser

DateOrder = Literal["dmy", "mdy"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"^\s*((?:19|20)\d{2})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?\s*$")
_SLASHED = re.compile(r"\b(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)")
_WEEKDAY = re.compile(r"\b(" + "|".join(f"{day}|{day[:3]}" for day in WEEKDAYS) + r")\b", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_NAMED = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[\s\-]+(?:of\s+)?{_MONTH},?[\s\-]+\d{{4}}\b"
    rf"|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_EARLIEST, _LATEST = 1900, 2100


@dataclass(frozen=True)
class Published:
    """A day of publication: the day where it is certain, else the year where that is."""

    day: date | None = None
    year: int | None = None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return value if _EARLIEST <= value.year <= _LATEST else None


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _weekday(text: str) -> int | None:
    found = _WEEKDAY.search(text)
    if not found:
        return None
    return next(i for i, day in enumerate(WEEKDAYS) if day.startswith(found.group(1).lower()[:3]))


def _settle_numeric(first: int, second: int, year: int, weekday: int | None, order: DateOrder | None) -> Published:
    readings = {"mdy": _day(year, first, second), "dmy": _day(year, second, first)}
    possible = {value for value in readings.values() if value}
    if len(possible) == 1:
        return Published(possible.pop(), year)
    if not possible:
        return Published()
    matching = {value for value in possible if value.weekday() == weekday}
    if len(matching) == 1:
        return Published(matching.pop(), year)
    return Published(readings[order] if order else None, year)


def parse_published(text: str, *, order: DateOrder | None = None) -> Published:
    """Return the day of publication that a date line or a date field tells.

    Args:
        text: such as `2016-08-29 11:34:05`, `25-MAR-1987 10:55:08.47`, `Thursday, 01/04/2024`.
        order: how the publisher writes numeric dates, where that is known.
    """
    text = text[:200]
    for pattern in (_ISO, _COMPACT, _SLASHED):
        if found := pattern.search(text):
            day = _day(*(int(group) for group in found.groups()))
            if day:
                return Published(day, day.year)
    if found := _NUMERIC.search(text):
        year = _full_year(found.group(3))
        return _settle_numeric(int(found.group(1)), int(found.group(2)), year, _weekday(text), order)
    if found := _NAMED.search(text):
        parsed = dateparser.parse(
            re.sub(r"-", " ", found.group()),
            languages=["en"],
            settings={"DATE_ORDER": "DMY", "STRICT_PARSING": True},
        )
        if parsed and _EARLIEST <= parsed.year <= _LATEST:
            return Published(parsed.date(), parsed.year)
    if found := re.fullmatch(r"\s*((?:19|20)\d{2})\s*", text):
        return Published(None, int(found.group(1)))
    return Published()


def is_date_line(line: str) -> bool:
    """True where a line holds a date of publication and little else."""
    line = line.strip()
    if not line or len(line) > 80 or not _DIGIT.search(line):
        return False
    rest = line
    for pattern in (_ISO, _SLASHED, _NUMERIC, _NAMED, _WEEKDAY):
        rest = pattern.sub(" ", rest)
    if rest == line or not any(pattern.search(line) for pattern in (_ISO, _SLASHED, _NUMERIC, _NAMED)):
        return False
    words = re.findall(r"[A-Za-z]+", rest)
    return all(word.lower() in _DATE_WORDS for word in words)


_DATE_WORDS = frozenset(
    [
        "published",
        "updated",
        "posted",
        "on",
        "at",
        "date",
        "last",
        "modified",
        "first",
        "am",
        "pm",
        "a",
        "p",
        "m",
        "t",
        "z",
        "gmt",
        "utc",
        "est",
        "edt",
        "bst",
        "cet",
        "ist",
        "h",
        "by",
        "min",
        "read",
    ]
)
