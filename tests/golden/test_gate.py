"""The gate saves work and loses nothing: the same events with and without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extraction.gate import name_arms, tells_of_arms
from etl.extraction.rules.annotate import find_names
from etl.extraction.scorer.readings import open_article
from etl.settings import load_settings
from etl.sources import Article, read_articles
from tests.conftest import SAMPLE, Run, make_article, run_pipeline

ARTICLES = [item for item in read_articles([SAMPLE], load_settings()) if isinstance(item, Article)]
TABLES = ["articles", "texts", "mentions", "events", "transfers", "transfer_events", "conflicts", "quarantine"]


@pytest.fixture(scope="module")
def ungated(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample with every sentence parsed."""
    return run_pipeline(SAMPLE, tmp_path_factory.mktemp("ungated"), settings={"gate": False})


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_of_the_sample_are_the_same(table: str, ungated: Run, sample_run: Run) -> None:
    """Whether or not the gate stands before the parser, the sample gives the same bytes."""
    left, right = ((run.folder / f"{table}.parquet").read_bytes() for run in (ungated, sample_run))
    assert left == right


def test_the_gate_leaves_something_out() -> None:
    """Of the sample's sentences, some are not parsed: else the test above proves nothing."""
    opened = [found for article in ARTICLES if (found := open_article(article))]
    assert sum(len(found.chosen) for found in opened) < sum(len(found.discourse.sentences) for found in opened)


QUIET = [
    "The council met on Monday to talk about the new bus lane, and the mayor promised to send a letter.",
    "Rain delayed the match; the striker shot wide twice before the break and was sent off late.",
    "The bank gave loans to two firms, and the ministry of finance ordered a report on it.",
]


@pytest.mark.parametrize("text", QUIET)
def test_an_article_without_arms_is_never_taken_apart(text: str) -> None:
    """What names no equipment stops at the first pass."""
    assert name_arms([text]) == [False]
    assert open_article(make_article(text)) is None


def test_arms_without_two_parties_near_are_not_parsed() -> None:
    """A sentence far from its parties cannot tell a transfer, and one far from any equipment neither."""
    filler = " Nothing else was said about it that day." * 12
    far = f"Two rifles were sold to a collector.{filler} Norway and Ghana were mentioned once."
    assert open_article(make_article(far)) is None
    assert open_article(make_article(f"Norway sold it to Ghana.{filler} A rifle lay there.")) is None
    assert open_article(make_article("Norway sold 12 tanks to a collector.")) is None
    assert open_article(make_article("Norway sold 12 tanks to Ghana.")) is not None


WORDS = [
    "Norway",
    "Ghana",
    "sold",
    "supplied",
    "the",
    "tanks",
    "rifles",
    "Patriot",
    "missiles",
    "patriot",
    "hawk",
    "Hawk",
    "eagle",
    "arms",
    "armed",
    "army",
    "lorries",
    "\n",
    "\n\n",
    ",",
    ".",
    "T-72B3M",
    "F-16s",
]


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_the_first_pass_lets_through_whatever_the_second_wants(text: str) -> None:
    """No text in which the matcher finds equipment, in any part of it, stops at the pass over whole texts."""
    if tells_of_arms(find_names(make_article(text))):
        assert name_arms([text]) == [True]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.source_id)
def test_the_first_pass_on_the_sample(article: Article) -> None:
    """The same, for each article of the sample."""
    assert name_arms([article.text]) == [tells_of_arms(find_names(article))] or name_arms([article.text]) == [True]
