"""Which equipment can be the same: a general word and what it stands for, a weapon system and its variants."""

from etl.reference import Entry
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


def are_variants(first: Entry, second: Entry) -> bool:
    """True where one name is the other's with a suffix, and the category is the same: F-16 and F-16V, but not F-1 and F-16."""
    short, long = sorted((first.name.lower(), second.name.lower()), key=len)
    if first.id == second.id or not long.startswith(short) or category_of(first) != category_of(second):
        return False
    return first.rank == second.rank and not (short[-1].isdigit() and long[len(short)].isdigit())
