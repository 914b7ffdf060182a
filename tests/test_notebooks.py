"""Each notebook runs on the tables of the sample, from its own folder, without an error."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT, Run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _open(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call, no-any-return]


def test_there_are_notebooks() -> None:
    """A reader finds at least one notebook to begin with."""
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_runs(path: Path, sample_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, and at least one shows something."""
    monkeypatch.setenv("ETL_TABLES", str(sample_run.folder))
    book = _open(path)
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", []) if output["output_type"] != "stream"]
    assert shown
    assert not [output for output in shown if output["output_type"] == "error"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    """What a run has shown is not kept in the repository."""
    book = _open(path)
    assert [cell["id"] for cell in book.cells if cell.get("outputs") or cell.get("execution_count")] == []
