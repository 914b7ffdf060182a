"""What is written for people: the workbook, the map, the card. All is there, nothing runs, the same rows give the same bytes."""

import importlib.util
import json
import math
import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from PIL import Image
from pypdf import PdfReader

from etl.cli import main
from etl.errors import ConfigurationError
from etl.publish import workbook
from etl.publish.card import write_card
from etl.publish.geojson import build_geojson, centroids, great_circle, split_at_antimeridian, write_geojson
from etl.publish.sheet import HEIGHT, MARGIN, WIDTH, Sheet, break_lines, width
from etl.publish.workbook import CUT, LONGEST_CELL, SHEETS, codebook_rows, columns_of, write_workbook
from etl.reference.tables import read_csv
from etl.stored import read_stored
from schemas import TABLES
from schemas.checks import to_frame, to_rows
from schemas.codes import codes
from tests.conftest import Run

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def frames(sample_run: Run) -> Frames:
    return {name: read_stored(table, sample_run.folder) for name, table in TABLES.items()}


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


# The workbook


@pytest.fixture(scope="module")
def book(frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    assert write_workbook(frames, path, version="2026.11.0") == []
    return path


@pytest.mark.parametrize("table", SHEETS, ids=lambda table: table.name)
def test_a_sheet_holds_its_table(table: Any, frames: Frames, book: Path) -> None:
    """Cell by cell, a sheet holds what its table holds: dates as dates, numbers as numbers, nothing where nothing is told."""
    ties = dict(frames["transfer_events"][["event_id", "transfer_id"]].to_numpy())
    found = _read(book, table.name)
    rows = to_rows(frames[table.name])
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


def test_the_first_sheet_tells_what_it_is(frames: Frames, book: Path) -> None:
    """Version, counts and how to cite stand on the first sheet."""
    words = {
        str(left): str(right) for left, right in openpyxl.load_workbook(book)["read me"].iter_rows(values_only=True)
    }
    assert words["version"] == "2026.11.0"
    assert "version 2026.11.0 [data set]" in words["how to cite"]
    for table in SHEETS:
        assert words[table.name].startswith(f"{len(frames[table.name]):,} rows. ")


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


def test_the_same_rows_give_the_same_workbook(frames: Frames, book: Path, tmp_path: Path) -> None:
    """The bytes do not depend on when or where the file is written, and nothing else is left in the folder."""
    again = tmp_path / "b.xlsx"
    write_workbook(frames, again, version="2026.11.0")
    assert again.read_bytes() == book.read_bytes()
    assert list(tmp_path.iterdir()) == [again]


_HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "{=A1}", "=cmd|' /C calc'!A0", "https://example.org", "mailto:a@b.example", "007", "1e5",
    "internal:Sheet!A1", "a\tb\nc", "<b>&amp;", "\x01bell", "_x0041_", " padded ",
)  # fmt: skip


def test_a_cell_is_never_run(frames: Frames, tmp_path: Path) -> None:
    """Text that could be a formula, a link or a number is a cell of text, letter by letter."""
    path = tmp_path / "a.xlsx"
    rows = frames["articles"].head(len(_HOSTILE)).assign(title=list(_HOSTILE))
    assert len(rows) == len(_HOSTILE)
    write_workbook(frames | {"articles": rows}, path, version="1")
    at = TABLES["articles"].column_names.index("title")
    cells = [row[at] for row in openpyxl.load_workbook(path)["articles"]][1:]
    assert [unescape(cell.value) for cell in cells] == list(_HOSTILE)
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


@pytest.mark.parametrize(("length", "cut"), [(LONGEST_CELL, False), (LONGEST_CELL + 1, True)])
def test_long_cells_are_cut_with_a_mark(length: int, cut: bool, frames: Frames, tmp_path: Path) -> None:
    """A cell that Excel cannot hold is cut, and says so; one that it just can is not."""
    path = tmp_path / "a.xlsx"
    write_workbook(_with(_few(frames), "events", evidence="x" * length), path, version="1")
    (shown, *_) = (row["evidence"] for row in _read(path, "events"))
    assert (len(shown), shown.endswith(CUT)) == (LONGEST_CELL, cut)


