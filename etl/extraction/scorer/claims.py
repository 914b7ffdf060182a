"""Readings of one article that claim the same transfer -> one claim for each phase, with features of how the article bears it out."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from etl.extraction.rules.headline import Headline
from etl.extraction.rules.options import LINKS
from etl.extraction.scorer.model import PHASES, STATUSES, Floats, Scores, is_worth_a_look
from etl.extraction.scorer.readings import Reading
from etl.extraction.scorer.roles import Features
from etl.reference.tables import status_phase

_MOST = 12
"""Readings of one transfer that are looked at, the best first."""
_GRAMMAR = 0.5
"""What the grammar's own status, where it is certain, adds to its score; a mere plan adds nothing beside talks."""
_OF_PHASE = np.array([PHASES.index(status_phase(status)) for status in STATUSES])

Transfer = tuple[str, str, str]


@dataclass(frozen=True)
class Claim:
    """The readings of an article that claim the same transfer, at one phase of its status.

    Attributes:
        transfer: supplier, recipient, category.
        readings: their numbers among the article's readings, the best for this phase first.
        evidence: for each of them, how much it speaks for the claim: the score of its transfer times that of the phase.
        is_whole: True where the grammar gives one of the readings whole, at this phase.
        status: the status within the phase that the readings speak for.
    """

    transfer: Transfer
    phase: str
    readings: tuple[int, ...]
    evidence: tuple[float, ...]
    is_whole: bool
    status: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is claimed at the depth of an event."""
        return (*self.transfer, self.phase)


@dataclass(frozen=True)
class _Group:
    """The readings of one transfer with their scores, the best first."""

    transfer: Transfer
    readings: list[int]
    pair: Floats
    score: Floats
    phases: Floats


def _missing(scores: Floats) -> float:
    """The chance that none of several readings is right, were they independent."""
    return float(np.prod(1.0 - scores))


def _groups(readings: Sequence[Reading], scores: Scores) -> list[_Group]:
    grouped: dict[Transfer, list[int]] = defaultdict(list)
    for number, reading in enumerate(readings):
        if is_worth_a_look(reading, scores.transfer[number]):
            grouped[reading.transfer].append(number)
    groups = []
    for transfer in sorted(grouped):
        ranked = sorted(grouped[transfer], key=lambda number: (-scores.transfer[number], number))
        groups.append(_Group(transfer, ranked, scores.pair[ranked], scores.transfer[ranked], scores.phases[ranked]))
    return groups


def _status(group: _Group, phase: int, readings: Sequence[Reading], scores: Scores) -> str:
    """The status within a phase for which the readings of a transfer speak, each by its own weight."""
    best = group.readings[:_MOST]
    weights = group.score[:_MOST] * group.phases[:_MOST, phase]
    total = weights @ np.where(phase == _OF_PHASE, scores.statuses[best], 0.0)
    for number, weight in zip(best, weights, strict=True):
        standing = readings[number].base.candidate.standing
        if standing.is_certain and standing.status != "considering":
            total[STATUSES.index(standing.status)] += _GRAMMAR * weight
    return STATUSES[int(np.argmax(np.where(phase == _OF_PHASE, total, -1.0)))]


def _phase_of(reading: Reading) -> str:
    return status_phase(reading.base.candidate.standing.status)


def _claim(group: _Group, phase: int, readings: Sequence[Reading], scores: Scores) -> Claim:
    evidence = group.score * group.phases[:, phase]
    order = sorted(range(len(evidence)), key=lambda place: (-evidence[place], group.readings[place]))
    ranked = tuple(group.readings[place] for place in order)
    whole = [
        readings[number]
        for number in ranked
        if readings[number].is_claimed and _phase_of(readings[number]) == PHASES[phase]
    ]
    told = [reading.base.candidate.standing for reading in whole]
    certain = [standing.status for standing in told if standing.is_certain]
    further = [status for status in certain if status != "considering"]  # talks outweigh mere plans
    return Claim(
        group.transfer,
        PHASES[phase],
        ranked,
        tuple(float(evidence[place]) for place in order),
        bool(whole),
        next(iter(further or certain), None) or _status(group, phase, readings, scores),
    )


def _own_features(claim: Claim, group: _Group, phase: int, readings: Sequence[Reading]) -> Features:
    """Features of a claim by itself."""
    best = readings[claim.readings[0]]
    candidate, standing = best.base.candidate, best.base.candidate.standing
    score, phases = group.score[:_MOST], group.phases[:_MOST]
    support = score[:, None] * phases
    most = support.max(axis=0)
    told: dict[str, float] = defaultdict(float)
    for number, own in zip(group.readings, group.score, strict=True):
        at = _phase_of(readings[number])
        told[at] = max(told[at], float(own))
    features: Features = {
        "transfer": float(score[0]),
        "second": float(score[1]) if len(score) > 1 else 0.0,
        "any": 1.0 - _missing(score),
        "support": float(most[phase]),
        "any_support": 1.0 - _missing(support[:, phase]),
        "mean_phase": float(support[:, phase].sum() / max(float(score.sum()), 1e-9)),
        "best_phase": float(phases[int(np.argmax(support[:, phase])), phase]),
        "told": told[claim.phase],
        "told_share": told[claim.phase] / max(sum(told.values()), 1e-9),
        "better_phases": float((most > most[phase]).sum()),
        "of_phases": float(most[phase] / max(float(most.max()), 1e-9)),
        "n_readings": float(min(20, len(group.readings))),
        "n_sentences": float(
            len({readings[number].base.candidate.sentence.index for number in group.readings[:_MOST]})
        ),
        "is_grammatical": float(any(readings[number].is_grammatical for number in group.readings)),
        "is_whole": float(claim.is_whole),
        "sentence": float(min(30, candidate.sentence.index)),
        "is_denied": float(standing.assertion == "denied"),
        "is_certain": float(standing.is_certain),
        "is_hypothetical": float(standing.is_hypothetical),
        "is_urged": float(standing.urged_by is not None),
        f"phase={claim.phase}": 1.0,
        f"category={claim.transfer[2]}": 1.0,
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


def _headline_features(claim: Claim, title_parties: Sequence[str], headline: Headline) -> Features:
    supplier, recipient, category = claim.transfer
    return {
        "s_in_title": float(supplier in title_parties),
        "r_in_title": float(recipient in title_parties),
        "s_supplies_in_title": float(supplier in headline.suppliers),
        "r_receives_in_title": float(recipient in headline.recipients),
        "category_in_title": float(category in headline.categories),
        "phase_in_title": float(claim.phase in {status_phase(status) for status in headline.statuses}),
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
        pairs[pair] = max(pairs[pair], float(group.pair[:5].max()))
        transfers[group.transfer] = float(group.score[0])
    by_pair: dict[tuple[str, str], list[tuple[Transfer, float]]] = defaultdict(list)
    for transfer, score in transfers.items():
        by_pair[transfer[:2]].append((transfer, score))
    best_of = _best_by_party(pairs)
    pair_scores, transfer_scores = sorted(pairs.values()), sorted(transfers.values())
    top_pair, top_transfer = max(pair_scores, default=0.0), max(transfer_scores, default=0.0)
    found: list[tuple[Claim, Features]] = []
    for group in groups:
        supplier, recipient, _ = group.transfer
        pair, own = (supplier, recipient), transfers[group.transfer]
        others = by_pair[pair]
        shared: Features = {
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
        for phase in range(len(PHASES)):
            claim = _claim(group, phase, readings, scores)
            features = _own_features(claim, group, phase, readings)
            found.append((claim, {**features, **shared, **_headline_features(claim, title_parties, headline)}))
    supports = sorted(features["support"] for _, features in found)
    for _, features in found:
        features["better"] = float(len(supports) - np.searchsorted(supports, features["support"], side="right"))
    return found
