"""Small valid files of every kind that the readers know, from which fuzzing goes out. Their words are invented."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

TITLE = "Norway Sells Boats to Ghana"
TEXT = (
    "ACCRA - Norway has agreed to sell Ghana four patrol boats and up to 40 RBS-70 missiles for $25 million, the ministry "
    "said on Tuesday. “They will arrive in March 2025,” it said.\n\nGhana’s navy had asked for them two years ago; Iran "
    "denied that it supplied any (the report of last month was wrong)."
)
RECORD = {"id": "a1", "title": TITLE, "date": "2024-01-04", "url": "https://news.example/a1", "text": TEXT}
PAGE = (
    f"<!DOCTYPE html><html><head><title>{TITLE}</title><meta property='article:published_time' content='2024-01-04'>"
    f"</head><body><nav><a href='/'>Home</a></nav><article><h1>{TITLE}</h1>"
    + "".join(f"<p>{part}</p>" for part in TEXT.split("\n\n"))
    + "</article><!-- end --></body></html>"
)
MESSAGE = (
    "From: Desk <desk@news.example>\r\nTo: readers@news.example\r\nSubject: =?utf-8?q?Norway_sells_boats?=\r\n"
    "Date: Thu, 4 Jan 2024 10:00:00 +0100\r\nMessage-ID: <1@news.example>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n'
    f"Content-Transfer-Encoding: 8bit\r\n\r\n{TEXT}\r\n--b\r\nContent-Type: text/plain\r\n"
    'Content-Disposition: attachment; filename="more.txt"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    "Tm9yd2F5IHNvbGQgYm9hdHMu\r\n--b--\r\n"
)
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item>'
    f"<title>{TITLE}</title><link>https://news.example/a1</link><guid>a1</guid>"
    f"<pubDate>Thu, 04 Jan 2024 10:00:00 GMT</pubDate><description><![CDATA[<p>{TEXT}</p>]]></description></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>a1</id>'
    f"<title>{TITLE}</title><updated>2024-01-04T10:00:00Z</updated><content type='html'>&lt;p&gt;{TEXT}&lt;/p&gt;</content></entry></feed>"
)
RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title x}}\f0 "
    + TEXT.replace("\n\n", r"\par ").replace("“", r"\'93").replace("”", r"\'94").replace("’", r"\u8217?")
    + "}"
)
EXPORT = (
    "1 of 2 DOCUMENTS\n\nThe Example Times\n\nJanuary 4, 2024 Thursday\n\n"
    f"{TITLE}\n\nBYLINE: A. Writer\n\nSECTION: NEWS\n\nLENGTH: 60 words\n\n{TEXT}\n\nLOAD-DATE: January 4, 2024\n\n"
    f"2 of 2 DOCUMENTS\n\nThe Example Times\n\nJanuary 5, 2024 Friday\n\nLENGTH: 60 words\n\n{TEXT}\n\nLOAD-DATE: January 5, 2024\n"
)


def _parquet() -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([RECORD, RECORD | {"id": "a2"}]), made)
    return made.getvalue()


def _pdf() -> bytes:
    from fpdf import FPDF

    page = FPDF()
    page.set_creation_date(datetime(2024, 1, 4, tzinfo=UTC))
    page.add_page()
    page.set_font("Helvetica", size=11)
    page.multi_cell(0, 6, TEXT.encode("ascii", "ignore").decode())
    return bytes(page.output())


def _packed(members: dict[str, str]) -> bytes:
    """A ZIP archive with the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _docx() -> bytes:
    kinds, office = (
        "http://schemas.openxmlformats.org/package/2006",
        "http://schemas.openxmlformats.org/officeDocument/2006",
    )
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    paragraphs = "".join(f"<w:p><w:r><w:t>{part}</w:t></w:r></w:p>" for part in TEXT.split("\n\n"))
    return _packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{kinds}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" '
            f'Type="{office}/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{paragraphs}</w:body></w:document>",
        }
    )


def _warc() -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    made = io.BytesIO()
    writer = WARCWriter(made, gzip=False)
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    record = writer.create_warc_record(
        "https://news.example/a1", "response", payload=io.BytesIO(PAGE.encode()), http_headers=headers,
        warc_headers_dict={"WARC-Date": "2024-01-04T10:00:00Z", "WARC-Record-ID": "<urn:uuid:00000000-0000-0000-0000-000000000001>"},
    )  # fmt: skip
    writer.write_record(record)
    return made.getvalue()


_MAKERS: dict[str, Callable[[], bytes]] = {
    "a.txt": f"{TITLE}\nJanuary 4, 2024\n\n{TEXT}\n".encode,
    "latin.txt": lambda: TEXT.replace("“", "\xab").replace("”", "\xbb").replace("’", "'").encode("latin-1"),
    "wide.txt": lambda: TEXT.encode("utf-16"),
    "a.jsonl": lambda: "\n".join(json.dumps(RECORD | {"id": f"a{n}"}) for n in range(2)).encode(),
    "a.json": lambda: json.dumps([RECORD]).encode(),
    "a.csv": f'id,date,text\n1,2024-01-04,"{TEXT}"\n'.encode,
    "a.tsv": "id\ttext\n1\t{}\n".format(TEXT.replace("\n", " ")).encode,
    "a.html": PAGE.encode,
    "a.txt.gz": lambda: gzip.compress(TEXT.encode(), mtime=0),
    "a.jsonl.zst": lambda: zstandard.ZstdCompressor().compress(json.dumps(RECORD).encode()),
    "a.parquet": _parquet,
    "a.pdf": _pdf,
    "a.docx": _docx,
    "a.rtf": lambda: RTF.encode("cp1252", "replace"),
    "a.eml": MESSAGE.encode,
    "a.warc": _warc,
    "a.warc.gz": lambda: gzip.compress(_warc(), mtime=0),
    "a.zip": lambda: _packed({"a.txt": TEXT, "b/c.jsonl": json.dumps(RECORD)}),
    "a.rss": FEED.encode,
    "a.xml": ATOM.encode,
    "export.txt": EXPORT.encode,
}


@cache
def files() -> dict[str, bytes]:
    """Return a valid file of each kind by its name."""
    return {name: make() for name, make in _MAKERS.items()}
