"""The workbook, and `etl export` of what is written for people: all is there, nothing runs, the same rows give the same bytes."""

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl.utils.escape import unescape

from etl.cli import main
from etl.publish import workbook
from etl.publish.workbook import CUT, LONGEST_CELL, SHEETS, codebook_rows, columns_of, write_workbook
from schemas import TABLES
from schemas.checks import to_rows
from tests.conftest import Run

Frames = dict[str, pd.DataFrame]


def _with(frames: Frames, name: str, **columns: object) -> Frames:
    """The frames, with values of one table's columns replaced."""
    return frames | {name: frames[name].assign(**columns)}


def _few(frames: Frames) -> Frames:
    """The frames, with their first rows alone."""
    return {name: frame.head(3) for name, frame in frames.items()}


def _read(path: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by the names of its header; escapes of control characters undone."""
    header, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    plain = [[unescape(value) if isinstance(value, str) else value for value in row] for row in rows]
    return [dict(zip(map(str, header), row, strict=True)) for row in plain]


@pytest.fixture(scope="module")
def book(sample_frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    assert write_workbook(sample_frames, path, version="2026.11.0") == []
    return path


@pytest.mark.parametrize("table", SHEETS, ids=lambda table: table.name)
def test_a_sheet_holds_its_table(table: Any, sample_frames: Frames, book: Path) -> None:
    """Cell by cell, a sheet holds what its table holds: dates as dates, numbers as numbers, nothing where nothing is told."""
    ties = dict(sample_frames["transfer_events"][["event_id", "transfer_id"]].to_numpy())
    found = _read(book, table.name)
    rows = to_rows(sample_frames[table.name])
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        told = row | ({"transfer_id": ties[row["event_id"]]} if table.name == "events" else {})
        assert list(cells) == [column.name for column in columns_of(table)]
        for name, value in told.items():
            cell = cells[name].date() if isinstance(value, date) else cells[name]
            assert cell == (value or None if isinstance(value, str) else value), (name, value)


def test_sheets_can_be_filtered(book: Path) -> None:
    """The workbook opens with a page to read; each table has a header that stays, filters, and columns that are no strips."""
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["read me", *(table.name for table in SHEETS), "codebook"]
    for sheet in sheets.worksheets[1:]:
        assert (sheet.freeze_panes, sheet.auto_filter.ref is not None) == ("B2", True)
        assert all(8 <= size.width <= 61 for size in sheet.column_dimensions.values())


def test_the_first_sheet_tells_what_it_is(sample_frames: Frames, book: Path) -> None:
    """Version, counts and how to cite stand on the first sheet."""
    words = {
        str(left): str(right) for left, right in openpyxl.load_workbook(book)["read me"].iter_rows(values_only=True)
    }
    assert words["version"] == "2026.11.0"
    assert "version 2026.11.0 [data set]" in words["how to cite"]
    for table in SHEETS:
        assert words[table.name].startswith(f"{len(sample_frames[table.name]):,} rows. ")


def test_the_codebook_tells_every_column_and_code(book: Path) -> None:
    """Every column of every sheet has a row, and every code that it may hold one below it."""
    found = [(row["table"], row["column"], row["code"]) for row in _read(book, "codebook")]
    expected = [
        (table.name, column.name, code)
        for table in SHEETS
        for column in columns_of(table)
        for code in (None, *(column.allowed or ()))
    ]
    assert found == expected
    assert all(row["description"] for row in codebook_rows())


def test_the_same_rows_give_the_same_workbook(sample_frames: Frames, book: Path, tmp_path: Path) -> None:
    """The bytes do not depend on when or where the file is written, and nothing else is left in the folder."""
    again = tmp_path / "b.xlsx"
    write_workbook(sample_frames, again, version="2026.11.0")
    assert again.read_bytes() == book.read_bytes()
    assert list(tmp_path.iterdir()) == [again]


_HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "{=A1}", "=cmd|' /C calc'!A0", "https://example.org", "mailto:a@b.example", "007", "1e5",
    "internal:Sheet!A1", "a\tb\nc", "<b>&amp;", "\x01bell", "_x0041_", " padded ",
)  # fmt: skip


def test_a_cell_is_never_run(sample_frames: Frames, tmp_path: Path) -> None:
    """Text that could be a formula, a link or a number is a cell of text, letter by letter."""
    path = tmp_path / "a.xlsx"
    rows = sample_frames["articles"].head(len(_HOSTILE)).assign(title=list(_HOSTILE))
    assert len(rows) == len(_HOSTILE)
    write_workbook(sample_frames | {"articles": rows}, path, version="1")
    at = TABLES["articles"].column_names.index("title")
    cells = [row[at] for row in openpyxl.load_workbook(path)["articles"]][1:]
    assert [unescape(cell.value) for cell in cells] == list(_HOSTILE)
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


@pytest.mark.parametrize(("length", "cut"), [(LONGEST_CELL, False), (LONGEST_CELL + 1, True)])
def test_long_cells_are_cut_with_a_mark(length: int, cut: bool, sample_frames: Frames, tmp_path: Path) -> None:
    """A cell that Excel cannot hold is cut, and says so; one that it just can is not."""
    path = tmp_path / "a.xlsx"
    write_workbook(_with(_few(sample_frames), "events", evidence="x" * length), path, version="1")
    (shown, *_) = (row["evidence"] for row in _read(path, "events"))
    assert (len(shown), shown.endswith(CUT)) == (LONGEST_CELL, cut)


def test_rows_beyond_the_sheet_are_told(sample_frames: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a sheet has no room for all rows, the caller and the first sheet are told."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 100)
    path = tmp_path / "a.xlsx"
    full = [table.name for table in SHEETS if len(sample_frames[table.name]) > 100]
    assert write_workbook(sample_frames, path, version="1") == full == ["transfers", "events"]
    assert len(_read(path, "events")) == 100
    words = {
        str(left): str(right) for left, right in openpyxl.load_workbook(path)["read me"].iter_rows(values_only=True)
    }
    assert [name for name in words if "Only the first 100" in words[name]] == full


@pytest.mark.parametrize(("day", "cell"), [(date(1900, 2, 28), "1900-02-28"), (date(1900, 3, 1), date(1900, 3, 1))])
def test_days_before_excel_are_text(day: date, cell: object, sample_frames: Frames, tmp_path: Path) -> None:
    """A day that Excel counts wrongly, or not at all, is written as text."""
    path = tmp_path / "a.xlsx"
    write_workbook(_with(_few(sample_frames), "articles", published_date=day), path, version="1")
    (found, *_) = (row["published_date"] for row in _read(path, "articles"))
    assert (found.date() if isinstance(cell, date) else found) == cell


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["excel"], "arms_transfer_events.xlsx"), (["geojson"], "flows.geojson"), (["card", "--transfer"], "card.pdf")],
)
def test_the_command_writes_each_kind(
    arguments: list[str],
    name: str,
    sample_frames: Frames,
    sample_run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`etl export` writes each kind under its usual name, and says where."""
    monkeypatch.chdir(tmp_path)
    more = [sample_frames["transfers"]["transfer_id"].iloc[0]] if arguments[-1] == "--transfer" else []
    done = CliRunner().invoke(main, ["export", *arguments, *more, "--tables", str(sample_run.folder)])
    assert (done.exit_code, done.output) == (0, f"written: {name}\n")
    assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "missing", "message"),
    [
        (["excel"], "xlsxwriter", "etl export excel needs xlsxwriter. Install the extra `report`: pip install '.[report]'."),
        (["card", "--transfer", "00"], "vl_convert", "etl export card needs vl-convert-python. Install the extra `report`: pip install '.[report]'."),
        (["card"], "", "a card shows one transfer. Give its transfer_id, or the beginning: --transfer ID."),
        (["geojson", "--transfer", "00"], "", "--transfer goes with the kind card; geojson holds all transfers."),
    ],
)  # fmt: skip
def test_what_is_missing_is_one_line(
    arguments: list[str], missing: str, message: str, sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package or an option that is missing is told in one line, and no file is written."""
    monkeypatch.chdir(tmp_path)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == missing else find(name, *more))
    done = CliRunner().invoke(main, ["export", *arguments, "--tables", str(sample_run.folder)])
    assert done.exit_code == 2
    assert done.output.strip().endswith(message)
    assert list(tmp_path.iterdir()) == []
