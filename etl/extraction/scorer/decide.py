"""Scores -> the readings that become mentions: readings are scored first, then the claims that they add up to."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from etl.extraction.rules.propose import Candidate
from etl.extraction.scorer.claims import Claim, gather_claims, status_of
from etl.extraction.scorer.model import Model, Scores
from etl.extraction.scorer.readings import ArticleReadings, Reading
from etl.reference import Entry, Match

_EVIDENCE = 0.5
"""Share of the best reading's evidence from which another reading of the same claim counts as its evidence."""
_DENIAL = 0.45
"""The same for a reading that is told only to be denied: a denial anywhere disputes the claim."""
_JOINS = frozenset([",", ";", "and", "or", "&", "plus", "alongside", "including"])
"""Words and signs that join the members of a list."""
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


def _is_listed_with(candidate: Candidate, told: list[Match]) -> bool:
    """True where equipment stands in a list with equipment that the same word tells: the parser may have lost it."""
    doc, start = candidate.sentence.doc or (), candidate.sentence.start
    for match in told:
        first, last = sorted([match, candidate.system], key=attrgetter("start"))
        between = [word for word in doc if first.end <= start + word.idx < last.start]
        if [word.lower_ for word in between] == ["of"]:
            return False  # batteries of launchers
        if any(word.lower_ in _JOINS for word in between) and not any(word.pos_ in {"VERB", "AUX"} for word in between):
            return True
    return False


def _is_beside(
    claim: Claim, named: Mapping[tuple[tuple[str, str], str, tuple[int, int]], list[Match]], found: ArticleReadings
) -> bool:
    """True where the best readings take other equipment of their sentence for what their own words are told of.

    `a weapons package that includes vehicles` tells of the vehicles, `the radar that Finland bought is mounted on corvettes` of the
    radar.
    """
    is_general = claim.transfer[2] == "unspecified"
    for number in claim.readings[:1] if is_general else _nearly_best(claim, _EVIDENCE):
        candidate = found.readings[number].base.candidate
        told = named.get((claim.transfer[:2], claim.phase, _word(number, found)))
        if told is None or candidate.system_link != "sentence":
            return False
        if not is_general and _is_listed_with(candidate, told):
            return False
    return True


def _is_only_urged(claim: Claim, found: ArticleReadings) -> bool:
    """True for a prospect of which all that is told is that somebody else than the recipient urges it (codebook: no event)."""
    if claim.phase != "prospect":
        return False
    bases = [found.readings[number].base for number in _nearly_best(claim, _EVIDENCE)]
    return all(base.candidate.urgers is not None and claim.transfer[1] not in base.candidate.urgers for base in bases)


def _agree(kept: list[tuple[float, Claim]], found: ArticleReadings, model: Model) -> list[tuple[float, Claim]]:
    """Drop each claim that a much better one contradicts, and each whose reverse the grammar gives whole."""
    whole = {claim.transfer[:2] for _, claim in kept if claim.is_whole}
    kept = [item for item in kept if item[1].is_whole or item[1].transfer[:2][::-1] not in whole]
    named: dict[tuple[tuple[str, str], str, tuple[int, int]], list[Match]] = defaultdict(list)
    for _, claim in kept:
        for number in claim.whole:
            system = found.readings[number].base.candidate.system
            named[claim.transfer[:2], claim.phase, _word(number, found)].append(system)
    kept = [item for item in kept if not _is_beside(item[1], named, found)]
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
        if score >= model.accept * (model.whole if claim.is_whole else 1.0) and not _is_only_urged(claim, found):
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


def _is_named_behind(one: Candidate, other: Candidate) -> bool:
    """True where a colon or a bracket behind a word for a kind of equipment says which it is: `jets: six M-346 trainers`."""
    gap = one.sentence.text[one.system.end - one.sentence.start : other.system.start - one.sentence.start]
    return one.system.entry.rank < other.system.entry.rank and gap.lstrip().startswith((":", "(", "–", "—"))


def _is_listed(reading: Reading, main: Reading) -> bool:
    """True where one word governs the equipment of both readings: `rifles and pistols` are two, `the guns` later on is neither."""
    one, other = reading.base.candidate, main.base.candidate
    return (
        one.sentence.index == other.sentence.index
        and one.token.i == other.token.i
        and one.system.entry.rank > 0
        and not _is_named_behind(one, other)
        and {one.system_link, other.system_link} <= {"argument", "inherited", "modifier"}
    )
