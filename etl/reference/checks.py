"""Checks of the reference tables: form, identifiers, references, and names that several rows share.

Each problem is one line: the file, the row, the value, and what to do.
"""

import csv
import io
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from importlib.resources import files

from etl.reference.languages import STEM, is_alphabetic
from etl.reference.names import fold
from etl.reference.tables import ALIAS_COLUMNS, TABLES, split_cell
from schemas.codes import codes

Row = dict[str, str]
Rows = dict[str, list[Row]]
"""File without ending -> its rows."""

_SYSTEMS = "id name aliases kind maker country source note"
_WORDS = "lemma forms frame class transfer_type note"
_AMBIGUITY = "alias id rank requires not_before not_after note"
_LANGUAGE = "id names source"
HEADERS = {
    "states": "id name kind official_name iso2 iso3 cow gw sipri_name start_year end_year successor names adjectives "
    "demonyms capital seats forces source note",
    "leaders": "id name aliases country office start_year end_year source note",
    "groups": "id name aliases abbreviations area start_year end_year source note",
    "organisations": "id name aliases abbreviations source note",
    "makers": "id name country kind aliases former_names source note",
    "vocabulary": "id name aliases kind specificity source note",
    "centroids": "iso3 lon lat name source",
    **{name: _SYSTEMS for name in TABLES if name.startswith("systems/")},
    "kinds": "kind label category sipri_category sipri_reason unroca_category unroca_reason",
    "verbs": _WORDS,
    "nouns": _WORDS,
    "numbers": "word value kind note",
    "cues": "lemma effect status note",
    "aspects": "class past perfect present progressive future modal infinitive bare",
    "words": "lemma role",
    "descriptors": "phrase kind members note",
    "rivals": "first second period source",
    "register_columns": "register field columns required",
    "register_names": "id scheme name",
    "instructions": "id language pattern source note",
}
_PREFIXES = {
    "leaders": "leader:",
    "groups": "nsa:",
    "organisations": "igo:",
    "makers": "maker:",
    "vocabulary": "term:",
}
_SOURCES = {
    "iso",
    "cow",
    "government",
    "maker",
    "register",
    "press",
    "encyclopedia",
    "un_report",
    "ngo",
    "academic",
    "natural_earth_10m",
    "natural_earth_50m",
    "cldr",
    "dictionary",
}
_NUMBERS = {"unit", "scale", "pair", "vague"}
_SHORTEST_STEM = 3
_SPECIFICITY = {"designation", "type", "class", "generic"}


def _header(name: str) -> list[str]:
    folder = name.partition("/")[0]
    return {"ambiguity": _AMBIGUITY, "languages": _LANGUAGE}.get(folder, HEADERS.get(name, "")).split()


def _texts() -> Iterator[tuple[str, bytes]]:
    """Each table's file without ending, with its bytes."""
    root = files("etl.reference")
    for folder in ("", "systems", "ambiguity", "languages"):
        for path in sorted((root / folder if folder else root).iterdir(), key=lambda item: item.name):
            if path.name.endswith(".csv"):
                yield f"{folder}/{path.name[:-4]}".lstrip("/"), path.read_bytes()


def _tell(name: str, row: str, value: object, what_to_do: str) -> str:
    return f"etl/reference/{name}.csv: {row}: {value!r}: {what_to_do}"


