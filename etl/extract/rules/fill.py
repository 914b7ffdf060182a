"""A party that the grammar does not give: from the system's origin, the sentence, the sentences before, or the headline."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from etl.extract.rules.discourse import Discourse
from etl.extract.rules.propose import Candidate, Role
from etl.reference import Match

_TO_BEFORE = (" to ", " for ", " into ", " in ", " against ", " with ")
_FROM_BEFORE = (" from ", " by ")


def direct_pairs(candidates: Iterable[Candidate]) -> Counter[tuple[str, str]]:
    """Return how often the article's grammar gives each pair (supplier, recipient) whole."""
    return Counter(
        (candidate.supplier.match.entry.party_id, candidate.recipient.match.entry.party_id)
        for candidate in candidates
        if candidate.supplier and candidate.recipient
    )


def _free_actors(candidate: Candidate) -> list[Match]:
    taken = {
        role.match.entry.party_id for role in (candidate.supplier, candidate.recipient) if role is not None
    }
    return [match for match in candidate.sentence.actors if match.entry.party_id not in taken]


def _by_preposition(candidate: Candidate, free: list[Match], marks: tuple[str, ...]) -> Match | None:
    text, start = candidate.sentence.text, candidate.sentence.start
    for match in free:
        before = f" {text[max(0, match.start - start - 14) : match.start - start]}"
        if any(mark in before[-12:] for mark in marks):
            return match
    return None


def _from_pairs(candidate: Candidate, pairs: Counter[tuple[str, str]], discourse: Discourse) -> Match | None:
    """The other side of the known party in the pairs that the article gives whole."""
    known_supplier = candidate.supplier.match.entry.party_id if candidate.supplier else None
    known_recipient = candidate.recipient.match.entry.party_id if candidate.recipient else None
    fitting = [
        (count, supplier, recipient) for (supplier, recipient), count in pairs.items()
        if (known_supplier and supplier == known_supplier) or (known_recipient and recipient == known_recipient)
    ]  # fmt: skip
    if not fitting:
        return None
    _, supplier, recipient = max(fitting)
    entry = discourse.entry_of(recipient if known_supplier else supplier)
    return Match(0, 0, entry, "name")


def _from_context(candidate: Candidate, discourse: Discourse, taken: str) -> Role | None:
    for back in (1, 2):
        if candidate.sentence.index < back:
            break
        previous = discourse.sentences[candidate.sentence.index - back]
        parties = {match.entry.party_id: match for match in previous.actors if match.entry.party_id != taken}
        if len(parties) == 1:
            return Role(next(iter(parties.values())), "context")
    others = [party for party in discourse.title_parties if party != taken]
    if len(others) == 1:
        return Role(Match(0, 0, discourse.entry_of(others[0]), "name"), "title")
    return None


def fill_parties(candidate: Candidate, pairs: Counter[tuple[str, str]], discourse: Discourse) -> Candidate:
    """Return the candidate with a missing party filled where the article tells which it is."""
    if candidate.supplier is None and candidate.origin is not None:
        origin = candidate.origin.entry.party_id
        if candidate.recipient is None or candidate.recipient.match.entry.party_id != origin:
            candidate = replace(candidate, supplier=Role(candidate.origin, "modifier"))
    if candidate.supplier and candidate.recipient:
        return candidate
    free = _free_actors(candidate)
    if candidate.recipient is None and candidate.supplier is not None:
        match = _by_preposition(candidate, free, _TO_BEFORE)
        role = Role(match, "sentence") if match else None
        if role is None and (known := _from_pairs(candidate, pairs, discourse)):
            role = Role(known, "discourse")
        role = role or (Role(free[-1], "sentence") if len(free) == 1 else None)
        role = role or _from_context(candidate, discourse, candidate.supplier.match.entry.party_id)
        return replace(candidate, recipient=role)
    if candidate.supplier is None and candidate.recipient is not None:
        match = _by_preposition(candidate, free, _FROM_BEFORE)
        role = Role(match, "sentence") if match else None
        if role is None and (known := _from_pairs(candidate, pairs, discourse)):
            role = Role(known, "discourse")
        role = role or (Role(free[0], "sentence") if len(free) == 1 else None)
        role = role or _from_context(candidate, discourse, candidate.recipient.match.entry.party_id)
        return replace(candidate, supplier=role)
    return candidate
