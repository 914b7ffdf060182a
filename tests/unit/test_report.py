"""The report: what goes into its files, told in full, in the same bytes, and with no more of an article than is right."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from etl.commands.report import report
from etl.errors import ConfigurationError
from etl.reference.tables import read_csv
from etl.report.data import Row, Tables, read_tables
from etl.report.details import event_panel, transfer_panel
from etl.report.encode import encode, event_columns, to_script, transfer_columns
from etl.report.figure import Figure, render
from etl.report.flows import draw_flows
from etl.report.overview import draw_overview
from etl.report.worldmap import draw_map, place_of
from etl.report.write import PER_FILE, write_report
from etl.show.words import number
from tests.conftest import ROOT, Run

TAGS = {
    "a", "b", "blockquote", "br", "cite", "dd", "div", "dl", "dt", "em", "h3", "li", "mark", "ol", "p", "q", "small", "span", "ul",
}  # fmt: skip
HOSTILE = "</p><script>x()</script><img src=x onerror='x()'> \"&amp; \u2028"


@pytest.fixture(scope="module")
def tables(sample_run: Run) -> Tables:
    """The tables of the sample."""
    return read_tables(sample_run.folder)


def _parts(panel: str) -> html.HtmlElement:
    return html.fromstring(f"<div>{panel}</div>")


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


@pytest.mark.parametrize(
    "value",
    ["plain", "</script><!--", "a\u2028b\u2029c", "\"quoted' \\ \x00\x1f", "é → 北", "\ud800 alone", "&amp; &lt;", {"k": ["<", None, 1]}],
)  # fmt: skip
def test_data_are_json_that_can_stand_in_a_script(value: object) -> None:
    """What is written reads back as it was, is UTF-8, and holds nothing that ends a script or a line."""
    told = to_script(value)
    assert json.loads(told) == value
    assert not set(told) & {"<", "\u2028", "\u2029", "\n"}
    told.encode("utf-8")


def test_places_tell_the_order_and_the_words(tables: Tables) -> None:
    """A row shows the value at its place of the ordered list; numbers are ordered as numbers, statuses as they follow, none is -1."""
    told = encode(tables.events, "event_id", event_columns(tables))
    columns = {column["name"]: column for column in told["columns"]}  # type: ignore[attr-defined]
    for row, place in zip(tables.events, columns["quantity"]["codes"], strict=True):
        shown = columns["quantity"]["levels"][place] if place >= 0 else ""
        assert shown == number(row["quantity_min"], row["quantity_max"])
    by_place = {
        place: row["quantity_min"] or row["quantity_max"]
        for row, place in zip(tables.events, columns["quantity"]["codes"], strict=True)
    }
    numbers = [by_place[place] for place in sorted(by_place) if place >= 0]
    assert numbers == sorted(numbers)
    assert columns["status"]["levels"].index("Ordered") < columns["status"]["levels"].index("Delivered")
    assert told["ids"] == [row["event_id"] for row in tables.events]


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(None, None, ""), (5, 5, "5"), (1000, None, "1,000 or more"), (None, 12, "up to 12"), (0, 12, "up to 12"), (3, 12, "3 to 12")],
)  # fmt: skip
def test_quantities_in_words(low: int | None, high: int | None, told: str) -> None:
    """Bounds that are not told are not made up."""
    assert number(low, high) == told


def test_the_same_bytes(sample_run: Run, tmp_path: Path) -> None:
    """Two reports of the same tables are the same, byte for byte, also over an older one with more files."""
    write_report(sample_run.folder, tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "data-event-7.js").write_text("old")
    written = write_report(sample_run.folder, tmp_path / "b")
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    assert (written.files, written.size) == (
        len(_files(tmp_path / "b")),
        sum(map(len, _files(tmp_path / "b").values())),
    )
    assert str(tmp_path).encode() not in b"".join(_files(tmp_path / "a").values())


def test_tables_are_not_written_over(sample_run: Run) -> None:
    """The folder of a run is refused as the report's."""
    with pytest.raises(ConfigurationError, match="Choose another folder"):
        write_report(sample_run.folder, sample_run.folder)


