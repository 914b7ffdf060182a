"""Tables as files: Parquet of the declared types, a valid data package, and nothing half written."""

import hashlib
import json
from datetime import date
from pathlib import Path

import frictionless
import pandas as pd
import pyarrow.parquet as pq
import pytest

from etl.errors import EtlError
from etl.publish.package import write_package
from etl.publish.tables import write_table, write_text
from etl.quality.stored import check_stored
from schemas import ARTICLES, TABLES
from schemas.arrow import arrow_schema
from schemas.checks import to_frame
from tests.conftest import Run

ARTICLE = {
    "article_id": "a" * 16, "source_id": "x", "source_path": "x.txt", "published_date": date(2024, 1, 4), "language": "en",
    "text_sha256": "0" * 64, "n_chars": 5, "n_mentions": 0,
}  # fmt: skip


def test_a_table_is_written_as_declared(tmp_path: Path) -> None:
    """The file has the declared types with descriptions, and the values come back as they were."""
    path = write_table(ARTICLES, to_frame(ARTICLES, [ARTICLE]), tmp_path)
    stored = pq.read_table(path)
    assert stored.schema.equals(arrow_schema(ARTICLES), check_metadata=True)
    assert stored.to_pylist() == [dict.fromkeys(ARTICLES.column_names) | ARTICLE]
    assert [item.name for item in tmp_path.iterdir()] == ["articles.parquet"]


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the clock is in the file."""
    frame = to_frame(ARTICLES, [ARTICLE])
    first = write_table(ARTICLES, frame, tmp_path).read_bytes()
    assert write_table(ARTICLES, frame, tmp_path).read_bytes() == first


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """A frame that cannot be written does not harm the table that stands there."""
    path = write_table(ARTICLES, to_frame(ARTICLES, [ARTICLE]), tmp_path)
    before = path.read_bytes()
    with pytest.raises(KeyError):
        write_table(ARTICLES, pd.DataFrame({"article_id": ["x"]}), tmp_path)
    assert path.read_bytes() == before


def test_text_has_plain_line_ends(tmp_path: Path) -> None:
    """Text is written in UTF-8 with line feeds on every system."""
    assert write_text(tmp_path / "a.md", "é\n").read_bytes() == b"\xc3\xa9\n"


def test_the_package_describes_the_files(sample_run: Run) -> None:
    """Each table is a resource, with the size and the hash of its very bytes."""
    descriptor = json.loads((sample_run.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in descriptor["resources"]] == list(TABLES)
    for resource in descriptor["resources"]:
        content = (sample_run.folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert {"name", "title", "version", "licenses"} <= set(descriptor)


def test_the_package_is_valid(sample_run: Run) -> None:
    """Frictionless finds no fault in the metadata of the package."""
    package = frictionless.Package(str(sample_run.folder / "datapackage.json"))
    assert list(frictionless.Package.metadata_validate(package.to_descriptor())) == []
    assert package.resource_names == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_the_rows_keep_the_packages_schema(name: str, sample_run: Run) -> None:
    """Frictionless finds no fault in the rows, checked against the schema that the package gives."""
    descriptor = json.loads((sample_run.folder / "datapackage.json").read_text(encoding="utf-8"))
    (schema,) = [resource["schema"] for resource in descriptor["resources"] if resource["name"] == name]
    rows = pq.read_table(sample_run.folder / f"{name}.parquet").to_pylist()
    plain = {key: value for key, value in schema.items() if key != "foreignKeys"}
    if not rows:  # Frictionless reads no empty source
        assert name == "conflicts"
        return
    resource = frictionless.Resource(data=rows, schema=frictionless.Schema.from_descriptor(plain))
    assert resource.validate().flatten(["rowNumber", "fieldName", "message"]) == []


def test_an_unknown_file_is_no_table(tmp_path: Path) -> None:
    """A package can only hold declared tables."""
    path = tmp_path / "other.parquet"
    path.write_bytes(b"x")
    with pytest.raises((KeyError, EtlError)):
        write_package(tmp_path, [path])


def test_pandas_reads_the_tables_as_they_are(sample_run: Run) -> None:
    """A colleague needs pandas alone: each table opens with its columns in order."""
    for table in TABLES.values():
        assert list(sample_run.table(table.name).columns) == list(table.column_names)


def test_the_stored_tables_hold(sample_run: Run) -> None:
    """`etl validate` finds nothing wrong with what `etl run` wrote."""
    assert check_stored(sample_run.folder) == []


def test_a_spoiled_table_is_told(sample_run: Run, tmp_path: Path) -> None:
    """A value that is changed by hand, a lost row and a moved quote are each found."""
    rows = {name: pq.read_table(sample_run.folder / f"{name}.parquet").to_pylist() for name in TABLES}
    lost = rows["events"].pop()["event_id"]
    rows["events"][0]["status"] = "arrived"
    rows["mentions"][0]["quote_start"] += 1
    for name, table in TABLES.items():
        write_table(table, to_frame(table, rows[name]), tmp_path)
    problems = check_stored(tmp_path)
    assert any("column status" in problem and "'arrived'" in problem for problem in problems)
    assert any(f"event_id {lost} is not in events" in problem for problem in problems)
    assert any("quote does not stand" in problem for problem in problems)
