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


def _is_claimed(reading: Reading) -> bool:
    """True where the grammar gives the reading whole, and nothing in it says that it is a condition or an appeal."""
    standing = reading.base.candidate.standing
    return reading.is_grammatical and not standing.is_hypothetical and standing.urged_by is None


def _agree(kept: list[tuple[float, Claim]], model: Model) -> list[tuple[float, Claim]]:
    """Drop a claim where a much better one speaks against it: the reverse pair, or another phase of the same transfer."""
    result = []
    for score, claim in kept:
        here, there, category, _ = claim.key
        rivals = [
            other_score
            for other_score, other in kept
            if other.key[:2] == (there, here) or (other.key[:3] == (here, there, category) and other.key != claim.key)
        ]
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
        whole = any(_is_claimed(readings[number]) for number in claim.readings)
        if score >= model.accept * (model.whole if whole else 1.0):
            kept.append((score, claim))
    kept = _agree(kept, model)
    chosen = []
    for score, claim in kept:
        for number, own in zip(claim.readings, claim.scores, strict=True):
            reading = readings[number]
            denies = reading.base.candidate.standing.assertion == "denied"
            if own >= _EVIDENCE * claim.scores[0] or denies or _is_claimed(reading):
                chosen.append((number, Chosen(reading, score, model.confidence(score))))
    return [item for _, item in sorted(chosen, key=lambda item: item[0])]