def test_rows_beyond_the_sheet_are_told(frames: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a sheet has no room for all rows, the caller and the first sheet are told."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 100)
    path = tmp_path / "a.xlsx"
    full = [table.name for table in SHEETS if len(frames[table.name]) > 100]
    assert write_workbook(frames, path, version="1") == full == ["transfers", "events"]
    assert len(_read(path, "events")) == 100
    words = {
        str(left): str(right) for left, right in openpyxl.load_workbook(path)["read me"].iter_rows(values_only=True)
    }
    assert [name for name in words if "Only the first 100" in words[name]] == full


@pytest.mark.parametrize(("day", "cell"), [(date(1900, 2, 28), "1900-02-28"), (date(1900, 3, 1), date(1900, 3, 1))])
def test_days_before_excel_are_text(day: date, cell: object, frames: Frames, tmp_path: Path) -> None:
    """A day that Excel counts wrongly, or not at all, is written as text."""
    path = tmp_path / "a.xlsx"
    write_workbook(_with(_few(frames), "articles", published_date=day), path, version="1")
    (found, *_) = (row["published_date"] for row in _read(path, "articles"))
    assert (found.date() if isinstance(cell, date) else found) == cell


# The map


def _positions(geometry: dict[str, Any]) -> list[list[float]]:
    """The positions of a geometry, and whether it is one that RFC 7946 allows."""
    told = geometry["coordinates"]
    parts = {"Point": [[told]], "LineString": [told], "MultiLineString": told}[geometry["type"]]
    for part in parts:
        assert geometry["type"] == "Point" or len(part) >= 2
        assert all(abs(b[0] - a[0]) <= 180 for a, b in pairwise(part))
    return [position for part in parts for position in part]


def _flows(*pairs: tuple[str, str], frames: Frames, **more: object) -> pd.DataFrame:
    """Transfers between the given parties, made of the first of the sample."""
    row = to_rows(frames["transfers"])[0]
    made = [
        row | {"transfer_id": f"{at:016x}", "supplier_id": one, "recipient_id": other} | more
        for at, (one, other) in enumerate(pairs)
    ]
    return to_frame(TABLES["transfers"], made)


def test_the_map_keeps_the_rules(frames: Frames, tmp_path: Path) -> None:
    """The file is GeoJSON: features with geometry and properties, positions of longitude and latitude in range."""
    told = json.loads(write_geojson(frames["transfers"], tmp_path / "a.geojson").read_text("utf-8"))
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    for feature in told["features"]:
        assert (feature["type"], set(feature)) == ("Feature", {"type", "geometry", "properties"})
        for longitude, latitude in _positions(feature["geometry"]):
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90
    again = write_geojson(frames["transfers"].sample(frac=1, random_state=1), tmp_path / "b.geojson")
    assert json.loads(again.read_text("utf-8")) == told


def test_every_transfer_is_on_the_map_or_told(frames: Frames) -> None:
    """Each transfer is in one flow, or among those without a place, or among the denied; counts by phase add up."""
    told = build_geojson(frames["transfers"])
    flows = [feature["properties"] for feature in told["features"] if feature["properties"]["kind"] == "flow"]
    flows += told["flows_without_place"]
    listed = [name for flow in flows for name in flow["transfer_ids"]] + told["denied"]
    assert sorted(listed) == sorted(frames["transfers"]["transfer_id"])
    for flow in flows:
        assert (
            flow["n_transfers"]
            == len(flow["transfer_ids"])
            == sum(flow[f"n_{phase}"] for phase in codes("status_phase"))
        )
        assert flow["systems"]
        assert flow["years"] == sorted(flow["years"])


def test_parties_without_a_place_are_told(frames: Frames) -> None:
    """A group or an unnamed party is on no map: it is named beside it, and the other party keeps its point."""
    told = build_geojson(_flows(("NOR", "unknown"), ("igo:eu", "UKR"), ("NOR", "GHA"), frames=frames))
    assert [party["id"] for party in told["parties_without_place"]] == ["igo:eu", "unknown"]
    assert [(flow["supplier_id"], flow["recipient_id"]) for flow in told["flows_without_place"]] == [
        ("NOR", "unknown"), ("igo:eu", "UKR"),
    ]  # fmt: skip
    points = {
        feature["properties"]["id"]: feature["properties"]
        for feature in told["features"]
        if feature["properties"]["kind"] == "state"
    }
    assert sorted(points) == ["GHA", "NOR", "UKR"]
    assert (points["NOR"]["n_supplied"], points["NOR"]["n_received"]) == (2, 0)


@pytest.mark.parametrize(
    ("pair", "kind", "parts"),
    [(("NOR", "GHA"), "LineString", 1), (("USA", "JPN"), "MultiLineString", 2), (("NZL", "CHL"), "MultiLineString", 2),
     (("RUS", "RUS"), "Point", 1)],
)  # fmt: skip
def test_lines_are_split_at_the_antimeridian(pair: tuple[str, str], kind: str, parts: int, frames: Frames) -> None:
    """A way over the Pacific is two lines that meet at 180 and -180 degrees; others are one, and end at their states."""
    (flow, *_) = build_geojson(_flows(pair, frames=frames))["features"]
    geometry = flow["geometry"]
    assert geometry["type"] == kind
    positions = _positions(geometry)
    assert positions[0] == list(centroids()[pair[0]])
    assert positions[-1] == list(centroids()[pair[1]])
    if parts == 2:
        before, after = geometry["coordinates"]
        assert before[-1][0] == -after[0][0]
        assert (abs(before[-1][0]), before[-1][1]) == (180, after[0][1])


_PLACES = st.tuples(st.floats(-180, 180), st.floats(-89, 89))


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Degrees between two places, by the haversine formula."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(lon), math.radians(lat)) for lon, lat in (one, other))
    share = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return math.degrees(2 * math.asin(math.sqrt(min(1.0, share))))


@given(_PLACES, _PLACES)
def test_lines_are_the_shortest_way(start: tuple[float, float], end: tuple[float, float]) -> None:
    """The steps of a line are as long together as the way between its ends, wherever they lie."""
    points = great_circle(start, end)
    assert (points[0], points[-1]) == (start, end)
    assert sum(_apart(a, b) for a, b in pairwise(points)) == pytest.approx(_apart(start, end), abs=1e-4)
    for part in split_at_antimeridian(points):
        assert all(abs(b[0] - a[0]) <= 180 and abs(a[0]) <= 180 and abs(b[0]) <= 180 for a, b in pairwise(part))


def test_every_state_of_today_has_a_place() -> None:
    """The table of places has every state and territory of today, by its name, once, within the bounds of the globe."""
    rows = read_csv("centroids")
    today = {row["id"]: row["name"] for row in read_csv("states") if not row["end_year"]}
    assert {row["iso3"]: row["name"] for row in rows} == today
    assert [row["iso3"] for row in rows] == sorted(today)
    for row in rows:
        assert re.fullmatch(r"natural_earth_(50m|10m)|encyclopedia", row["source"])
        assert -180 <= float(row["lon"]) <= 180
        assert -90 <= float(row["lat"]) <= 90


@pytest.mark.parametrize(
    ("state", "west", "south", "east", "north"),
    [("USA", -125, 25, -66, 49), ("FRA", -5, 42, 8, 51), ("RUS", 30, 50, 180, 75), ("NZL", 166, -48, 179, -34),
     ("CHL", -76, -56, -66, -17), ("SGP", 103, 1, 105, 2), ("XKX", 20, 41.8, 21.8, 43.3), ("PSE", 34, 31, 36, 33)],
)  # fmt: skip
def test_places_lie_in_their_states(state: str, west: float, south: float, east: float, north: float) -> None:
    """The place of a state lies in the box around its main land."""
    longitude, latitude = centroids()[state]
    assert west <= longitude <= east
    assert south <= latitude <= north


# The card


def _flat(text: str) -> str:
    """A text without its blanks: the words of a line are set one by one."""
    return re.sub(r"\s", "", text)


def _pdf(path: Path) -> str:
    (page,) = PdfReader(path).pages
    return _flat(page.extract_text())


def _card(frames: Frames, folder: Path, identifier: str, name: str = "card.pdf") -> Path:
    return write_card(identifier, frames, folder / name, version="2026.11.0")


def _rank(frames: Frames) -> list[str]:
    return list(frames["transfers"].sort_values(["n_events", "transfer_id"])["transfer_id"])


def test_a_card_tells_its_transfer(frames: Frames, tmp_path: Path) -> None:
    """The PDF is one page of text: parties, system, statuses with dates, the surest quote, sources, citation."""
    for name in (*_rank(frames)[-3:], *frames["transfers"].query("is_disputed")["transfer_id"].head(1)):
        told = _pdf(_card(frames, tmp_path, name))
        (transfer,) = to_rows(frames["transfers"].query(f"transfer_id == '{name}'"))
        joined = frames["transfer_events"].query(f"transfer_id == '{name}'")["event_id"]
        events = to_rows(frames["events"][frames["events"]["event_id"].isin(joined)])
        for words in (
            name,
            transfer["supplier_name"],
            transfer["recipient_name"],
            transfer["system_name"],
            "version 2026.11.0 [data set]",
        ):
            assert _flat(words) in told
        for status in codes("status"):
            if transfer[f"{status}_edtf"]:
                assert _flat(f"{transfer[f'{status}_edtf']} (") in told
        assert ("areportdeniesit" in told.replace("noreportdeniesit", "")) == transfer["is_disputed"]
        articles = to_rows(frames["articles"][frames["articles"]["article_id"].isin([e["article_id"] for e in events])])
        copies = [article["article_id"] for article in articles if article["duplicate_of"]]
        best = max((e for e in events if e["article_id"] not in copies), key=lambda event: event["confidence"])
        assert _flat(best["evidence"])[:120] in told
        for article in articles:
            assert _flat(article["title"] or article["source_id"]) in told


def test_a_card_is_a_picture_too(frames: Frames, tmp_path: Path) -> None:
    """A name that ends with .png gives a picture as wide as the page, the same bytes each time."""
    name = _rank(frames)[-1]
    first, second = (_card(frames, tmp_path, name[:10], f"{n}.png") for n in "ab")
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as picture:
        assert picture.width == 2 * WIDTH
        assert len(set(picture.convert("L").tobytes())) > 10


def test_a_card_obeys_nothing_of_an_article(frames: Frames, tmp_path: Path) -> None:
    """Markup, control characters and endless words in titles and quotes are letters on the page, and stay on it."""
    bad = '</text><script>x</script>&amp;"\x00\x1b[2J\u202e' + "w" * 400
    length = frames["mentions"]["quote_end"] - frames["mentions"]["quote_start"]
    hostile = _with(_with(frames, "articles", title=bad), "mentions", quote=[(bad * 9)[:n] for n in length])
    told = _pdf(_card(hostile, tmp_path, _rank(frames)[-1]))
    assert "</text><script>x</script>&amp;" in told
    assert "\x1b" not in told


def test_a_card_with_much_to_tell_stays_one_page(frames: Frames, tmp_path: Path) -> None:
    """All statuses, long names and quotes still leave the citation its place at the foot."""
    name = _rank(frames)[-1]
    told = {f"{status}_{part}": value for status in codes("status")
            for part, value in (("date", date(2020, 1, 1)), ("edtf", "2020-01-01"), ("precision", "day"))}  # fmt: skip
    long = {"supplier_name": "Some Very Long Name of a Supplier " * 4, "system_name": "a system of many words " * 9}
    full = _with(_with(frames, "transfers", **told, **long), "articles", title="a headline of many words " * 12)
    texts = _pdf(_card(full, tmp_path, name))
    assert "[dataset]" in texts
    assert all(_flat(status) in texts for status in codes("status"))
    assert "“" in texts


@pytest.mark.parametrize(
    ("identifier", "name", "message"),
    [("zz", "a.pdf", "'zz' is no transfer_id"), ("", "a.pdf", "'' is no transfer_id"), ("0", "a.pdf", r"'0' begins \d+"),
     ("00", "a.gif", r"a.gif: .*\.pdf or \.png")],
)  # fmt: skip
def test_a_card_of_nothing_is_told(identifier: str, name: str, message: str, frames: Frames, tmp_path: Path) -> None:
    """An identifier that fits nothing, or too much, and a file of another kind are named in the error."""
    with pytest.raises(ConfigurationError, match=message):
        _card(frames, tmp_path, identifier, name)


@given(st.text(max_size=60), st.sampled_from([8, 10.5]), st.integers(30, 300))
def test_lines_fit_and_lose_nothing(text: str, size: float, room: int) -> None:
    """Lines are no wider than their room (but for a single letter), and together hold every letter in order."""
    lines = break_lines([(text, "supplier"), (text, None)], size, room)
    assert _flat("".join(words for line in lines for words, _ in line)) == _flat(text + text)
    for line in lines:
        words = "".join(told for told, _ in line)
        assert len(words) <= 1 or width(words, size) <= room + 0.01


def test_a_sheet_ends_where_it_is_filled() -> None:
    """A page that is cut ends a margin below its last line."""
    sheet = Sheet()
    sheet.write("one line", 10)
    assert f'height="{round(MARGIN + 14 + MARGIN)}"' in sheet.svg(whole=False)
    assert f'height="{HEIGHT}"' in sheet.svg(whole=True)


# The command


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["excel"], "arms_transfer_events.xlsx"), (["geojson"], "flows.geojson"), (["card", "--transfer"], "card.pdf")],
)
def test_the_command_writes_each_kind(
    arguments: list[str], name: str, frames: Frames, sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`etl export` writes each kind under its usual name, and says where."""
    monkeypatch.chdir(tmp_path)
    more = [_rank(frames)[-1]] if arguments[-1] == "--transfer" else []
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
