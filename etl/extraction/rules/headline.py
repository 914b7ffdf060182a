"""What a headline tells by itself: who supplies and receives, which equipment, at which status."""

from collections.abc import Sequence
from dataclasses import dataclass

from etl.extraction.rules.annotate import Sentence, category
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.lexicon import trigger_of
from etl.extraction.rules.propose import propose
from etl.extraction.rules.standing import standing_of
from etl.reference import Match


@dataclass(frozen=True)
class Headline:
    """What the headline of an article tells.

    Attributes:
        suppliers, recipients: parties that its grammar gives these roles.
        categories: those of the equipment that it names.
        statuses: those of the words in it that tell a transfer.
    """

    suppliers: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()


def _plain_case(title: str, names: Sequence[Match]) -> str:
    """A headline In Title Case or CAPITALS with all but its names in lower case: the parser has learned running text."""
    words = [word for word in title.split() if word[0].isalpha()]
    if sum(word[0].isupper() for word in words) <= 0.6 * len(words):
        return title
    letters = list(title.lower())
    if len(letters) != len(title):
        return title
    for match in names:
        letters[match.start : match.end] = title[match.start : match.end]
    return "".join([title[:1], *letters[1:]])


def headline_sentence(title: str | None, discourse: Discourse) -> Sentence | None:
    """Return a headline as a sentence with its names, not parsed yet; None where it names nothing."""
    if not title or not discourse.title:
        return None
    actors = [match for match in discourse.title if match.entry.is_actor]
    systems = [match for match in discourse.title if not match.entry.is_actor]
    return Sentence(0, _plain_case(title, discourse.title), 0, len(title), actors, systems)


def read_headline(sentence: Sentence | None, discourse: Discourse) -> Headline:
    """Return what a parsed headline tells; nothing where there is none."""
    if sentence is None:
        return Headline()
    candidates = list(propose(sentence, discourse))
    discourse.title_told = tuple(discourse.told)
    triggers = [(token, trigger_of(token)) for token in sentence.doc or ()]
    return Headline(
        frozenset(item.supplier.match.entry.party_id for item in candidates if item.supplier),
        frozenset(item.recipient.match.entry.party_id for item in candidates if item.recipient),
        frozenset(category(match.entry) for match in sentence.systems),
        frozenset(standing_of(token, trigger).status for token, trigger in triggers if trigger is not None),
    )
