"""Exports of news archives: one file with many articles. The files in tests/data/exports are invented, in the archives' layouts."""

import gc
import time
from collections.abc import Callable
from datetime import date
from itertools import groupby
from pathlib import Path

import docx
import pytest

from etl.errors import InputError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.exports import split_export
from tests.conftest import ROOT, SAMPLE

Write = Callable[[str, str | bytes], Path]

EXPORTS = ROOT / "tests" / "data" / "exports"
BOATS = (
    "Norway has agreed to sell four patrol boats to Ghana, the defence ministry in Oslo said on Thursday. The boats were taken "
    "out of service by the U.S. Navy's Norwegian partners in 2015 and will be refitted before they are handed over.\n\n"
    "The contract is worth 12 million dollars. Subject: the boats will carry no missiles, a spokeswoman said, and the crews "
    "will be trained in Bergen."
)
BOATS_CODED = BOATS.partition("\n")[0] + (
    "\n\nIN addition, the crews will be trained in Bergen.\n\nThe contract is worth 12 million dollars."
)
GUNS = (
    "The first of 24 howitzers that Meridia ordered from the Kestrel works arrived in the port of Aldona on Wednesday, the army "
    "said in a statement.\n\nThe rest will follow before the end of the year. The price was not disclosed."
)
VOTE = (
    "Parliament has put off a vote on the purchase of eight trainer aircraft from Brazil by a week, its speaker said.\n\n"
    "The air force had asked for twelve."
)
FRIGATE = (
    "Meridia has bought a second frigate from the Netherlands, the navy said on Saturday. The ship is 22 years old.\n\n"
    "The first was delivered in 2013. It is used for training."
)
RIFLES = "The border guard will receive 2,000 rifles from Belgium in April, the interior minister told parliament."

BOATS_TITLE, GUNS_TITLE = "Norway to sell four patrol boats to Ghana", "First howitzers reach Aldona"
VOTE_TITLE = "Vote on trainer aircraft put off"
ADDRESS = "https://www.example.org/docview/{}?accountid=1"
FOUR, TEN, NINE = date(2019, 1, 4), date(2019, 1, 10), date(2019, 1, 9)

Told = tuple[str | None, date | None, str | None, str, str | None, str]
"""Headline, day, publisher, identifier, address and text of an article."""

ARTICLES: dict[str, list[Told]] = {
    "nexis_academic.txt": [
        (
            f"{BOATS_TITLE} under a contract worth 12 million dollars", FOUR, "The Meridian Wire (Aldona)",
            "nexis_academic.txt#1", None, BOATS,
        ),
        (GUNS_TITLE, TEN, "Harbour Dispatch", "nexis_academic.txt#2", None, GUNS),
        (VOTE_TITLE, NINE, "Gulf Sentinel", "nexis_academic.txt#3", None, VOTE),
    ],
    "nexis_academic_labelled.txt": [
        ("Navy buys second ship", date(2015, 3, 1), "The Harbour Dispatch", "nexis_academic_labelled.txt#1", None, FRIGATE),
        (
            "Rifles for the border guard, and a long headline that goes on in a second line", date(2015, 3, 2),
            "The Harbour Dispatch", "nexis_academic_labelled.txt#3", None, RIFLES,
        ),
    ],
    "nexis_uni.txt": [
        (BOATS_TITLE, FOUR, "The Meridian Wire (Aldona)", "nexis_uni.txt#1", None, BOATS),
        ("Column: howitzers reach Aldona", TEN, "Harbour Dispatch", "nexis_uni.txt#2", None, GUNS),
        (VOTE_TITLE, NINE, "Gulf Sentinel", "nexis_uni.txt#3", None, VOTE),
    ],
    "factiva_indexed.txt": [
        (BOATS_TITLE, FOUR, "The Meridian Wire", "MERWIR0020190104ef140000x", None, BOATS_CODED),
        (GUNS_TITLE, TEN, "Harbour Dispatch", "HARBDI0020190110ef1a0002p", None, GUNS),
    ],
    "factiva_shown.txt": [
        (BOATS_TITLE, FOUR, "The Meridian Wire", "MERWIR0020190104ef140000x", None, BOATS),
        (GUNS_TITLE, TEN, "Harbour Dispatch", "HARBDI0020190110ef1a0002p", None, GUNS),
        (VOTE_TITLE, NINE, "Gulf Sentinel", "GULSEN0020190109ef1900001", None, VOTE),
    ],
    "proquest.txt": [
        (BOATS_TITLE, FOUR, "The Meridian Wire (Online)", "3000000001", ADDRESS.format(3000000001), BOATS),
        (GUNS_TITLE, TEN, "Harbour Dispatch", "3000000002", ADDRESS.format(3000000002), GUNS),
        (VOTE_TITLE, NINE, "Gulf Sentinel", "3000000003", ADDRESS.format(3000000003), VOTE.partition("\n")[0]),
    ],
}  # fmt: skip
REJECTED: dict[str, list[tuple[str, str]]] = {
    "nexis_academic.txt": [],
    "nexis_academic_labelled.txt": [
        ("no_text", "the article '2: Parade of the army' of this export has no text"),
        ("bad_record", "it has 4 documents; 3 were found (without 3)"),
    ],
    "nexis_uni.txt": [],
    "factiva_indexed.txt": [("no_text", "the article 'Picture of the day' of this export has no text")],
    "factiva_shown.txt": [],
    "proquest.txt": [("no_text", "the article 'Notices' of this export has no text")],
}