def parse_table(name: str, data: bytes) -> tuple[list[Row], list[str]]:
    """Return the rows of a file, and what is wrong with its form."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [], [_tell(name, "file", str(error), "save it in UTF-8")]
    problems = []
    if text != unicodedata.normalize("NFC", text):
        wrong = next(line for line in text.split("\n") if line != unicodedata.normalize("NFC", line))
        problems.append(_tell(name, wrong.split(",", 1)[0], wrong[:60], "normalise it to NFC"))
    if "\r" in text or not text.endswith("\n"):
        problems.append(_tell(name, "file", "line ends", "end each line, also the last, with a line feed alone"))
    header, *cells = csv.reader(io.StringIO(text))
    if header != _header(name):
        problems.append(
            _tell(name, "header", ",".join(header), f"write {','.join(_header(name)) or 'it into HEADERS'}")
        )
        return [], problems
    rows = []
    for row in cells:
        if len(row) != len(header):
            problems.append(_tell(name, row[0] if row else "empty row", len(row), f"give it {len(header)} cells"))
        else:
            rows.append(dict(zip(header, row, strict=True)))
    return rows, problems


def _key(row: Row) -> tuple[str, ...]:
    """What identifies a row of any table."""
    return (row["alias"], row["id"]) if "alias" in row else (next(iter(row.values())),)


def _check_form(tables: Rows) -> Iterator[str]:
    """Order, blanks, and values that stand twice in one cell."""
    for name, rows in tables.items():
        keys = [tuple(part.encode() for part in _key(row)) for row in rows]
        for number in range(1, len(keys)):
            if keys[number - 1] > keys[number]:
                yield _tell(name, _key(rows[number])[0], _key(rows[number - 1])[0], "sort the rows in byte order")
                break
        for row in rows:
            for column, cell in row.items():
                if any(part != part.strip() or "  " in part or (not part and "|" in cell) for part in cell.split("|")):
                    yield _tell(name, _key(row)[0], cell, f"column {column}: remove the blanks or the empty value")
                if column in ALIAS_COLUMNS and (twice := _twice(cell)):
                    yield _tell(name, _key(row)[0], twice, f"column {column}: name it once")


def _twice(cell: str) -> list[str]:
    return [value for value, count in Counter(split_cell(cell)).items() if count > 1]


def _check_identifiers(tables: Rows) -> Iterator[str]:
    """One row an identifier, over all tables, each with the prefix of its table."""
    places: dict[str, str] = {}
    for name in TABLES:
        prefix = "sys:" if name.startswith("systems/") else _PREFIXES.get(name, "")
        for row in tables.get(name, []):
            if row["id"] in places:
                yield _tell(name, row["id"], places[row["id"]], "it stands there already: join the rows or rename one")
            places.setdefault(row["id"], f"{name}.csv")
            if not row["id"].startswith(prefix):
                yield _tell(name, row["id"], row["id"], f"let it begin with {prefix}")
            if not row["name"]:
                yield _tell(name, row["id"], "", "give it a name")


def _references(tables: Rows) -> dict[str, tuple[set[str], str]]:
    """Column -> the values that it may hold, and where they come from."""
    known = {name: {_key(row)[0] for row in rows} for name, rows in tables.items()}
    parties = {party for name in ("states", "groups", "organisations") for party in known.get(name, ())}
    return {
        "country": (known.get("states", set()), "a state's id"),
        "area": (known.get("states", set()), "a state's id"),
        "successor": (known.get("states", set()), "a state's id"),
        "maker": (known.get("makers", set()), "a maker's id"),
        "source": (_SOURCES, f"one of {sorted(_SOURCES)}"),
        "specificity": (_SPECIFICITY, f"one of {sorted(_SPECIFICITY)}"),
        "category": (set(codes("category")), "a code of schemas/codes/category.csv"),
        "sipri_category": (set(codes("sipri_category")), "a code of schemas/codes/sipri_category.csv"),
        "unroca_category": (set(codes("unroca_category")), "a code of schemas/codes/unroca_category.csv"),
        "sipri_reason": (set(codes("exclusion")), "a code of schemas/codes/exclusion.csv"),
        "unroca_reason": (set(codes("exclusion")), "a code of schemas/codes/exclusion.csv"),
        "transfer_type": (set(codes("transfer_type")), "a code of schemas/codes/transfer_type.csv"),
        "status": (set(codes("status")), "a code of schemas/codes/status.csv"),
        "class": (known.get("aspects", set()), "a class of aspects.csv"),
        **dict.fromkeys(("first", "second"), (parties, "the id of a state, group or organisation")),
    }


def _check_references(tables: Rows) -> Iterator[str]:
    """Values that point to other rows or to codes must exist there; years are whole and in order."""
    references = _references(tables)
    kinds = {row["kind"] for row in tables.get("kinds", [])}
    statuses = set(codes("status"))
    for name, rows in tables.items():
        is_equipment = name == "vocabulary" or name.startswith("systems/")
        for row in rows:
            for column, (allowed, what) in references.items():
                for value in split_cell(row.get(column, "")):
                    if value not in allowed:
                        yield _tell(name, _key(row)[0], value, f"column {column}: write {what}")
            if is_equipment and row["kind"] not in kinds:
                yield _tell(name, row["id"], row["kind"], "column kind: write a kind of kinds.csv")
            if name == "aspects" and (wrong := set(list(row.values())[1:]) - statuses):
                yield _tell(name, row["class"], sorted(wrong), "write codes of schemas/codes/status.csv")
            if name == "numbers" and not (row["kind"] in _NUMBERS and row["value"].isdecimal()):
                yield _tell(name, row["word"], row["value"], f"write a whole number, and a kind of {sorted(_NUMBERS)}")
            yield from _check_years(name, row)


def _check_years(name: str, row: Row) -> Iterator[str]:
    years = [row.get(column, "") for column in ("start_year", "end_year")]
    if any(year and not year.isdecimal() for year in years):
        yield _tell(name, row["id"], years, "write years as whole numbers")
    elif all(years) and int(years[0]) > int(years[1]):
        yield _tell(name, row["id"], years, "the start is after the end")


def _names(tables: Rows) -> dict[str, set[str]]:
    """Folded name -> identifiers that have it."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in TABLES:
        for row in tables.get(name, []):
            for column in ALIAS_COLUMNS:
                for value in split_cell(row.get(column, "")):
                    found[_fold(value)].add(row["id"])
    return found


