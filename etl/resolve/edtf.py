"""A date as EDTF (ISO 8601-2) -> the days that it allows and its precision."""

from datetime import date
from math import isinf
from time import struct_time

from edtf import EDTFParseException, parse_edtf
from edtf.parser.parser_classes import Date, Interval, Level1Interval, Level2Season, Season, UncertainOrApproximate

from etl.resolve.dates import When

_APPROXIMATE = {"~", "?", "%"}


def _day(value: struct_time | float) -> date | None:
    """A bound of the parser as a day; None where it is open."""
    if isinstance(value, float):
        if isinf(value):
            return None
        raise ValueError(f"{value} is no bound of a date")
    return date(value.tm_year, value.tm_mon, value.tm_mday)


def _precision(text: str, parsed: object) -> str:
    if isinstance(parsed, Interval | Level1Interval):
        return "interval"
    if isinstance(parsed, UncertainOrApproximate) or text[-1] in _APPROXIMATE:
        return "approximate"
    if isinstance(parsed, Season | Level2Season):
        return "season"
    if isinstance(parsed, Date):
        return ("year", "month", "day")[text.count("-")]
    return "interval"


def parse_edtf_date(text: str) -> When:
    """Return the time that an EDTF text tells, as stated.

    Raises:
        ValueError: the text is no EDTF date or interval, or has no day at all.
    """
    try:
        parsed = parse_edtf(text)
        start, end = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    except (EDTFParseException, AttributeError, OverflowError) as error:
        raise ValueError(f"{text!r} is no EDTF date, such as 2024-01-04, 2024-01, 2022-06~ or 2022/..") from error
    return When(text, start, end, _precision(text, parsed), "stated")
