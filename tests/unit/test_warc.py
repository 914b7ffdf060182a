"""WARC files: the pages that a crawl has fetched are articles, and all else is passed over or told."""

import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.pdf import read_pdf

Write = Callable[[str, str | bytes], Path]
TEXT = "Norway has agreed to sell four patrol boats to Ghana, the ministry said on Tuesday."
URL = "https://fjord.example/boats"


def _page(more: str = "", meta: str = "") -> str:
    return (
        f"<html><head>{meta}<title>Boats for Ghana</title></head><body><article><h1>Boats for Ghana</h1><p>{TEXT}</p><p>The four "
        f"boats are to be built in Bergen and handed over within two years, it added. {more}</p></article></body></html>"
    )


class Crawl:
    """A WARC file in the making."""

    def __init__(self, packed: bool = False) -> None:
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed)

    def answer(
        self,
        body: str | bytes,
        kind: str | None = "text/html",
        url: str | None = URL,
        status: str = "200 OK",
        **headers: str,
    ) -> "Crawl":
        """Add what a server answered."""
        told = [(name.replace("_", "-"), value) for name, value in headers.items()]
        http = StatusAndHeaders(status, told + ([("Content-Type", kind)] if kind else []), protocol="HTTP/1.1")
        data = io.BytesIO(body.encode() if isinstance(body, str) else body)
        self.writer.write_record(self.writer.create_warc_record(url, "response", payload=data, http_headers=http))
        return self

    def other(self, kind: str, body: str = "", content_type: str = "text/plain", url: str = URL) -> "Crawl":
        """Add a record that is no answer."""
        data = io.BytesIO(body.encode())
        self.writer.write_record(
            self.writer.create_warc_record(url, kind, payload=data, warc_content_type=content_type)
        )
        return self

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.out.getvalue()


def _read(path: Path, settings: Settings) -> tuple[list[Article], list[Rejected]]:
    items = list(read_articles([path], settings))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


def test_an_answer_is_an_article(write: Write, settings: Settings) -> None:
    """A page gives its text, headline and address; the address is its id. Requests and the like are passed over."""
    crawl = Crawl().other("warcinfo", "software: x", "application/warc-fields")
    crawl.other("request", "GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request").answer(_page())
    crawl.other("metadata", "outlink: x", "application/warc-fields").other("revisit")
    (article,), aside = _read(write("c.warc", crawl.content), settings)
    assert (article.source_id, article.url, article.source_path) == (URL, URL, "c.warc")
    assert (article.title, TEXT in article.text, aside) == ("Boats for Ghana", True, [])


def test_a_page_in_two_archives_is_one_document(write: Write, settings: Settings) -> None:
    """A page that has not changed between two crawls is used once; one that has changed is another article."""
    write("a.warc", Crawl().answer(_page()).content)
    folder = write("b.warc", Crawl().answer(_page()).answer(_page("The price was not told.")).content).parent
    articles, aside = _read(folder, settings)
    assert [(item.source_path, item.source_id) for item in articles] == [("a.warc", URL), ("b.warc", URL)]
    assert [(item.reason, item.source_path, item.place) for item in aside] == [("same_document", "b.warc", "1")]


def test_packed_archives_are_read(write: Write, settings: Settings) -> None:
    """A WARC with each record packed, one packed as a whole, and one in a ZIP archive give the same articles."""
    plain, packed = (Crawl(packed=way).answer(_page()).answer(f"{TEXT} 2", "text/plain") for way in (False, True))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/c.warc", plain.content)
        archive.writestr("in/d.warc.gz", packed.content)
    expected, _ = _read(write("0.warc", plain.content), settings)
    assert len(expected) == 2
    for name, content in (
        ("1.warc.gz", packed.content),
        ("2.warc.gz", gzip.compress(plain.content, mtime=0)),
        ("3.warc.zst", zstandard.ZstdCompressor().compress(plain.content)),
    ):
        assert [item.article_id for item in _read(write(name, content), settings)[0]] == [
            item.article_id for item in expected
        ]
    articles, aside = _read(write("z.zip", zipped.getvalue()), settings)
    assert [item.source_path for item in articles] == ["z.zip/in/c.warc"] * 2
    assert [(item.source_path, item.reason) for item in aside] == [("z.zip/in/d.warc.gz", "same_document")] * 2


def test_resources_and_conversions_are_documents(write: Write, settings: Settings) -> None:
    """What was stored without an answer of a server, and text made of a page, is read by its own kind."""
    crawl = (
        Crawl().other("resource", _page(), "text/html; charset=utf-8").other("conversion", f"{TEXT} 2", url=URL + "2")
    )
    articles, aside = _read(write("c.warc", crawl.content), settings)
    assert ([item.source_id for item in articles], aside) == ([URL, URL + "2"], [])
    assert articles[1].text == f"{TEXT} 2"


