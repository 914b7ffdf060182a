"""Word documents: paragraphs, tables, links and tracked changes, their title, and why one cannot be read."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from etl.errors import InputError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.docx import is_docx, read_docx
from etl.sources.files import Inner

LIMIT = 5_000_000
TEXT = "Norway has agreed to sell four patrol boats to Ghana, the defence ministry in Oslo said in a statement."


def _saved(document: Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _with(body: str) -> bytes:
    """A document with the given paragraphs in the markup of Word."""
    document = docx.Document()
    for element in parse_xml(f"<w:body {nsdecls('w', 'r')}>{body}</w:body>"):
        document.element.body.insert(-1, element)
    return _saved(document)


def _packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """A document with some words of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _packed({name: archive.read(name).replace(old, new) for name in archive.namelist()})


def _text(data: bytes) -> str:
    return str(read_docx(data, LIMIT)["text"])


def _is_docx(data: bytes) -> bool:
    return is_docx(Inner("a.docx", "a.docx", give=lambda: io.BytesIO(data)))


def test_paragraphs_and_tables_in_their_order() -> None:
    """Each paragraph is a line, and the cells of a table stand between what comes before and after it."""
    document = docx.Document()
    document.add_heading("Norway Sells Boats", 1)
    document.add_paragraph(TEXT)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Norway", "four boats"
    document.add_paragraph("The first will arrive in 2026.")
    document.sections[0].header.paragraphs[0].text = "The Example Times"
    assert _text(_saved(document)).split("\n") == [
        "Norway Sells Boats", TEXT, "Norway", "four boats", "The first will arrive in 2026.",
    ]  # fmt: skip


def test_a_long_heading_stands_by_itself() -> None:
    """A long line without a full stop is divided from the next by a blank line, so that no sentence is made of both."""
    document = docx.Document()
    heading = "Norway to sell four patrol boats to Ghana as pirates return to the Gulf of Guinea"
    document.add_paragraph(heading)
    document.add_paragraph(TEXT)
    assert _text(_saved(document)) == f"{heading}\n\n{TEXT}"


RUN = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "<w:p><w:hyperlink r:id='x'>" + RUN.format("Norway") + "</w:hyperlink>" + RUN.format(" sold boats.") + "</w:p>",
            "Norway sold boats.",
        ),
        (
            "<w:p>" + RUN.format("Norway sold ") + "<w:del><w:r><w:delText>six</w:delText></w:r></w:del>"
            "<w:ins>" + RUN.format("four") + "</w:ins>" + RUN.format(" boats.") + "</w:p>",
            "Norway sold four boats.",
        ),
        (
            "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + RUN.format("Norway sold ") + "</w:p><w:p>" + RUN.format("boats.")
            + "</w:p>",
            "Norway sold boats.",
        ),
        (
            "<w:p><w:moveFrom>" + RUN.format("Here.") + "</w:moveFrom></w:p><w:p><w:moveTo>" + RUN.format("There.")
            + "</w:moveTo></w:p>",
            "\nThere.",
        ),
        (
            "<w:p>" + RUN.format("F") + "<w:r><w:noBreakHyphen/><w:t>16</w:t><w:tab/><w:t>jets</w:t><w:br/>"
            "<w:softHyphen/><w:t>came.</w:t></w:r></w:p>",
            "F-16 jets\ncame.",
        ),
        (
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr>"
            "<w:t>shown</w:t></w:r></w:p>",
            "shown",
        ),
        (
            "<w:p><w:r><w:instrText>PAGE 1</w:instrText></w:r>" + RUN.format("Text.") + "</w:p>"
            "<w:sdt><w:sdtContent><w:p>" + RUN.format("In a control.") + "</w:p></w:sdtContent></w:sdt>",
            "Text.\nIn a control.",
        ),
    ],
    ids=["link", "changes", "deleted mark", "moved", "signs", "hidden", "fields"],
)  # fmt: skip
def test_what_is_text(body: str, text: str) -> None:
    """Links and insertions are text; deletions, hidden words and instructions are not."""
    assert _text(_with(body)) == text


