"""Writes the report: a folder of a few files that stands in its place as a whole, the same bytes for the same tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from etl.errors import ConfigurationError
from etl.place import aside
from etl.publish.tables import write_text
from etl.report.data import Row, Tables, read_tables
from etl.report.details import event_panel, transfer_panel
from etl.report.encode import encode, event_columns, to_script, transfer_columns
from etl.report.overview import draw_overview
from etl.report.pages import render_page
from etl.show.evidence import STYLE

PER_FILE = 500
"""Panels that one file holds: a browser loads it when the first of them is opened. `report.js` knows the number too."""
_PAGE = "index.html"


@dataclass(frozen=True)
class Written:
    """What a report holds: numbers of rows, of files and of bytes, and whether it shows words around the quotes."""

    transfers: int
    events: int
    files: int
    size: int
    has_context: bool


def _in_parts(rows: Sequence[Row]) -> Iterator[tuple[int, Sequence[Row]]]:
    for part, start in enumerate(range(0, len(rows), PER_FILE)):
        yield part, rows[start : start + PER_FILE]


def _write_files(tables: Tables, folder: Path, *, quotes_only: bool) -> None:
    texts = {} if quotes_only else tables.texts or {}
    events, transfers = event_columns(tables), transfer_columns()
    for name, rows, key, columns in (
        ("transfers", tables.transfers, "transfer_id", transfers),
        ("events", tables.events, "event_id", events),
    ):
        told = to_script(encode(rows, key, columns))
        write_text(folder / f"data-{name}.js", f"(window.reportData ??= {{}}).{name} = {told};\n")
    for part, some in _in_parts(tables.events):
        panels = [event_panel(row, tables, texts) for row in some]
        write_text(folder / f"data-event-{part}.js", f'reportPanels("event", {part}, {to_script(panels)});\n')
    for part, some in _in_parts(tables.transfers):
        panels = [transfer_panel(row, tables) for row in some]
        write_text(folder / f"data-transfer-{part}.js", f'reportPanels("transfer", {part}, {to_script(panels)});\n')
    page = render_page(tables, draw_overview(tables), events=events, transfers=transfers, quotes_only=quotes_only)
    write_text(folder / _PAGE, page)
    static = files("etl.report") / "static"
    for name in ("report.js", "table.js"):
        write_text(folder / name, (static / name).read_text(encoding="utf-8"))
    write_text(folder / "style.css", (static / "style.css").read_text(encoding="utf-8") + STYLE)


def write_report(source: Path, out: Path, *, quotes_only: bool = False) -> Written:
    """Write the report of a folder of tables, and return what it holds.

    The texts of articles belong to others: of each, the quotes go into the report with at most 300 characters on each side.

    Args:
        source: folder that `etl run` or `etl release` has written.
        out: folder for the report; an earlier one that stands there is replaced.
        quotes_only: True to leave out the words around the quotes.

    Raises:
        ConfigurationError: a table is missing or cannot be read; `out` holds tables; another run writes there.
    """
    if (out / "events.parquet").exists():
        raise ConfigurationError(
            f"{out}: holds the tables of a run or a release. Choose another folder for the report."
        )
    tables = read_tables(source)
    with aside(out) as folder:
        _write_files(tables, folder, quotes_only=quotes_only)
        written = {path.name: path.stat().st_size for path in folder.iterdir()}
    for path in out.glob("data-*.js"):  # of an earlier report with more rows
        if path.name not in written:
            path.unlink()
    has_context = not quotes_only and tables.texts is not None
    return Written(len(tables.transfers), len(tables.events), len(written), sum(written.values()), has_context)