def test_the_command_tells_what_it_wrote(sample_run: Run, tmp_path: Path) -> None:
    """`etl report` names the page to open, and whether words of articles beyond the quotes are in it."""
    said = CliRunner().invoke(report, ["--tables", str(sample_run.folder), "--out", str(tmp_path / "r")])
    assert said.exit_code == 0
    assert str(tmp_path / "r" / "index.html") in said.output
    assert "at most 300 characters" in said.output
    said = CliRunner().invoke(
        report, ["--tables", str(sample_run.folder), "--out", str(tmp_path / "r"), "--quotes-only"]
    )
    assert "quotes alone" in said.output


def test_no_more_than_300_characters_around_a_quote(tables: Tables) -> None:
    """On each side of every quote the panel shows 300 characters of the article at most, and the quote itself in full."""
    longest = 0
    for event in tables.events:
        panel = _parts(event_panel(event, tables, tables.texts or {}))
        quotes = {" ".join(row["quote"].split()) for row in tables.mentions_of[event["event_id"]]}
        for block in panel.iter("blockquote"):
            for line in block.iter("br"):
                line.tail = "\n" + (line.tail or "")
            (bold,) = block.iter("b")
            quote, whole = bold.text_content(), block.text_content()
            assert " ".join(quote.split()) in quotes
            before, _, after = whole.partition(quote)
            longest = max(longest, len(before.removeprefix("… ")), len(after.removesuffix(" …")))
    assert 250 < longest <= 300


@pytest.mark.parametrize("without", ["option", "table"])
def test_quotes_alone(without: str, sample_run: Run, tables: Tables, tmp_path: Path) -> None:
    """Where the texts are left out, or the release has none, each quote stands marked and alone, and the page says so."""
    source = shutil.copytree(sample_run.folder, tmp_path / "source")
    if without == "table":
        (source / "texts.parquet").unlink()
    written = write_report(source, tmp_path / "out", quotes_only=without == "option")
    assert not written.has_context
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert ("release holds no texts" in page, "quotes alone, without" in page) == (
        without == "table",
        without == "option",
    )
    told = (tmp_path / "out" / "data-event-0.js").read_text(encoding="utf-8")
    panels = json.loads(told[told.index("[") : told.rindex("]") + 1])
    for panel in panels:
        for block in _parts(panel).iter("blockquote"):
            (bold,) = block
            assert (bold.tag, block.text, bold.tail) == ("b", None, None)
    assert "mark" in {element.tag for element in _parts(panels[0]).iter()}
    assert len(panels) == min(PER_FILE, len(tables.events))


def _hostile(row: Row) -> Row:
    """A row with markup in every text that an article or a person could write."""
    free = ("title", "publisher", "source_path", "url", "attribution_text", "supplier_name", "recipient_name", "system_name", "evidence",
            "date_edtf", "value", "field", "value_currency")  # fmt: skip
    return {name: HOSTILE if name in free and value is not None else value for name, value in row.items()}


def test_nothing_of_an_article_becomes_markup(tables: Tables) -> None:
    """Panels and pictures of tables full of markup hold the elements of the report alone, and links to events and the web alone."""
    bad = Tables(
        articles=[_hostile({**row, "url": "javascript:x()"}) | {"title": HOSTILE, "publisher": HOSTILE} for row in tables.articles],
        mentions=tables.mentions,
        events=[_hostile(row) for row in tables.events],
        transfers=[_hostile(row) for row in tables.transfers],
        joins=tables.joins,
        conflicts=[_hostile(row) for row in tables.conflicts],
        quarantine=[],
        texts={article: (HOSTILE + text)[: len(text)] for article, text in (tables.texts or {}).items()},
    )  # fmt: skip
    panels = [event_panel(row, bad, bad.texts or {}) for row in bad.events]
    panels += [transfer_panel(row, bad) for row in bad.transfers]
    for panel in panels:
        for element in _parts(panel).iter():
            assert element.tag in TAGS
            assert not any(name.startswith("on") for name in element.attrib)
            assert re.match(r"#(event|transfer)=[0-9a-f]{16}$", element.get("href", "#event=0123456789abcdef"))
    pictures = "".join(render(figure) for figure in draw_overview(bad))
    assert not {element.tag for element in html.fromstring(pictures).iter()} & {
        "script",
        "img",
        "image",
        "foreignobject",
    }


def test_a_panel_of_a_transfer_tells_why(tables: Tables) -> None:
    """Each event of a transfer stands in its panel, with the reason of joining and a link to its words."""
    transfer = max(tables.transfers, key=lambda row: row["n_events"])
    panel = transfer_panel(transfer, tables)
    for join in tables.joins_of[transfer["transfer_id"]]:
        assert f'href="#event={join["event_id"]}"' in panel
    assert panel.count("Why here:") == transfer["n_events"]
    assert "joined to" in panel


