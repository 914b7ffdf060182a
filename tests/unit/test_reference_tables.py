"""The reference tables keep their rules, and each check finds what it is there for."""

import pytest

from etl.reference.checks import HEADERS, Row, Rows, check_rows, check_tables, parse_table
from etl.reference.tables import TABLES, entries, kinds, read_csv


def test_the_tables_keep_their_rules() -> None:
    """No table has a problem; each that it had would be told with file, row, value and what to do."""
    assert check_tables() == []


def _row(table: str, /, **values: str) -> Row:
    header = {"languages/xx": "id names source"}.get(table, "alias id rank requires not_before not_after note")
    return dict.fromkeys(HEADERS.get(table, header).split(), "") | values


def _tables(**changed: list[Row]) -> Rows:
    """Small tables without a fault, with some replaced."""
    good: Rows = {
        "states": [
            _row("states", id="AAA", name="Aland", kind="state"),
            _row("states", id="BBB", name="Beland"),
        ],
        "makers": [_row("makers", id="maker:acme", name="Acme", country="AAA", source="press")],
        "kinds": [_row("kinds", kind="tank", category="armoured_vehicle")],
        "systems/aircraft": [
            _row("systems/aircraft", id="sys:x1", name="X1", kind="tank", maker="maker:acme", country="BBB")
        ],
        "vocabulary": [_row("vocabulary", id="term:tank", name="tank", kind="tank", specificity="class")],
    }
    return good | {name.replace("__", "/"): rows for name, rows in changed.items()}


def test_good_tables_pass() -> None:
    """The small tables of these tests have no problem of their own."""
    assert check_rows(_tables()) == []


def _language(entry: str, names: str, source: str = "cldr") -> Row:
    return _row("languages/xx", id=entry, names=names, source=source)


X1 = {"id": "sys:x1", "name": "X1", "kind": "tank"}
WRONG: list[tuple[dict[str, list[Row]], str]] = [
    ({"states": [_row("states", id="BBB", name="B"), _row("states", id="AAA", name="A")]}, "states.csv: AAA: 'BBB': sort"),
    ({"makers": [_row("makers", id="maker:acme", name=" Acme", country="AAA")]}, "makers.csv: maker:acme: ' Acme': column name"),
    ({"makers": [_row("makers", id="maker:acme", name="Acme", aliases="A||B")]}, "makers.csv: maker:acme: 'A||B': column aliases"),
    ({"makers": [_row("makers", id="maker:acme", name="Acme", aliases="A|A")]}, "makers.csv: maker:acme: ['A']"),
    ({"makers": [_row("makers", id="acme", name="Acme")]}, "makers.csv: acme: 'acme': let it begin with maker:"),
    ({"makers": [_row("makers", id="maker:acme", name="")]}, "makers.csv: maker:acme: '': give it a name"),
    ({"makers": [_row("makers", id="maker:acme", name="Acme", country="ZZZ")]}, "makers.csv: maker:acme: 'ZZZ': column country"),
    ({"makers": [_row("makers", id="maker:acme", name="Acme", source="hearsay")]}, "makers.csv: maker:acme: 'hearsay': column source"),
    ({"states": [_row("states", id="AAA", name="A", successor="CCC"), _row("states", id="BBB", name="B")]}, "states.csv: AAA: 'CCC'"),
    ({"systems__ship": [_row("systems/ship", **X1)]}, "aircraft.csv: sys:x1: 'systems/ship.csv'|ship.csv: sys:x1: 'systems/aircraft.csv'"),
    ({"systems__aircraft": [_row("systems/aircraft", **X1 | {"kind": "chair"})]}, "aircraft.csv: sys:x1: 'chair': column kind"),
    ({"systems__aircraft": [_row("systems/aircraft", **X1, maker="maker:no")]}, "aircraft.csv: sys:x1: 'maker:no': column maker"),
    ({"groups": [_row("groups", id="nsa:g", name="G", start_year="2001", end_year="1999")]}, "groups.csv: nsa:g: ['2001', '1999']"),
    ({"groups": [_row("groups", id="nsa:g", name="G", start_year="ca. 2001")]}, "groups.csv: nsa:g: ['ca. 2001', '']: write years"),
    ({"rivals": [_row("rivals", first="AAA", second="nsa:no")]}, "rivals.csv: AAA: 'nsa:no': column second"),
    ({"kinds": [_row("kinds", kind="tank", category="chairs")]}, "kinds.csv: tank: 'chairs': column category"),
    ({"aspects": [_row("aspects", **{"class": "sale", "past": "sold"})]}, "aspects.csv: sale: ['', 'sold']"),
    ({"numbers": [_row("numbers", word="seven", value="VII", kind="unit")]}, "numbers.csv: seven: 'VII': write a whole number"),
    ({"numbers": [_row("numbers", word="seven", value="7", kind="digit")]}, "numbers.csv: seven: '7': write a whole number"),
    ({"groups": [_row("groups", id="nsa:g", name="Acme")]}, "nsa:g: 'acme': maker:acme has this alias too"),
    ({"groups": [_row("groups", id="nsa:g", name="Ácme")]}, "maker:acme: 'acme': nsa:g has this alias too"),
    ({"ambiguity__x": [_row("x", alias="X1", id="sys:gone", rank="1")]}, "x.csv: X1: 'sys:gone': no table has this id"),
    ({"ambiguity__x": [_row("x", alias="X2", id="sys:x1", rank="1")]}, "x.csv: X2: 'sys:x1': the id has no such alias"),
    ({"ambiguity__x": [_row("x", alias="X1", id="sys:x1", rank="")]}, "x.csv: X1: '': column rank"),
    ({"ambiguity__x": [_row("x", alias="X1", id="sys:x1", rank="1")] * 2}, "x.csv: X1: 'sys:x1': ambiguity/x.csv has a rule"),
    ({"languages__xx": [_language("nsa:gone", "Gang")]}, "xx.csv: nsa:gone: 'nsa:gone': no table has this id"),
    ({"languages__xx": [_language("AAA", "")]}, "xx.csv: AAA: '': column names: give it a form"),
    ({"languages__xx": [_language("AAA", "A|A")]}, "xx.csv: AAA: ['A']: column names: name it once"),
    ({"languages__xx": [_language("AAA", "A")] * 2}, "xx.csv: AAA: 'AAA': it stands there already"),
    ({"languages__xx": [_language("BBB", "B"), _language("AAA", "A")]}, "xx.csv: AAA: 'BBB': sort the rows"),
    ({"languages__xx": [_language("AAA", "Al*")]}, "xx.csv: AAA: 'Al*': let a stem have 3 letters"),
    ({"languages__xx": [_language("AAA", "A*land")]}, "xx.csv: AAA: 'A*land': write the star at the end only"),
    ({"languages__xx": [_language("AAA", "-")]}, "xx.csv: AAA: '-': write letters or digits"),
    ({"languages__xx": [_language("AAA", "Land"), _language("BBB", "land*")]}, "xx.csv: BBB: 'land*': AAA has this form too"),
    ({"languages__xx": [_language("AAA", "A", source="hearsay")]}, "xx.csv: AAA: 'hearsay': column source"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "told"), WRONG, ids=[told for _, told in WRONG])
