"""Readable features of one reading: a trigger, a piece of equipment, and the pair of parties."""

import math
import re
from collections.abc import Iterator
from functools import cache

from spacy.tokens import Token

from etl.extraction.rules.annotate import category
from etl.extraction.rules.attributes import find_money, quantity_span
from etl.extraction.rules.lexicon import cues, verbs
from etl.extraction.rules.options import Base
from etl.extraction.rules.parts import Role
from etl.extraction.rules.propose import Candidate
from etl.extraction.scorer.roles import Context
from etl.extraction.scorer.trees import Features
from etl.reference.tables import are_rivals, industries, status_phase

_WORD = re.compile(r"\w+")
_DOUBT = (
    "if", "unless", "whether", "could", "would", "should", "must", "might", "may", "can", "hope", "fear", "want", "urge", "call",
)  # fmt: skip
_USE = (
    "fire", "launch", "strike", "struck", "kill", "attack", "shot", "shoot", "destroy", "capture", "test", "parade", "deploy", "bomb",
)  # fmt: skip
_SHIP = ("cargo", "consignment", "vessel", "ship", "dhow", "bound", "smuggl", "traffic", "convoy", "plane")
"""Beginnings of words that speak of doubt, of use, and of shipping."""
_FIRST_PERSON = frozenset({"we", "our", "us", "I"})
_WHEN = frozenset([
    "ago", "again", "already", "annual", "before", "continue", "currently", "earlier", "ever", "first", "future", "last", "later",
    "latest", "never", "new", "next", "now", "once", "previously", "recent", "recently", "regularly", "since", "soon", "still",
    "until", "yet",
])  # fmt: skip
_NEAR = 12
"""Words to either side of the trigger that count as near it."""


@cache
def _telling() -> frozenset[str]:
    """Words that bear on how a transfer stands."""
    return _WHEN.union(cues(), verbs())


def _near(trigger: Token) -> Iterator[str]:
    """Names of the features for words near the trigger that bear on how the transfer stands, and for the sentence's main verb."""
    telling = _telling()
    for token in trigger.doc[max(0, trigger.i - _NEAR) : trigger.i + _NEAR + 1]:
        lemma = token.lemma_.lower()
        if token.i != trigger.i and lemma in telling:
            yield f"near={lemma}"
        if token.dep_ in {"aux", "neg"} and token.head.i == trigger.i:
            yield f"aux={token.lower_}"
    root = trigger.sent.root
    yield f"root_tag={root.tag_}"
    if root.lemma_.lower() in cues():
        yield f"root={root.lemma_.lower()}"


def trigger_features(candidate: Candidate, context: Context) -> Features:
    """Return the features that all readings of one trigger share: of its sentence, of the words near it, and of the article."""
    sentence, token = candidate.sentence, candidate.token
    text, discourse = sentence.text, context.discourse
    before, words = text[: token.idx].lower(), _WORD.findall(text)
    small = [word.lower() for word in words]
    return {
        "has_money": float(bool(find_money(text))),
        "doubts": float(sum(word.startswith(_DOUBT) for word in small)),
        "uses": float(sum(word.startswith(_USE) for word in small)),
        "ships": float(sum(word.startswith(_SHIP) for word in small)),
        "tag_first_person": float(not _FIRST_PERSON.isdisjoint(words)),
        "in_quotes": float((before.count("“") + before.count('"')) > (before.count("”") + before.count('" '))),
        "is_question": float(text.rstrip("”\"'").endswith("?")),
        "length": len(text) / 50,
        "n_actors": float(len({match.entry.party_id for match in sentence.actors})),
        "n_systems": float(len(sentence.systems)),
        "place": float(min(20, sentence.index)),
        "title_arms": float(any(not match.entry.is_actor for match in discourse.title)),
        "title_actors": float(len(discourse.title_parties)),
        "arms_density": len(discourse.systems) / max(1, len(discourse.sentences)),
        **{f"title_phase={status_phase(status)}": 1.0 for status in context.headline.statuses},
        **dict.fromkeys(_near(token), 1.0),
    }


def base_features(base: Base, context: Context) -> Features:
    """Return the features that all readings of one trigger and one piece of equipment share."""
    candidate, standing = base.candidate, base.candidate.standing
    trigger, token, system = candidate.trigger, candidate.token, candidate.system
    offset = system.start - candidate.sentence.start
    distance = min(30.0, abs(offset - token.idx) / 8) if candidate.system_link != "discourse" else 30.0
    features: Features = {
        f"frame={trigger.frame}": 1.0,
        f"class={trigger.word_class}": 1.0,
        f"lemma={trigger.lemma}": 1.0,
        f"aspect={standing.aspect}": 1.0,
        f"status={standing.status}": 1.0,
        f"phase={status_phase(standing.status)}": 1.0,
        f"category={category(system.entry)}": 1.0,
        f"system_link={candidate.system_link}": 1.0,
        f"terms={trigger.transfer_type}": 1.0,
        "is_verb": float(trigger.is_verb),
        "is_denied": float(standing.assertion == "denied"),
        "is_certain": float(standing.is_certain),
        "is_hypothetical": float(standing.is_hypothetical),
        "is_urged": float(standing.urged_by is not None),
        "specificity": float(system.entry.rank),
        "system_distance": distance,
        "system_before": float(offset < token.idx),
        "has_quantity": float(quantity_span(candidate) is not None),
        "title_category": float(category(system.entry) in context.headline.categories),
        "title_status": float(standing.status in context.headline.statuses),
        "has_origin": float(candidate.origin is not None),
        "has_maker": float(bool(system.entry.made_in)),
        "n_options": float(len(base.options)),
        "n_grammar_suppliers": float(len(base.suppliers)),
        "n_grammar_recipients": float(len(base.recipients)),
    }
    for _, cue in standing.governors[:5]:
        features[f"cue={cue.effect}:{cue.status or ''}"] = 1.0
        features[f"cue_lemma={cue.lemma}"] = 1.0
    return features


def pair_features(supplier: Role | None, recipient: Role | None, context: Context) -> Features:
    """Return the features of a pair: how often the article's grammar gives it, and its reverse."""
    if supplier is None or recipient is None:
        return {"pair_known": 0.0}
    pair = (supplier.match.entry.party_id, recipient.match.entry.party_id)
    both = [match.start for match in (supplier.match, recipient.match) if match.end]
    return {
        "pair_known": 1.0,
        "pair_count": float(min(5, context.pairs[pair])),
        "pair_reverse": float(min(5, context.pairs[(pair[1], pair[0])])),
        "pair_order": float(len(both) == 2 and both[0] < both[1]),
        "pair_near": float(len(both) == 2 and abs(both[0] - both[1]) < 60),
        "pair_hostile": float(are_rivals(*pair)),
        "pair_arms_own_rebels": float(pair[0] in recipient.match.entry.area),
        "pair_from_own_rebels": float(pair[1] in supplier.match.entry.area),
        "pair_industry": math.log1p(industries()[pair[0]]) - math.log1p(industries()[pair[1]]),
    }
