"""The codebook is rendered from the declarations alone, and leaves none of them out."""

from etl.publish.codebook import render_codebook
from schemas import TABLES
from schemas.codes import rows
from schemas.columns import COLUMNS

PAGE = render_codebook()


def test_every_table_and_column_stands_in_it() -> None:
    """Each table has its heading and description, each column its row with its description."""
    for table in TABLES.values():
        section = PAGE.split(f"## {table.name}\n", 1)[1].split("\n## ", 1)[0]
        assert table.description in section
        for column in table.columns:
            assert f"| `{column.name}` |" in section
            assert column.description.replace("|", "\\|") in section


def test_every_code_stands_in_it() -> None:
    """Each code list that a column uses is there, with each code's label, and its links lead somewhere."""
    for scheme in {column.scheme for column in COLUMNS.values() if column.scheme}:
        section = PAGE.split(f"### Codes: {scheme}\n", 1)[1].split("\n### ", 1)[0]
        assert f'<a id="codes-{scheme}"></a>' in section
        assert all(f"| {row['code']} |" in section and row["label"] in section for row in rows(scheme))


def test_every_line_of_a_table_has_its_cells() -> None:
    """A bar in a description must not break the table."""
    for block in PAGE.split("\n\n"):
        if block.startswith("| "):
            assert len({_cells(line) for line in block.strip().split("\n")}) == 1, block[:200]


def _cells(line: str) -> int:
    return line.replace("\\|", "").count("|")


def test_it_is_the_same_each_time() -> None:
    """Nothing of the day or the machine is in it."""
    assert render_codebook() == PAGE
    assert PAGE.endswith("\n")
    assert not PAGE.endswith("\n\n")
