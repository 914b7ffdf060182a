"""What headlines tell by themselves, in any case of letters."""

import pytest

from etl.extraction.rules.annotate import find_names, parse, split_sentences
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.headline import Headline, headline_sentence, read_headline
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
    discourse = Discourse(article, split_sentences(find_names(article)))
    sentence = headline_sentence(title, discourse)
    parse([sentence] if sentence else [])
    told = read_headline(sentence, discourse)
    assert told == Headline(*(frozenset(part) for part in (suppliers, recipients, categories, statuses)))
