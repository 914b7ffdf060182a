"""Who could be supplier and who recipient of a candidate: everyone the grammar, the sentence, its neighbours and the headline name.

The grammar's own reading comes first; the scorer weighs it against the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.parts import Role
from etl.extraction.rules.propose import Candidate
from etl.reference import Match

LINKS = (
    "argument",
    "inherited",
    "modifier",
    "discourse",
    "origin",
    "sentence",
    "described",
    "previous",
    "next",
    "title",
    "frequent",
    "none",
)
"""How an option was found, the closest first."""
_LOOK_BACK = 3
_MOST = 13


@dataclass(frozen=True)
class Base:
    """One trigger with one piece of equipment: all readings of it differ only in their parties.

    Attributes:
        suppliers, recipients: parties that the grammar gives.
        options: everyone who could be either, each party once, with the closest way in which it was found.
    """

    candidate: Candidate
    suppliers: tuple[Role, ...]
    recipients: tuple[Role, ...]
    options: tuple[Role, ...]

    @cached_property
    def party_ids(self) -> tuple[frozenset[str], frozenset[str]]:
        """Identifiers of the grammar's suppliers and recipients."""
        return (
            frozenset(role.match.entry.party_id for role in self.suppliers),
            frozenset(role.match.entry.party_id for role in self.recipients),
        )


def _add(options: dict[str, Role], match: Match, link: str) -> None:
    if match.entry.party_id != "unknown":
        options.setdefault(match.entry.party_id, Role(match, link))


def _options(candidate: Candidate, roles: Iterable[Role], discourse: Discourse) -> tuple[Role, ...]:
    options: dict[str, Role] = {}
    for role in roles:
        _add(options, role.match, role.link)
    if candidate.origin:
        _add(options, candidate.origin, "origin")
    for match in candidate.sentence.actors:
        _add(options, match, "sentence")
    for match in discourse.described(candidate.sentence):
        _add(options, match, "described")
    index = candidate.sentence.index
    for back in range(1, _LOOK_BACK + 1):
        if index >= back:
            for match in discourse.sentences[index - back].actors:
                _add(options, match, "previous")
    for match in discourse.title:
        if match.entry.is_actor:
            _add(options, match, "title")
    if index + 1 < len(discourse.sentences):
        for match in discourse.sentences[index + 1].actors:
            _add(options, match, "next")
    for party, _ in sorted(discourse.frequency.items(), key=lambda item: (-item[1], item[0]))[:3]:
        if party != "unknown":
            entry = discourse.entry_of(party)
            _add(options, Match(0, 0, entry, "name"), "frequent")
    return tuple(options.values())[:_MOST]


def gather_bases(candidates: Iterable[Candidate], discourse: Discourse) -> list[Base]:
    """Return the bases of an article's candidates: readings of one trigger and one piece of equipment brought together."""
    grouped: dict[tuple[int, int, int], list[Candidate]] = {}
    for candidate in candidates:
        key = (candidate.sentence.index, candidate.token.i, candidate.system.start)
        grouped.setdefault(key, []).append(candidate)
    bases = []
    for group in grouped.values():
        suppliers = {role.match.entry.party_id: role for candidate in group if (role := candidate.supplier)}
        recipients = {role.match.entry.party_id: role for candidate in group if (role := candidate.recipient)}
        roles = [*suppliers.values(), *recipients.values()]
        bases.append(
            Base(
                group[0],
                tuple(suppliers.values()),
                tuple(recipients.values()),
                _options(group[0], roles, discourse),
            )
        )
    return bases