def _read(path: Path, settings: Settings) -> tuple[list[Article], list[Rejected]]:
    items = list(read_articles([path], settings))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


def _told(article: Article) -> Told:
    return article.title, article.published, article.publisher, article.source_id, article.url, article.text


def _check(path: Path, name: str, settings: Settings) -> None:
    """Compare what a file gives with what the export of that name holds."""
    articles, rejected = _read(path, settings)
    assert [_told(article) for article in articles] == [
        (*told[:3], told[3].replace(name, path.name), *told[4:]) for told in ARTICLES[name]
    ]
    assert [item.reason for item in rejected] == [reason for reason, _ in REJECTED[name]]
    for item, (_, words) in zip(rejected, REJECTED[name], strict=True):
        assert words in item.message


def _rtf(paragraphs: list[str]) -> bytes:
    body = "".join(
        "".join(char if ord(char) < 128 else f"\\'{ord(char):02x}" for char in line) + "\\par\n" for line in paragraphs
    )
    return ("{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\n" + body + "}").encode("ascii")


def _paragraphs(name: str, *, blank: bool) -> list[str]:
    """The lines of an export, those of a block that was broken at a fixed width put together, with or without blank ones."""
    lines = (EXPORTS / name).read_text(encoding="utf-8").split("\n")
    if name.startswith("nexis_academic"):
        lines = [
            line
            for filled, block in groupby(lines, key=lambda line: bool(line.strip()))
            for line in (_whole(list(block)) if filled else [""])
        ]
    return [line.strip() for line in lines if blank or line.strip()]


def _whole(block: list[str]) -> list[str]:
    """A paragraph, or the lines in the middle of the page, which are paragraphs each."""
    copyright_notice = block[0].strip().startswith("Copyright")
    if block[0].startswith(" ") and not copyright_notice:
        return block
    return [" ".join(line.strip() for line in block)]


@pytest.mark.parametrize("name", ARTICLES)
def test_each_article_of_an_export_is_read(name: str, settings: Settings) -> None:
    """Every field of every article is right, its text is its prose alone, and what has no text or is missing is told."""
    _check(EXPORTS / name, name, settings)


@pytest.mark.parametrize("blank", [True, False], ids=["blank lines", "no blank lines"])
@pytest.mark.parametrize("name", ARTICLES)
def test_rtf_gives_what_text_gives(name: str, blank: bool, write: Write, settings: Settings) -> None:
    """An export in RTF, a paragraph for each line, with and without blank ones, gives the same articles."""
    path = write(name.replace(".txt", ".rtf"), _rtf(_paragraphs(name, blank=blank)))
    _check(path, name, settings)


@pytest.mark.parametrize("name", ARTICLES)
def test_docx_gives_what_text_gives(name: str, tmp_path: Path, settings: Settings) -> None:
    """An export in DOCX, a paragraph for each line, gives the same articles."""
    document = docx.Document()
    for line in _paragraphs(name, blank=False):
        document.add_paragraph(line)
    path = tmp_path / name.replace(".txt", ".docx")
    document.save(str(path))
    _check(path, name, settings)


