"""Articles that try to run something in a page, a spreadsheet or a terminal: nothing that the program writes lets them."""

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import mistune
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from lxml import etree, html
from markdown_it import MarkdownIt

from etl.cli import main
from etl.publish.safe import csv_cell, json_line, markdown_cell, terminal_text
from etl.quality.expectations import check_tables
from schemas import TABLES
from schemas.arrow import to_arrow

MARK = "zzmark"
"""Stands in every hostile text where it would become a tag, an attribute, a script or a link."""
GOOD = "Norway delivered {} Leopard 2 tanks to Ghana on 3 January 2024, the defence ministry said."
HOSTILE = [
    f"<script>{MARK}()</script>",
    f"\"><{MARK}> ' onload={MARK}() <img src=x onerror={MARK}()>",
    f"<a href=javascript:{MARK}()>now</a>",
    f"<!-- {MARK} --> <![CDATA[ {MARK} ]]>",
    f"[{MARK}](javascript:{MARK}()) ![x](data:text/html,{MARK}) <file:///{MARK}>",
    f"x | {MARK} |\n\n# {MARK}\n\n```\n{MARK}\n~~~\n---\n> __{MARK}__ *{MARK}* ~~{MARK}~~ `{MARK}`",
    f"[{MARK}]: http://{MARK} [{MARK}][{MARK}] [^{MARK}] \\[{MARK}](x)",
    f'=HYPERLINK("http://{MARK}")',
    f"+cmd|' /C {MARK}'!A0",
    f"-{MARK}",
    f"@SUM({MARK})",
    f"  =1+{MARK}",
    f"＝{MARK}",
    f"far; =1+{MARK};\n=1+{MARK}\t=1+{MARK}\r@{MARK}",
    f"\x1b[31m{MARK}\x1b]8;;http://{MARK}\x07\x9b2J\x00",
    f"\u202e{MARK}\u2066\u200f",
    f"../../{MARK}/CON",
    f"javascript:{MARK}()",
    MARK * 3_000,
]
FILES = [f"<img src=x onerror={MARK}()>.txt", f"\x1b[31m{MARK}\u202e.txt", f"=1+{MARK}.txt", f"a | `{MARK}` |.txt"]
_RUNS = re.compile(r'[\s\x00-\x20\u200b-\u200f\u202a-\u202e\ufeff"]*[-=+@＝＋－＠]|[\t\r\n]')


def _article(number: int, hostile: str) -> dict[str, object]:
    text = (
        f"{hostile} {GOOD.format(10 + number)}\n\n{hostile}\n\n"
        f'"{hostile}" said {hostile}. According to {hostile}, Norway sold {40 + number} F-16 jets to Kenya in 2023.'
    )
    return {"id": hostile, "title": hostile, "publisher": hostile, "url": hostile, "date": "2024-01-05", "text": text, "events": []}  # fmt: skip


