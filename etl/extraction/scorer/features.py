"""Readable features of one reading: a trigger, a piece of equipment, and the pair of parties."""

import math
import re
from collections.abc import Iterator

from spacy.tokens import Token

from etl.extraction.rules.annotate import category
from etl.extraction.rules.attributes import MONEY, quantity_span
from etl.extraction.rules.lexicon import cues, verbs
from etl.extraction.rules.options import Base
from etl.extraction.rules.parts import Role
from etl.extraction.scorer.roles import Context, Features
from etl.reference.tables import are_rivals, industries, status_phase

_DOUBT = re.compile(
    r"\b(if|unless|whether|could|would|should|must|might|may|can|cannot|hope|fear|want|urge|call)\w*\b",
    re.IGNORECASE,
)
_USE = re.compile(
    r"\b(fire|fired|launch|strike|struck|kill|attack|shot|shoot|destroy|capture|test|parade|deploy|bomb)\w*\b",
    re.IGNORECASE,
)
_SHIP = re.compile(
    r"\b(shipment|cargo|consignment|vessel|ship|dhow|bound|smuggl|traffick|traffic|convoy|plane)\w*\b",
    re.IGNORECASE,
)
_WHEN = frozenset(
    [
        "ago",
        "again",
        "already",
        "annual",
        "before",
        "continue",
        "currently",
        "earlier",
        "ever",
        "first",
        "future",
        "last",
        "later",
        "latest",
        "never",
        "new",
        "next",
        "now",
        "once",
        "previously",
        "recent",
        "recently",
        "regularly",
        "since",
        "soon",
        "still",
        "until",
        "yet",
    ]
)
_NEAR = 12
"""Words to either side of the trigger that count as near it."""


def _near(trigger: Token) -> Iterator[str]:
    """Names of the features for words near the trigger that bear on how the transfer stands, and for the sentence's main verb."""
    for token in trigger.doc[max(0, trigger.i - _NEAR) : trigger.i + _NEAR + 1]:
        lemma = token.lemma_.lower()
        if token.i != trigger.i and (lemma in _WHEN or lemma in cues() or lemma in verbs()):
            yield f"near={lemma}"
        if token.dep_ in {"aux", "neg"} and token.head.i == trigger.i:
            yield f"aux={token.lower_}"
    root = trigger.sent.root
    yield f"root_tag={root.tag_}"
    if root.lemma_.lower() in cues():
        yield f"root={root.lemma_.lower()}"


def base_features(base: Base, context: Context) -> Features:
    """Return the features that all readings of one trigger and one piece of equipment share."""
    candidate, standing = base.candidate, base.candidate.standing
    sentence, trigger, token = candidate.sentence, candidate.trigger, candidate.token
    text = sentence.text
    lower = text[: token.idx].lower()
    system_offset = candidate.system.start - sentence.start
    title = context.discourse.title
    features: Features = {
        f"frame={trigger.frame}": 1,
        f"class={trigger.word_class}": 1,
        f"lemma={trigger.lemma}": 1,
        f"aspect={standing.aspect}": 1,
        f"status={standing.status}": 1,
        f"phase={status_phase(standing.status)}": 1,
        f"category={category(candidate.system.entry)}": 1,
        f"system_link={candidate.system_link}": 1,
        f"terms={trigger.transfer_type}": 1,
        "is_verb": trigger.is_verb,
        "is_denied": standing.assertion == "denied",
        "is_certain": standing.is_certain,
        "is_hypothetical": standing.is_hypothetical,
        "is_urged": standing.urged_by is not None,
        "specificity": candidate.system.entry.rank,
        "system_distance": min(30.0, abs(system_offset - token.idx) / 8)
        if candidate.system_link != "discourse"
        else 30,
        "system_before": system_offset < token.idx,
        "has_quantity": quantity_span(candidate) is not None,
        "has_money": MONEY.search(text) is not None,
        "doubts": len(_DOUBT.findall(text)),
        "uses": len(_USE.findall(text)),
        "ships": len(_SHIP.findall(text)),
        "in_quotes": (lower.count("“") + lower.count('"')) > (lower.count("”") + lower.count('" ')),
        "is_question": text.rstrip("”\"'").endswith("?"),
        "length": len(text) / 50,
        "n_actors": len({match.entry.party_id for match in sentence.actors}),
        "n_systems": len(sentence.systems),
        "place": min(20, sentence.index),
        "title_arms": any(not match.entry.is_actor for match in title),
        "title_actors": len(context.discourse.title_parties),
        "arms_density": len(context.discourse.systems) / max(1, len(context.discourse.sentences)),
        "title_category": category(candidate.system.entry) in context.headline.categories,
        "title_status": standing.status in context.headline.statuses,
        **{f"title_phase={status_phase(status)}": 1 for status in context.headline.statuses},
        "has_origin": candidate.origin is not None,
        "has_maker": bool(candidate.system.entry.made_in),
        "n_options": len(base.options),
        "n_grammar_suppliers": len(base.suppliers),
        "n_grammar_recipients": len(base.recipients),
        "tag_first_person": bool(re.search(r"\b(we|our|us|I)\b", text)),
    }
    for name in _near(candidate.token):
        features[name] = 1
    for _, cue in standing.governors[:5]:
        features[f"cue={cue.effect}:{cue.status or ''}"] = 1
        features[f"cue_lemma={cue.lemma}"] = 1
    return {name: float(value) for name, value in features.items()}


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
