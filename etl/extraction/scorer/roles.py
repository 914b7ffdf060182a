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
from etl.reference.tables import industries

Features = dict[str, float]

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


def _path(name: Token, trigger: Token, side: str) -> Features:
    """Features of the way through the parse from a name to the trigger."""
    phrase = _phrase(name)
    up = list(_above(phrase))
    down = list(_above(trigger))
    meeting = {token.i for token in down}
    common = next((token for token in up if token.i in meeting), None)
    features: Features = {f"{side}_dep={name.dep_}": 1.0, f"{side}_phrase={phrase.dep_}": 1.0}
    if phrase.dep_ == "pobj":
        carrier = phrase.head.head
        features[f"{side}_hangs_on_verb"] = float(carrier.pos_ in {"VERB", "AUX"})
        features[f"{side}_hangs_on_trigger"] = float(carrier.i == trigger.i)
    governor = phrase.head
    features[f"{side}_speaks"] = float(phrase.dep_ in {"nsubj", "pobj"} and governor.lemma_.lower() in _SPEECH)
    features[f"{side}_is_root_subject"] = float(phrase.dep_.startswith("nsubj") and governor.dep_ == "ROOT")
    if common is None:
        return features
    steps_up = [token.i for token in up].index(common.i)
    steps_down = [token.i for token in down].index(common.i)
    passed = [*up[:steps_up], *down[:steps_down]]
    features |= {
        f"{side}_path": float(steps_up + steps_down),
        f"{side}_path_up": float(steps_up),
        f"{side}_path_down": float(steps_down),
        f"{side}_clauses": float(sum(token.dep_ in _CLAUSES for token in passed)),
        f"{side}_coordinated": float(sum(token.dep_ == "conj" for token in passed)),
        f"{side}_under_trigger": float(common.i == trigger.i),
        f"{side}_over_trigger": float(steps_up <= 1),
    }
    return features


def _knowledge(party: str, base: Base, side: str) -> Features:
    """Features of what the tables know: whose industry makes the equipment, and how large a maker the party is."""
    made_in = base.candidate.system.entry.made_in
    return {
        f"{side}_makes_it": float(party in made_in),
        f"{side}_another_makes_it": float(bool(made_in) and party not in made_in),
        f"{side}_industry": math.log1p(industries()[party]),
    }


def _in_sentence(role: Role, side: str, base: Base) -> Features:
    """Features of a party that the sentence itself names."""
    match, candidate = role.match, base.candidate
    sentence, trigger = candidate.sentence, candidate.token
    offset = match.start - sentence.start
    before = sentence.text[max(0, offset - 12) : offset].lower().split()
    after = sentence.text[match.end - sentence.start :][:14]
    word = before[-1] if before and before[-1] != "the" else (before[-2] if len(before) > 1 else "")
    features: Features = {
        f"{side}_distance": min(20.0, abs(offset - trigger.idx) / 10),
        f"{side}_before": float(offset < trigger.idx),
        f"{side}_before_system": float(offset < candidate.system.start - sentence.start),
        f"{side}_prep={word}" if word in _PREPOSITIONS else f"{side}_prep=other": 1.0,
        f"{side}_possessive": float(after.startswith(("'s", "’s", "' ", "’ "))),
        f"{side}_first": float(not any(actor.start < match.start for actor in sentence.actors)),
        f"{side}_compound": float(match.end < candidate.system.start <= match.end + 2),
    }
    name = sentence.token_at(match.start)
    return features | _path(name, trigger, side) if name is not None else features


def role_features(role: Role | None, side: str, base: Base, context: Context) -> Features:
    """Return the features of one party in one role.

    Args:
        role: the party, or None for one that is not named.
        side: `s` for the supplier, `r` for the recipient.
        base: the trigger and the equipment.
        context: what the readings of the article share.
    """
    suppliers, recipients = base.party_ids
    grammar, other = (suppliers, recipients) if side == "s" else (recipients, suppliers)
    features: Features = {f"{side}_given": float(bool(grammar))}
    if role is None:
        return {**features, f"{side}_link=none": 1.0}
    match, party = role.match, role.match.entry.party_id
    given = base.suppliers if side == "s" else base.recipients
    link = next((item.link for item in given if item.match.entry.party_id == party), role.link)
    sentence = base.candidate.sentence
    here = role.link not in _ELSEWHERE and sentence.start <= match.start < sentence.end and match.end > 0
    named = context.sentences_of.get(party, [])
    last = bisect_right(named, sentence.index)
    features |= {
        f"{side}_link={link}": 1.0,
        f"{side}_rank": float(LINKS.index(link)),
        f"{side}_is_grammar": float(party in grammar),
        f"{side}_is_other": float(party in other),
        f"{side}_is_origin": float(base.candidate.origin is not None and base.candidate.origin.entry.party_id == party),
        f"{side}_table={match.entry.table}": 1.0,
        f"{side}_sort={match.sort}": 1.0,
        f"{side}_share": context.discourse.frequency[party] / context.total,
        f"{side}_common": float(min(_FAR, context.ranks.get(party, _FAR))),
        f"{side}_in_title": float(party in context.discourse.title_parties),
        f"{side}_supplies_in_title": float(party in context.headline.suppliers),
        f"{side}_receives_in_title": float(party in context.headline.recipients),
        f"{side}_here": float(here),
        f"{side}_gap": float(min(_FAR, sentence.index - named[last - 1])) if last else float(_FAR),
        f"{side}_first_named": float(min(_FAR, named[0])) if named else float(_FAR),
        f"{side}_n_sentences": float(min(_FAR, len(named))),
        f"{side}_supplies_elsewhere": float(min(4, len(context.suppliers.get(party, frozenset()) - {sentence.index}))),
        f"{side}_receives_elsewhere": float(min(4, len(context.recipients.get(party, frozenset()) - {sentence.index}))),
        **_knowledge(party, base, side),
    }
    if role.link not in _ELSEWHERE and match.end:
        at = sentence.start + base.candidate.token.idx
        features[f"{side}_others_between"] = float(min(6, context.others_between(party, match.start, at)))
    return features | _in_sentence(role, side, base) if here else features