def _fold(name: str) -> str:
    return " ".join(fold(name).split())


def _check_ambiguity(tables: Rows) -> Iterator[str]:
    """A name of several identifiers has a rule for each; a rule is of a name that its identifier has."""
    names = _names(tables)
    ids = {row["id"] for name in TABLES for row in tables.get(name, [])}
    ruled: dict[tuple[str, str], str] = {}
    for name, rows in tables.items():
        if not name.startswith("ambiguity/"):
            continue
        for row in rows:
            key = (_fold(row["alias"]), row["id"])
            if key in ruled:
                yield _tell(name, row["alias"], row["id"], f"{ruled[key]}.csv has a rule for it already: keep one")
            ruled.setdefault(key, name)
            if row["id"] not in ids:
                yield _tell(name, row["alias"], row["id"], "no table has this id: remove the rule or mend the id")
            elif row["id"] not in names[key[0]]:
                yield _tell(
                    name,
                    row["alias"],
                    row["id"],
                    "the id has no such alias: remove the rule or add the alias",
                )
            if not row["rank"].isdecimal() or int(row["rank"]) < 1:
                yield _tell(name, row["alias"], row["rank"], "column rank: write 1, 2, ...")
    for alias, owners in sorted(names.items()):
        if len(owners) > 1:
            for owner in sorted(owner for owner in owners if (alias, owner) not in ruled):
                others = ", ".join(sorted(owners - {owner}))
                yield f"etl/reference: {owner}: {alias!r}: {others} has this alias too: add a row to ambiguity/, or drop it here"


def _check_languages(tables: Rows) -> Iterator[str]:
    """Each row of a language is of an entry that exists, and no form is too short, or of two entries of one kind."""
    ids = {row["id"] for name in TABLES for row in tables.get(name, [])}
    for name, rows in tables.items():
        if not name.startswith("languages/"):
            continue
        owners: dict[tuple[str, str], str] = {}
        seen: set[str] = set()
        for row in rows:
            if row["id"] in seen:
                yield _tell(name, row["id"], row["id"], "it stands there already: join the rows")
            seen.add(row["id"])
            if row["id"] not in ids:
                yield _tell(name, row["id"], row["id"], "no table has this id: remove the row or mend the id")
            if not row["names"]:
                yield _tell(name, row["id"], "", "column names: give it a form, or remove the row")
            for form in split_cell(row["names"]):
                if what_to_do := _wrong_form(form):
                    yield _tell(name, row["id"], form, what_to_do)
                key = (row["id"].rpartition(":")[0], form.removesuffix(STEM).lower())
                if owners.setdefault(key, row["id"]) != row["id"]:
                    yield _tell(name, row["id"], form, f"{owners[key]} has this form too: leave it to one of them")


def _wrong_form(form: str) -> str:
    """What to do with a form that would match nothing, or too much; empty where it is right."""
    bare = form.removesuffix(STEM)
    if STEM in bare:
        return "write the star at the end only"
    if not _fold(bare):
        return "write letters or digits"
    if bare != form and is_alphabetic(bare) and len(_fold(bare)) < _SHORTEST_STEM:
        return f"let a stem have {_SHORTEST_STEM} letters or more"
    return ""


CHECKS: tuple[Callable[[Rows], Iterator[str]], ...] = (
    _check_form,
    _check_identifiers,
    _check_references,
    _check_ambiguity,
    _check_languages,
)


def check_rows(tables: Rows) -> list[str]:
    """Return what is wrong with the rows of some tables, a line a problem."""
    return [problem for check in CHECKS for problem in check(tables)]


def check_tables() -> list[str]:
    """Return what is wrong with the reference tables, a line a problem; empty where all is right."""
    tables: Rows = {}
    problems: list[str] = []
    for name, data in _texts():
        tables[name], wrong = parse_table(name, data)
        problems += wrong
    return problems + check_rows(tables)
