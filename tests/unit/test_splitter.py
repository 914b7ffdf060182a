"""Sentences begin and end where spaCy's own sentencizer has them."""

import json

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from etl.extraction.rules.splitter import split_text
from tests.conftest import ROOT

_STOCK = spacy.blank("en")
_STOCK.add_pipe("sentencizer")
_TEXTS = [
    json.loads(line)["text"]
    for name in ("discourse", "grammar")
    for line in (ROOT / "tests" / "data" / "cases" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


def _stock(text: str) -> list[tuple[int, int]]:
    return [(piece.start_char, piece.end_char) for piece in _STOCK(text).sents]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "No full stop",
        "... and so on.",
        'He said: "It is done." (It was.) Mr. Ruiz, U.S. envoy, left!?',
        "One. \n Two 。三。 four",
        "He asked … why?",
    ],
)
def test_marks_that_follow_a_full_stop_belong_to_its_sentence(text: str) -> None:
    """Quotes, brackets, dots in a row and blanks fall on the side where the stock pipeline has them."""
    assert split_text(text) == _stock(text)


def test_sentences_of_prose_are_those_of_the_stock_pipeline() -> None:
    """Each text of the case tables is divided in the same places."""
    assert len(_TEXTS) > 400
    assert [split_text(text) for text in _TEXTS] == [_stock(text) for text in _TEXTS]


@given(st.text(alphabet="aB .!?…。\"')(\n-1,", max_size=80))
def test_any_marks_are_divided_as_by_the_stock_pipeline(text: str) -> None:
    """Whatever stands side by side, the places are the same."""
    assert split_text(text) == _stock(text)