def _transfer(tables: Tables, supplier: str, recipient: str, **more: object) -> Row:
    named = {"supplier_id": supplier, "supplier_name": supplier, "recipient_id": recipient, "recipient_name": recipient}
    return {**tables.transfers[0], **named, "assertion": "reported", **more}


def test_what_a_picture_leaves_out_is_told(tables: Tables) -> None:
    """Of 30 flows 20 are drawn; the transfers of the rest, the denied and those with a party that is not named are counted below."""
    states = [row["id"] for row in read_csv("states") if row["kind"] == "state"][:31]
    rows = [_transfer(tables, states[0], state) for state in states[1:]]
    rows += [_transfer(tables, states[0], state) for state in states[1:21]]
    rows += [_transfer(tables, "unknown", states[1])] * 3 + [_transfer(tables, "FRA", "IND", assertion="denied")] * 4
    figure = draw_flows(rows)
    assert figure.svg.count("<path") == 20
    assert "10 smaller flows with 10 transfers" in figure.note
    assert "3 of which a party is not named, 4 that reports only deny" in figure.note
    assert sum(row[2] for row in figure.rows) == 50


def test_pictures_without_rows(tables: Tables) -> None:
    """Tables without a row give pictures without a bar, not an error."""
    empty = replace(tables, articles=[], mentions=[], events=[], transfers=[], joins=[], conflicts=[], quarantine=[])
    assert all(render(figure) for figure in draw_overview(empty))


def test_events_of_the_years_add_up(tables: Tables) -> None:
    """Each event that is not denied stands in the table of the years once: by its own date, or by its report's."""
    figure = next(figure for figure in draw_overview(tables) if figure.name == "years")
    told = [row for row in tables.events if row["assertion"] != "denied"]
    assert sum(sum(row[1:]) for row in figure.rows) == len(told)  # type: ignore[arg-type]
    assert sum(row[-1] for row in figure.rows) == sum(row["date_basis"] == "report" for row in told)  # type: ignore[misc]


def _all_pictures(tables: Tables) -> list[Figure]:
    return draw_overview(tables)


def test_each_picture_has_words_and_numbers(tables: Tables) -> None:
    """Each picture has a title, a text for those who do not see it, and its numbers as a table; its SVG is well-formed."""
    for figure in _all_pictures(tables):
        picture = html.fragment_fromstring(render(figure))
        assert figure.title in picture.xpath("string(.//svg[@role='img']/title)")
        assert len(picture.xpath("string(.//svg[@role='img']/desc)")) > 20
        assert len(picture.xpath(".//details//tbody/tr")) == len(figure.rows) > 0


def test_the_map_knows_the_states() -> None:
    """Each shape is of a state of the reference tables, and each state that is there today has a place."""
    with (ROOT / "etl" / "report" / "world.csv").open(encoding="utf-8") as file:
        shapes = list(csv.DictReader(file))
    known = {row["id"]: row for row in read_csv("states")}
    assert {row["id"] for row in shapes} <= set(known)
    assert [name for name, row in known.items() if row["kind"] == "state" and place_of(name) is None] == []
    assert all(re.fullmatch(r"(M\d+ \d+l[-\d ]+z)*", row["path"]) for row in shapes)
    assert all(0 <= int(row["x"]) <= 2000 and 0 <= int(row["y"]) <= 900 for row in shapes)


def test_groups_stand_in_their_area(tables: Tables) -> None:
    """An arc ends where the state is in which a group acts; an organisation without a place is counted below the map."""
    assert place_of("nsa:hezbollah") == place_of("LBN")
    figure = draw_map([_transfer(tables, "IRN", "nsa:hezbollah"), _transfer(tables, "FRA", "igo:un")])
    assert figure.svg.count('class="arc"') == 1
    assert "(an organisation, or one and the same state): 1." in figure.note


def test_the_browser_and_the_writer_divide_panels_alike() -> None:
    """The script looks for a panel in the file in which it was written."""
    script = (ROOT / "etl" / "report" / "static" / "report.js").read_text(encoding="utf-8")
    assert f"const PER_FILE = {PER_FILE};" in script
    assert transfer_columns()[0].name == "supplier"
