"""All readings of an article: every trigger and piece of equipment with every pair of parties that could be meant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import ParamSpec

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
_Own = dict[tuple[int, bool], Features]
Parts = tuple[list[Features], Ints]
"""Features that readings are made of, each part once; for each reading a line with the numbers of its five parts."""


@dataclass(frozen=True)
class Reading:
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


class _Parts:
    """Features, each worked out once, and known by their number."""

    def __init__(self) -> None:
        self.features: list[Features] = []
        self._numbers: dict[object, int] = {}

    def add(self, features: Features) -> int:
        """Return the number of features that are new."""
        self.features.append(features)
        return len(self.features) - 1

    def number(self, key: object, told: Callable[_Told, Features], *of: _Told.args, **named: _Told.kwargs) -> int:
        """Return the number of the features of a key; where it is met for the first time, they are told of what follows."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self.add(told(*of, **named))
        return number


class _InRoles:
    """The parties of the readings of one base, on one side: each by the number of its features and that of its name.

    Args:
        side: `s` for the supplier, `r` for the recipient.
        base: the base.
        context: what the readings of the article share.
        parts: where the features go.
        names: the numbers of what bears on the features of a pair, for all bases of the article.
        own: what is known already of the base's parties, whichever side they are on.
    """

    def __init__(
        self, side: str, base: Base, context: Context, parts: _Parts, names: dict[object, int], own: _Own
    ) -> None:
        self._side, self._base, self._context, self._parts, self._names, self._own = (
            side, base, context, parts, names, own,
        )  # fmt: skip
        self.known: dict[str, tuple[int, int]] = {}

    def add(self, party: str, role: Role | None) -> tuple[int, int]:
        """Return the numbers of a party that is not known yet."""
        name = self._names.setdefault(_named(role), len(self._names))
        features: Features = {}
        if role is not None:
            at = (name, is_elsewhere(role))
            if at not in self._own:
                self._own[at] = party_features(role, self._base, self._context)
            features = self._own[at]
        self.known[party] = self._parts.add(role_features(role, self._side, self._base, features)), name
        return self.known[party]


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
        context, parts, names = self.context, _Parts(), dict[object, int]()
        pairs: dict[tuple[int, int, bool], int] = {}
        made_of = []
        for number, readings in groupby(self.readings, key=attrgetter("number")):
            base, own = self.bases[number], _Own()
            candidate = base.candidate
            at = (candidate.sentence.index, candidate.token.i)
            shared = (parts.number(at, trigger_features, candidate, context), parts.add(base_features(base, context)))
            suppliers, recipients = (_InRoles(side, base, context, parts, names, own) for side in "sr")
            for reading in readings:
                supplier, recipient = reading.parties
                first, one = suppliers.known.get(supplier) or suppliers.add(supplier, reading.supplier)
                second, other = recipients.known.get(recipient) or recipients.add(recipient, reading.recipient)
                pair = (one, other, reading.is_grammatical)
                if pair not in pairs:
                    pairs[pair] = parts.add(_of_both(reading, context))
                made_of.append((*shared, first, second, pairs[pair]))
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
    return [None, *(given.get(role.match.entry.party_id, role) for role in base.options)]


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
