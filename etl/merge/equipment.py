"""Which equipment can be the same: a general word and what it stands for, a weapon system and its variants."""

from functools import cache

from etl.reference import Entry, entries
from etl.reference.names import fold
from etl.reference.tables import category_of

_ALSO = {
    "missile": frozenset({"air_defence", "munition"}),
    "munition": frozenset({"artillery", "missile"}),
    "artillery": frozenset({"munition"}),
    "component": frozenset({"engine"}),
}
"""Category of a general word -> other categories whose equipment it can stand for: a rocket may be a missile."""


def covers(specific: Entry, general: Entry) -> bool:
    """True where the general word can stand for the specific equipment: `weapons` for all, `missiles` for an S-300 too."""
    if specific.id == general.id:
        return True
    if specific.rank <= general.rank:
        return False
    wide = category_of(general)
    if general.specificity == "generic" and wide == "unspecified":
        return True
    return category_of(specific) == wide or category_of(specific) in _ALSO.get(wide, frozenset())


@cache
def _designations(system: str) -> tuple[str, ...]:
    """The usual name of a weapon system, and those of its other names that have a number: `Falcon` alone says too little."""
    entry = entries()[system]
    names = {entry.name, *(name for name, _ in entry.names if any(char.isdigit() for char in name))}
    return tuple(sorted(" ".join(fold(name).split()) for name in names))


def _begins(short: str, long: str) -> bool:
    """True where a name is the other with something added: F-16 and F-16C, S-300 and S-300PMU-2, not Type 21 and Type 214."""
    if len(short) >= len(long) or not long.startswith(short):
        return False
    return long[len(short)] == " " or (short[-1].isdigit() and long[len(short)].isalpha())


@cache
def are_variants(first: str, second: str) -> bool:
    """True for two weapon systems, by identifier, of one category of which one has a name that begins a name of the other."""
    one, other = entries()[first], entries()[second]
    if first == second or one.rank != other.rank or category_of(one) != category_of(other):
        return False
    pairs = [(name, that) for name in _designations(first) for that in _designations(second)]
    return any(_begins(name, that) or _begins(that, name) for name, that in pairs)


def can_be_same(one: Entry, other: Entry) -> bool:
    """True where two words for equipment can mean the same: the same entry, a variant, or a general word and what it stands for."""
    return one.id == other.id or are_variants(one.id, other.id) or covers(one, other) or covers(other, one)
