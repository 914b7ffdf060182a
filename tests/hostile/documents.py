"""PDF, DOCX and RTF: cut off, lying, locked, nested, endless."""

import io
import random
import zipfile
import zlib
from collections.abc import Iterator

from pypdf import PdfReader, PdfWriter

from tests.hostile.corpus import Hostile, Read, aside, chance, either, good, story


def documents() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    yield from _pdf(chance("pdf"))
    yield from _docx(chance("docx"))
    yield from _rtf(chance("rtf"))


def _pdf_of(objects: dict[int, bytes], root: int = 1) -> bytes:
    """A PDF file of some objects, with their table."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % places.get(number, 0) for number in range(1, size))
    out += b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, root, start)
    return bytes(out)


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), more) + content + b"\nendstream"


def _page_of(text: str) -> dict[int, bytes]:
    """The objects of a PDF file of one page."""
    words = text.split(" ")
    lines = [" ".join(words[at : at + 10]) for at in range(0, len(words), 10)]
    drawn = "BT /F1 12 Tf 14 TL 50 700 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        4: _stream(drawn.encode()),
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }


def _pdf(rng: random.Random) -> Iterator[Hostile]:
    def page(**changed: bytes) -> bytes:
        return _pdf_of(_page_of(story(rng)) | {int(name[1:]): content for name, content in changed.items()})

    def read(name: str) -> tuple[Read, ...]:
        return (Read(f"documents/{name}.pdf", "tanks"),)

    no_text = ("no_text_layer", "no_text", "corrupt_file")
    yield good("documents/plain.pdf", page(), *read("plain"))
    script = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
    yield good("documents/javascript.pdf", page(o1=script), *read("javascript"))
    launch = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> >>"
    yield good("documents/launch.pdf", page(o1=launch), *read("launch"))
    whole = page()
    for number in range(8):
        place = rng.randint(10, len(whole) - 30)
        yield either(f"documents/cut-{number}.pdf", whole[:place], read(f"cut-{number}"), *no_text)
        place = rng.randint(10, len(whole) - 30)
        noisy = whole[:place] + rng.randbytes(6) + whole[place + 6 :]
        yield either(f"documents/noise-{number}.pdf", noisy, read(f"noise-{number}"), *no_text, "encrypted_file")
    yield either("documents/no-table.pdf", whole.replace(b"xref", b"xxxx"), read("no-table"), *no_text)
    lost = whole[: whole.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF"
    yield either("documents/table-elsewhere.pdf", lost, read("table-elsewhere"), *no_text)
    yield aside("documents/only-the-header.pdf", b"%PDF-1.7\n", *no_text)
    yield aside("documents/header-and-noise.pdf", b"%PDF-1.7\n" + rng.randbytes(20_000), *no_text)
    yield aside("documents/no-pages.pdf", page(o2=b"<< /Type /Pages /Kids [] /Count 0 >>"), *no_text)
    yield aside("documents/scanned.pdf", page(o4=_stream(b"q 612 0 0 792 0 0 cm /I Do Q")), *no_text)
    lying = b"<< /Type /Pages /Kids [3 0 R] /Count 10000 >>"
    yield either("documents/says-10000-pages.pdf", page(o2=lying), read("says-10000-pages"), *no_text)
    below = b"<< /Type /Pages /Kids [3 0 R] /Count -1 >>"
    yield either("documents/says-minus-one.pdf", page(o2=below), read("says-minus-one"), *no_text)
    again = b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>"
    yield either("documents/pages-in-themselves.pdf", page(o2=again), read("pages-in-themselves"), *no_text, "too_slow")
    same = b"<< /Type /Pages /Kids [" + b"3 0 R " * 3_000 + b"] /Count 3000 >>"
    yield either(
        "documents/one-page-3000-times.pdf",
        page(o2=same),
        read("one-page-3000-times"),
        *no_text,
        "too_large",
        "too_slow",
    )
    bomb = _stream(zlib.compress(b"0 0 m " * 20_000_000, 9), b"/Filter /FlateDecode")
    yield either("documents/bomb.pdf", page(o4=bomb), (), *no_text, "too_large", "too_slow")
    twice = _stream(zlib.compress(zlib.compress(bytes(200_000_000), 9), 9), b"/Filter [/FlateDecode /FlateDecode]")
    yield either("documents/bomb-in-a-bomb.pdf", page(o4=twice), (), *no_text, "too_large", "too_slow")
    deep = _stream(b"[" * 100_000)
    yield either("documents/deep-list.pdf", page(o4=deep), (), *no_text, "too_slow")
    nested = b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * 50_000 + b"]" * 50_000 + b" >>"
    yield either("documents/deep-catalog.pdf", page(o1=nested), read("deep-catalog"), *no_text, "too_slow")
    itself = page(o4=b"<< /Length 4 0 R >>\nstream\nBT ET\nendstream")
    yield either("documents/length-is-itself.pdf", itself, (), *no_text, "too_large")
    circle = page(o3=b"3 0 R")
    yield either("documents/page-is-itself.pdf", circle, (), *no_text)
    for algorithm in ("RC4-128", "AES-256"):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(whole)))
        writer.encrypt("secret", algorithm=algorithm)
        out = io.BytesIO()
        writer.write(out)
        yield aside(f"documents/locked-{algorithm}.pdf", out.getvalue(), "encrypted_file")


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)


def _word(body: str, before: str = "", **parts: str) -> bytes:
    """A Word document."""
    out = io.BytesIO()
    document = f'{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", parts.get("types", _TYPES))
        archive.writestr("_rels/.rels", parts.get("links", _LINKS))
        archive.writestr("word/document.xml", document)
    return out.getvalue()


def _docx(rng: random.Random) -> Iterator[Hostile]:
    def paragraph() -> str:
        return f"<w:p><w:r><w:t>{story(rng)}</w:t></w:r></w:p>"

    def read(name: str) -> tuple[Read, ...]:
        return (Read(f"documents/{name}.docx", " tanks to "),)

    bad = ("corrupt_file", "too_large", "unsupported_format", "no_text", "too_slow")
    whole = _word(paragraph())
    yield good("documents/plain.docx", whole, *read("plain"))
    for number in range(5):
        yield aside(f"documents/cut-{number}.docx", whole[: rng.randint(40, len(whole) - 30)], *bad)
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    entities = f'<!DOCTYPE x [<!ENTITY a0 "tank">{laughs}]>'
    body = "<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>" + paragraph()
    yield either("documents/entities.docx", _word(body, entities), read("entities"), *bad)
    outside = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>" + paragraph()
    yield either("documents/outside.docx", _word(body, outside), read("outside"), *bad)
    yield aside("documents/bomb.docx", _word("<w:p/>" * 12_000_000), *bad)
    yield either("documents/deep.docx", _word("<w:tbl><w:tr><w:tc>" * 20_000 + paragraph()), read("deep"), *bad)
    yield aside("documents/not-xml.docx", _word("<w:p>" + paragraph()), *bad)
    yield aside("documents/empty.docx", _word(""), *bad)
    yield either("documents/no-types.docx", _word(paragraph(), types="<x/>"), read("no-types"), *bad)
    itself = _LINKS.replace("word/document.xml", "_rels/.rels")
    yield either("documents/links-to-itself.docx", _word(paragraph(), links=itself), read("links-to-itself"), *bad)


def _rtf(rng: random.Random) -> Iterator[Hostile]:
    def read(name: str) -> tuple[Read, ...]:
        return (Read(f"documents/{name}.rtf", "tanks"),)

    bad = ("corrupt_file", "no_text", "too_large", "too_slow", "encrypted_file")
    bodies = {
        "plain": r"{\rtf1\ansi %s\par}",
        "open": r"{\rtf1\ansi %s",
        "deep": r"{\rtf1\ansi " + "{" * 100_000 + "%s",
        "closing": r"{\rtf1\ansi %s" + "}" * 100_000,
        "bin": r"{\rtf1\ansi %s {\bin99999999999 x}}",
        "unicode": r"{\rtf1\ansi\uc1 \u-9999999999? %s \u55296?\u99999?}",
        "picture": r"{\rtf1\ansi {\pict " + "0f" * 500_000 + "}%s}",
        "object": r"{\rtf1\ansi {\object{\*\objdata " + "d0cf" * 10_000 + "}}%s}",
        "skips": r"{\rtf1\ansi \uc99999999 %s}",
        "words": r"{\rtf1\ansi " + r"\b" * 200_000 + " %s}",
        "codepage": r"{\rtf1\ansi\ansicpg99999 %s}",
        "hex": r"{\rtf1\ansi %s" + r"\'zz\'e" * 1_000 + "}",
    }
    for name, body in bodies.items():
        content = body.replace("%s", story(rng)).encode()
        yield either(f"documents/{name}.rtf", content, read(name), *bad)
    yield aside("documents/only-a-header.rtf", rb"{\rtf", *bad)
    yield aside("documents/noise.rtf", rb"{\rtf1\ansi " + rng.randbytes(3_000), *bad, "not_text")