def test_fields_in_a_table_are_read(tmp_path: Path, settings: Settings) -> None:
    """Where a word processor holds the fields of Factiva in a table, codes and values are told apart all the same."""
    rows = [
        ("HD", "First howitzers reach Aldona"), ("WC", "40 words"), ("PD", "10 January 2019"), ("SN", "Harbour Dispatch"),
        ("SC", "HARBDI"), ("LA", "English"), ("CY", "Copyright 2019 Harbour Dispatch"), ("LP", GUNS.partition("\n\n")[0]),
        ("TD", GUNS.partition("\n\n")[2]), ("IN", "idef : Defense Equipment"), ("AN", "Document HARBDI0020190110ef1a0002p"),
    ]  # fmt: skip
    document = docx.Document()
    table = document.add_table(rows=0, cols=2)
    for code, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = code, value
    path = tmp_path / "table.docx"
    document.save(str(path))
    articles, rejected = _read(path, settings)
    assert [_told(article) for article in articles] == [ARTICLES["factiva_indexed.txt"][1]]
    assert rejected == []


def _nexis(day: str) -> str:
    return (
        f"1 of 1 DOCUMENT\n\nThe Wire\n\n{day}\n\nBoats sold\n\nLENGTH: 9 words\n\nNorway has sold four patrol boats to Ghana."
        "\n\nLOAD-DATE: May 1, 2019\n\nLANGUAGE: ENGLISH\n"
    )


@pytest.mark.parametrize(
    ("written", "day", "year"),
    [
        ("January 4, 2019 Friday", date(2019, 1, 4), 2019),
        ("January 4, 2019 Friday 8:12 AM GMT", date(2019, 1, 4), 2019),
        ("Friday, January 4, 2019 Final Edition", date(2019, 1, 4), 2019),
        ("Friday 4 January 2019", date(2019, 1, 4), 2019),
        ("4 January 2019, 1st Edition", date(2019, 1, 4), 2019),
        ("Sept. 4, 2019 Late Edition - Final", date(2019, 9, 4), 2019),
        ("2019-01-04", date(2019, 1, 4), 2019),
        ("Friday 01/04/2019", date(2019, 1, 4), 2019),
        ("13/04/2019", date(2019, 4, 13), 2019),
        ("01/04/2019", None, 2019),
    ],
)
def test_days_are_read_as_they_are_written(
    written: str, day: date | None, year: int, write: Write, settings: Settings
) -> None:
    """Days in British, American and ISO writing are read, with weekday, time and edition; one that is in doubt stays so."""
    articles, rejected = _read(write("a.txt", _nexis(written)), settings)
    assert [(a.published, a.published_year, a.publisher, a.title) for a in articles] == [
        (day, year, "The Wire", "Boats sold")
    ]
    assert rejected == []


RULE = "_" * 60
TAIL = "Publication title: The Wire; Aldona\n\nPublication date: Jan 4, 2019\n\nProQuest document ID: 1\n\nDatabase: News\n\n"
CODED = "HD Boats sold\n\nWC 9 words\n\nPD 4 January 2019\n\nSN The Wire\n\nLP Norway has sold four patrol boats to Ghana.\n\n"
TEXT = "Norway has sold four patrol boats to Ghana."


