"""All readings of an article: every trigger and piece of equipment with every pair of parties that could be meant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, ParamSpec

import numpy as np

from etl.extraction.gate import candidate_sentences, names_two_parties, tells_of_arms
from etl.extraction.rules.annotate import Sentence, category, find_names, parse, split_sentences
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.headline import headline_sentence, read_headline
from etl.extraction.rules.options import Base, gather_bases
from etl.extraction.rules.parts import Role
from etl.extraction.rules.propose import propose
from etl.extraction.scorer.features import base_features, pair_features, trigger_features
from etl.extraction.scorer.roles import Context, is_elsewhere, make_context, party_features, role_features
from etl.extraction.scorer.trees import Features, Ints
from etl.sources import Article

_Told = ParamSpec("_Told")
_GRAMMATICAL = frozenset({"argument", "inherited", "modifier"})
"""Ways of finding a party or a piece of equipment that are the grammar's own."""
Parts = tuple[list[Features], Ints]
"""Features that readings are made of, each part once; for each reading a line with the numbers of its five parts."""


class Reading(NamedTuple):
    """One reading: a base with a supplier and a recipient; None is a party that is not named.

    Attributes:
        number: of its base among those of the article.
        parties: identifiers of supplier and recipient.
        is_grammatical: True where the grammar itself gives supplier, recipient and equipment, each as an argument of the trigger.
    """

    base: Base
    number: int
    supplier: Role | None
    recipient: Role | None
    parties: tuple[str, str]
    is_grammatical: bool

    @property
    def transfer(self) -> tuple[str, str, str]:
        """What the reading claims but for its status: supplier, recipient, category of the equipment."""
        return (*self.parties, category(self.base.candidate.system.entry))

    @property
    def is_claimed(self) -> bool:
        """True where the grammar gives the reading whole, and nothing in it says that it is a condition or an appeal."""
        standing = self.base.candidate.standing
        return self.is_grammatical and not standing.is_hypothetical and standing.urged_by is None


def _party(role: Role | None) -> str:
    return role.match.entry.party_id if role else "unknown"


def _named(role: Role | None) -> tuple[object, ...]:
    """What of a party bears on the features of a pair."""
    return (role.match.entry.id, role.match.start, role.match.end) if role else ()


class _Numbered:
    """Features, each worked out once, and known by their number."""

    def __init__(self) -> None:
        self.features: list[Features] = []
        self._numbers: dict[object, int] = {}

    def number(self, key: object, told: Callable[_Told, Features], *of: _Told.args, **named: _Told.kwargs) -> int:
        """Return the number of the features of a key; where it is met for the first time, they are told of what follows."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.features)
            self.features.append(told(*of, **named))
        return number


def _of_both(reading: Reading, context: Context) -> Features:
    both = pair_features(reading.supplier, reading.recipient, context)
    return {**both, "is_grammatical": float(reading.is_grammatical)}


@dataclass(frozen=True)
class ArticleReadings:
    """The readings of one article, their bases (a reading's `number` is the place of its base), and what all of them share."""

    readings: list[Reading]
    bases: list[Base]
    context: Context

    def parts(self) -> Parts:
        """Return the features of the readings in parts: of the trigger, of the base, of each party, and of both together."""
        context = self.context
        parts, parties = _Numbered(), _Numbered()
        shared = []
        for place, base in enumerate(self.bases):
            candidate = base.candidate
            trigger = (candidate.sentence.index, candidate.token.i)
            shared.append(
                (
                    parts.number(trigger, trigger_features, candidate, context),
                    parts.number(place, base_features, base, context),
                )
            )

        def in_role(role: Role | None, side: str, base: Base, place: int) -> Features:
            own: Features = {}
            if role is not None:
                at = (place, _named(role), is_elsewhere(role))
                own = parties.features[parties.number(at, party_features, role, base, context)]
            return role_features(role, side, base, own)

        made_of = []
        for reading in self.readings:
            base, place, supplier, recipient = reading.base, reading.number, reading.supplier, reading.recipient
            both = (_named(supplier), _named(recipient), reading.is_grammatical)
            made_of.append(
                (
                    *shared[place],
                    parts.number((place, "s", reading.parties[0]), in_role, supplier, "s", base, place),
                    parts.number((place, "r", reading.parties[1]), in_role, recipient, "r", base, place),
                    parts.number(both, _of_both, reading, context),
                )
            )
        return parts.features, np.array(made_of, dtype=np.int64).reshape(-1, 5)

    def features(self) -> Iterator[Features]:
        """Yield the features of each reading, in order."""
        features, made_of = self.parts()
        for numbers in made_of.tolist():
            yield {name: value for number in numbers for name, value in features[number].items()}


def join_parts(several: Sequence[Parts]) -> Parts:
    """Return the readings of several articles in parts, as if they were of one."""
    features: list[Features] = []
    lines = []
    for parts, made_of in several:
        lines.append(made_of + len(features))
        features += parts
    return features, np.concatenate(lines) if lines else np.empty((0, 5), dtype=np.int64)


def _options(base: Base, side: str) -> list[Role | None]:
    """Everyone who could be one side; whom the grammar gives as that side comes with the grammar's link."""
    given = {role.match.entry.party_id: role for role in (base.suppliers if side == "s" else base.recipients)}
    apart = base.candidate.outsiders
    parties = ((role.match.entry.party_id, role) for role in base.options)
    return [None, *(given.get(party, role) for party, role in parties if party not in apart)]


def _readings(base: Base, number: int) -> Iterator[Reading]:
    """All readings of a base, each pair of two parties once."""
    given = base.party_ids
    is_linked = base.candidate.system_link in _GRAMMATICAL
    sides = []
    for side, parties in zip("sr", given, strict=True):
        roles = [(role, _party(role)) for role in _options(base, side)]
        sides.append(
            [
                (role, party, is_linked and role is not None and party in parties and role.link in _GRAMMATICAL)
                for role, party in roles
            ]
        )
    for supplier, first, is_argument in sides[0]:
        for recipient, second, is_other_argument in sides[1]:
            if first != second:
                yield Reading(base, number, supplier, recipient, (first, second), is_argument and is_other_argument)


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
    readings = [reading for number, base in enumerate(bases) for reading in _readings(base, number)]
    return ArticleReadings(readings, bases, make_context(discourse, headline, bases))


def read_all(article: Article) -> ArticleReadings | None:
    """Return all readings of one article, or None where no sentence can tell a transfer."""
    opened = open_article(article)
    if opened is None:
        return None
    parse(opened.to_parse)
    return read_opened(opened)
