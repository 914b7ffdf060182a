"""All readings of an article: every trigger and piece of equipment with every pair of parties that could be meant."""

from collections.abc import Iterator
from dataclasses import dataclass

from etl.extraction.gate import candidate_sentences, names_two_parties, tells_of_arms
from etl.extraction.rules.annotate import Sentence, category, find_names, parse, split_sentences
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.headline import headline_sentence, read_headline
from etl.extraction.rules.options import Base, gather_bases
from etl.extraction.rules.parts import Role
from etl.extraction.rules.propose import propose
from etl.extraction.scorer.features import base_features, pair_features
from etl.extraction.scorer.roles import Context, Features, make_context, role_features
from etl.sources import Article


@dataclass(frozen=True)
class Reading:
    """One reading: a base with a supplier and a recipient; None is a party that is not named."""

    base: Base
    number: int
    supplier: Role | None
    recipient: Role | None

    @property
    def parties(self) -> tuple[str, str]:
        """Identifiers of supplier and recipient."""
        return _party(self.supplier), _party(self.recipient)

    @property
    def transfer(self) -> tuple[str, str, str]:
        """What the reading claims but for its status: supplier, recipient, category of the equipment."""
        return (*self.parties, category(self.base.candidate.system.entry))

    @property
    def is_grammatical(self) -> bool:
        """True where the grammar itself gives supplier, recipient and equipment, each as an argument of the trigger."""
        suppliers, recipients = self.base.party_ids
        links = {"argument", "inherited", "modifier"}
        return (
            self.parties[0] in suppliers
            and self.parties[1] in recipients
            and all(role is not None and role.link in links for role in (self.supplier, self.recipient))
            and self.base.candidate.system_link in links
        )

    @property
    def is_claimed(self) -> bool:
        """True where the grammar gives the reading whole, and nothing in it says that it is a condition or an appeal."""
        standing = self.base.candidate.standing
        return self.is_grammatical and not standing.is_hypothetical and standing.urged_by is None


def _party(role: Role | None) -> str:
    return role.match.entry.party_id if role else "unknown"


@dataclass(frozen=True)
class ArticleReadings:
    """The readings of one article, their bases (a reading's `number` is the place of its base), and what all of them share."""

    readings: list[Reading]
    bases: list[Base]
    context: Context

    def features(self) -> Iterator[Features]:
        """Yield the features of each reading, in order."""
        shared = [base_features(base, self.context) for base in self.bases]
        roles: dict[tuple[int, str, str], Features] = {}
        for reading in self.readings:
            base, number = reading.base, reading.number
            for side, role, party in zip("sr", (reading.supplier, reading.recipient), reading.parties, strict=True):
                if (number, side, party) not in roles:
                    roles[number, side, party] = role_features(role, side, base, self.context)
            yield {
                **shared[number],
                **roles[number, "s", reading.parties[0]],
                **roles[number, "r", reading.parties[1]],
                **pair_features(reading.supplier, reading.recipient, self.context),
                "is_grammatical": float(reading.is_grammatical),
            }


def _options(base: Base, side: str) -> list[Role | None]:
    """Everyone who could be one side; whom the grammar gives as that side comes with the grammar's link."""
    given = {role.match.entry.party_id: role for role in (base.suppliers if side == "s" else base.recipients)}
    return [None, *(given.get(role.match.entry.party_id, role) for role in base.options)]


@dataclass(frozen=True)
class Opened:
    """An article whose names are found, before anything of it is parsed.

    Attributes:
        chosen: the sentences that are parsed.
        headline: the headline as a sentence; None where it names nothing.
    """

    discourse: Discourse
    chosen: list[Sentence]
    headline: Sentence | None

    @property
    def to_parse(self) -> list[Sentence]:
        """All that is parsed of the article."""
        return [*self.chosen, self.headline] if self.headline else self.chosen


def open_article(article: Article, *, gate: bool = True) -> Opened | None:
    """Return an article with its names, or None where no sentence can tell a transfer.

    Args:
        article: the article.
        gate: False to take all sentences.
    """
    parts = find_names(article)
    if gate and not (tells_of_arms(parts) and names_two_parties(parts, article.title)):
        return None
    sentences = split_sentences(parts)
    discourse = Discourse(article, sentences)
    chosen = candidate_sentences(discourse) if gate else sentences
    return Opened(discourse, chosen, headline_sentence(article.title, discourse)) if chosen else None


def read_opened(opened: Opened) -> ArticleReadings:
    """Return all readings of an article whose sentences are parsed."""
    discourse = opened.discourse
    headline = read_headline(opened.headline, discourse)  # first: what it tells whole completes the body
    reached = (sentence for sentence in opened.chosen if discourse.is_in_reach(sentence))
    candidates = (candidate for sentence in reached for candidate in propose(sentence, discourse))
    bases = gather_bases(candidates, discourse)
    readings = [
        Reading(base, number, supplier, recipient)
        for number, base in enumerate(bases)
        for supplier in _options(base, "s")
        for recipient in _options(base, "r")
        if _party(supplier) != _party(recipient)
    ]
    return ArticleReadings(readings, bases, make_context(discourse, headline, bases))


def read_all(article: Article) -> ArticleReadings | None:
    """Return all readings of one article, or None where no sentence can tell a transfer."""
    opened = open_article(article)
    if opened is None:
        return None
    parse(opened.to_parse)
    return read_opened(opened)
