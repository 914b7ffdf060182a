"""The readers of files whose time is measured, each with files of any size, some ordinary and some hostile."""

import io
import zipfile
from collections.abc import Callable
from functools import partial

from etl.settings import Settings
from etl.sources.docx import read_docx
from etl.sources.exports import split_export
from etl.sources.feed import read_feed
from etl.sources.files import Inner
from etl.sources.mail import read_message
from etl.sources.pdf import read_pdf
from etl.sources.pdf_lines import Line, join_lines
from etl.sources.rtf import read_rtf
from etl.sources.warc import read_warc
from etl.sources.zipped import read_zip
from tests.fuzz.seeds import PAGE, files
from tests.fuzz.shapes import PROSE
from tests.property.doubled import Make, Work

SET = Settings()
LINE = "Norway agreed on Tuesday to sell Ghana 12 used tanks for $40 mil-"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _repeated(piece: str, before: str = "", after: str = "") -> Make:
    """Files of some number of equal pieces."""
    return lambda size: (before + piece * size + after).encode()


def _pdf(contents: list[bytes]) -> bytes:
    """A PDF file with a page for each stream of drawing."""
    pages = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(contents)}/Kids[{pages}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    parts, places = [b"%PDF-1.7\n"], []
    at = len(parts[0])
    for number, held in enumerate(objects, start=1):
        places.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, held))
        at += len(parts[-1])
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF"
    return b"".join(parts) + end.encode()


def _drawn(piece: str, before: str = "", after: str = "") -> Make:
    """PDF files of one page, on which a piece is drawn over and over."""
    return lambda size: _pdf([f"BT /F1 11 Tf 12 TL 50 750 Td (a) Tj {before}{piece * size}{after} ET".encode()])


PDF: dict[str, Make] = {
    "lines": _drawn(f"({LINE[:-4]}) Tj T* "),
    "divided words": _drawn(f"({LINE}) Tj T* "),
    "pieces of a line": _drawn("(tanks) Tj "),
    "states of the pen": _drawn("q ", after="Q"),
    "an open list": _drawn("[", after="] TJ"),
    "an open string": _drawn("("),
    "pages": lambda size: _pdf([b"BT /F1 11 Tf 50 750 Td (a) Tj ET"] * size),
    "objects without a table": lambda size: b"%PDF-1.7\n" + b"1 0 obj\n<</Type/Page>>\nendobj\n" * size,
    "open dictionaries": lambda size: b"%PDF-1.7\n1 0 obj\n" + b"<</A" * size,
    "ends": _repeated("%%EOF\n", "%PDF-1.7\n"),
}

JOINED: dict[str, Make] = {
    "one paragraph": lambda size: [
        [Line("and the tanks of the army", 50, 750 - 12 * at % 700, 11) for at in range(size)]
    ],
    "divided words": lambda size: [
        [Line("and the tanks of the ar-", 50, 750 - 12 * at % 700, 11) for at in range(size)]
    ],
    "one word": lambda size: [[Line("tanks-", 50, 750 - 12 * at % 700, 11) for at in range(size)]],
    "pages": lambda size: [[Line("The Example Times", 50, 750, 11)] * 3 for _ in range(size)],
}


