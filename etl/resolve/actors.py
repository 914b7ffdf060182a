"""A party as named in the text -> identifier, usual name and kind."""

from dataclasses import dataclass

from etl.extraction.protocol import Party
from etl.reference import entries

_KINDS = {"groups": "armed_group", "organisations": "organisation"}


@dataclass(frozen=True)
class Actor:
    """A party resolved: values of the columns `*_id`, `*_name`, `*_kind`."""

    id: str
    name: str | None
    kind: str


UNKNOWN = Actor("unknown", None, "unknown")


def resolve_party(party: Party) -> Actor:
    """Return who a party is. Companies, capitals, leaders and states that are gone give their state or its successor."""
    entry = party.entry
    if entry is None or entry.party_id == "unknown":
        return UNKNOWN
    kind = _KINDS.get(entry.table, "state")
    if kind != "state" or entry.table == "states":
        return Actor(entry.party_id, entry.name, kind)
    return Actor(entry.party_id, entries()[entry.party_id].name, kind)
