"""Scores -> the readings that become mentions: readings are scored first, then the claims that they add up to."""

from collections import defaultdict
from dataclasses import dataclass

from etl.extraction.scorer.claims import Claim, gather_claims, status_of
from etl.extraction.scorer.model import Model, Scores
from etl.extraction.scorer.readings import ArticleReadings, Reading
from etl.reference import Entry

_EVIDENCE = 0.5
"""Share of the best reading's evidence from which another reading of the same claim counts as its evidence."""
_DENIAL = 0.45
"""The same for a reading that is told only to be denied: a denial anywhere disputes the claim."""
_NEARLY = 0.7
"""The same for a reading that may name the claim's equipment."""


@dataclass(frozen=True)
class Chosen:
    """A reading that becomes a mention, with the score of its claim and how far such scores were right.

    Attributes:
        system: what the claim is about: the specific equipment, where the reading itself has a general word for it.
        status: the claim's.
    """

    reading: Reading
    system: Entry
    status: str
    score: float
    confidence: float


def _contradicts(claim: Claim, other: Claim, found: ArticleReadings) -> bool:
    """True where two claims cannot well both be meant.

    The reverse pair; another phase of the same transfer, or the same words with one party exchanged, unless the grammar tells both.
    """
    supplier, recipient, _ = claim.transfer
    if other.transfer[:2] == (recipient, supplier):
        return True
    if other.transfer == claim.transfer:
        return other.phase != claim.phase and not (claim.is_whole and other.is_whole)
    first, second = found.readings[claim.readings[0]], found.readings[other.readings[0]]
    return first.number == second.number and not (first.is_grammatical and second.is_grammatical)


def _word(number: int, found: ArticleReadings) -> tuple[int, int]:
    """Sentence and place of the word by which a reading tells its transfer."""
    candidate = found.readings[number].base.candidate
    return candidate.sentence.index, candidate.token.i


def _is_general_word(
    claim: Claim, named: set[tuple[tuple[str, str], str, tuple[int, int]]], found: ArticleReadings
) -> bool:
    """True where the best reading takes a general word of the sentence for the equipment, though its own word names a kind.

    `a weapons package that includes vehicles` tells of the vehicles.
    """
    best = claim.readings[0]
    return (
        claim.transfer[2] == "unspecified"
        and found.readings[best].base.candidate.system_link == "sentence"
        and (claim.transfer[:2], claim.phase, _word(best, found)) in named
    )


def _agree(kept: list[tuple[float, Claim]], found: ArticleReadings, model: Model) -> list[tuple[float, Claim]]:
    """Drop each claim that a much better one contradicts, and each whose reverse the grammar gives whole."""
    whole = {claim.transfer[:2] for _, claim in kept if claim.is_whole}
    kept = [item for item in kept if item[1].is_whole or item[1].transfer[:2][::-1] not in whole]
    named = {(claim.transfer[:2], claim.phase, _word(number, found)) for _, claim in kept for number in claim.whole}
    kept = [item for item in kept if not _is_general_word(item[1], named, found)]
    near: dict[object, list[tuple[float, Claim]]] = defaultdict(list)
    for item in kept:
        for key in (item[1].transfer[:2], item[1].transfer, found.readings[item[1].readings[0]].number):
            near[key].append(item)
    result = []
    for score, claim in kept:
        keys = (claim.transfer[1::-1], claim.transfer, found.readings[claim.readings[0]].number)
        others = (item for key in keys for item in near[key])
        rivals = [other_score for other_score, other in others if _contradicts(claim, other, found)]
        if score >= model.rival * max(rivals, default=0.0):
            result.append((score, claim))
    return result


def choose(found: ArticleReadings, scores: Scores, model: Model) -> list[Chosen]:
    """Return the readings to be kept.

    A claim is kept if its score reaches `model.accept`. One that the grammar gives whole needs only the share `model.whole` of
    that: there the grammar is nearly always right about the parties. Then the claims of an article must agree with each other.
    """
    context = found.context
    claims = gather_claims(found.readings, scores, context.discourse.title_parties, context.headline)
    if not claims:
        return []
    kept = []
    for score, (claim, _) in zip(model.score_claims([features for _, features in claims]), claims, strict=True):
        if score >= model.accept * (model.whole if claim.is_whole else 1.0):
            kept.append((float(score), claim))
    chosen = []
    agreed = _agree(kept, found, model)
    told = {found.readings[number].number for _, claim in agreed for number in claim.whole}
    for score, claim in agreed:
        main, status = _main(claim, found), status_of(claim, found.readings, scores)
        denials = [
            number
            for number in _nearly_best(claim, _DENIAL)
            if found.readings[number].base.candidate.standing.assertion == "denied"
        ]
        for number in dict.fromkeys([*_nearly_best(claim, _EVIDENCE), *denials]):
            reading = found.readings[number]
            if number != claim.readings[0] and reading.number in told and not reading.is_grammatical:
                continue  # these words tell another claim: `submarines from Germany and frigates from Italy`
            system = (
                reading.base.candidate.system.entry if _is_listed(reading, main) else main.base.candidate.system.entry
            )
            chosen.append((number, Chosen(reading, system, status, score, model.confidence(score))))
    return [item for _, item in sorted(chosen, key=lambda item: item[0])]


def _nearly_best(claim: Claim, share: float) -> list[int]:
    """The readings whose evidence reaches a share of the best one's."""
    return [
        number
        for number, evidence in zip(claim.readings, claim.evidence, strict=True)
        if evidence >= share * claim.evidence[0]
    ]


def _main(claim: Claim, found: ArticleReadings) -> Reading:
    """The reading that names the equipment most closely, among those nearly as good as the best."""
    near = _nearly_best(claim, _NEARLY)
    return found.readings[max(near, key=lambda number: found.readings[number].base.candidate.system.entry.rank)]


def _is_listed(reading: Reading, main: Reading) -> bool:
    """True where one word governs the equipment of both readings: `rifles and pistols` are two, `the guns` later on is neither."""
    one, other = reading.base.candidate, main.base.candidate
    return (
        one.sentence.index == other.sentence.index
        and one.token.i == other.token.i
        and one.system.entry.rank > 0
        and {one.system_link, other.system_link} <= {"argument", "inherited", "modifier"}
    )