@pytest.mark.parametrize(
    ("title", "told"),
    [("Norway sells boats", "Norway sells boats"), ("Microsoft Word - x.doc", None), ("Document1", None), ("", None)],
)
def test_the_title_is_one(title: str, told: str | None) -> None:
    """The title of the properties counts where it is one."""
    document = docx.Document()
    document.core_properties.title = title
    document.add_paragraph(TEXT)
    assert read_docx(_saved(document), LIMIT)["title"] == told


def test_documents_with_macros_are_read() -> None:
    """The other kinds of Word documents, which the library does not open, give their text too."""
    document = docx.Document()
    document.add_paragraph(TEXT)
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    other = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    assert _text(_replaced(_saved(document), plain, other)) == TEXT


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (_with("<w:p/>"), True),
        (_packed({"word/document2.xml": b"<x/>"}), True),
        (_packed({"xl/workbook.xml": b"<x/>"}), False),
        (_packed({"a.txt": b"word/document.xml"}), False),
        (_with("<w:p/>")[:3000], False),
        (b"PK\x03\x04 and nothing else", False),
    ],
    ids=["docx", "second", "xlsx", "zip", "cut", "broken"],
)
def test_what_is_a_word_document(data: bytes, told: bool) -> None:
    """An archive is one by its main part, and a broken archive is none."""
    assert _is_docx(data) is told


@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        (_with("<w:p/>"), "no_text", "no text"),
        (_with("<w:p/>")[:9000], "corrupt_file", "broken"),
        (_packed({"word/document.xml": b"<w:document"}), "corrupt_file", "broken"),
        (_replaced(_with("<w:p/>"), b"<w:body>", b"<w:body><w:p>"), "corrupt_file", "broken"),
        (_packed({"word/document.xml": b" " * (LIMIT + 1)}), "too_large", "5,000,000"),
        (_packed({f"word/media/{n}.bmp": bytes(LIMIT // 8) for n in range(9)}), "too_large", "5,000,000"),
        (_with("<w:p/>").replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "encrypted_file", "password"),
    ],
    ids=["no text", "cut", "no parts", "bad markup", "bomb", "bombs", "password"],
)  # fmt: skip
def test_what_cannot_be_read_is_told(data: bytes, reason: str, told: str) -> None:
    """Empty, broken, hostile and locked documents have each their reason."""
    with pytest.raises(InputError, match=told) as caught:
        read_docx(data, LIMIT)
    assert caught.value.reason == reason


def test_an_entity_is_not_unfolded() -> None:
    """A document that names entities of entities does not grow: it is refused."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    old = b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
    new = old + f'<!DOCTYPE x [<!ENTITY e0 "boats">{bomb}]>'.encode()
    data = _replaced(_with("<w:p>" + RUN.format("Norway sold ENTITY.") + "</w:p>"), old, new)
    with pytest.raises(InputError, match="entity") as caught:
        _text(_replaced(data, b"ENTITY.", b"&e9;."))
    assert caught.value.reason == "corrupt_file"


def test_the_article_of_a_file(write: Callable[[str, str | bytes], Path], settings: Settings) -> None:
    """A Word document of a folder is one article; a broken one is told."""
    document = docx.Document()
    document.core_properties.title = "Norway sells boats"
    document.add_paragraph(TEXT)
    data = _saved(document)
    folder = write("a.docx", data).parent
    write("b.docx", _replaced(data, b"<w:body>", b"<w:body><w:p>"))
    article, rejected = read_articles([folder], settings)
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("Norway sells boats", TEXT)
    assert isinstance(rejected, Rejected)
    assert (rejected.source_path, rejected.reason) == ("b.docx", "corrupt_file")
