"""Copies of one story are found; other stories, however alike, are not."""

import random
from datetime import date

import pytest

from etl.merge.duplicates import find_duplicates
from etl.sources import Article
from tests.conftest import make_article

WORDS = [
    "the",
    "ministry",
    "of",
    "defence",
    "said",
    "that",
    "a",
    "contract",
    "for",
    "patrol",
    "boats",
    "was",
    "signed",
    "in",
    "the",
    "capital",
    "on",
    "friday",
    "after",
    "long",
    "talks",
    "with",
    "the",
    "shipyard",
    "whose",
    "managers",
    "had",
    "come",
    "from",
    "the",
    "north",
    "for",
    "the",
    "ceremony",
    "and",
    "spoke",
    "of",
    "a",
    "new",
    "beginning",
    "between",
    "both",
    "navies",
    "while",
    "fishermen",
    "in",
    "the",
    "harbour",
    "wondered",
    "aloud",
    "whether",
    "the",
    "boats",
    "would",
    "ever",
    "leave",
    "the",
    "quay",
    "at",
    "all",
    "this",
    "year",
]
STORY = " ".join(WORDS)
OTHER = " ".join(random.Random(1).sample(WORDS, len(WORDS)))


def _article(name: str, text: str, day: int | None = 1) -> Article:
    return make_article(text, source_id=name, published=date(2024, 1, day) if day else None)


def _copies(*articles: Article, similarity: float = 0.8) -> dict[str, str]:
    """Copy -> first printing, by source_id."""
    names = {article.article_id: article.source_id for article in articles}
    return {names[copy]: names[first] for copy, first in find_duplicates(articles, similarity=similarity).items()}


CASES = [
    ("exact copy", [("a", STORY, 1), ("b", STORY, 2)], {"b": "a"}),
    ("the earliest is first", [("a", STORY, 2), ("b", STORY, 1)], {"a": "b"}),
    ("an undated one comes last", [("a", STORY, None), ("b", STORY, 9)], {"a": "b"}),
    ("same day: by id", [("b", STORY, 1), ("a", STORY, 1)], {"b": "a"}),
    ("another headline", [("a", STORY, 1), ("b", "Boats for the north\n\n" + STORY, 2)], {"b": "a"}),
    ("a shortened copy", [("a", STORY, 1), ("b", " ".join(WORDS[:40]), 2)], {"b": "a"}),
    ("one word changed", [("a", STORY, 1), ("b", STORY.replace("friday", "monday"), 2)], {"b": "a"}),
    (
        "capitals and marks",
        [("a", STORY, 1), ("b", STORY.upper().replace(" SAID", ", said:"), 2)],
        {"b": "a"},
    ),
    ("the same words in another order", [("a", STORY, 1), ("b", OTHER, 2)], {}),
    (
        "another story",
        [("a", STORY, 1), ("b", "Rain fell on the hills, and nobody bought any umbrella there.", 2)],
        {},
    ),
    (
        "three printings have one first",
        [("a", STORY, 1), ("b", STORY + " again", 2), ("c", STORY, 3)],
        {"b": "a", "c": "a"},
    ),
    ("one alone", [("a", STORY, 1)], {}),
]


@pytest.mark.parametrize(("rows", "copies"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_copies_are_found(rows: list[tuple[str, str, int | None]], copies: dict[str, str]) -> None:
    """Each copy points to the first printing of its story; what is no copy points nowhere."""
    assert _copies(*(_article(*row) for row in rows)) == copies


def test_the_order_of_the_articles_does_not_matter() -> None:
    """Shuffled input gives the same copies."""
    articles = [_article(f"a{n}", STORY + f" extra{n % 3}", 1 + n) for n in range(8)] + [_article("z", OTHER, 1)]
    shuffled = random.Random(2).sample(articles, len(articles))
    assert _copies(*articles) == _copies(*shuffled)


def test_the_share_is_a_setting() -> None:
    """A half-common text is a copy only where the setting says so."""
    half = " ".join(WORDS[:30] + list(reversed(WORDS[30:])))
    pair = (_article("a", STORY), _article("b", half, 2))
    assert _copies(*pair, similarity=0.8) == {}
    assert _copies(*pair, similarity=0.3) == {"b": "a"}