def _docx(paragraphs: str) -> bytes:
    """A Word document of some paragraphs."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files()["a.docx"])) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            body = f'<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>'
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    return made.getvalue()


def _worded(piece: str, before: str = "", after: str = "") -> Make:
    return lambda size: _docx(before + piece * size + after)


_RUN = "<w:r><w:t>tanks </w:t></w:r>"
DOCX: dict[str, Make] = {
    "paragraphs": _worded(f"<w:p>{_RUN}</w:p>"),
    "runs": _worded(_RUN, "<w:p>", "</w:p>"),
    "deleted marks": _worded(f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{_RUN}</w:p>"),
    "breaks": _worded("<w:r><w:br/></w:r>", f"<w:p>{_RUN}", "</w:p>"),
    "text boxes": _worded(f"<w:r><w:txbxContent><w:p>{_RUN}</w:p></w:txbxContent></w:r>", "<w:p>", "</w:p>"),
    "properties": _worded("<w:vanish w:val='0'/>", "<w:p><w:r><w:rPr>", "</w:rPr><w:t>a</w:t></w:r></w:p>"),
}

_RTF = r"{\rtf1\ansi "
RTF: dict[str, Make] = {
    "paragraphs": _repeated("Norway sold Ghana tanks.\\par\n", _RTF, "}"),
    "groups": _repeated(r"{\b a}", _RTF, "}"),
    "open groups": _repeated("{", _RTF),
    "letters by number": _repeated(r"\u8217?", _RTF, "}"),
    "letters of a code page": _repeated(r"\'92", _RTF, "}"),
    "pictures": _repeated("\\bin4 \x01}{\x02", _RTF, "}"),
    "links": _repeated(r'{\field{\*\fldinst HYPERLINK "a"}{\fldrslt b}}', _RTF, "}"),
    "open links": _repeated(r"{\field{\*\fldinst HYPERLINK ", _RTF + "a"),
    "fonts": _repeated(r"{\f1 Arial;}", _RTF + r"{\fonttbl", "}a}"),
    "words of control": _repeated(r"\f1\b0", _RTF + "a", "}"),
    "backslashes": _repeated("\\\\", _RTF, "}"),
    "cells": _repeated("\\cell ", _RTF + "a", "}"),
}

_MAIL = "From: Desk <desk@news.example>\nSubject: Boats\nContent-Type: {}\n"
_MIXED = _MAIL.format('multipart/mixed; boundary="b"') + "\n"
_FLOWED = _MAIL.format('text/plain; charset=utf-8; format="flowed"') + "\n"
_HTML = _MAIL.format("text/html") + "\n"
MAIL: dict[str, Make] = {
    "lines": _repeated("Norway sold Ghana tanks.\n", _MAIL.format("text/plain") + "\n"),
    "broken lines": _repeated("Norway sold \n", _FLOWED),
    "parts": _repeated("--b\nContent-Type: text/plain\n\nNorway sold Ghana tanks.\n", _MIXED, "--b--\n"),
    "parts without an end": _repeated("--b\n", _MIXED),
    "attachments": _repeated(
        '--b\nContent-Type: image/png\nContent-Disposition: attachment; filename="a.png"\n\na\n', _MIXED, "--b--\n"
    ),
    "headers": _repeated("X-Received: by desk.news.example\n", "From: a@news.example\n", "\na\n"),
    "lines of a header": _repeated(" a\n", "From: a@news.example\nX-A: a\n", "\na\n"),
    "lines of a subject": _repeated(" =?utf-8?q?a?=\n", "From: a@news.example\nSubject: a\n", "\na\n"),
    "senders": _repeated("a <a@news.example>, ", "From: ", "\n\na\n"),
    "open comments": _repeated("(", "From: a ", "\n\na\n"),
    "parameters": _repeated("; a*0=b", "From: a@news.example\nContent-Type: text/plain", "\n\na\n"),
    "a page": _repeated("<p>Norway sold Ghana tanks.</p>", _HTML),
    "what is hidden": _repeated('<p style="display:none">a</p><p>Norway sold tanks</p>', _HTML),
    "open elements": _repeated('<div style="color:red">', _HTML),
    "packed": _repeated("YWFh\n", _MAIL.format("text/plain") + "Content-Transfer-Encoding: base64\n\n"),
    "quoted": _repeated("=41=\n", _MAIL.format("text/plain") + "Content-Transfer-Encoding: quoted-printable\n\n"),
}

_RSS = "<rss version='2.0'><channel><title>The Example Times</title>"
_ITEM = _RSS + "<item><title>Boats</title><description>"
_NO_MORE = "</description></item></channel></rss>"
FEED: dict[str, Make] = {
    "items": _repeated(
        f"<item><title>Boats</title><link>https://news.example/</link><description>{PROSE}</description></item>", _RSS, "</channel></rss>"
    ),
    "Atom": _repeated(
        f"<entry><title>a</title><content type='html'>&lt;p&gt;{PROSE}</content></entry>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>",
    ),
    "tags": _repeated("<b>a</b>", _ITEM, _NO_MORE),
    "nested tags": _repeated("<b>", _ITEM + "a", _NO_MORE),
    "nested items": _repeated("<item>", _RSS + "a"),
    "escaped tags": _repeated("&lt;p&gt;a", _ITEM, _NO_MORE),
    "references": _repeated("&amp;amp;", _ITEM, _NO_MORE),
    "open references": _repeated("&", _ITEM, _NO_MORE),
    "angles": _repeated("<", _ITEM, _NO_MORE),
    "attributes": lambda size: (_RSS + "<item " + " ".join(f"a{at}='b'" for at in range(size)) + ">a</item></channel></rss>").encode(),
    "names of spaces": lambda size: (
        "<rss " + " ".join(f"xmlns:a{at}='b'" for at in range(size)) + "><channel><item><description>a" + _NO_MORE
    ).encode(),
    "links": _repeated("<link>https://news.example/a</link>", _RSS + "<item><description>a</description>", "</item></channel></rss>"),
    "authors": _repeated("a.a@", _RSS + "<item><description>a</description><author>", "</author></item></channel></rss>"),
    "raw text": _repeated("<![CDATA[a]]>", _ITEM, _NO_MORE),
    "open raw text": _repeated("<![CDATA[", _ITEM, _NO_MORE),
    "comments": _repeated("<!--a", _ITEM, _NO_MORE),
    "blanks": _repeated(" ", _RSS + "<item><title>a", "b</title><description>a" + _NO_MORE),
}  # fmt: skip


def _record(content: str, headers: str = "", *, kind: str = "response") -> str:
    """A record of a WARC file."""
    stated = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://news.example/a\r\n{headers}"
    return f"{stated}Content-Type: application/http\r\nContent-Length: {len(content.encode())}\r\n\r\n{content}\r\n\r\n"


def _answered(piece: str, headers: str = "Content-Type: text/html\r\n") -> Make:
    """Files of one record, whose answer has a piece over and over."""
    return lambda size: _record(f"HTTP/1.1 200 OK\r\n{headers}\r\n{piece * size}").encode()


_ANSWER = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}"
WARC: dict[str, Make] = {
    "records": _repeated(_record(_ANSWER)),
    "records of no page": _repeated(_record("a", kind="request")),
    "headers of a record": lambda size: _record(_ANSWER, "X-A: b\r\n" * size).encode(),
    "blank lines": _repeated("\r\n", _record(_ANSWER), _record(_ANSWER)),
    "no records": _repeated("a\r\n", _record(_ANSWER)),
    "headers of an answer": lambda size: _record(f"HTTP/1.1 200 OK\r\n{'X-A: b' * size}\r\n\r\na").encode(),
    "a page": _answered("<p>Norway sold Ghana tanks.</p>"),
    "chunks": _answered("1\r\na\r\n", "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n"),
    "open elements": _answered("<meta "),
    "codings": lambda size: _record(
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {'identity,' * size}identity\r\n\r\na"
    ).encode(),
}


def _zip(name: Callable[[int], str]) -> Make:
    """Archives of members with the names that numbers give them."""

    def make(size: int) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for number in range(size):
                archive.writestr(zipfile.ZipInfo(name(number)), "a")
        return made.getvalue()

    return make


ZIP: dict[str, Make] = {
    "members": _zip("{}.txt".format),
    "equal names": _zip(lambda _: "a.txt"),
    "names with numbers": _zip(lambda number: "a.txt" if number % 2 else f"a ({number // 2}).txt"),
    "folders": _zip("{}/".format),
    "parts of a name": _zip(lambda number: "a/" * 500 + str(number)),
}

_RULE = "_" * 60 + "\n"
_OLDER = "{0} of {1} DOCUMENTS\n\nThe Example Times\n\nMarch 5, 2022 Saturday\n\nBoats\n\nLENGTH: 60 words\n\n{2}\n\nLOAD-DATE: March 5, 2022\n\n"
_NEWER = "Boats\n\nThe Example Times\n\nMarch 5, 2022 Saturday\n\nLength: 60 words\n\nBody\n\n{2}\n\nLoad-Date: March 5, 2022\n\nEnd of Document\n\n"
_PROQUEST = (
    "Document {0} of {1}\n\nBoats\n\nFull text: {2}\n\nPublication title: The Example Times\n\n"
    "Publication date: Mar 5, 2022\n\nProQuest document ID: {0}\n\nDatabase: News\n"
)
_FACTIVA = "HD Boats\nWC 60 words\nPD 5 March 2022\nSN The Example Times\nLP\n{2}\nTD\n{2}\nDocument EXTIM00020220305ei35{0:05}\n\n"


def _numbered(form: str, *, between: str = "") -> Make:
    """Exports of numbered articles."""
    return lambda size: (
        between + between.join(form.format(number, size, PROSE) for number in range(1, size + 1)) + between
    )


def _exported(piece: str, before: str = "", after: str = "") -> Make:
    return lambda size: before + piece * size + after


_BROKEN = "the boats will be built in a yard that has built such craft\n"
EXPORTS: dict[str, Make] = {
    "Nexis": _numbered(_OLDER),
    "Nexis Uni": _numbered(_NEWER),
    "ProQuest": _numbered(_PROQUEST, between=_RULE),
    "Factiva": _numbered(_FACTIVA),
    "numbers only": _numbered("{0} of {1} DOCUMENTS\n", between="\n"),
    "rules only": _exported(_RULE, "Document 1 of 1\n"),
    "ends only": _exported("End of Document\n\n"),
    "codes only": _exported("HD\nLP\nTD\nAN\n", after=_FACTIVA.format(1, 1, PROSE)),
    "rules in a text": _exported("a\n" + _RULE, _PROQUEST.format(1, 1, "a").split("Publication")[0], "Database: a\n" + _PROQUEST),
    "a long byline": _exported(_BROKEN, _OLDER.split("LENGTH", maxsplit=1)[0].format(1, 1) + "BYLINE: a\n" + _BROKEN, "\nLENGTH: 60 words\n\na\n\nLOAD-DATE: a"),
    "a long head": _exported("a\n\n", "1 of 1 DOCUMENTS\n\n", _OLDER.format(1, 1, "a")),
    "fields behind the text": _exported("SUBJECT: a\n\n", _OLDER.format(1, 1, "a") + "\n"),
    "lines before a field": _exported("a\n", _OLDER.format(1, 1, "a").split("LOAD")[0], "\nLOAD-DATE: a\n"),
    "days": _exported("March 5, 2022\n", "1 of 1 DOCUMENTS\n\n", _OLDER.format(1, 1, "a")),
    "abstracts": _exported("Abstract: a\n", _RULE, _PROQUEST.format(1, 1, "a") + _RULE),
    "numbers of words": _exported("60 words\n\n", after="Document EXTIM00020220305ei3500001\n"),
}  # fmt: skip


def _members(data: bytes) -> object:
    return list(read_zip(Inner("a.zip", "a.zip", give=partial(io.BytesIO, data)), SET))


FILE_WORK: dict[str, Work] = {
    "read_pdf": Work(read_pdf, PDF, first=8, most=20_000),
    "join_lines": Work(join_lines, JOINED, first=64, most=20_000),
    "read_docx": Work(lambda data: read_docx(data, 100_000_000), DOCX, first=16, most=20_000),
    "read_rtf": Work(read_rtf, RTF, first=64, most=100_000),
    "read_message": Work(read_message, MAIL, first=64, most=100_000),
    "read_feed": Work(lambda data: list(read_feed(data)), FEED, first=16, most=50_000),
    "read_warc": Work(
        lambda data: list(read_warc(io.BufferedReader(io.BytesIO(data)), SET)), WARC, first=16, most=50_000
    ),
    "read_zip": Work(_members, ZIP, first=16, most=10_000),
    "split_export": Work(split_export, EXPORTS, first=16, most=100_000),
}
"""Readers; the size of a file is the number of its pieces."""
