"""A colleague who has nothing but the folder of a release reads it: pandas, DuckDB, Frictionless, R, and a plain CSV reader."""

import csv
import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import frictionless
import mlcroissant
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from etl.publish.citation import DEFAULT_AUTHORS
from etl.publish.release import write_release
from schemas import CHANGES, EVENTS, TABLES
from tests.conftest import ROOT
from tests.unit.test_release import VERSION, rebuild, sample, table, write_run

HAS_ARROW = bool(shutil.which("Rscript")) and not subprocess.run(
    ["Rscript", "-e", "library(arrow)"], capture_output=True, check=False
).returncode  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release, with texts, and nothing beside it."""
    work = tmp_path_factory.mktemp("readers")
    return write_release(
        write_run(work / "t", *sample()), VERSION, work / "r", rebuild=rebuild, tier="candidate", texts=True
    )


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.parquet"))


def _example(folder: Path, language: str) -> str:
    """Return the first example of a language in the release's own README."""
    page = (folder / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", page, re.S)
    assert found
    return found[1]


def test_pandas_reads_all_tables(folder: Path) -> None:
    """Each table opens with plain pandas, with as many rows as the manifest tells."""
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    rows = {entry["path"]: entry["rows"] for entry in files if "rows" in entry}
    assert {f"{name}.parquet" for name in _names(folder)} <= set(rows)
    for path, count in rows.items():
        read = pd.read_parquet if path.endswith(".parquet") else pd.read_csv
        assert len(read(folder / path)) == count


def test_the_readmes_pandas_example_runs(folder: Path) -> None:
    """The example for pandas runs as it stands there."""
    code = _example(folder, "python") + "print(len(events), len(transfers))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "2"]


def test_duckdb_reads_and_joins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's query runs as it stands there, and Parquet and CSV give the same types and rows."""
    monkeypatch.chdir(folder)
    found = duckdb.sql(_example(folder, "sql")).fetchall()
    assert len(found) == 4
    assert ("IRN", "RUS") in {row[:2] for row in found}
    types = dict(
        duckdb.sql("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM 'events.parquet')").fetchall()
    )
    assert (types["report_date"], types["quantity_min"], types["is_corrected"]) == ("DATE", "BIGINT", "BOOLEAN")
    columns = "event_id, quantity_min, report_date, is_corrected, evidence"
    read = (
        f"SELECT {columns} FROM read_csv('csv/events.csv', header=true, delim=',', quote='\"', escape='\"') ORDER BY 1"
    )
    assert duckdb.sql(read).fetchall() == duckdb.sql(f"SELECT {columns} FROM 'events.parquet' ORDER BY 1").fetchall()


def test_frictionless_reads_and_checks(folder: Path) -> None:
    """The command line finds the package valid, and rows come with their types."""
    code = "from frictionless.__main__ import console; console()"
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", "datapackage.json"], cwd=folder, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = frictionless.Package(str(folder / "datapackage.json")).get_resource("events").read_rows()
    stored = pq.read_table(folder / "events.parquet").to_pylist()
    assert [row["report_date"] for row in rows] == [row["report_date"] for row in stored]
    assert [row["quantity_min"] for row in rows] == [row["quantity_min"] for row in stored]


def test_the_data_package_is_valid_with_its_data(folder: Path) -> None:
    """Frictionless finds no fault in structure, cells, keys or links; the tables link to each other."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])
    package = frictionless.Package(str(folder / "datapackage.json"))
    assert package.version == VERSION
    assert json.loads(package.to_json())["licenses"][0]["name"] == "CC-BY-4.0"
    links = {(str(key["reference"]["resource"]), key["fields"][0]) for key in package.get_resource("transfer_events").schema.foreign_keys}  # fmt: skip
    assert links == {("events", "event_id"), ("transfers", "transfer_id"), ("events", "joined_to")}
    rows = package.get_resource("events").read_rows()
    assert [row["event_id"] for row in rows] == list(table(folder, "events")["event_id"])
    assert rows[0]["is_corrected"] is False


def test_the_data_package_finds_a_broken_link(folder: Path, tmp_path: Path) -> None:
    """Where an event is taken out by hand, validation names the links that break: the keys are really checked."""
    shutil.copytree(folder, tmp_path / "r")
    path = tmp_path / "r" / "csv" / "events.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").split("\n")[:2]) + "\n", encoding="utf-8")
    report = frictionless.validate(str(tmp_path / "r" / "datapackage.json"))
    assert {"foreign-key"} <= {error[0] for error in report.flatten(["type"])}


def _plain(value: object) -> object:
    """Return a value of mlcroissant as pyarrow gives it."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return value.date() if isinstance(value, pd.Timestamp) else value


def test_croissant_gives_the_rows_of_all_tables(folder: Path) -> None:
    """mlcroissant takes the description, checks the hashes, and gives every table in turn, row by row with its types."""
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert dataset.metadata.ctx.issues.errors == set()
    assert sorted(records.uuid for records in dataset.metadata.record_sets) == _names(folder)
    for name in _names(folder):
        found = [{key.split("/")[1]: _plain(value) for key, value in row.items()} for row in dataset.records(name)]
        assert found == pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_croissant_tells_the_keys_and_links(folder: Path) -> None:
    """Each record set has its key, and each link of the declarations is a reference to the column that it points to."""
    described = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    for records in described["recordSet"]:
        declared = (TABLES | {"changes": CHANGES})[records["name"]]
        assert records["key"] == {"@id": f"{declared.name}/{declared.key}"}
        told = {
            (field["name"], field["references"]["fileObject"]["@id"], field["references"]["extract"]["column"])
            for field in records["field"]
            if "references" in field
        }
        assert told == {(column, f"{target}.parquet", key) for column, target, key in declared.links}


def test_csv_gives_the_rows_of_the_parquet(folder: Path) -> None:
    """Python's own reader finds in every CSV the text of the Parquet file, but for the leading apostrophe."""
    for name in _names(folder):
        with (folder / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        stored = pq.read_table(folder / f"{name}.parquet").to_pylist()
        assert len(rows) == len(stored)
        for plain, row in zip(rows, stored, strict=True):
            for key, value in row.items():
                if isinstance(value, str):
                    armed = value.startswith(("=", "+", "-", "@", "\t", "\r"))
                    assert plain[key] == ("'" + value if armed else value)
                elif value is None:
                    assert plain[key] == ""


@pytest.mark.skipif(not HAS_ARROW, reason="Rscript with the package arrow is not installed")
def test_r_reads_the_tables(folder: Path) -> None:
    """R's arrow opens the tables, with dates as dates."""
    code = 'library(arrow); e <- read_parquet("events.parquet"); cat(nrow(e), class(e$report_date))'
    done = subprocess.run(["Rscript", "-e", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "Date"]


PERSON = {"family-names": 'O"Neil: #1', "given-names": "Ann"}


def test_citation_and_zenodo_tell_who_and_which(tmp_path: Path) -> None:
    """CFF 1.2.0 with its required fields, any name quoted safely, a day only where given, and no DOI."""
    made = write_release(
        write_run(tmp_path / "t", *sample()),
        VERSION,
        tmp_path / "r",
        rebuild=rebuild,
        authors=[PERSON, *DEFAULT_AUTHORS],
        released=date(2026, 11, 30),
    )
    cff = yaml.safe_load((made / "CITATION.cff").read_text(encoding="utf-8"))
    assert {
        "cff-version": "1.2.0",
        "type": "dataset",
        "version": VERSION,
        "license": "CC-BY-4.0",
    }.items() <= cff.items()
    assert cff["authors"] == [PERSON, *DEFAULT_AUTHORS]
    assert {"message", "title", "abstract", "keywords"} <= set(cff)
    assert str(cff["date-released"]) == "2026-11-30"
    zenodo = json.loads((made / "zenodo.json").read_text(encoding="utf-8"))
    assert zenodo["upload_type"] == "dataset"
    assert zenodo["version"] == VERSION
    assert zenodo["creators"][0] == {"name": 'O"Neil: #1, Ann'}
    assert "doi" not in str(cff).lower() + str(zenodo).lower()
    assert "(2026). Arms-transfer events" in (made / "README.md").read_text(encoding="utf-8")


def test_without_a_day_none_is_told(folder: Path) -> None:
    """No day of release is invented, and the default author is the repository's own."""
    cff = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    own = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert "date-released" not in cff
    assert cff["authors"] == own["authors"]
    assert cff["title"] == own["title"]
    assert "publication_date" not in json.loads((folder / "zenodo.json").read_text(encoding="utf-8"))
    assert "datePublished" not in (folder / "croissant.json").read_text(encoding="utf-8")


def test_the_readme_counts_and_is_safe(folder: Path) -> None:
    """The page has the counts of each table, the span of days, the parties, and no live markup out of articles."""
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "4 articles, published from 2023-02-01 to 2024-01-04 (1 of 4 (25%) have no certain day)" in page
    assert "| The \\| &lt;b&gt;Times&lt;/b&gt; | 1 |" in page
    assert "| events | 4 |" in page
    assert "| ordered | 3 |" in page
    assert "| IRN | Irn | 1 |" in page
    assert "Disputed, in that a report denies them: 0 of 2 (0%)" in page
    assert "<b>" not in page
    assert "$" not in page


def test_empty_tables_make_a_release(tmp_path: Path) -> None:
    """A run that found nothing can be released: tables with headers alone, and metadata that hold."""
    write_run(tmp_path / "t", [], [], [])
    made = write_release(tmp_path / "t", VERSION, tmp_path / "r", rebuild=rebuild)
    assert frictionless.validate(str(made / "datapackage.json")).valid
    dataset = mlcroissant.Dataset(jsonld=str(made / "croissant.json"))
    assert [list(dataset.records(name)) for name in _names(made)] == [[]] * len(_names(made))
    assert (made / "csv" / "events.csv").read_text(encoding="utf-8") == ",".join(EVENTS.column_names) + "\n"
