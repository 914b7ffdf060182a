"""PDF files: whole sentences from their lines, their title, and why one cannot be read."""

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from etl.errors import InputError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.pdf import read_pdf
from etl.sources.pdf_lines import Line, join_lines

HEADLINE = "Norway Sells Patrol Boats"
FIRST = (
    "Norway has agreed to sell four patrol boats to Ghana, the defence ministry in Oslo said in a statement on Tuesday, and "
    "the first of them is to arrive within two years."
)
SECOND = (
    "The boats will be built in Bergen, the ministry added, at a yard that has built such craft for the coast guard."
)
NARROW = 70
"""Width of a column in millimetres."""


class _Paper(FPDF):
    """A document with a running title at the top and the number of the page at the bottom."""

    def header(self) -> None:
        self.set_font("helvetica", size=8)
        self.cell(0, 10, "The Example Times, 5 March 2024", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.cell(0, 10, f"Page {self.page_no()} of 3", align="C")


def _paragraphs(document: FPDF, paragraphs: list[str], *, width: float = 0, left: float = 10) -> None:
    document.set_font("times", size=11)
    for paragraph in paragraphs:
        document.set_x(left)
        document.multi_cell(width, 5, paragraph, new_x="LEFT", new_y="NEXT")
        document.ln(3)


def _pdf(*, title: str | None = None) -> bytes:
    """An article of one page: a headline and two paragraphs."""
    document = FPDF()
    if title:
        document.set_title(title)
    document.add_page()
    document.set_font("helvetica", size=20)
    document.multi_cell(0, 10, HEADLINE, new_x="LMARGIN", new_y="NEXT")
    _paragraphs(document, [FIRST, SECOND])
    return bytes(document.output())


def _encrypted(password: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(_pdf())))
    writer.encrypt(password, "owner", algorithm=algorithm)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _raw(content: bytes, *, compressed: bool = False, pages: int = 1) -> bytes:
    """A file with the given content on each of its pages."""
    body = zlib.compress(content, 9) if compressed else content
    how = b"/Filter /FlateDecode " if compressed else b""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b"4 0 R " * pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 5 0 R /Resources << /Font << /F 3 0 R >> >> >>",
        b"<< %s/Length %d >>\nstream\n%s\nendstream" % (how, len(body), body),
    ]
    data, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table, start,
    )  # fmt: skip


def test_paragraphs_are_whole() -> None:
    """Lines of a paragraph are one line, and headline and paragraphs stand apart."""
    assert str(read_pdf(_pdf())["text"]).split("\n\n") == [HEADLINE, FIRST, SECOND]


def test_columns_are_read_one_after_the_other() -> None:
    """A sentence that goes on in the next column, and then on the next page, is whole."""
    document = FPDF()
    document.add_page()
    words = FIRST.split()
    for column, part in enumerate((words[:10], words[10:21])):
        document.set_y(20)
        _paragraphs(document, [" ".join(part)], width=NARROW, left=10 + column * (NARROW + 20))
    document.add_page()
    _paragraphs(document, [" ".join(words[21:]), SECOND], width=NARROW)
    assert str(read_pdf(bytes(document.output()))["text"]).split("\n\n") == [FIRST, SECOND]


def test_headers_and_page_numbers_are_no_text() -> None:
    """What stands at the same place of several pages is left out, and the sentence that goes over the page is whole."""
    document = _Paper()
    start, end = FIRST[: FIRST.index("the defence")], FIRST[FIRST.index("the defence") :]
    for paragraphs in ([SECOND, start], [end, "Ghana's navy has two boats of this kind."], ["The first came in 2019."]):
        document.add_page()
        _paragraphs(document, paragraphs, width=NARROW)
    text = str(read_pdf(bytes(document.output()))["text"])
    assert text.split("\n\n") == [SECOND, FIRST, "Ghana's navy has two boats of this kind.", "The first came in 2019."]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["the ministry said that the agree-", "ment covers spare parts for ten years"], "that the agreement covers"),
        (["the ministry ordered a number of long-", "range missiles for its frigates"], "of long-range missiles"),
        (["the ministry ordered surface-", "to-air missiles for its new frigates"], "ordered surface-to-air missiles"),
        (["the air force will get the first Su-", "35 fighters in the coming year"], "first Su-35 fighters"),
        (["a truck-mounted gun and a further truck-", "mounted gun were ordered"], "further truck-mounted gun"),
        (["the guns were made in 2019 -", "and sold in the year after that"], "in 2019 - and sold"),
    ],
)
def test_divided_words(lines: list[str], text: str) -> None:
    """The hyphen at the end of a line goes where it only divides, and stays where it is part of the word."""
    page = [Line(line, 50, 700 - 12 * number, 10) for number, line in enumerate(lines)]
    assert text in join_lines([page])