def test_each_fault_is_told_with_its_file_and_row(changed: dict[str, list[Row]], told: str) -> None:
    """A planted fault is found, and its line names the file, the row, the value and the remedy."""
    problems = check_rows(_tables(**changed))
    assert any(part in problem for problem in problems for part in told.split("|")), problems


def test_a_shared_alias_with_rules_for_all_is_right() -> None:
    """Two identifiers may share a name where each has a rule for it."""
    rules = [_row("x", alias="Acme", id=owner, rank=rank) for owner, rank in (("maker:acme", "1"), ("nsa:g", "2"))]
    assert check_rows(_tables(groups=[_row("groups", id="nsa:g", name="Acme")], ambiguity__x=rules)) == []


def test_forms_of_other_languages_that_are_right_are_not_told() -> None:
    """A state and equipment may share a form, and a stem of two characters is enough where each is a syllable or a word."""
    rows = [_language("AAA", "Aland|\u7f8e\u56fd*|\uc774\ub780*"), _language("sys:x1", "Aland")]
    assert check_rows(_tables(languages__xx=rows)) == []


HEAD = "id,name,aliases,abbreviations,source,note\n"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"id,name\n", "organisations.csv: header: 'id,name': write id,name,aliases"),
        (f"{HEAD}igo:x,X,,,press\n".encode(), "organisations.csv: igo:x: 5: give it 6 cells"),
        (
            f"{HEAD}igo:x,Cafe\u0301,,,press,\n".encode(),
            "organisations.csv: igo:x: 'igo:x,Cafe\u0301,,,press,': normalise",
        ),
        (f"{HEAD}igo:x,X,,,press,".encode(), "line ends"),
        (f"{HEAD}igo:x,X,,,press,\r\n".encode(), "line ends"),
        (f"{HEAD}igo:x,Caf\xe9,,,press,\n".encode("latin-1"), "save it in UTF-8"),
    ],
)
def test_a_file_of_wrong_form_is_told(data: bytes, told: str) -> None:
    """Header, number of cells, encoding, normal form and line ends are checked before the rows."""
    _, problems = parse_table("organisations", data)
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_loaded(name: str) -> None:
    """Every row of every table becomes an entry with its name among its names."""
    rows = read_csv(name)
    assert [row["id"] for row in rows] == [entry.id for entry in entries().values() if entry.table == name]
    assert [
        entry.id for entry in entries().values() if entry.table == name and (entry.name, "name") not in entry.names
    ] == []


def test_each_state_has_its_party() -> None:
    """A state stands for itself, and one that is gone for a successor that is not."""
    states = {entry.id: entry for entry in entries().values() if entry.table == "states"}
    assert [state.id for state in states.values() if states[state.party_id].party_id != state.party_id] == []
    assert states["SUN"].party_id == "RUS"


def test_the_labels_of_kinds_are_unique() -> None:
    """Two kinds with one label could not be told apart by a reader."""
    labels = [kind.label for kind in kinds().values()]
    assert sorted(set(labels)) == sorted(labels)
