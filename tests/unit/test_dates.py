"""Words that tell a time: EDTF, the days they allow, precision and basis. The report is of Thursday 14 March 2024."""

from datetime import date

import pytest

from etl.resolve.dates import parse_when
from schemas.codes import codes

BASE = date(2024, 3, 14)

STATED = [
    ("2024-01-04", "2024-01-04", "2024-01-04", "2024-01-04", "day"),
    ("on January 4, 2024", "2024-01-04", "2024-01-04", "2024-01-04", "day"),
    ("on Jan. 4, 2024", "2024-01-04", "2024-01-04", "2024-01-04", "day"),
    ("on 4 January 2024", "2024-01-04", "2024-01-04", "2024-01-04", "day"),
    ("the 4th of January 2024", "2024-01-04", "2024-01-04", "2024-01-04", "day"),
    ("in January 2024", "2024-01", "2024-01-01", "2024-01-31", "month"),
    ("in February, 2024", "2024-02", "2024-02-01", "2024-02-29", "month"),
    ("Sept. 2019", "2019-09", "2019-09-01", "2019-09-30", "month"),
    ("31 February 2019", "2019-02", "2019-02-01", "2019-02-28", "month"),
    ("in 2022", "2022", "2022-01-01", "2022-12-31", "year"),
    ("mid-2022", "2022-06~", "2022-05-01", "2022-07-31", "approximate"),
    ("in the middle of 2022", "2022-06~", "2022-05-01", "2022-07-31", "approximate"),
    ("early 2022", "2022-02~", "2022-01-01", "2022-04-30", "approximate"),
    ("late 2022", "2022-10~", "2022-09-01", "2022-12-31", "approximate"),
    ("late March 2022", "2022-03~", "2022-03-01", "2022-03-31", "approximate"),
    ("in the summer of 2022", "2022-22", "2022-06-01", "2022-08-31", "season"),
    ("spring 2022", "2022-21", "2022-03-01", "2022-05-31", "season"),
    ("fall 2022", "2022-23", "2022-09-01", "2022-11-30", "season"),
    ("winter 2022", "2022-24", "2022-12-01", "2023-02-28", "season"),
    ("the third quarter of 2022", "2022-35", "2022-07-01", "2022-09-30", "season"),
    ("Q1 2022", "2022-33", "2022-01-01", "2022-03-31", "season"),
    ("in the 1980s", "198X", "1980-01-01", "1989-12-31", "interval"),
    ("in the late 1980s", "1987/1989", "1987-01-01", "1989-12-31", "interval"),
    ("mid-1990s", "1994/1996", "1994-01-01", "1996-12-31", "interval"),
    ("the early-1990s", "1990/1993", "1990-01-01", "1993-12-31", "interval"),
    ("between 2014 and 2018", "2014/2018", "2014-01-01", "2018-12-31", "interval"),
    ("from 2014 to 2018", "2014/2018", "2014-01-01", "2018-12-31", "interval"),
    ("2014-2018", "2014/2018", "2014-01-01", "2018-12-31", "interval"),
    ("from March to June 2022", "2022-03/2022-06", "2022-03-01", "2022-06-30", "interval"),
    ("since mid-2022", "2022-06~/..", "2022-05-01", None, "interval"),
    ("since 2015", "2015/..", "2015-01-01", None, "interval"),
    ("since January 2024", "2024-01/..", "2024-01-01", None, "interval"),
]


@pytest.mark.parametrize(("text", "edtf", "start", "end", "precision"), STATED)
@pytest.mark.parametrize("base", [BASE, None], ids=["with report day", "without"])
def test_a_stated_time(text: str, edtf: str, start: str, end: str | None, precision: str, base: date | None) -> None:
    """A time with its year means the same whether the day of the report is known or not."""
    when = parse_when(text, base)
    assert when is not None
    days = (when.start and when.start.isoformat(), when.end and when.end.isoformat())
    assert (when.edtf, *days, when.precision, when.basis) == (edtf, start, end, precision, "stated")


RELATIVE = [
    ("today", "2024-03-14", "day"),
    ("yesterday", "2024-03-13", "day"),
    ("tomorrow", "2024-03-15", "day"),
    ("on Thursday", "2024-03-14", "day"),
    ("on Tuesday", "2024-03-12", "day"),
    ("on Friday", "2024-03-08", "day"),
    ("last Thursday", "2024-03-07", "day"),
    ("next Tuesday", "2024-03-19", "day"),
    ("last week", "2024-03-04/2024-03-10", "week"),
    ("this week", "2024-03-11/2024-03-17", "week"),
    ("last month", "2024-02", "month"),
    ("earlier this month", "2024-03", "month"),
    ("next month", "2024-04", "month"),
    ("last year", "2023", "year"),
    ("later this year", "2024", "year"),
    ("three days ago", "2024-03-11", "day"),
    ("two months ago", "2024-01", "month"),
    ("two years ago", "2022", "year"),
    ("a decade ago", "2014", "year"),
    ("two weeks ago", "2024-02-29~", "approximate"),
    ("in March", "2024-03", "month"),
    ("in November", "2023-11", "month"),
    ("on March 5", "2024-03-05", "day"),
    ("on 20 December", "2023-12-20", "day"),
    ("since November", "2023-11/..", "interval"),
    ("last summer", "2023-22", "season"),
]


@pytest.mark.parametrize(("text", "edtf", "precision"), RELATIVE)
def test_a_relative_time(text: str, edtf: str, precision: str) -> None:
    """A time without its year counts from the day of the report, backward."""
    when = parse_when(text, BASE)
    assert when is not None
    assert (when.edtf, when.precision) == (edtf, precision)


@pytest.mark.parametrize(
    ("text", "edtf"), [("in March", "2024-03"), ("next November", "2024-11"), ("in January", "2025-01")]
)
def test_a_time_to_come(text: str, edtf: str) -> None:
    """Where the text speaks of what is to come, a month is the next one."""
    when = parse_when(text, BASE, forward=True)
    assert when is not None
    assert when.edtf == edtf


@pytest.mark.parametrize("text", [text for text, *_ in RELATIVE])
def test_a_relative_time_needs_the_day_of_the_report(text: str) -> None:
    """Without the day of the report, nothing is guessed."""
    assert parse_when(text, None) is None


@pytest.mark.parametrize("text", ["", "soon", "for years", "in due course", "2024-13-40", "twice"])
def test_what_is_no_time_is_nothing(text: str) -> None:
    """Words that give no time, and days that do not exist, give nothing."""
    assert parse_when(text, BASE) is None


@pytest.mark.parametrize("text", [row[0] for row in STATED] + [row[0] for row in RELATIVE])
def test_the_codes_are_known(text: str) -> None:
    """Precision and basis are codes of their lists, and the first day is not after the last."""
    when = parse_when(text, BASE)
    assert when is not None
    assert when.precision in codes("date_precision")
    assert when.basis in codes("date_basis")
    assert when.start is not None
    assert when.end is None or when.start <= when.end
