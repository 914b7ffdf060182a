"""Readable features of one party in one role: how the grammar ties it to the transfer, where it stands, what is known of it."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Token

from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.headline import Headline
from etl.extraction.rules.options import LINKS, Base
from etl.extraction.rules.parts import Role
from etl.extraction.scorer.trees import Features
from etl.reference import Match
from etl.reference.tables import industries

_PREPOSITIONS = ("to", "from", "for", "by", "with", "in", "of", "against", "into", "and", "on", "between")
_INSIDE = frozenset(["amod", "compound", "nmod", "poss", "npadvmod", "det", "nummod", "case", "quantmod"])
_CLAUSES = frozenset(["relcl", "advcl", "ccomp", "acl", "parataxis", "csubj", "pcomp"])
_SPEECH = frozenset(
    [
        "say",
        "tell",
        "add",
        "report",
        "announce",
        "claim",
        "state",
        "note",
        "warn",
        "write",
        "think",
        "believe",
        "argue",
        "insist",
        "ask",
        "call",
        "urge",
    ]
)
_ELSEWHERE = frozenset(["title", "frequent"])
_FAR = 12


@dataclass(frozen=True)
class Context:
    """What all readings of one article share.

    Attributes:
        pairs: how often the article's grammar gives each pair (supplier, recipient) whole.
        suppliers, recipients: sentences in which the grammar gives each party that role.
    """

    discourse: Discourse
    headline: Headline
    pairs: Counter[tuple[str, str]]
    suppliers: dict[str, frozenset[int]]
    recipients: dict[str, frozenset[int]]

    @cached_property
    def total(self) -> int:
        """Number of names of parties in the article."""
        return max(1, sum(self.discourse.frequency.values()))

    @cached_property
    def starts(self) -> list[int]:
        """Offsets of the article's names of parties, rising."""
        return [match.start for match in self.discourse.actors]

    @cached_property
    def sentences_of(self) -> dict[str, list[int]]:
        """For each party the sentences that name it, rising."""
        found: dict[str, list[int]] = defaultdict(list)
        for sentence in self.discourse.sentences:
            for party in dict.fromkeys(match.entry.party_id for match in sentence.actors):
                found[party].append(sentence.index)
        return found

    @cached_property
    def ranks(self) -> dict[str, int]:
        """For each party how many others the article names more often."""
        ordered = sorted(self.discourse.frequency.items(), key=lambda item: (-item[1], item[0]))
        return {party: rank for rank, (party, _) in enumerate(ordered)}

    def others_between(self, party: str, start: int, end: int) -> int:
        """Return how many other parties are named between two offsets."""
        low, high = sorted((start, end))
        names = self.discourse.actors[bisect_right(self.starts, low) : bisect_left(self.starts, high)]
        return len({match.entry.party_id for match in names} - {party})


def make_context(discourse: Discourse, headline: Headline, bases: Iterable[Base]) -> Context:
    """Return the context of an article's readings."""
    pairs: Counter[tuple[str, str]] = Counter()
    given: tuple[dict[str, set[int]], dict[str, set[int]]] = (defaultdict(set), defaultdict(set))
    for base in bases:
        for side, parties in zip(given, base.party_ids, strict=True):
            for party in parties:
                side[party].add(base.candidate.sentence.index)
        pairs.update((s, r) for s in base.party_ids[0] for r in base.party_ids[1] if s != r)
    suppliers, recipients = ({party: frozenset(where) for party, where in side.items()} for side in given)
    return Context(discourse, headline, pairs, suppliers, recipients)


def _phrase(token: Token) -> Token:
    """Return the head of the noun phrase in which a name stands: `officials` for `Iranian` officials."""
    for _ in range(6):
        if token.dep_ not in _INSIDE or token.head.i == token.i:
            break
        token = token.head
    return token


def _above(token: Token) -> Iterator[Token]:
    yield token
    yield from token.ancestors


def _path(name: Token, trigger: Token) -> Features:
    """Features of the way through the parse from a name to the trigger."""
    phrase = _phrase(name)
    up = list(_above(phrase))
    down = list(_above(trigger))
    meeting = {token.i for token in down}
    common = next((token for token in up if token.i in meeting), None)
    features: Features = {f"dep={name.dep_}": 1.0, f"phrase={phrase.dep_}": 1.0}
    if phrase.dep_ == "pobj":
        carrier = phrase.head.head
        features["hangs_on_verb"] = float(carrier.pos_ in {"VERB", "AUX"})
        features["hangs_on_trigger"] = float(carrier.i == trigger.i)
    governor = phrase.head
    features["speaks"] = float(phrase.dep_ in {"nsubj", "pobj"} and governor.lemma_.lower() in _SPEECH)
    features["is_root_subject"] = float(phrase.dep_.startswith("nsubj") and governor.dep_ == "ROOT")
    if common is None:
        return features
    steps_up = [token.i for token in up].index(common.i)
    steps_down = [token.i for token in down].index(common.i)
    passed = [*up[:steps_up], *down[:steps_down]]
    features |= {
        "path": float(steps_up + steps_down),
        "path_up": float(steps_up),
        "path_down": float(steps_down),
        "clauses": float(sum(token.dep_ in _CLAUSES for token in passed)),
        "coordinated": float(sum(token.dep_ == "conj" for token in passed)),
        "under_trigger": float(common.i == trigger.i),
        "over_trigger": float(steps_up <= 1),
    }
    return features


