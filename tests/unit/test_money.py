"""Words that tell a sum: amount and currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extraction.rules.attributes import _MONEY, find_money
from etl.resolve.money import parse_money
from schemas.columns import COLUMNS

CASES = [
    ("$2.5 billion", 2.5e9, "USD"),
    ("$500 million", 5e8, "USD"),
    ("$1,250,000", 1.25e6, "USD"),
    ("$2.5bn", 2.5e9, "USD"),
    ("$300m", 3e8, "USD"),
    ("US$40 million", 4e7, "USD"),
    ("A$3 billion", 3e9, "AUD"),
    ("C$15 billion", 1.5e10, "CAD"),
    ("NT$100 million", 1e8, "TWD"),
    ("€1.2 billion", 1.2e9, "EUR"),
    ("£30 million", 3e7, "GBP"),
    ("₹5,000 crore", 5e10, "INR"),
    ("40 mln dlrs", 4e7, "USD"),
    ("500 million dollars", 5e8, "USD"),
    ("two billion dollars", 2e9, "USD"),
    ("5.43 billion euros", 5.43e9, "EUR"),
    ("10 billion yen", 1e10, "JPY"),
    ("a 3-billion-dollar deal", 3e9, "USD"),
    ("EUR 20 million", 2e7, "EUR"),
    ("300 million kroner", 3e8, None),
    ("20 billion", 2e10, None),
]


@pytest.mark.parametrize(("text", "amount", "currency"), CASES)
def test_a_sum_is_read(text: str, amount: float, currency: str | None) -> None:
    """Signs, words and scales give the amount in whole units; a currency that can mean several stays open."""
    money = parse_money(text)
    assert money is not None
    assert money.amount == pytest.approx(amount)
    assert money.currency == currency


@pytest.mark.parametrize("text", ["", "dollars", "a sum", "$"])
def test_no_number_is_no_sum(text: str) -> None:
    """Without a number there is no sum."""
    assert parse_money(text) is None


@pytest.mark.parametrize("text", [case[0] for case in CASES])
def test_a_currency_fits_its_column(text: str) -> None:
    """The code keeps the pattern that its column declares."""
    money = parse_money(text)
    assert money is not None
    assert money.currency is None or (len(money.currency) == 3 and money.currency.isupper())
    assert COLUMNS["value_currency"].pattern == "[A-Z]{3}"


@given(
    st.lists(
        st.sampled_from(
            [
                "A$",
                "US$",
                "$",
                "€",
                "usd",
                "EUR",
                "Rs.",
                "rs",
                "3",
                "2.5",
                "ten",
                "Two",
                " ",
                "-",
                "bn",
                "million",
                "Dollars",
                "won",
                "euros",
                "U.S. ",
                "x",
            ]
        ),
        max_size=7,
    )
)
def test_the_short_look_for_money_misses_no_sum(words: list[str]) -> None:
    """A sum is found wherever the whole expression finds one, though most text is put aside by a shorter one."""
    text = "".join(words)
    assert [found.span() for found in find_money(text)] == [found.span() for found in _MONEY.finditer(text)]
