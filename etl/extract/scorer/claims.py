"""Readings of one article that claim the same -> one claim, with features of how the article as a whole bears it out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from etl.extract.rules.options import LINKS
from etl.extract.scorer.features import Features
from etl.extract.scorer.readings import Reading

LEAST = 0.02
"""Readings of a lower score are not looked at any more, unless the grammar gives them whole."""

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Claim:
    """All readings of an article that claim the same event.

    Attributes:
        key: supplier, recipient, category, phase.
        readings: their numbers among the article's readings, the best first.
        scores: their scores, in the same order.
    """

    key: Key
    readings: tuple[int, ...]
    scores: tuple[float, ...]


def gather_claims(readings: Sequence[Reading], scores: Sequence[float]) -> list[Claim]:
    """Return the claims of an article, in the order of their keys."""
    grouped: dict[Key, list[tuple[float, int]]] = defaultdict(list)
    for number, (reading, score) in enumerate(zip(readings, scores, strict=True)):
        if score >= LEAST or reading.is_claimed:
            grouped[reading.key].append((-float(score), number))
    claims = []
    for key in sorted(grouped):
        ranked = sorted(grouped[key])
        claims.append(Claim(key, tuple(number for _, number in ranked), tuple(-score for score, _ in ranked)))
    return claims


def _missing(scores: Sequence[float]) -> float:
    """The chance that none of several readings is right, were they independent."""
    product = 1.0
    for score in scores:
        product *= 1.0 - score
    return product


def _own_features(claim: Claim, readings: Sequence[Reading]) -> Features:
    best = readings[claim.readings[0]]
    candidate = best.base.candidate
    standing = candidate.standing
    sentences = {readings[number].base.candidate.sentence.index for number in claim.readings[:10]}
    features: Features = {
        "best": claim.scores[0],
        "second": claim.scores[1] if len(claim.scores) > 1 else 0.0,
        "any": 1.0 - _missing(claim.scores[:10]),
        "n_readings": float(min(20, len(claim.readings))),
        "n_good": float(sum(score >= 0.2 for score in claim.scores)),
        "n_sentences": float(len(sentences)),
        "is_grammatical": float(any(readings[number].is_grammatical for number in claim.readings)),
        "is_denied": float(standing.assertion == "denied"),
        "is_certain": float(standing.is_certain),
        "is_hypothetical": float(standing.is_hypothetical),
        "is_urged": float(standing.urged_by is not None),
        "sentence": float(min(30, candidate.sentence.index)),
        f"status={standing.status}": 1.0,
        f"phase={claim.key[3]}": 1.0,
        f"category={claim.key[2]}": 1.0,
        f"frame={candidate.trigger.frame}": 1.0,
        f"aspect={standing.aspect}": 1.0,
        f"system_link={candidate.system_link}": 1.0,
        f"specificity={candidate.system.entry.specificity}": 1.0,
    }
    for side, role in (("s", best.supplier), ("r", best.recipient)):
        features[f"{side}_rank"] = float(LINKS.index(role.link if role else "none"))
        features[f"{side}_table={role.match.entry.table if role else 'none'}"] = 1.0
    return features


def claim_features(
    claims: Sequence[Claim], readings: Sequence[Reading], title_parties: Sequence[str]
) -> list[Features]:
    """Return the features of each claim: its own, and how it stands among the article's other claims.

    Args:
        claims: the claims of one article.
        readings: its readings.
        title_parties: parties that its headline names.
    """
    transfer: dict[tuple[str, ...], float] = defaultdict(float)
    pair: dict[tuple[str, ...], float] = defaultdict(float)
    supplier: dict[str, list[tuple[float, str]]] = defaultdict(list)
    recipient: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for claim in claims:
        transfer[claim.key[:3]] = max(transfer[claim.key[:3]], claim.scores[0])
        pair[claim.key[:2]] = max(pair[claim.key[:2]], claim.scores[0])
        supplier[claim.key[0]].append((claim.scores[0], claim.key[1]))
        recipient[claim.key[1]].append((claim.scores[0], claim.key[0]))
    top = max((claim.scores[0] for claim in claims), default=0.0)
    result = []
    for claim in claims:
        here, there = claim.key[:2]
        best = claim.scores[0]
        features = _own_features(claim, readings)
        features |= {
            "of_transfer": best / (transfer[claim.key[:3]] or 1.0),
            "of_pair": best / (pair[claim.key[:2]] or 1.0),
            "of_top": best / (top or 1.0),
            "pair": pair[claim.key[:2]],
            "top": top,
            "reverse": pair.get((there, here), 0.0),
            "other_recipient": max((score for score, other in supplier[here] if other != there), default=0.0),
            "other_supplier": max((score for score, other in recipient[there] if other != here), default=0.0),
            "better": float(sum(other.scores[0] > best for other in claims)),
            "s_in_title": float(here in title_parties),
            "r_in_title": float(there in title_parties),
            "n_claims": float(min(60, len(claims))),
        }
        result.append(features)
    return result