@pytest.mark.parametrize(
    ("second", "is_new"),
    [
        (Line("The boats will be built in Bergen, it added, at", 50, 676, 10), True),
        (Line("The boats will be built in Bergen, it added, at", 65, 688, 10), True),
        (Line("The boats will be built in Bergen, it added, at", 50, 688, 14), True),
        (Line("The boats will be built in Bergen, it added, at", 50, 688, 10), False),
        (Line("- the boats will be built in Bergen, it added, at", 50, 688, 10), True),
    ],
)
def test_where_a_paragraph_begins(second: Line, is_new: bool) -> None:
    """A gap, an indent, other letters or the sign of an item begin a paragraph."""
    page = [
        Line("Norway has agreed to sell four patrol boats to Gh.", 50, 700, 10),
        second,
        Line("a yard that has built such craft before, and on.", 50, second.y - 12, second.size),
        Line("the same yard there will be more of them to come", 50, second.y - 24, second.size),
    ]
    assert (f"\n\n{second.text}" in join_lines([page])) is is_new


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Norway sells boats to Ghana", "Norway sells boats to Ghana"),
        ("Microsoft Word - boats final.doc", None),
        ("untitled", None),
        ("boats_v3.indd", None),
        ("boats", None),
        (None, None),
    ],
)
def test_the_title_is_one(title: str | None, told: str | None) -> None:
    """The title of the file counts where it is one, not where a program or a file's name stands there."""
    assert read_pdf(_pdf(title=title))["title"] == told


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_encrypted_files(algorithm: str) -> None:
    """A file that opens without a password is read; one that does not is told."""
    assert FIRST in str(read_pdf(_encrypted("", algorithm))["text"])
    with pytest.raises(InputError, match="password") as caught:
        read_pdf(_encrypted("secret", algorithm))
    assert caught.value.reason == "encrypted_file"


@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        (_raw(b"0 0 100 100 re f"), "no_text_layer", "Run OCR"),
        (_pdf()[: len(_pdf()) // 2], "corrupt_file", "broken"),
        (b"%PDF-1.7\nand nothing else", "corrupt_file", "broken"),
        (_raw(b"BT /F 10 Tf (Boats) Tj ET", pages=2001), "too_large", "2,000"),
        (_raw(b" " * 31_000_000, compressed=True), "too_large", "too large"),
    ],
    ids=["scanned", "cut", "empty", "pages", "bomb"],
)
def test_what_cannot_be_read_is_told(data: bytes, reason: str, told: str) -> None:
    """Scanned, broken and hostile files have each their reason."""
    with pytest.raises(InputError, match=told) as caught:
        read_pdf(data)
    assert caught.value.reason == reason


def test_what_is_mended_is_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """A file whose table of contents is wrong is read without a word on the screen."""
    data = _raw(b"BT /F 10 Tf 50 700 Td (Norway sold boats to Ghana.) Tj ET").replace(b"0000000009", b"0000000011")
    assert read_pdf(data)["text"] == "Norway sold boats to Ghana."
    assert capfd.readouterr() == ("", "")


def test_the_article_of_a_file(write: Callable[[str, str | bytes], Path], settings: Settings) -> None:
    """A PDF file of a folder is one article; one without text is told, with what to do."""
    folder = write("a.pdf", _pdf(title="Norway sells boats to Ghana")).parent
    write("b.pdf", _raw(b""))
    article, rejected = read_articles([folder], settings)
    assert isinstance(article, Article)
    assert (article.title, FIRST in article.text) == ("Norway sells boats to Ghana", True)
    assert isinstance(rejected, Rejected)
    assert (rejected.source_path, rejected.reason) == ("b.pdf", "no_text_layer")
