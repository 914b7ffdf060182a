"""Scores of readings -> the readings that become mentions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from etl.extract.scorer.model import Model
from etl.extract.scorer.readings import Reading

_MOST = 6
"""Most readings of one trigger and one piece of equipment that can all be meant (lists of suppliers and recipients)."""
_DENIAL = 0.25
"""A denial counts from this share of the least score, where it denies what the article reports elsewhere."""


@dataclass(frozen=True)
class Chosen:
    """A reading that becomes a mention, with its score and how far such scores were right."""

    reading: Reading
    score: float
    confidence: float


def _is_claim(reading: Reading) -> bool:
    """True where nothing in the grammar says that it is no claim: no condition, no appeal by somebody else."""
    standing = reading.base.candidate.standing
    return not standing.is_hypothetical and standing.urged_by is None


def _of_one_base(scored: list[tuple[float, int]], readings: Sequence[Reading], model: Model) -> list[tuple[float, int]]:
    """The readings of one trigger and one piece of equipment that are kept: the best, and those that come near it."""
    scored.sort(key=lambda item: (-item[0], item[1]))
    best = scored[0][0]
    kept = []
    for rank, (score, number) in enumerate(scored):
        reading = readings[number]
        near_best = rank < _MOST and score >= model.share * best and score >= model.accept
        whole = reading.is_grammatical and _is_claim(reading) and score >= model.accept * model.whole
        if near_best or whole:
            kept.append((score, number))
    return kept


def _agree(kept: list[tuple[float, int]], readings: Sequence[Reading], model: Model) -> list[tuple[float, int]]:
    """Drop what a much better reading of the article speaks against: the reverse pair, another phase of the same transfer."""
    pair_best: dict[tuple[str, str], float] = defaultdict(float)
    transfer_best: dict[tuple[str, ...], float] = defaultdict(float)
    for score, number in kept:
        reading = readings[number]
        pair_best[reading.parties] = max(pair_best[reading.parties], score)
        transfer_best[reading.key[:3]] = max(transfer_best[reading.key[:3]], score)
    result = []
    for score, number in kept:
        reading = readings[number]
        supplier, recipient = reading.parties
        if pair_best[reading.parties] < model.rival * pair_best.get((recipient, supplier), 0.0):
            continue
        if score < model.rival * transfer_best[reading.key[:3]] and not (reading.is_grammatical and _is_claim(reading)):
            continue
        result.append((score, number))
    return result


def choose(readings: Sequence[Reading], scores: Sequence[float], model: Model) -> list[Chosen]:
    """Return the readings to be kept.

    For each trigger and piece of equipment the best reading is kept if its score reaches `model.accept`, and further ones
    that come near it. A reading that the grammar gives whole needs only the share `model.whole` of that: there the grammar is
    nearly always right about the parties. Then the readings of an article must agree with each other.
    """
    by_base: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, (reading, score) in enumerate(zip(readings, scores, strict=True)):
        by_base[reading.number].append((float(score), number))
    kept = [item for scored in by_base.values() for item in _of_one_base(scored, readings, model)]
    kept = _agree(kept, readings, model)
    told = {readings[number].key[:3] for _, number in kept}
    have = {number for _, number in kept}
    for number, (reading, score) in enumerate(zip(readings, scores, strict=True)):
        denies = reading.base.candidate.standing.assertion == "denied" and number not in have
        if denies and reading.key[:3] in told and score >= _DENIAL * model.accept:
            kept.append((float(score), number))
    return [
        Chosen(readings[number], score, model.confidence(score))
        for score, number in sorted(kept, key=lambda item: item[1])
    ]