def _knowledge(party: str, base: Base) -> Features:
    """Features of what the tables know: whose industry makes the equipment, and how large a maker the party is."""
    made_in = base.candidate.system.entry.made_in
    return {
        "makes_it": float(party in made_in),
        "another_makes_it": float(bool(made_in) and party not in made_in),
        "industry": math.log1p(industries()[party]),
    }


def _in_sentence(match: Match, base: Base) -> Features:
    """Features of a party that the sentence itself names."""
    candidate = base.candidate
    sentence, trigger = candidate.sentence, candidate.token
    offset = match.start - sentence.start
    before = sentence.text[max(0, offset - 12) : offset].lower().split()
    after = sentence.text[match.end - sentence.start :][:14]
    word = before[-1] if before and before[-1] != "the" else (before[-2] if len(before) > 1 else "")
    features: Features = {
        "distance": min(20.0, abs(offset - trigger.idx) / 10),
        "before": float(offset < trigger.idx),
        "before_system": float(offset < candidate.system.start - sentence.start),
        f"prep={word}" if word in _PREPOSITIONS else "prep=other": 1.0,
        "possessive": float(after.startswith(("'s", "’s", "' ", "’ "))),
        "first": float(not any(actor.start < match.start for actor in sentence.actors)),
        "compound": float(match.end < candidate.system.start <= match.end + 2),
    }
    name = sentence.token_at(match.start)
    return features | _path(name, trigger) if name is not None else features


def _in_article(match: Match, index: int, context: Context) -> Features:
    """Features of a party's part in the article, seen from one of its sentences."""
    party, discourse = match.entry.party_id, context.discourse
    named = context.sentences_of.get(party, [])
    last = bisect_right(named, index)
    return {
        f"table={match.entry.table}": 1.0,
        f"sort={match.sort}": 1.0,
        "share": discourse.frequency[party] / context.total,
        "common": float(min(_FAR, context.ranks.get(party, _FAR))),
        "in_title": float(party in discourse.title_parties),
        "supplies_in_title": float(party in context.headline.suppliers),
        "receives_in_title": float(party in context.headline.recipients),
        "gap": float(min(_FAR, index - named[last - 1])) if last else float(_FAR),
        "first_named": float(min(_FAR, named[0])) if named else float(_FAR),
        "n_sentences": float(min(_FAR, len(named))),
        "supplies_elsewhere": float(min(4, len(context.suppliers.get(party, frozenset()) - {index}))),
        "receives_elsewhere": float(min(4, len(context.recipients.get(party, frozenset()) - {index}))),
    }


def is_elsewhere(role: Role) -> bool:
    """True for a party that was found in the headline or by its frequency, wherever that is."""
    return role.link in _ELSEWHERE


def party_features(role: Role, base: Base, context: Context) -> Features:
    """Return the features of one party, whichever side it is on.

    Args:
        role: the party.
        base: the trigger and the equipment.
        context: what the readings of the article share.
    """
    match, candidate = role.match, base.candidate
    party, sentence, origin = match.entry.party_id, candidate.sentence, candidate.origin
    here = not is_elsewhere(role) and sentence.start <= match.start < sentence.end and match.end > 0
    features: Features = {
        "is_origin": float(origin is not None and origin.entry.party_id == party),
        "here": float(here),
        **_in_article(match, sentence.index, context),
        **_knowledge(party, base),
    }
    if not is_elsewhere(role) and match.end:
        at = sentence.start + candidate.token.idx
        features["others_between"] = float(min(6, context.others_between(party, match.start, at)))
    return features | _in_sentence(match, base) if here else features


def role_features(role: Role | None, side: str, base: Base, features: Features) -> Features:
    """Return the features of one party in one role.

    Args:
        role: the party, or None for one that is not named.
        side: `s` for the supplier, `r` for the recipient.
        base: the trigger and the equipment.
        features: the party's own.
    """
    suppliers, recipients = base.party_ids
    grammar, other = (suppliers, recipients) if side == "s" else (recipients, suppliers)
    if role is None:
        return {f"{side}_given": float(bool(grammar)), f"{side}_link=none": 1.0}
    party = role.match.entry.party_id
    given = base.suppliers if side == "s" else base.recipients
    link = next((item.link for item in given if item.match.entry.party_id == party), role.link)
    return {
        f"{side}_given": float(bool(grammar)),
        f"{side}_link={link}": 1.0,
        f"{side}_rank": float(LINKS.index(link)),
        f"{side}_is_grammar": float(party in grammar),
        f"{side}_is_other": float(party in other),
        **{f"{side}_{name}": value for name, value in features.items() if value},
    }