def test_a_pdf_file_is_given_as_bytes(write: Write, settings: Settings) -> None:
    """An answer that is a PDF file is read as one, also where the server does not say so."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.multi_cell(0, 8, TEXT)
    data = bytes(pdf.output())
    crawl = Crawl().answer(data, "application/pdf").answer(data, "application/octet-stream", URL + "2")
    articles, aside = _read(write("c.warc", crawl.content), settings)
    assert ([item.text for item in articles], aside) == ([read_pdf(data)["text"]] * 2, [])


WORDS = "Übergabe der Fregatten für Köln"


@pytest.mark.parametrize(
    ("encoding", "kind", "meta"),
    [
        ("cp1252", "text/html; charset=ISO-8859-1", '<meta charset="utf-8">'),
        ("utf-8", 'text/html; charset="UTF-8"', '<meta charset="cp1252">'),
        ("cp1252", "text/html", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'),
        ("utf-8", "text/html", ""),
        ("utf-16", "text/html", ""),
        ("cp1252", "text/html; charset=utf-8", '<meta charset="iso-8859-1">'),
        ("cp1252", "text/html; charset=punycode", ""),
        ("utf-8", "text/html; charset=", '<meta charset="no-such-thing">'),
    ],
)
def test_a_page_is_decoded_as_it_tells(encoding: str, kind: str, meta: str, write: Write, settings: Settings) -> None:
    """The encoding of the header counts most, then that of the page; one that is unknown or does not fit is passed over."""
    (article,), _ = _read(write("c.warc", Crawl().answer(_page(WORDS, meta).encode(encoding), kind).content), settings)
    assert WORDS in article.text


def _chunks(data: bytes, size: int = 50) -> bytes:
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


RAW = zlib.compressobj(wbits=-15)
PAGE = _page().encode()
CODINGS: dict[str, tuple[bytes, dict[str, str]]] = {
    "gzip": (gzip.compress(PAGE, mtime=0), {"Content_Encoding": "gzip"}),
    "x-gzip": (gzip.compress(PAGE, mtime=0), {"Content_Encoding": "X-GZip"}),
    "deflate": (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
    "deflate without its header": (RAW.compress(PAGE) + RAW.flush(), {"Content_Encoding": "deflate"}),
    "zstd": (zstandard.ZstdCompressor().compress(PAGE), {"Content_Encoding": "zstd"}),
    "two codings": (gzip.compress(zlib.compress(PAGE), mtime=0), {"Content_Encoding": "deflate, gzip"}),
    "chunks": (_chunks(PAGE), {"Transfer_Encoding": "chunked"}),
    "packed chunks": (
        _chunks(gzip.compress(PAGE, mtime=0)),
        {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"},
    ),
    "undone by the crawler": (PAGE, {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
    "none": (PAGE, {"Content_Encoding": "identity"}),
}


@pytest.mark.parametrize("case", CODINGS)
def test_codings_are_undone(case: str, write: Write, settings: Settings) -> None:
    """A page is read however the server has packed it, and where the crawler has unpacked it and left the header."""
    body, headers = CODINGS[case]
    (article,), _ = _read(write("c.warc", Crawl().answer(body, **headers).content), settings)
    assert TEXT in article.text


BAD: dict[str, tuple[Crawl, str, str]] = {
    "a picture": (Crawl().answer(b"\x89PNG", "image/png"), "unsupported_format", "image/png"),
    "JSON": (Crawl().answer("{}", "application/json"), "unsupported_format", "application/json"),
    "no kind": (Crawl().answer(TEXT, None), "unsupported_format", "not stated"),
    "a feed": (Crawl().answer("<rss/>", "application/rss+xml"), "unsupported_format", "feed"),
    "robots.txt": (Crawl().answer("Disallow: /", "text/plain", "https://x.example/robots.txt"), "no_text", "crawlers"),
    "an error": (Crawl().answer(_page(), status="404 Not Found"), "no_text", "404 Not Found"),
    "a part": (Crawl().answer(_page(), status="206 Partial Content"), "no_text", "206"),
    "nothing": (Crawl().answer("  "), "no_text", "empty"),
    "Brotli": (Crawl().answer(PAGE, Content_Encoding="br"), "unsupported_format", "Brotli"),
    "unknown coding": (Crawl().answer(PAGE, Content_Encoding="rot13"), "unsupported_format", "rot13"),
    "cut gzip": (Crawl().answer(CODINGS["gzip"][0][:-20], Content_Encoding="gzip"), "corrupt_file", "unpacked"),
    "cut deflate": (Crawl().answer(CODINGS["deflate"][0][:-20], Content_Encoding="deflate"), "corrupt_file", "breaks"),
    "no deflate": (Crawl().answer(b"\xff" * 50, Content_Encoding="deflate"), "corrupt_file", "no Deflate"),
    "cut chunks": (Crawl().answer(_chunks(PAGE)[:-30], Transfer_Encoding="chunked"), "corrupt_file", "breaks off"),
    "a bomb": (
        Crawl().answer(gzip.compress(b"0" * 3_000_000, mtime=0), Content_Encoding="gzip"),
        "too_large",
        "max_document_bytes",
    ),
    "a bomb in a bomb": (
        Crawl().answer(zlib.compress(gzip.compress(b"0" * 9_000_000, mtime=0)), Content_Encoding="gzip, deflate"),
        "too_large",
        "1,000,000",
    ),
    "a large page": (Crawl().answer(b"0" * 3_000_000), "too_large", "1,000,000"),
    "NUL": (Crawl().answer(b"<html>" + b"\x00" * 100), "not_text", "NUL"),
    "a segment": (Crawl().other("continuation", TEXT), "unsupported_format", "continuation"),
    "endless headers": (Crawl().answer("x", X="y" * 300_000), "corrupt_file", "no end"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_record_is_put_aside_alone(case: str, write: Write, settings: Settings) -> None:
    """Each record that is no article has its reason and its number, and the one after it is read."""
    crawl, reason, told = BAD[case]
    small = settings.model_copy(update={"max_document_bytes": 1_000_000})
    content = crawl.content + Crawl().answer(_page()).content
    (article,), (rejected,) = _read(write("c.warc", content), small)
    assert (TEXT in article.text, rejected.reason, rejected.place) == (True, reason, "1")
    assert told in rejected.message


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "304 Not Modified"])
def test_what_leads_elsewhere_is_passed_over(status: str, write: Write, settings: Settings) -> None:
    """A redirect holds no document, and neither does an answer that nothing has changed."""
    content = Crawl().answer("moved", status=status).answer(_page()).content
    articles, aside = _read(write("c.warc", content), settings)
    assert ([item.source_id for item in articles], aside) == ([URL], [])


def test_a_record_without_an_address_is_named_by_its_place(write: Write, settings: Settings) -> None:
    """Where no address is told, the id is the path and the number of the record."""
    content = Crawl().answer(_page()).content.replace(b"WARC-Target-URI", b"WARC-Target-URX")
    (article,), _ = _read(write("c.warc", content), settings)
    assert (article.source_id, article.url) == ("c.warc#1", None)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"Content-Length: ", b"Content-Lengtz: ", "no length"),
        (b"Content-Length: ", b"Content-Length: 9", "fewer bytes"),
        (b"Content-Length: ", b"Content-Length: x", "record"),
        (b"\r\nWARC-Date", b"\r\nX: " + b"y" * 300_000 + b"\r\nWARC-Date", "headers of a record"),
        (b"\r\nWARC-Date", b"\r\nX: y" * 60_000 + b"\r\nWARC-Date", "headers of a record"),
        (b"</article>", b"</article></p></div></div>\n\n\n", "record"),
    ],
)
def test_a_broken_archive_is_told(old: bytes, new: bytes, told: str, write: Write, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """What stands before the break is read, what comes after is told once, and nothing is printed."""
    good = Crawl().answer(_page()).content
    content = good + Crawl().answer(_page("2"), url=URL + "2").content.replace(old, new, 1) + good
    articles, aside = _read(write("c.warc", content), settings)
    assert articles[0].source_id == URL
    assert [item.reason for item in aside] == ["corrupt_file"]
    assert told in aside[0].message
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("how", ["cut", "flipped"])
def test_a_damaged_archive_never_ends_a_run(how: str, packed: bool, write: Write, settings: Settings) -> None:
    """Cut off anywhere but between records, an archive says so; bytes changed give articles or rows of quarantine."""
    crawl = Crawl(packed=packed).answer(f"{TEXT} 1", "text/plain", URL + "1")
    crawl.answer(_chunks(gzip.compress(f"{TEXT} 2".encode(), mtime=0)), "text/plain", URL + "2", Content_Encoding="gzip", Transfer_Encoding="chunked")  # fmt: skip
    crawl.other("metadata", "x: y").other("resource", f"{TEXT} 3", url=URL + "3")
    content, chance = crawl.content, random.Random(5)
    whole = {f"{TEXT} {number}" for number in "123"}
    ends = [found.start() for found in re.finditer(rb"\r\n\r\nWARC/|\x1f\x8b\x08", content)]
    for number in range(200):
        damaged = bytearray(content)
        if how == "cut":
            damaged = damaged[: 12 + number * (len(content) - 20) // 199]
        else:
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(10, len(damaged))] = chance.randrange(256)
        articles, rejected = _read(write("c.warc", bytes(damaged)), settings)
        assert articles or rejected
        if how == "cut":
            assert {item.text for item in articles} <= whole
            assert [item.reason for item in rejected] in (["corrupt_file"], [])
            assert rejected or any(end <= len(damaged) <= end + 4 for end in ends)
