"""The command line as its users meet it: help, wrong calls, and what a run prints."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from etl.cli import main
from schemas import TABLES
from tests.conftest import Run, call, call_warm

GOOD = "Norway sold 12 tanks to Ghana in 2019, the defence ministry said in a statement."
COMMANDS = sorted(main.commands)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article in `in`."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS]], ids=["etl", *COMMANDS])
def test_help_has_an_example(command: list[str]) -> None:
    """Each command says what it does and shows a call that can be copied."""
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    example = result.output.split("Example:\n", 1)[1].strip().split("\n")[0]
    assert example.startswith("etl ")
    assert example.split()[1] in COMMANDS
    assert not command or example.split()[1] == command[0]


WRONG = [
    (["run", "nowhere"], {}, "input nowhere: no such file or folder"),
    (["read", "nowhere"], {}, "input nowhere: no such file or folder"),
    (["run", "in"], {"ETL_WORKERS": "many"}, "setting workers='many'"),
    (["run", "in", "--workers", "0"], {}, "setting workers=0"),
    (["read", "in"], {"ETL_DATE_ORDER": "ymd"}, "setting date_order='ymd'"),
    (["validate", "in"], {}, "articles.parquet is missing"),
]


@pytest.mark.parametrize(("arguments", "environment", "told"), WRONG, ids=[told for *_, told in WRONG])
def test_a_wrong_call_is_one_clear_line(
    arguments: list[str], environment: dict[str, str], told: str, folder: Path
) -> None:
    """A wrong path or setting ends with exit code 2 and one line that names it; nothing is written."""
    done = call_warm(*arguments, folder=folder, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("etl: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["in"]


@pytest.mark.parametrize("arguments", [["run"], ["fly"], ["run", "in", "--colour"]])
def test_an_unknown_word_is_told(arguments: list[str], folder: Path) -> None:
    """A call that the commands do not know ends with exit code 2 and a hint."""
    done = call(*arguments, folder=folder)
    assert done.returncode == 2
    assert "Usage" in done.stderr


def test_a_run_prints_its_summary(folder: Path) -> None:
    """A run tells its counts, the expectations, and where the tables are."""
    done = call("run", "in", "--out", "results", folder=folder)
    assert done.returncode == 0, done.stderr
    lines = {line[:14].strip(): line[14:].strip() for line in done.stdout.split("\n")}
    assert {name: lines[name] for name in ("articles", "extracted now", "in quarantine", "duplicates", "mentions", "events", "transfers")} == {
        "articles": "1", "extracted now": "1", "in quarantine": "0", "duplicates": "0", "mentions": "1", "events": "1", "transfers": "1",
    }  # fmt: skip
    held, of, total, _ = lines["expectations"].split()
    assert (held, of) == (total, "of")
    assert "tables in results" in done.stdout
    assert {path.name for path in (folder / "results").iterdir()} == {
        *(f"{name}.parquet" for name in TABLES), ".kept", ".lock", "codebook.md", "data_docs", "datapackage.json", "run.json",
    }  # fmt: skip


def test_read_prints_each_article(folder: Path) -> None:
    """`etl read` shows what the readers make of the input, also what they put aside."""
    (folder / "in" / "empty.txt").write_bytes(b"")
    done = call("read", "in", folder=folder)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(item["source_id"] or item["source_path"], item.get("reason_code")) for item in told] == [
        ("empty.txt", "empty_file"),
        ("good.txt", None),
    ]
    assert told[1]["text"] == GOOD


def test_extract_prints_each_event(folder: Path) -> None:
    """`etl extract` shows the events of a single file, and writes nothing."""
    done = call("extract", "in/good.txt", folder=folder)
    (event,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (event["supplier_id"], event["recipient_id"], event["status"]) == ("NOR", "GHA", "ordered")
    assert [path.name for path in folder.iterdir()] == ["in"]


def test_validate_tells_good_tables_from_bad(sample_run: Run, tmp_path: Path) -> None:
    """`etl validate` passes what a run wrote, and ends with exit code 1 where a table was changed."""
    assert call("validate", sample_run.folder, folder=tmp_path).returncode == 0
    for name in TABLES:
        (tmp_path / f"{name}.parquet").write_bytes((sample_run.folder / f"{name}.parquet").read_bytes())
    texts = sample_run.table("texts")
    texts["text"] = "Other words."
    texts.to_parquet(tmp_path / "texts.parquet", index=False)
    done = call_warm("validate", tmp_path, folder=tmp_path)
    assert done.returncode == 1
    assert "the quote does not stand at its offsets" in done.stdout


def test_codebook_is_printed_and_written(folder: Path) -> None:
    """`etl codebook` prints the page, or writes the same page to a file."""
    printed = call("codebook", folder=folder)
    assert call("codebook", "BOOK.md", folder=folder).returncode == 0
    assert (folder / "BOOK.md").read_text(encoding="utf-8") == printed.stdout.removesuffix("\n")


def test_version_is_told() -> None:
    """The version of the code can be asked for."""
    result = CliRunner().invoke(main, ["--version"])
    assert result.output.startswith("etl, version ")
