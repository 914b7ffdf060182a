"""What headlines tell by themselves, in any case of letters."""

import pytest

from etl.extract.rules.annotate import split_sentences
from etl.extract.rules.discourse import Discourse
from etl.extract.rules.headline import Headline, read_headline
from etl.sources import Article

HEADLINES = [
    ("Poland orders 96 Apache helicopters from Boeing", {"USA"}, {"POL"}, {"aircraft"}, {"ordered"}),
    ("Poland Orders 96 Apache Helicopters From Boeing", {"USA"}, {"POL"}, {"aircraft"}, {"ordered"}),
    ("Germany delivers howitzers to Ukraine", {"DEU"}, {"UKR"}, {"artillery"}, {"delivering"}),
    ("Talks in Geneva end without result", set(), set(), set(), set()),
    ("", set(), set(), set(), set()),
    (None, set(), set(), set(), set()),
]


@pytest.mark.parametrize(("title", "suppliers", "recipients", "categories", "statuses"), HEADLINES)
def test_a_headline_tells(
    title: str | None, suppliers: set[str], recipients: set[str], categories: set[str], statuses: set[str]
) -> None:
    """Parties, equipment and status of a headline, whichever letters are capitals; nothing where there is none."""
    article = Article("a", "a", "Nothing else.", title=title)
    told = read_headline(title, Discourse(article, split_sentences(article)))
    assert told == Headline(*(frozenset(part) for part in (suppliers, recipients, categories, statuses)))