def _write_input(folder: Path) -> None:
    folder.mkdir()
    lines = [json.dumps(_article(number, hostile)) for number, hostile in enumerate(HOSTILE)]
    (folder / "hostile.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for number, name in enumerate(FILES):
        (folder / name).write_text(GOOD.format(70 + number), encoding="utf-8")
    (folder / f"empty \x1b {MARK}.txt").touch()


class _Told:
    """A folder in which commands were called, and what each of them printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, str] = {}

    def call(self, *arguments: str, code: int = 0) -> None:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == code, (arguments, result.output, result.exception)
        self.said[" ".join(arguments)] = result.output

    def files(self, suffix: str) -> list[Path]:
        """The files of a kind that were written."""
        return sorted(
            path for path in self.folder.rglob(f"*{suffix}") if "in" not in path.relative_to(self.folder).parts
        )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Told]:
    """All commands that write something, called over hostile articles; the second release tells what changed."""
    told = _Told(tmp_path_factory.mktemp("hostile"))
    _write_input(told.folder / "in")
    (told.folder / "register.csv").write_text(
        "Supplier,Recipient,Designation,Armament category,Order date,Numbers delivered,Delivery year\n"
        f'"=1+{MARK}","<{MARK}>","\x1b[31m{MARK}","@{MARK}",2023,5,2024\nNorway,Ghana,Leopard-2A4,Armoured vehicles,2023,12,2024\n',
        encoding="utf-8",
    )
    (told.folder / "wrong.csv").write_text(f"\x1b[31m{MARK},b\n1,2\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(told.folder)
        told.call("run", "in", "--out", "out", "--no-data-docs")
        told.call("release", "2026.1.0", "--tables", "out", "--out", "releases", "--tier", "candidate", "--texts")
        (told.folder / "in" / FILES[0]).unlink()
        records = [_article(number, hostile) for number, hostile in enumerate(HOSTILE[1:], start=1)]
        lines = [json.dumps(record | {"title": f"{record['title']} again"}) for record in records]
        (told.folder / "in" / "hostile.jsonl").write_text("\n".join(lines), encoding="utf-8")
        told.call("run", "in", "--out", "out", "--no-data-docs")
        told.call("release", "2026.1.1", "--tables", "out", "--out", "releases", "--tier", "candidate")
        told.call("asof", "2024-01-06", "--tables", "out", "--out", "known")
        for kind in ("trade-register", "trade-register-text", "unroca", "flows"):
            told.call("export", kind, "--tables", "out")
        told.call("reconcile", "register.csv", "--tables", "out", "--out", "comparison.csv")
        told.call("reconcile", "wrong.csv", "--tables", "out", code=2)
        told.call("evaluate", "in/hostile.jsonl", "--events", "out/events.parquet", "--json", "figures.json")
        told.call("validate", "out")
        told.call("read", "in")
        told.call("extract", "in/hostile.jsonl")
        told.call("reference", "\x1b[31m")
        told.call("run", "\x1b[31mnowhere", code=2)
        yield told


def test_the_articles_reach_the_tables(told: _Told) -> None:
    """The hostile words stand in the tables and the release: else the other tests would prove nothing."""
    articles, events = (pd.read_parquet(told.folder / "out" / f"{name}.parquet") for name in ("articles", "events"))
    assert articles["title"].str.contains(MARK).sum() > len(HOSTILE) - 3
    assert articles["publisher"].str.contains(MARK).sum() > len(HOSTILE) - 3
    assert events["evidence"].str.contains(MARK).sum() > len(HOSTILE)
    assert events["attribution_text"].str.contains(MARK).any()
    for release in ("2026.1.0", "2026.1.1"):
        assert MARK in (told.folder / "releases" / release / "README.md").read_text(encoding="utf-8")
    assert MARK in (told.folder / "releases" / "2026.1.1" / "CHANGES.md").read_text(encoding="utf-8")


def test_addresses_are_those_of_web_pages(told: _Told) -> None:
    """No article has an address that is none of the web: not one of the hostile ones is kept."""
    assert pd.read_parquet(told.folder / "out" / "articles.parquet")["url"].isna().all()


def _became_markup(page: str, holders: frozenset[str]) -> list[str]:
    """Where the mark stands as anything but text within one of the holders."""
    found = []
    for element in html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            found += ["comment"] if MARK in (element.text or "") else []
            continue
        found += [f"<{element.tag}>"] if MARK in element.tag else []
        found += [f"{element.tag} {name}" for name, value in element.attrib.items() if MARK in name + value]
        texts = [element.text or "", *(child.tail or "" for child in element)]
        found += [f"in {element.tag}" for text in texts if MARK in text and element.tag not in holders]
    return found


def test_the_check_of_pages_finds_markup() -> None:
    """The check that the other tests use does see a tag, an attribute, a script, a comment and a heading."""
    page = (
        f"<p onload={MARK}()></p><{MARK}></{MARK}><script>{MARK}</script><!-- {MARK} --><h1>{MARK}</h1><td>{MARK}</td>"
    )
    assert len(_became_markup(page, frozenset({"td", "p"}))) == 5


def test_data_docs_show_values_that_fail_as_text(told: _Told, tmp_path: Path) -> None:
    """A hostile value that breaks an expectation is printed in the data docs, and is text there."""
    for name, table in TABLES.items():
        shutil.copy(told.folder / "out" / f"{name}.parquet", tmp_path)
        if name == "events":
            rows = pq.read_table(tmp_path / "events.parquet").to_pandas()
            rows["status"] = [HOSTILE[number % len(HOSTILE)] for number in range(len(rows))]
            rows["event_id"] = HOSTILE[1]
            pq.write_table(to_arrow(table, rows), tmp_path / "events.parquet")
    assert len(check_tables(tmp_path, tmp_path / "docs").failed) >= 2
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "docs").rglob("*.html")]
    assert len(pages) > 2 * len(TABLES)
    assert any(f"&lt;script&gt;{MARK}" in page for page in pages)
    assert [found for page in pages for found in _became_markup(page, frozenset({"td", "div", "span", "p"}))] == []


RENDERERS: dict[str, Callable[[str], object]] = {
    "markdown-it": MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render,
    "mistune": mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "footnotes", "math", "url"]),
}


@pytest.mark.parametrize("render", RENDERERS.values(), ids=list(RENDERERS))
def test_pages_of_markdown_show_text_as_text(told: _Told, render: Callable[[str], object]) -> None:
    """Rendered with HTML allowed, the words of articles are text in the cells of tables, which keep their columns."""
    pages = told.files(".md")
    assert {page.name for page in pages} == {
        "README.md",
        "CHANGES.md",
        "codebook.md",
        "trade_register.md",
        "TRADE_REGISTER.md",
    }
    for page in pages:
        shown = str(render(page.read_text(encoding="utf-8")))
        # mistune links the plain addresses of the web that stand in a cell: those alone, and to where they say
        shown = re.sub(rf'<a href="(http://{MARK}[^"<>\s]*)">\1</a>', r"\1", shown)
        assert _became_markup(shown, frozenset({"td"})) == []
        for table in html.document_fromstring(shown).iter("table"):
            assert {len(row) for row in table.iter("tr")} == {len(table.findall(".//th"))}


def _cells(path: Path, delimiter: str) -> Iterator[str]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.reader(handle, delimiter=delimiter):
            yield from row


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_a_csv_file_is_a_formula(told: _Told, delimiter: str) -> None:
    """No spreadsheet finds a formula in any CSV file, whichever character it takes for the end of a cell."""
    paths = [path for path in told.files(".csv") if path.name not in {"register.csv", "wrong.csv"}]
    assert {path.name for path in paths} > {"articles.csv", "texts.csv", "changes.csv", "trade_register.csv", "unroca.csv", "comparison.csv"}  # fmt: skip
    assert [(path.name, cell[:80]) for path in paths for cell in _cells(path, delimiter) if _RUNS.match(cell)] == []


def test_json_and_xml_can_be_read(told: _Told) -> None:
    """No text breaks the file that it stands in."""
    assert len([json.loads(path.read_text(encoding="utf-8")) for path in told.files(".json")]) > 6
    etree.parse(told.folder / "flows.graphml")


def test_no_name_of_a_file_comes_from_an_article(told: _Told) -> None:
    """What is written has plain names, and stands in the folders that the calls name."""
    ours = {"in", "out", "releases", "known", "register.csv", "wrong.csv", "trade_register.csv", "TRADE_REGISTER.md",
            "trade_register.md", "unroca.csv", "flows.graphml", "comparison.csv", "figures.json"}  # fmt: skip
    assert {path.name for path in told.folder.iterdir()} == ours
    names = {path.name for path in told.files("")}
    assert not [name for name in names if MARK in name or not re.fullmatch(r"[\w.-]+", name, re.ASCII)]


def test_a_terminal_is_told_nothing_to_do(told: _Told) -> None:
    """All that the commands print is printable; what `read` and `extract` print is JSON and means the same as before."""
    assert {call: said for call, said in told.said.items() if not said.replace("\n", "").isprintable()} == {}
    read = [json.loads(line) for line in told.said["read in"].splitlines()]
    assert FILES[1] in {item["source_id"] for item in read}
    assert f"empty \x1b {MARK}.txt" in {item.get("source_path") for item in read}
    assert "\\x1b[31m" in told.said["reconcile wrong.csv --tables out"]
    assert [json.loads(line) for line in told.said["extract in/hostile.jsonl"].splitlines()]


CELLS = [
    (None, ""), (5, "5"), (-5, "-5"), ("plain", "plain"), ("a=b", "a=b"), ("ok - so", "ok - so"), ("a, b", '"a, b"'),
    ("=1", "'=1"), (" \u200b@a", "' \u200b@a"), ("－1", "'－1"), ("\ta", "'\ta"), ("\na", '"\'\na"'), ("a\r=1", '"a\r\'=1"'),
    ("a; -1", "a;' -1"), ('a;"=1"', '"a;\'""=1"""'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "cell"), CELLS)
def test_a_cell_of_csv(value: object, cell: str) -> None:
    """Numbers and plain text stay as they are; an apostrophe stands before what would run."""
    assert csv_cell(value) == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), ("a_b", "a_b"), ("__a__", "\\_\\_a\\_\\_"), ("a\n\u202eb", "a  b"), ("a@b", "a&#64;b"), ("x" * 301, "x" * 300 + "…")],
)  # fmt: skip
def test_a_cell_of_markdown(value: object, cell: str) -> None:
    """A cell is one line of bounded length, and no mark in it counts."""
    assert markdown_cell(value) == cell


def test_text_for_a_terminal() -> None:
    """Line breaks and letters of any language stay; commands, marks of direction and broken characters are written out."""
    assert terminal_text("Zażółć 軍\n\x1b[0m\x9b\u202e\r\udcff") == "Zażółć 軍\n\\x1b[0m\\x9b\\u202e\\r\\udcff"
    value = {"é": "\x1b\x7f\x9b\u202e\U000e0001\udcff軍"}
    assert json_line(value).isprintable()
    assert json.loads(json_line(value)) == value
