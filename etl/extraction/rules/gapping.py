"""Clauses that leave out the verb: `Germany pledged 14 tanks and Spain six`, `Russia supplied helicopters to Mali, and China cars`."""

from dataclasses import replace

from spacy.tokens import Token

from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.lexicon import Trigger
from etl.extraction.rules.nominals import Named
from etl.extraction.rules.parts import Found, Role
from etl.reference import Match

_BEFORE = frozenset(["compound", "nmod", "npadvmod"])
_DOERS_RECEIVE = frozenset(["take", "request"])
"""Frames whose subject receives."""


def _states_before(thing: Token, sentence: Sentence) -> list[Match]:
    """The name, no adjective, that the parser hangs on equipment though it does what is left out: `and China armoured cars`."""
    first = [child for child in thing.children if child.dep_ in _BEFORE and child.i in sentence.actor_at]
    return [
        match
        for child in first
        if (match := sentence.actor_at[child.i]).sort == "name" and child.nbor(-1).lower_ in {"and", "while", "but"}
    ]


def gapped(verb: Token, trigger: Trigger, found: Found, sentence: Sentence) -> list[Found]:
    """Return what the clauses tell that leave out a verb, and take out of `found` what belongs to them alone."""
    told: list[tuple[Match, Named]] = []
    for child in verb.children:
        if child.dep_ == "conj" and child.i in sentence.system_at:
            told += [(actor, Named(sentence.system_at[child.i], child)) for actor in _states_before(child, sentence)]
    for named, _ in found.systems:
        for other in named.head.conjuncts:
            actor = sentence.actor_at.get(other.i)
            if (
                actor
                and other.i > named.head.i
                and any(child.dep_ == "nummod" and child.i > other.i for child in other.children)
            ):
                told.append((actor, Named(named.match, other)))
    if not told:
        return []
    doers = {actor.entry.party_id for actor, _ in told}
    found.recipients = [role for role in found.recipients if role.match.entry.party_id not in doers]
    found.suppliers = [role for role in found.suppliers if role.match.entry.party_id not in doers]
    receives = trigger.frame in _DOERS_RECEIVE
    clauses = []
    for actor, named in told:
        clause = replace(found, systems=[(named, "inherited")])
        if receives:
            clause.recipients = [Role(actor, "inherited")]
        else:
            clause.suppliers = [Role(actor, "inherited")]
        clauses.append(clause)
    return clauses
