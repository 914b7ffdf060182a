"""Loads the reference tables: what each file's rows are, and the names under which the matcher looks for them."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from etl.errors import ReferenceDataError
from schemas.codes import lookup

ALIAS_COLUMNS = {
    "name": "name",
    "official_name": "name",
    "names": "name",
    "aliases": "name",
    "former_names": "name",
    "abbreviations": "name",
    "adjectives": "adjective",
    "demonyms": "demonym",
    "capital": "capital",
    "seats": "seat",
    "forces": "forces",
}
"""Column of a reference table -> what sort of name it holds."""

SYSTEM_TABLES = ("air_defence", "aircraft", "armoured_vehicle", "artillery", "component", "engine", "missile", "munition",
                 "other", "satellite", "sensor", "ship", "small_arms", "uav")  # fmt: skip
TABLES = ("states", "leaders", "groups", "organisations", "makers", "vocabulary",
          *(f"systems/{name}" for name in SYSTEM_TABLES))  # fmt: skip
_SPECIFICITY = ("generic", "class", "type", "designation")
ACTOR_TABLES = frozenset({"states", "leaders", "groups", "organisations", "makers"})


@dataclass(frozen=True)
class Kind:
    """One kind of equipment, and where each scheme puts it (or why not)."""

    id: str
    label: str
    category: str
    sipri_category: str | None
    sipri_exclusion: str | None
    unroca_category: str | None
    unroca_exclusion: str | None


@dataclass(frozen=True)
class Entry:
    """One row of a reference table.

    Attributes:
        table: its file, without ending.
        country: ISO 3166-1 alpha-3 of the state it belongs to or stands for; for a state, its own or its successor's.
        specificity: how closely equipment is named: designation, type, class or generic; empty for actors.
        made_in: states whose industry makes this equipment, successors for states that are gone.
    """

    id: str
    table: str
    name: str
    country: str | None = None
    kind: str | None = None
    specificity: str | None = None
    start_year: int | None = None
    end_year: int | None = None
    area: tuple[str, ...] = ()
    made_in: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def is_actor(self) -> bool:
        """True for states, leaders, groups, organisations and makers."""
        return self.table in ACTOR_TABLES

    @property
    def rank(self) -> int:
        """How closely the entry names equipment: 0 generic, 1 class, 2 type, 3 designation."""
        return _SPECIFICITY.index(self.specificity or "class")

    @property
    def party_id(self) -> str:
        """The party that this actor stands for: its state's code, or its own identifier for groups and organisations."""
        return self.id if self.table in {"groups", "organisations"} else self.country or "unknown"


def read_csv(name: str) -> list[dict[str, str]]:
    """Return the rows of one reference file, such as `verbs` or `systems/aircraft`.

    Raises:
        ReferenceDataError: the file is missing or a row has too many or too few cells.
    """
    path = files("etl.reference").joinpath(*f"{name}.csv".split("/"))
    if not path.is_file():
        raise ReferenceDataError(f"etl/reference/{name}.csv is missing. Install the package anew.")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ReferenceDataError(
                f"etl/reference/{name}.csv line {number}: wrong number of cells in {list(row.values())[:2]}."
            )
    return rows


def split_cell(cell: str) -> tuple[str, ...]:
    """Return the values of a cell that may hold several."""
    return tuple(value.strip() for value in cell.split("|") if value.strip())


def _year(cell: str | None) -> int | None:
    return int(cell) if cell else None


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds of equipment by identifier."""
    return {
        row["kind"]: Kind(
            row["kind"],
            row["label"],
            row["category"],
            row["sipri_category"] or None,
            row["sipri_reason"] or None,
            row["unroca_category"] or None,
            row["unroca_reason"] or None,
        )
        for row in read_csv("kinds")
    }


def _country(table: str, row: dict[str, str]) -> str | None:
    if table == "states":
        return row["successor"] or row["iso3"] or row["id"]
    return (split_cell(row.get("country", "")) or (None,))[0]


@cache
def _successors() -> dict[str, str]:
    """Code of each state -> the code under which it stands today."""
    return {row["id"]: _country("states", row) or row["id"] for row in read_csv("states")}


def _made_in(table: str, row: dict[str, str]) -> tuple[str, ...]:
    if not table.startswith("systems/"):
        return ()
    return tuple(dict.fromkeys(_successors().get(code, code) for code in split_cell(row["country"])))


def _entry(table: str, row: dict[str, str]) -> Entry:
    names: dict[tuple[str, str], None] = {}
    for column, sort in ALIAS_COLUMNS.items():
        for name in split_cell(row.get(column, "")):
            names[(name, sort)] = None
    specificity = row.get("specificity") or ("designation" if table.startswith("systems/") else None)
    return Entry(
        id=row["id"],
        table=table,
        name=row["name"],
        country=_country(table, row),
        kind=row.get("kind") or None,
        specificity=specificity,
        start_year=_year(row.get("start_year")),
        end_year=_year(row.get("end_year")),
        area=split_cell(row.get("area", "")),
        made_in=_made_in(table, row),
        names=tuple(names),
    )


@cache
def entries() -> dict[str, Entry]:
    """Return all rows of all tables by identifier, in file order."""
    found: dict[str, Entry] = {}
    for table in TABLES:
        for row in read_csv(table):
            entry = _entry(table, row)
            if entry.id in found:
                raise ReferenceDataError(
                    f"etl/reference/{table}.csv: {entry.id} stands in {found[entry.id].table} already."
                )
            found[entry.id] = entry
    return found


def ambiguity_rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (file, row) of all rules for names that can mean several things."""
    folder = files("etl.reference").joinpath("ambiguity")
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.endswith(".csv"):
            name = f"ambiguity/{path.name[:-4]}"
            for row in read_csv(name):
                yield name, row


def category_of(entry: Entry) -> str:
    """Return the project's category of a system or a generic term."""
    return kinds()[entry.kind].category if entry.kind else "unspecified"


def status_phase(status: str) -> str:
    """Return the phase to which a status belongs."""
    return lookup("status", "phase")[status]


@cache
def industries() -> Counter[str]:
    """Return for each state how many systems of the tables its industry makes: how large it is as a maker of arms."""
    return Counter(code for entry in entries().values() for code in entry.made_in)


@cache
def _rivals() -> frozenset[frozenset[str]]:
    return frozenset(frozenset((row["first"], row["second"])) for row in read_csv("rivals"))


def are_rivals(first: str, second: str) -> bool:
    """True where two parties fought or threatened each other: their names stand together for that reason more often."""
    return frozenset((first, second)) in _rivals()


def default_system() -> Entry:
    """Return the entry for equipment of which no kind is stated."""
    return entries()["term:weapon"]
