"""Files of many documents: every format, the names of columns, and records that cannot be read."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.errors import InputError
from etl.settings import FIELD_NAMES, Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.records import Record, pick_fields, read_delimited, read_json, read_json_lines, read_parquet

Write = Callable[[str, str | bytes], Path]

ROWS = [
    {"id": "r1", "title": "First", "date": "2024-01-04", "text": "Norway sold boats, and more."},
    {"id": "r2", "title": "Second", "date": "2024-01-05", "text": 'The minister said "yes"\nand signed.'},
]
WANTED: list[Record] = [(1, dict(ROWS[0])), (2, dict(ROWS[1]))]


def _delimited(delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue()


@pytest.mark.parametrize(
    "read",
    [
        lambda s: read_json_lines([json.dumps(row) for row in ROWS], s),
        lambda s: read_json(json.dumps(ROWS, indent=1), s),
        lambda s: read_delimited(io.StringIO(_delimited(",")), s),
        lambda s: read_delimited(io.StringIO(_delimited("\t")), s),
        lambda s: read_delimited(io.StringIO(_delimited(";")), s),
    ],
    ids=["JSON Lines", "JSON", "CSV", "TSV", "semicolons"],
)
def test_each_format_gives_the_same_records(read: Callable[[Settings], list[Record]], settings: Settings) -> None:
    """The same documents come out of each text format, numbered, with quoted line ends intact."""
    assert list(read(settings)) == WANTED


def test_parquet_gives_the_same_records(tmp_path: Path, settings: Settings) -> None:
    """The same documents come out of Parquet."""
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    assert list(read_parquet(path.open("rb"), settings)) == WANTED


@pytest.mark.parametrize(("field", "name"), [(field, name) for field, names in FIELD_NAMES.items() for name in names])
def test_each_known_column_name_is_understood(field: str, name: str, settings: Settings) -> None:
    """Every name that the settings list leads to its field, whatever its capitals."""
    assert pick_fields({name.upper(): "value"}, settings) == {field: "value"}


def test_own_column_names_come_first(settings: Settings) -> None:
    """A name that the user gives wins over the built-in ones."""
    mapped = settings.model_copy(update={"fields": {"text": ["Story"], "id": ["nr"]}})
    record = {"story": "mine", "text": "theirs", "NR": 7, "id": "x"}
    assert pick_fields(record, mapped) == {"text": "mine", "id": 7}


def test_the_first_filled_column_is_taken(settings: Settings) -> None:
    """Of several columns for one field, an empty one is passed over."""
    assert pick_fields({"text": "", "body": None, "content": "here"}, settings) == {"text": "here"}


@pytest.mark.parametrize(
    ("line", "told"),
    [('{"text": "a"', "line 2 is no JSON"), ("[1, 2]", "line 2 is a list"), ('"word"', "line 2 is a str")],
)
def test_a_bad_line_does_not_end_the_file(line: str, told: str, settings: Settings) -> None:
    """A line of JSON Lines that is no object is an error that names the line; the lines after it are read."""
    found = list(read_json_lines(['{"text": "one"}', line, '{"text": "three"}'], settings))
    assert [number for number, _ in found] == [1, 2, 3]
    assert isinstance(found[1][1], InputError)
    assert (found[1][1].reason, told in str(found[1][1])) == ("bad_record", True)
    assert found[2][1] == {"text": "three"}


def test_a_broken_json_file_is_corrupt(settings: Settings) -> None:
    """JSON that breaks off cannot give records."""
    with pytest.raises(InputError) as caught:
        list(read_json('[{"text": "a"}, {', settings))
    assert caught.value.reason == "corrupt_file"


def test_an_entry_that_is_no_object_is_told(settings: Settings) -> None:
    """An entry of a JSON array that is no object is an error of its own."""
    found = list(read_json('[{"text": "a"}, 5]', settings))
    assert isinstance(found[1][1], InputError)
    assert "entry 2" in str(found[1][1])


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_table_without_text_says_what_to_do(name: str, tmp_path: Path, settings: Settings) -> None:
    """A table with no known text column names its columns and the setting that helps."""
    path = tmp_path / name
    pq.write_table(pa.table({"id": ["1"], "story": ["x"]}), path)
    with pytest.raises(InputError, match=r"'story'.*\[fields\] text") as caught:
        list(
            read_parquet(path.open("rb"), settings)
            if name.endswith("parquet")
            else read_delimited(["id,story\n", "1,x\n"], settings)
        )
    assert caught.value.reason == "no_text_column"


def test_a_broken_parquet_file_is_corrupt(tmp_path: Path, settings: Settings) -> None:
    """A Parquet file that is cut off is told as corrupt."""
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(InputError) as caught:
        list(read_parquet(path.open("rb"), settings))
    assert caught.value.reason == "corrupt_file"


def test_records_become_articles(write: Write, settings: Settings) -> None:
    """A record's own id becomes the article's; without one, path and number stand in."""
    with_id, without = {"id": "own", "text": "Norway sold boats."}, {"text": "Sweden bought them."}
    path = write("some.jsonl", json.dumps(with_id) + "\n" + json.dumps(without))
    found = [item for item in read_articles([path], settings) if isinstance(item, Article)]
    assert [article.source_id for article in found] == ["own", "some.jsonl#2"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "x", "text": "  "}, "no_text"),
        ({"id": "x"}, "no_text"),
        ({"id": "x", "text": ["a", "b"]}, "bad_record"),
        ({"id": "x", "text": "a\x00" * 50}, "not_text"),
        ({"id": "x", "text": "1234 5678 90 " * 20}, "no_text"),
        ({"id": "x", "text": "word " * 300_000}, "too_large"),
    ],
)
def test_a_record_without_a_text_is_put_aside(
    record: dict[str, object], reason: str, write: Write, settings: Settings
) -> None:
    """A record that holds no article goes to quarantine with its id and its reason."""
    (found,) = read_articles([write("some.jsonl", json.dumps(record))], settings)
    assert isinstance(found, Rejected)
    assert (found.reason, found.source_id, found.source_path) == (reason, "x", "some.jsonl")
