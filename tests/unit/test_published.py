"""The day of publication, as outlets write it."""

from datetime import date

import pytest

from etl.sources.published import DateOrder, Published, is_date_line, parse_published

CERTAIN = [
    ("2016-08-29 11:34:05", date(2016, 8, 29)),
    ("2016-08-29T11:34:05Z", date(2016, 8, 29)),
    ("2016-8-9", date(2016, 8, 9)),
    ("20160829", date(2016, 8, 29)),
    ("20160829T113405Z", date(2016, 8, 29)),
    ("2016/08/29", date(2016, 8, 29)),
    ("2016.08.29", date(2016, 8, 29)),
    ("25-MAR-1987 10:55:08.47", date(1987, 3, 25)),
    (" 3-APR-1987 01:02:03.04", date(1987, 4, 3)),
    ("March 25, 1987", date(1987, 3, 25)),
    ("Mar. 25, 1987", date(1987, 3, 25)),
    ("25 March 1987", date(1987, 3, 25)),
    ("25th of March 1987", date(1987, 3, 25)),
    ("Wed, 25 Mar 1987 10:55:08 GMT", date(1987, 3, 25)),
    ("Published on September 1, 2023 at 9:15 am", date(2023, 9, 1)),
    ("25/03/1987", date(1987, 3, 25)),
    ("03/25/1987", date(1987, 3, 25)),
    ("25.03.1987", date(1987, 3, 25)),
    ("05/05/2021", date(2021, 5, 5)),
    ("25/03/87", date(1987, 3, 25)),
    ("25/03/21", date(2021, 3, 25)),
]


@pytest.mark.parametrize(("text", "day"), CERTAIN)
def test_a_certain_day_is_read(text: str, day: date) -> None:
    """A date that can be read in one way alone gives its day and its year."""
    assert parse_published(text) == Published(day, day.year)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Thursday, 01/04/2024", date(2024, 1, 4)),
        ("Mon 01/04/2024", date(2024, 4, 1)),
        ("Thursday, 03/06/2021", date(2021, 6, 3)),
        ("03/06/2021, Saturday", date(2021, 3, 6)),
        ("Tue 08.09.2020 14:00", date(2020, 9, 8)),
    ],
)
@pytest.mark.parametrize("order", [None, "dmy", "mdy"])
def test_a_weekday_settles_a_numeric_date(text: str, day: date, order: DateOrder | None) -> None:
    """A weekday beside a numeric date decides, even against the outlet's habit."""
    assert parse_published(text, order=order).day == day


@pytest.mark.parametrize(("order", "day"), [("dmy", date(2024, 4, 1)), ("mdy", date(2024, 1, 4))])
def test_the_outlets_habit_settles_a_numeric_date(order: DateOrder, day: date) -> None:
    """Without a weekday, the order that is set for the publisher decides."""
    assert parse_published("01/04/2024", order=order) == Published(day, 2024)


@pytest.mark.parametrize("text", ["01/04/2024", "1.4.2024", "01-04-2024", "Sunday, 01/04/2024"])
def test_an_uncertain_date_stays_a_year(text: str) -> None:
    """Where nothing settles a numeric date, its year alone is kept; a weekday that fits no reading settles nothing."""
    assert parse_published(text) == Published(None, 2024)


@pytest.mark.parametrize(("text", "year"), [("2019", 2019), (" 1987 ", 1987)])
def test_a_year_alone_is_a_year(text: str, year: int) -> None:
    """A bare year gives no day."""
    assert parse_published(text) == Published(None, year)


@pytest.mark.parametrize("text", ["", "yesterday", "32/13/2024", "2024-13-45", "no date at all", "3050-01-01", "12345"])
def test_no_date_is_nothing(text: str) -> None:
    """What is no date gives neither day nor year."""
    assert parse_published(text) == Published()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("25-MAR-1987 10:55:08.47", True),
        ("Published: Thursday, 01/04/2024 10:30 GMT", True),
        ("March 5, 2022", True),
        ("Updated 2022-03-05 at 3:15 pm", True),
        ("Iran bought missiles on March 5, 2022", False),
        ("Thursday", False),
        ("", False),
        ("x" * 90 + " 2022-03-05", False),
    ],
)
def test_a_date_line_holds_a_date_and_little_else(line: str, expected: bool) -> None:
    """A line of prose with a date in it is not the article's date line."""
    assert is_date_line(line) is expected
