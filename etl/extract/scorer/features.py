"""Readable features of one reading: a trigger, a piece of equipment, a supplier, a recipient, and how each was found."""

import re
from collections import Counter
from dataclasses import dataclass

from etl.extract.rules.annotate import category
from etl.extract.rules.attributes import MONEY, quantity_span
from etl.extract.rules.discourse import Discourse
from etl.extract.rules.options import LINKS, Base
from etl.extract.rules.propose import Role
from etl.reference.tables import status_phase

Features = dict[str, float]

_PREPOSITIONS = ("to", "from", "for", "by", "with", "in", "of", "against", "into", "and", "on", "between")
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
_SPECIFICITY = {"generic": 0, "class": 1, "type": 2, "designation": 3}


@dataclass(frozen=True)
class Context:
    """What all readings of one article share."""

    discourse: Discourse
    pairs: Counter[tuple[str, str]]
    total: int


def make_context(discourse: Discourse, pairs: Counter[tuple[str, str]]) -> Context:
    """Return the context of an article's readings."""
    return Context(discourse, pairs, max(1, sum(discourse.frequency.values())))


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
        "specificity": _SPECIFICITY[candidate.system.entry.specificity or "class"],
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
        "has_origin": candidate.origin is not None,
        "n_grammar_suppliers": len(base.suppliers),
        "n_grammar_recipients": len(base.recipients),
        "tag_first_person": bool(re.search(r"\b(we|our|us|I)\b", text)),
    }
    for _, cue in standing.governors[:5]:
        features[f"cue={cue.effect}:{cue.status or ''}"] = 1
        features[f"cue_lemma={cue.lemma}"] = 1
    return {name: float(value) for name, value in features.items()}


def role_features(role: Role | None, side: str, base: Base, context: Context) -> Features:
    """Return the features of one party in one role.

    Args:
        role: the party, or None for one that is not named.
        side: `s` for the supplier, `r` for the recipient.
        base: the trigger and the equipment.
        context: what the readings of the article share.
    """
    suppliers, recipients = base.party_ids
    grammar = suppliers if side == "s" else recipients
    other = recipients if side == "s" else suppliers
    features: Features = {f"{side}_given": bool(grammar)}
    if role is None:
        return {**features, f"{side}_link=none": 1.0}
    match, party = role.match, role.match.entry.party_id
    link = next(
        (
            item.link
            for item in (base.suppliers if side == "s" else base.recipients)
            if item.match.entry.party_id == party
        ),
        role.link,
    )
    sentence = base.candidate.sentence
    here = sentence.start <= match.start < sentence.end and match.end > 0
    features |= {
        f"{side}_link={link}": 1,
        f"{side}_rank": LINKS.index(link),
        f"{side}_is_grammar": party in grammar,
        f"{side}_is_other": party in other,
        f"{side}_is_origin": base.candidate.origin is not None and base.candidate.origin.entry.party_id == party,
        f"{side}_table={match.entry.table}": 1,
        f"{side}_sort={match.sort}": 1,
        f"{side}_share": context.discourse.frequency[party] / context.total,
        f"{side}_in_title": party in context.discourse.title_parties,
        f"{side}_here": here,
    }
    if here:
        offset = match.start - sentence.start
        before = sentence.text[max(0, offset - 12) : offset].lower().split()
        after = sentence.text[match.end - sentence.start :][:14]
        word = before[-1] if before and before[-1] != "the" else (before[-2] if len(before) > 1 else "")
        features |= {
            f"{side}_distance": min(20.0, abs(offset - base.candidate.token.idx) / 10),
            f"{side}_before": offset < base.candidate.token.idx,
            f"{side}_before_system": offset < base.candidate.system.start - sentence.start,
            f"{side}_prep={word}" if word in _PREPOSITIONS else f"{side}_prep=other": 1,
            f"{side}_possessive": after.startswith(("'s", "’s", "' ", "’ ")),
            f"{side}_first": not any(actor.start < match.start for actor in sentence.actors),
            f"{side}_compound": match.end < base.candidate.system.start <= match.end + 2,
        }
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
    }