@pytest.mark.parametrize(
    ("export", "texts", "reasons"),
    [
        (f"{RULE}\n\nBoats sold\n\nFull text: {TEXT}\n\n{TAIL}{RULE}\n\nContact us at: x", [TEXT], []),
        (f"Document 1 of 2\n\nBoats sold\n\nFull text: {TEXT}\n\n{TAIL}", [TEXT], ["bad_record"]),
        (f"{RULE}\nA\n\nFull text: {TEXT}\n{RULE}\nIt is so.\n\n{TAIL}{RULE}", [f"{TEXT}\n\nIt is so."], []),
        (f"{RULE}\nA\n\n{TAIL}Full text: {TEXT}\n\nAbstract: None available.\n\nLast updated: x\n", [TEXT], []),
        (f"{RULE}\nA\n\nFull text: {TEXT}\n\n{TAIL}{RULE}\n\nWhat is this?\n", [TEXT], ["bad_record"]),
        (f"A\n\nFull text: {TEXT}\n\n{TAIL}B\n\nFull text: {TEXT}!\n\n{TAIL}", [TEXT, f"{TEXT}!"], []),
        (f"{CODED}AN Document ABCDEF0020190104ef140000x\n\n{CODED}", [TEXT, TEXT], []),
        (f"{CODED}AN Document ABCDEF0020190104ef140000x\n\nWhat is this?\n", [TEXT], ["bad_record"]),
        (f"{CODED}Document ABCDEF0020190104ef140000x\nAn odd one.\nDocument ABCDEF0020190104ef140001x", [TEXT], ["bad_record"]),
        (_nexis("May 1, 2019") + _nexis("May 1, 2019"), [TEXT, TEXT], []),
        (_nexis("May 1, 2019").replace("1 of 1", "2 of 3"), [TEXT], ["bad_record"]),
        (
            "1 of 2 DOCUMENTS\n\nWe are sorry but there is an error in this document and it is not possible to display it.\n"
            + _nexis("May 1, 2019").replace("1 of 1", "2 of 2"),
            [TEXT], ["no_text"],
        ),
        ("Documents (2)\nBoats\nThe Wire\nMay 1, 2019\nCopyright 2019 X\nLength: 9 words\nBody\n" + TEXT
         + "\nLoad-Date: May 2, 2019\nEnd of Document\n", [TEXT], ["bad_record"]),
    ],
    ids=[
        "unnumbered", "one missing", "rule in the text", "fields first", "odd end", "no rules", "cut off", "odd rest", "odd article",
        "two exports", "numbers missing", "not shown", "cover",
    ],
)  # fmt: skip
def test_nothing_of_an_export_is_lost(export: str, texts: list[str], reasons: list[str]) -> None:
    """Every article is found in exports that lack separators, numbers or ends, and all else that stands there is told."""
    found = split_export(export)
    assert found is not None
    assert [entry["text"] for entry in found if not isinstance(entry, InputError)] == texts
    assert [entry.reason for entry in found if isinstance(entry, InputError)] == reasons


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The Document\n\n" + TEXT,
        f"Boats sold\nDocument 1 of 2\n\n{TEXT} The figures are from LexisNexis, Factiva and ProQuest.\nEnd of Document",
        f"1 of 2 DOCUMENTS\n\n{TEXT}\n\nCopyright 2019 The Wire\nAll Rights Reserved",
        f"Length: 9 words\n\n{TEXT}\n\nThe Document was signed.\n\nSection: News",
        f"Boats sold\n9 words\n4 January 2019\n\n{TEXT}\nDocument A1 was signed.",
        f"{RULE}\n\nFull text: {TEXT}\n\nAbstract: A document.\n\n{RULE}",
        f"HD video shows the boats.\nBY the way, {TEXT}\nDocument follows.",
    ],
)
def test_an_ordinary_text_is_no_export(text: str) -> None:
    """A text that names an archive, or has one mark of an export alone, is read as the one article that it is."""
    assert split_export(text) is None


def test_the_articles_of_the_sample_are_no_exports(settings: Settings) -> None:
    """None of the articles that ship is taken for an export."""
    articles = [item for item in read_articles([SAMPLE], settings) if isinstance(item, Article)]
    assert len(articles) > 20
    assert [article.source_path for article in articles if split_export(article.text) is not None] == []


HEAD = "1 of 3 DOCUMENTS\nThe Wire\nJanuary 4, 2019\nLENGTH: 3 words\nLOAD-DATE: x\nCopyright 2019 X\n"
SHOWN = "523 words\n4 January 2019\nThe Wire\nWIRE\nEnglish\nText.\nDocument ABCDEF0020190104ef140000x\n"
HOSTILE = {
    "separators": (f"Full text: x\n\n{TAIL}", f"{RULE}\n"),
    "open separators": (f"Full text: x\n\n{TAIL}", f"{RULE}\nFull text: x\n{RULE}\nx\n"),
    "labels": (f"Full text: x\n\n{TAIL}Full text:\n", "Subject: x\n"),
    "codes": (SHOWN, "HD\nLP\nTD\nAN\n"),
    "numbers of words": (SHOWN, "523 words\n4 January 2019\n"),
    "dots": (SHOWN, "....... 5x"),
    "blanks": (HEAD, " "),
    "blank lines": (HEAD, "\n"),
    "numbers": (HEAD, "1 of 999999 DOCUMENTS\n"),
    "fields in blocks": (HEAD, "SUBJECT: x\ny\n\n"),
    "ends": ("A\nB\nMay 1, 2019\nLength: 3 words\nLoad-Date: x\nBody\nText.\nEnd of Document\n", "End of Document\n"),
}


def _seconds(text: str) -> float:
    gc.disable()  # what other tests have left in memory is not to be searched meanwhile
    try:
        start = time.process_time()
        split_export(text)
        return time.process_time() - start
    finally:
        gc.enable()


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_length(name: str) -> None:
    """A hostile text eight times as long takes nowhere near the 64 times that a quadratic search would take."""
    start, repeated = HOSTILE[name]
    short, long = (start + repeated * (size // len(repeated)) for size in (40_000, 320_000))
    fastest = min(_seconds(short) for _ in range(3))
    assert _seconds(long) < 30 * max(fastest, 0.002)
