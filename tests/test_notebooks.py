"""Each notebook runs from its own folder, on the tables of the sample and on tables without a row, and writes its charts."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import nbformat
import pytest
from jupyter_client import KernelManager
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from tests.conftest import ROOT, Run, run_pipeline

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
PNG = b"\x89PNG\r\n\x1a\n"
LEAST_PNG_BYTES = 2_000
MOST_CELLS = 16


def _open(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call, no-any-return]


def _client(book: nbformat.NotebookNode, manager: KernelManager | None = None) -> NotebookClient:
    folder = {"metadata": {"path": str(ROOT / "notebooks")}}
    return NotebookClient(book, km=manager, timeout=120, kernel_name="python3", resources=folder)


def _shown(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """What the cells of a notebook have shown, without printed lines."""
    return [output for cell in book.cells for output in cell.get("outputs", []) if output["output_type"] != "stream"]


def _printed(book: nbformat.NotebookNode) -> str:
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def _holds_charts(folder: Path, name: str) -> bool:
    """True where a chart of the notebook's own name stands there as PNG and as SVG, and every PNG has its SVG."""
    pictures = {path.stem for path in folder.glob("*.png")}
    drawings = {path.stem for path in folder.glob("*.svg")}
    files = [path.read_bytes() for path in folder.glob("*.png")]
    return (
        name in pictures
        and pictures == drawings
        and all(file.startswith(PNG) and len(file) > LEAST_PNG_BYTES for file in files)
        and all("<svg" in path.read_text(encoding="utf-8")[:200] for path in folder.glob("*.svg"))
    )


@pytest.fixture(scope="session")
def quiet_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over one article that tells no event: all tables of transfers are empty."""
    folder = tmp_path_factory.mktemp("quiet")
    (folder / "input").mkdir()
    text = "The town library will stay open on Sundays, and the mayor thanked all who had asked for it in the council."
    (folder / "input" / "library.txt").write_text(text, encoding="utf-8")
    run = run_pipeline(folder / "input", folder / "out")
    assert [len(run.table(name)) for name in ("articles", "events", "transfers")] == [1, 0, 0]
    return run


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    """One kernel for all notebooks on the empty tables: that each runs in one of its own is proved on the sample."""
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(ROOT / "notebooks"), env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    client.stop_channels()
    yield manager
    manager.shutdown_kernel(now=True)


def test_there_are_notebooks() -> None:
    """A reader finds at least one notebook to begin with."""
    assert NOTEBOOKS


@EACH
def test_a_notebook_runs(path: Path, sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs in a kernel of its own, at least one shows something, and the charts are written."""
    for name in ("ETL_TIER", "ETL_REGISTER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ETL_TABLES", str(sample_run.folder))
    monkeypatch.setenv("ETL_FIGURES", str(tmp_path / "figures"))
    monkeypatch.setenv("ETL_RELEASES", str(tmp_path))
    book = _open(path)
    _client(book).execute()
    assert _shown(book)
    assert not [output for output in _shown(book) if output["output_type"] == "error"]
    assert _holds_charts(tmp_path / "figures", path.stem)
    assert "Warning" not in _printed(book)


def _run_shared(path: Path, kernel: KernelManager, **environment: str | Path) -> nbformat.NotebookNode:
    """Run a notebook in the shared kernel, cleared of what ran before, and return it with what it showed."""
    given = {name: str(value) for name, value in environment.items()}
    unset = [name for name in ("ETL_TIER", "ETL_REGISTER") if name not in given]
    fresh = f"%reset -f\nimport os\nos.environ.update({given!r})\n[os.environ.pop(name, None) for name in {unset!r}];"
    book = _open(path)
    book.cells.insert(0, nbformat.v4.new_code_cell(fresh))  # type: ignore[no-untyped-call]
    _client(book, kernel).execute()
    return book


@EACH
def test_a_notebook_bears_empty_tables(path: Path, quiet_run: Run, kernel: KernelManager, tmp_path: Path) -> None:
    """Where no event is told, every cell still runs, and the chart is a sentence that says so."""
    _run_shared(path, kernel, ETL_TABLES=quiet_run.folder, ETL_FIGURES=tmp_path, ETL_RELEASES=tmp_path)
    assert _holds_charts(tmp_path, path.stem)
    drawn = (tmp_path / f"{path.stem}.svg").read_text(encoding="utf-8")
    assert "of tier firm" in drawn


@pytest.mark.parametrize(
    ("register", "said"),
    [
        ("unroca.csv", "entries of a register, read as unroca"),
        ("unknown.csv", "this one cannot be used: register "),
        ("missing.csv", "this one cannot be used: register "),
    ],
)
def test_a_register_of_ones_own(
    register: str, said: str, sample_run: Run, kernel: KernelManager, tmp_path: Path
) -> None:
    """The file that ETL_REGISTER names is compared; one that cannot be read is named in a sentence, and nothing is made up."""
    path = ROOT / "notebooks" / "05_comparing_with_a_register.ipynb"
    file = ROOT / "tests" / "data" / "registers" / register
    book = _run_shared(path, kernel, ETL_TABLES=sample_run.folder, ETL_FIGURES=tmp_path, ETL_REGISTER=file)
    drawn = (tmp_path / f"{path.stem}.svg").read_text(encoding="utf-8")
    assert said in _printed(book)
    assert "made-up" not in _printed(book) + drawn


@EACH
def test_a_notebook_is_stored_as_it_should_be(path: Path) -> None:
    """What a run has shown is not kept in the repository, no path of a machine stands there, and none is long."""
    book = _open(path)
    assert [cell["id"] for cell in book.cells if cell.get("outputs") or cell.get("execution_count")] == []
    assert len(book.cells) <= MOST_CELLS
    sources = "\n".join(cast("str", cell["source"]) for cell in book.cells)
    assert re.findall(r"""["'](?:/|[A-Za-z]:\\)[^"'\n]*""", sources) == []
