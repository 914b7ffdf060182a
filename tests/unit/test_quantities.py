"""Words that count: intervals by the rules of the codebook."""

import pytest

from etl.resolve.quantities import parse_quantity

CASES = [
    ("40", (40, 40)),
    ("1,200", (1200, 1200)),
    ("forty", (40, 40)),
    ("forty-two", (42, 42)),
    ("one", (1, 1)),
    ("a dozen", (12, 12)),
    ("two dozen", (24, 24)),
    ("three hundred", (300, 300)),
    ("two thousand five hundred", (2500, 2500)),
    ("1.5 million", (1_500_000, 1_500_000)),
    ("half a million", (500_000, 500_000)),
    ("a pair", (2, 2)),
    ("a couple of", (2, 2)),
    ("up to 40", (None, 40)),
    ("as many as 40", (None, 40)),
    ("no more than 40", (None, 40)),
    ("fewer than 40", (None, 40)),
    ("less than forty", (None, 40)),
    ("more than 400", (400, None)),
    ("over 400", (400, None)),
    ("at least 400", (400, None)),
    ("more than four hundred", (400, None)),
    ("dozens", (24, None)),
    ("dozens of", (24, None)),
    ("several", (3, None)),
    ("a few", (2, None)),
    ("scores", (40, None)),
    ("tens", (20, None)),
    ("hundreds", (200, None)),
    ("thousands", (2000, None)),
    ("tens of thousands", (20_000, None)),
    ("hundreds of thousands", (200_000, None)),
    ("several dozen", (36, None)),
    ("several hundred", (300, None)),
    ("a few hundred", (200, None)),
    ("20 to 30", (20, 30)),
    ("between 20 and 30", (20, 30)),
    ("20-30", (20, 30)),
    ("20–30", (20, 30)),
    ("two or three", (2, 3)),
    ("two to three hundred", (200, 300)),
    ("two hundred and fifty", (250, 250)),
    ("about 50", (50, 50)),
    ("an additional 12", (12, 12)),
]


@pytest.mark.parametrize(("text", "interval"), CASES)
def test_a_count_is_an_interval(text: str, interval: tuple[int | None, int | None]) -> None:
    """Each way of counting gives the least and the greatest number that it allows."""
    assert parse_quantity(text) == interval


@pytest.mark.parametrize(("text", "interval"), CASES)
def test_capitals_do_not_matter(text: str, interval: tuple[int | None, int | None]) -> None:
    """A count at the head of a sentence reads as elsewhere."""
    assert parse_quantity(text.upper()) == interval


@pytest.mark.parametrize("text", ["", "some", "tanks", "more", "1.5", "9" * 30])
def test_what_counts_nothing_is_nothing(text: str) -> None:
    """Words without a number, fractions and numbers beyond reason give no count."""
    assert parse_quantity(text) is None
