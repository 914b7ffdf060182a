"""Words that repeat equipment named before in full."""

import pytest

from etl.extraction.rules.annotate import category, find_names, split_sentences
from etl.extraction.rules.discourse import Discourse
from etl.sources import Article


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        (
            "France refused anti-aircraft missiles to the rebels. They want the missiles.",
            ["air_defence", "air_defence"],
        ),
        ("France refused anti-aircraft missiles to the rebels. Iran sent missiles.", ["air_defence", "missile"]),
        ("The army has the missiles. It also wants anti-aircraft missiles.", ["missile", "air_defence"]),
        ("Norway bought anti-aircraft guns. The guns arrived.", ["air_defence", "air_defence"]),
    ],
)
def test_a_definite_word_is_what_was_named_before_it(text: str, categories: list[str]) -> None:
    """`the missiles` are those named in full before; `missiles` alone, or named first, are just missiles."""
    article = Article("a", "a.txt", text)
    found = Discourse(article, split_sentences(find_names(article))).systems
    assert [category(match.entry) for match in found] == categories
