"""Equipment as named in the text -> identifier, usual name, and its category in each scheme."""

from dataclasses import dataclass

from etl.reference import Entry, kinds


@dataclass(frozen=True)
class Equipment:
    """A weapon system resolved: values of the columns `system_*`, `sipri_*` and `unroca_*`."""

    id: str
    name: str
    category: str
    sipri_category: str | None
    sipri_exclusion: str | None
    unroca_category: str | None
    unroca_exclusion: str | None


def resolve_system(entry: Entry) -> Equipment:
    """Return what a piece of equipment is, by its entry in the reference tables."""
    kind = kinds()[entry.kind or "unspecified"]
    return Equipment(
        entry.id, entry.name, kind.category, kind.sipri_category, kind.sipri_exclusion, kind.unroca_category, kind.unroca_exclusion
    )  # fmt: skip
