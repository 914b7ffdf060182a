"""Words that tell a time -> EDTF (ISO 8601-2), the days that it allows, its precision, and where it comes from."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_NUMBERS = {
    word: number
    for number, word in enumerate(["zero", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
} | {"one": 1, "several": 3}
_MONTH = r"(" + "|".join(f"{name}|{name[:4]}\\.?|{name[:3]}\\.?" for name in MONTHS) + r")(?![a-z])"
_YEAR = r"((?:19|20)\d{2})(?![\ds])"


@dataclass(frozen=True)
class When:
    """A time: its EDTF, the first and last day that it allows, its precision and its basis (codes of `schemas/codes/`)."""

    edtf: str
    start: date | None
    end: date | None
    precision: str
    basis: str


def _month_number(name: str) -> int:
    return next(
        number for number, month in enumerate(MONTHS, start=1) if month.startswith(name.lower().rstrip(".")[:3])
    )


def _month(year: int, month: int, basis: str) -> When:
    return When(
        f"{year:04}-{month:02}",
        date(year, month, 1),
        date(year, month, monthrange(year, month)[1]),
        "month",
        basis,
    )


def _year(year: int, basis: str) -> When:
    return When(f"{year:04}", date(year, 1, 1), date(year, 12, 31), "year", basis)


def _day(value: date, basis: str) -> When:
    return When(value.isoformat(), value, value, "day", basis)


def _about(year: int, months: tuple[int, int], basis: str) -> When:
    """A part of a year, written as its middle month, approximate."""
    first, last = months
    middle = (first + last) // 2
    return When(
        f"{year:04}-{middle:02}~",
        date(year, first, 1),
        date(year, last, monthrange(year, last)[1]),
        "approximate",
        basis,
    )


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shift_month(day: date, by: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + by
    return index // 12, index % 12 + 1


def _latest_year(month: int, base: date, day: int = 1) -> int:
    """The year of the last such month that does not lie after the report."""
    return base.year if (month, day) <= (base.month, base.day) else base.year - 1


def _stated(text: str, base: date | None, forward: bool) -> When | None:
    """A time that the text gives with its month or year."""
    if found := re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", text):
        value = _safe(*(int(group) for group in found.groups()))
        return _day(value, "stated") if value else None
    patterns = (
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?",
        rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? {_YEAR})?",
    )
    for number, pattern in enumerate(patterns):
        if found := re.search(pattern, text):
            day, name = (found.group(1), found.group(2)) if number == 0 else (found.group(2), found.group(1))
            month = _month_number(name)
            if found.group(3):
                value = _safe(int(found.group(3)), month, int(day))
            elif base:
                year = base.year if forward else _latest_year(month, base, int(day))
                value = _safe(year, month, int(day))
            else:
                return None
            if value:
                return _day(value, "stated" if found.group(3) else "relative")
    if found := re.search(
        rf"\b(early|mid|late|beginning of|start of|middle of|end of)[ \-]*(?:the )?(?:{_MONTH},? )?{_YEAR}",
        text,
    ):
        part, name, year = found.group(1), found.group(2), int(found.group(3))
        if name:
            whole = _month(year, _month_number(name), "stated")
            return When(f"{whole.edtf}~", whole.start, whole.end, "approximate", "stated")
        months = {"mid": (5, 7), "middle of": (5, 7), "late": (9, 12), "end of": (11, 12)}.get(
            part, (1, 4) if part == "early" else (1, 2)
        )
        if months == (5, 7):
            return When(f"{year:04}-06~", date(year, 5, 1), date(year, 7, 31), "approximate", "stated")
        return _about(year, months, "stated")
    if found := re.search(rf"\b{_MONTH},? (?:of )?{_YEAR}\b", text):
        return _month(int(found.group(2)), _month_number(found.group(1)), "stated")
    if found := re.search(rf"\b(spring|summer|autumn|fall|winter) (?:of )?{_YEAR}\b", text):
        first, last = _SEASONS[found.group(1)]
        year = int(found.group(2))
        end = date(year + (last < first), last, 28 if last == 2 else monthrange(year, last)[1])
        number = {3: 21, 6: 22, 9: 23, 12: 24}[first]
        return When(f"{year:04}-{number}", date(year, first, 1), end, "season", "stated")
    if found := re.search(rf"\b(?:(first|second|third|fourth) quarter of|q([1-4])) {_YEAR}\b", text):
        quarter = _QUARTERS[found.group(1)] if found.group(1) else int(found.group(2))
        year = int(found.group(3))
        return When(
            f"{year:04}-{32 + quarter}", date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, monthrange(year, 3 * quarter)[1]), "season", "stated"
        )  # fmt: skip
    if found := re.search(r"\b(?:(early|mid|late)[ \-]?)?(?:the )?((?:19|20)\d)0s\b", text):
        decade = int(found.group(2)) * 10
        first, last = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}.get(found.group(1), (0, 9))
        if not found.group(1):
            return When(f"{decade // 10}X", date(decade, 1, 1), date(decade + 9, 12, 31), "interval", "stated")
        return When(
            f"{decade + first}/{decade + last}",
            date(decade + first, 1, 1),
            date(decade + last, 12, 31),
            "interval",
            "stated",
        )
    if found := re.search(rf"\b{_YEAR}\b", text):
        return _year(int(found.group(1)), "stated")
    return None


def _relative(text: str, base: date, forward: bool) -> When | None:
    """A time that the text gives by the day of the report."""
    simple = {"yesterday": -1, "today": 0, "tomorrow": 1}
    for word, by in simple.items():
        if re.search(rf"\b{word}\b", text):
            return _day(base + timedelta(days=by), "relative")
    if found := re.search(
        r"\b(last|this|next|earlier this|later this|earlier) (week|month|year|quarter|spring|summer|autumn|fall|winter)\b",
        text,
    ):
        by = {"last": -1, "next": 1}.get(found.group(1), 0)
        unit = found.group(2)
        if unit == "month":
            return _month(*_shift_month(base, by), "relative")
        if unit == "year":
            return _year(base.year + by, "relative")
        if unit == "week":
            monday = base - timedelta(days=base.weekday()) + timedelta(weeks=by)
            end = monday + timedelta(days=6)
            return When(f"{monday.isoformat()}/{end.isoformat()}", monday, end, "week", "relative")
        if unit in _SEASONS:
            first, _ = _SEASONS[unit]
            year = (
                base.year if by == 0 or (first <= base.month and by == -1 and base.month > first + 2) else base.year - 1
            )
            return _stated(f"{unit} {year}", base, forward)
        return None
    if found := re.search(
        r"\b(a|one|two|three|four|five|six|seven|eight|nine|ten|several|\d{1,2}) (day|week|month|year|decade)s? (?:ago|earlier)\b",
        text,
    ):
        count = _NUMBERS.get(found.group(1)) or int(found.group(1))
        unit = found.group(2)
        if unit == "day":
            return _day(base - timedelta(days=count), "relative")
        if unit == "week":
            value = base - timedelta(weeks=count)
            return When(
                f"{value.isoformat()}~",
                value - timedelta(days=3),
                value + timedelta(days=3),
                "approximate",
                "relative",
            )
        if unit == "month":
            return _month(*_shift_month(base, -count), "relative")
        return _year(base.year - count * (10 if unit == "decade" else 1), "relative")
    if found := re.search(r"\b(?:(last|next|this) )?(" + "|".join(WEEKDAYS) + r")\b", text):
        gap = (base.weekday() - WEEKDAYS.index(found.group(2))) % 7
        if forward or found.group(1) == "next":
            return _day(base + timedelta(days=(-gap) % 7), "relative")
        return _day(base - timedelta(days=gap or (7 if found.group(1) == "last" else 0)), "relative")
    if found := re.search(rf"\b(?:(last|this|next|early|mid|late)[ \-])?{_MONTH}", text):
        month = _month_number(found.group(2))
        year = _latest_year(month, base)
        if forward or found.group(1) == "next":
            year = base.year if month >= base.month else base.year + 1
        return _month(year, month, "relative")
    return None


def parse_when(text: str, base: date | None, *, forward: bool = False) -> When | None:
    """Return the time that a text tells, or None where it cannot be read.

    Args:
        text: such as `since mid-2022`, `in March`, `last month`, `between 2014 and 2018`.
        base: the day of the report; without it, relative times are not read.
        forward: True where the text speaks of what is to come, so that `in March` is the next one.
    """
    lower = " ".join(text.lower().split())
    two = re.match(
        r"(?:between|from)?\s*(.+?)\s*(?:\band\b|\bto\b|\bthrough\b|\buntil\b|–|(?<=\d)-(?=\d{4}))\s*(.+)$",
        lower,
    )
    if two and not re.search(r"\d{4}-\d{2}-\d{2}", lower):
        second = _stated(two.group(2), base, forward)
        first_text = two.group(1)
        if second and second.end and not re.search(_YEAR, first_text):
            first_text = f"{first_text} {second.end.year}"
        first = _stated(first_text, base, forward)
        if first and second and first.start and second.end and first.start <= second.end:
            return When(f"{first.edtf}/{second.edtf}", first.start, second.end, "interval", "stated")
    when = _stated(lower, base, forward) or (_relative(lower, base, forward) if base else None)
    if when is None:
        return None
    if re.match(r"since\b", lower) or (lower.startswith("from ") and not two):
        return When(f"{when.edtf}/..", when.start, None, "interval", when.basis)
    return when
