"""Scores -> the readings that become mentions: readings are scored first, then the claims that they add up to."""

from collections.abc import Sequence
from dataclasses import dataclass

from etl.extract.scorer.claims import Claim, claim_features, gather_claims
from etl.extract.scorer.model import Model
from etl.extract.scorer.readings import ArticleReadings, Reading

_EVIDENCE = 0.5
"""Share of the best reading's score from which another reading of the same claim counts as its evidence."""


@dataclass(frozen=True)
class Chosen:
    """A reading that becomes a mention, with the score of its claim and how far such scores were right."""

    reading: Reading
    score: float
    confidence: float


def _contradicts(claim: Claim, other: Claim, readings: Sequence[Reading]) -> bool:
    """True where two claims cannot well both be meant.

    The reverse pair; another phase of the same transfer; the same words with one party exchanged, unless the grammar lists both.
    """
    here, there, category, phase = claim.key
    if other.key[:2] == (there, here):
        return True
    if other.key[:3] == (here, there, category):
        return other.key[3] != phase
    first, second = readings[claim.readings[0]], readings[other.readings[0]]
    return first.number == second.number and not (first.is_grammatical and second.is_grammatical)


def _agree(kept: list[tuple[float, Claim]], readings: Sequence[Reading], model: Model) -> list[tuple[float, Claim]]:
    """Drop each claim that a much better one contradicts."""
    result = []
    for score, claim in kept:
        rivals = [other_score for other_score, other in kept if _contradicts(claim, other, readings)]
        if score >= model.rival * max(rivals, default=0.0):
            result.append((score, claim))
    return result


def choose(found: ArticleReadings, scores: Sequence[float], model: Model) -> list[Chosen]:
    """Return the readings to be kept.

    A claim is kept if its score reaches `model.accept`. One that the grammar gives whole needs only the share `model.whole` of
    that: there the grammar is nearly always right about the parties. Then the claims of an article must agree with each other.
    """
    readings = found.readings
    claims = gather_claims(readings, scores)
    if not claims:
        return []
    rows = claim_features(claims, readings, found.context.discourse.title_parties)
    kept = []
    for score, claim in zip((float(score) for score in model.score_claims(rows)), claims, strict=True):
        whole = any(readings[number].is_claimed for number in claim.readings)
        if score >= model.accept * (model.whole if whole else 1.0):
            kept.append((score, claim))
    kept = _agree(kept, readings, model)
    chosen = []
    for score, claim in kept:
        for number, own in zip(claim.readings, claim.scores, strict=True):
            reading = readings[number]
            denies = reading.base.candidate.standing.assertion == "denied"
            if own >= _EVIDENCE * claim.scores[0] or denies or reading.is_claimed:
                chosen.append((number, Chosen(reading, score, model.confidence(score))))
    return [item for _, item in sorted(chosen, key=lambda item: item[0])]
