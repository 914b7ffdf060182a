"""Readings of one article that claim the same transfer -> one claim for each phase, with features of how the article bears it out."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from etl.extraction.rules.headline import Headline
from etl.extraction.rules.options import LINKS
from etl.extraction.scorer.model import PHASES, STATUSES, Scores, is_worth_a_look
from etl.extraction.scorer.readings import Reading
from etl.extraction.scorer.trees import Features, Floats
from etl.reference.tables import status_phase

_MOST = 12
"""Readings of one transfer that are looked at, the best first."""
_GRAMMAR = 0.5
"""What the grammar's own status, where it is certain, adds to its score; a mere plan adds nothing beside talks."""
_CERTAIN = 0.5
"""Share of a reading's phase that is the grammar's word, where it gives the reading whole and its status for certain.

Cross-validated over documents it brings 0.011 of pairs and 0.003 of events on the coded articles, 0.006 of events on passages.
"""
_OF_PHASE = np.array([PHASES.index(status_phase(status)) for status in STATUSES])

Transfer = tuple[str, str, str]


@dataclass(frozen=True)
class Claim:
    """The readings of an article that claim the same transfer, at one phase of its status.

    Attributes:
        transfer: supplier, recipient, category.
        readings: their numbers among the article's readings, the best for this phase first.
        evidence: for each of them, how much it speaks for the claim: the score of its transfer times that of the phase.
        whole: those of them that the grammar gives whole, at this phase.
    """

    transfer: Transfer
    phase: str
    readings: tuple[int, ...]
    evidence: tuple[float, ...]
    whole: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is claimed at the depth of an event."""
        return (*self.transfer, self.phase)

    @property
    def is_whole(self) -> bool:
        """True where the grammar gives one of the readings whole, at this phase."""
        return bool(self.whole)


@dataclass(frozen=True)
class _Group:
    """The readings of one transfer with their scores, the best first.

    Attributes:
        pair: the best score of their pair.
        evidence: for each phase how much each reading speaks for it: the score of its transfer times that of the phase.
        claimed: the readings that the grammar gives whole.
        features: what all of its claims share.
        of_phases: what tells the claims of the phases apart.
    """

    transfer: Transfer
    readings: list[int]
    pair: float
    evidence: list[list[float]]
    claimed: frozenset[int]
    features: Features
    of_phases: list[Features]


def _groups(readings: Sequence[Reading], scores: Scores) -> list[_Group]:
    grouped: dict[Transfer, list[int]] = defaultdict(list)
    for number, (reading, transfer) in enumerate(zip(readings, scores.transfer.tolist(), strict=True)):
        if is_worth_a_look(reading, transfer):
            grouped[reading.transfer].append(number)
    return [_group(transfer, grouped[transfer], readings, scores) for transfer in sorted(grouped)]


def _group(transfer: Transfer, numbers: list[int], readings: Sequence[Reading], scores: Scores) -> _Group:
    ranked = sorted(numbers, key=lambda number: (-scores.transfer[number], number))
    score, phases = scores.transfer[ranked], _phases_of(ranked, readings, scores)
    best = score.tolist()
    told = dict.fromkeys(PHASES, 0.0)
    for number, own in zip(ranked, best, strict=True):
        at = _phase_of(readings[number])
        told[at] = max(told[at], own)
    evidence = score[:, None] * phases
    features: Features = {
        "transfer": best[0],
        "second": best[1] if len(best) > 1 else 0.0,
        "any": 1.0 - math.prod([1.0 - own for own in best[:_MOST]]),
        "n_readings": float(min(20, len(ranked))),
        "n_sentences": float(len({readings[number].base.candidate.sentence.index for number in ranked[:_MOST]})),
        "is_grammatical": float(any(readings[number].is_grammatical for number in ranked)),
        f"category={transfer[2]}": 1.0,
    }
    return _Group(
        transfer,
        ranked,
        float(scores.pair[ranked[:5]].max()),
        evidence.T.tolist(),
        frozenset(number for number in ranked if readings[number].is_claimed),
        features,
        _of_phases(score[:_MOST], phases[:_MOST], evidence[:_MOST], told),
    )


def _phases_of(numbers: Sequence[int], readings: Sequence[Reading], scores: Scores) -> Floats:
    """How likely each reading is at each phase (a line each): what its features say, and what the grammar says for certain."""
    phases: Floats = scores.phases[numbers]
    for line, number in enumerate(numbers):
        if readings[number].is_claimed and readings[number].base.candidate.standing.is_certain:
            phases[line] *= 1.0 - _CERTAIN
            phases[line, PHASES.index(_phase_of(readings[number]))] += _CERTAIN
    return phases


def _of_phases(score: Floats, phases: Floats, evidence: Floats, told: Mapping[str, float]) -> list[Features]:
    """What tells the claims of one transfer at its several phases apart.

    Args:
        score: of its best readings.
        phases: of these, a line for each, a column for each phase.
        evidence: the same, times the score.
        told: for each phase the best score of a reading of which the grammar says that it is at this phase.
    """
    total, all_told = max(float(score.sum()), 1e-9), max(sum(told.values()), 1e-9)
    most = evidence.max(axis=0).tolist()
    none, mean = np.prod(1.0 - evidence, axis=0).tolist(), evidence.sum(axis=0).tolist()
    at_best = phases[evidence.argmax(axis=0), range(len(PHASES))].tolist()
    top = max(*most, 1e-9)
    return [
        {
            "support": most[phase],
            "any_support": 1.0 - none[phase],
            "mean_phase": mean[phase] / total,
            "best_phase": at_best[phase],
            "told": told[name],
            "told_share": told[name] / all_told,
            "better_phases": float(sum(other > most[phase] for other in most)),
            "of_phases": most[phase] / top,
            f"phase={name}": 1.0,
        }
        for phase, name in enumerate(PHASES)
    ]


def status_of(claim: Claim, readings: Sequence[Reading], scores: Scores) -> str:
    """Return the status within a claim's phase that its readings tell.

    What the grammar tells whole and for certain; else that for which the readings speak, each by its own weight. What the recipient
    itself urges is requested.
    """
    urgers = readings[claim.readings[0]].base.candidate.urgers
    if claim.phase == "prospect" and urgers is not None and claim.transfer[1] in urgers:
        return "requested"
    told = [readings[number].base.candidate.standing for number in claim.whole]
    certain = [standing.status for standing in told if standing.is_certain]
    further = [status for status in certain if status != "considering"]  # talks outweigh mere plans
    return next(iter(further or certain), None) or _weighed_status(claim, readings, scores)


def _weighed_status(claim: Claim, readings: Sequence[Reading], scores: Scores) -> str:
    phase = PHASES.index(claim.phase)
    best = sorted(claim.readings, key=lambda number: (-scores.transfer[number], number))[:_MOST]
    weights = scores.transfer[best] * scores.phases[best, phase]
    total = weights @ np.where(phase == _OF_PHASE, scores.statuses[best], 0.0)
    for number, weight in zip(best, weights, strict=True):
        standing = readings[number].base.candidate.standing
        if standing.is_certain and standing.status != "considering":
            total[STATUSES.index(standing.status)] += _GRAMMAR * weight
    return STATUSES[int(np.argmax(np.where(phase == _OF_PHASE, total, -1.0)))]


def _phase_of(reading: Reading) -> str:
    return status_phase(reading.base.candidate.standing.status)


def _claim(group: _Group, phase: int, readings: Sequence[Reading]) -> Claim:
    ranked = sorted(zip([-value for value in group.evidence[phase]], group.readings, strict=True))
    numbers = tuple(number for _, number in ranked)
    whole = tuple(
        number for number in numbers if number in group.claimed and _phase_of(readings[number]) == PHASES[phase]
    )
    return Claim(group.transfer, PHASES[phase], numbers, tuple(-value for value, _ in ranked), whole)


def _best_features(best: Reading) -> Features:
    """Features of the best reading of a claim."""
    candidate, standing = best.base.candidate, best.base.candidate.standing
    features: Features = {
        "sentence": float(min(30, candidate.sentence.index)),
        "is_denied": float(standing.assertion == "denied"),
        "is_certain": float(standing.is_certain),
        "is_hypothetical": float(standing.is_hypothetical),
        "is_urged": float(standing.urged_by is not None),
        f"frame={candidate.trigger.frame}": 1.0,
        f"aspect={standing.aspect}": 1.0,
        f"told={_phase_of(best)}": 1.0,
        f"system_link={candidate.system_link}": 1.0,
        f"specificity={candidate.system.entry.specificity}": 1.0,
    }
    for side, role in (("s", best.supplier), ("r", best.recipient)):
        features[f"{side}_rank"] = float(LINKS.index(role.link if role else "none"))
        features[f"{side}_table={role.match.entry.table if role else 'none'}"] = 1.0
    return features


def _headline_features(transfer: Transfer, title_parties: Sequence[str], headline: Headline) -> Features:
    supplier, recipient, category = transfer
    return {
        "s_in_title": float(supplier in title_parties),
        "r_in_title": float(recipient in title_parties),
        "s_supplies_in_title": float(supplier in headline.suppliers),
        "r_receives_in_title": float(recipient in headline.recipients),
        "category_in_title": float(category in headline.categories),
    }


def _best_by_party(pairs: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], list[tuple[float, str]]]:
    """(side, party) -> the two best scores of its pairs, each with the other party."""
    best: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for (supplier, recipient), score in pairs.items():
        for key, other in ((("supplier", supplier), recipient), (("recipient", recipient), supplier)):
            best[key] = sorted([*best[key], (score, other)], reverse=True)[:2]
    return best


def gather_claims(
    readings: Sequence[Reading], scores: Scores, title_parties: Sequence[str], headline: Headline
) -> list[tuple[Claim, Features]]:
    """Return the claims of an article with their features: each by itself, and how it stands among the others.

    Args:
        readings: all readings of the article.
        scores: their scores.
        title_parties: parties that its headline names.
        headline: what its headline tells.
    """
    groups = _groups(readings, scores)
    pairs: dict[tuple[str, str], float] = defaultdict(float)
    transfers: dict[Transfer, float] = {}
    for group in groups:
        pair = group.transfer[:2]
        pairs[pair] = max(pairs[pair], group.pair)
        transfers[group.transfer] = group.features["transfer"]
    by_pair: dict[tuple[str, str], list[tuple[Transfer, float]]] = defaultdict(list)
    for transfer, score in transfers.items():
        by_pair[transfer[:2]].append((transfer, score))
    best_of = _best_by_party(pairs)
    pair_scores, transfer_scores = sorted(pairs.values()), sorted(transfers.values())
    title_phases = {status_phase(status) for status in headline.statuses}
    top_pair, top_transfer = max(pair_scores, default=0.0), max(transfer_scores, default=0.0)
    found: list[tuple[Claim, Features]] = []
    for group in groups:
        supplier, recipient, _ = group.transfer
        pair, own = (supplier, recipient), transfers[group.transfer]
        others = by_pair[pair]
        shared: Features = {
            **group.features,
            **_headline_features(group.transfer, title_parties, headline),
            "pair": pairs[pair],
            "of_pair": own / max(*(score for _, score in others), 1e-9),
            "of_top_pair": pairs[pair] / max(top_pair, 1e-9),
            "of_top": own / max(top_transfer, 1e-9),
            "top_pair": top_pair,
            "top": top_transfer,
            "reverse": pairs.get((recipient, supplier), 0.0),
            "other_recipient": max(
                (v for v, other in best_of["supplier", supplier] if other != recipient), default=0.0
            ),
            "other_supplier": max(
                (v for v, other in best_of["recipient", recipient] if other != supplier), default=0.0
            ),
            "better_pairs": float(len(pair_scores) - bisect_right(pair_scores, pairs[pair])),
            "better_transfers": float(len(transfer_scores) - bisect_right(transfer_scores, own)),
            "specific": max((score for transfer, score in others if transfer[2] != "unspecified"), default=0.0),
            "unspecified": transfers.get((supplier, recipient, "unspecified"), 0.0),
            "n_transfers": float(min(20, len(transfers))),
        }
        best: dict[int, Features] = {}
        for phase, name in enumerate(PHASES):
            claim = _claim(group, phase, readings)
            first = claim.readings[0]
            if first not in best:
                best[first] = _best_features(readings[first])
            features = {**shared, **best[first], **group.of_phases[phase]}
            features["phase_in_title"] = float(name in title_phases)
            features["is_whole"] = float(claim.is_whole)
            found.append((claim, features))
    supports = sorted(features["support"] for _, features in found)
    for _, features in found:
        features["better"] = float(len(supports) - bisect_right(supports, features["support"]))
    return found
