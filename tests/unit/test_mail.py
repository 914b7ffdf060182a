"""E-mail: its text, what its headers tell, and what is attached to it; and one article of each kind of document."""

import io
from base64 import b64encode
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from fpdf import FPDF

from etl.errors import InputError
from etl.pipeline import extract
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.mail import read_message

TEXT = "Norway has agreed to sell four patrol boats to Ghana, the defence ministry in Oslo said in a statement."
MORE = "The boats will be built in Bergen, and the first is to arrive within two years, the ministry added."
HEAD = "From: Example Times <news@example.org>\nMessage-ID: <m1@example.org>\n"


def _message(text: str = TEXT, **headers: str) -> EmailMessage:
    message = EmailMessage()
    given = {
        "From": "Example Times <news@example.org>",
        "Subject": "Norway sells boats",
        "Message-ID": "<m1@example.org>",
    }
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        message[name] = value
    message.set_content(text)
    return message


def _text(data: bytes) -> str:
    return str(read_message(data)[0]["text"])


def _names(message: EmailMessage) -> list[str]:
    return [name for name, _ in read_message(message.as_bytes())[1]]


def _page(page: str, plain: str = "") -> EmailMessage:
    """A newsletter: a page, and a plain part where one is given."""
    message = _message(plain)
    if plain:
        message.add_alternative(page, subtype="html")
    else:
        message.set_content(page, subtype="html")
    return message


def test_the_headers_are_fields() -> None:
    """Subject, sender, day in the sender's zone, id and address of the archive are told."""
    message = _message(
        Date="Tue, 05 Mar 2024 23:30:00 -0500", Subject="Fwd: RE: Größere Boote für Ghana",
        Archived_At="<https://lists.example.org/m1>",
    )  # fmt: skip
    fields, attached = read_message(message.as_bytes())
    assert fields == {
        "title": "Größere Boote für Ghana",
        "date": "2024-03-05",
        "publisher": "Example Times",
        "url": "https://lists.example.org/m1",
        "id": "m1@example.org",
        "text": TEXT,
    }
    assert attached == []


@pytest.mark.parametrize(
    ("headers", "field", "value"),
    [
        ("From: news@example.org", "publisher", "example.org"),
        ("From: =?utf-8?q?Caf=C3=A9?= Times <n@example.org>", "publisher", "Café Times"),
        ("From: Caf\xe9 Times <n@example.org>", "publisher", "Café Times"),
        ("From: <<>", "publisher", None),
        ("Date: yesterday", "date", None),
        ("Date: Tue, 99 Mar 2024 23:30:00", "date", None),
        ("Date: Wed, 6 Mar 2024 08:00 GMT", "date", "2024-03-06"),
        ("Subject: =?utf-8?b?broken", "title", "=?utf-8?b?broken"),
        ("Subject: Boats\n for Ghana", "title", "Boats for Ghana"),
        ("Subject: Re:", "title", None),
        ("X-Other: a", "id", None),
    ],
)
def test_headers_that_are_missing_or_wrong(headers: str, field: str, value: str | None) -> None:
    """A header that cannot be understood is as good as none, and its letters may be in any encoding."""
    fields, _ = read_message(f"{headers}\nMIME-Version: 1.0\n\n{TEXT}".encode("cp1252"))
    assert (fields.get(field), fields["text"]) == (value, TEXT)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Type: text/plain; charset=utf-8", "Café sold."),
        ("Content-Type: text/plain; charset=us-ascii", "Café sold."),
        ("Content-Type: text/plain; charset=no-such-one", "Café sold."),
        ("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable", "Caf=E9 s=\nold."),
        ("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", b64encode("Café sold.".encode()).decode()),
        ("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", "Q2Fmw6kgc29s*ZC4"),
        ("Content-Type: text/plain; format=flowed; charset=utf-8", "Café \nsold."),
        ("Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-8", "Ca \nfé sold."),
        ("Content-Type: nonsense", "Café sold."),
        ("Content-Type: multipart/mixed", "Café sold."),
    ],
)  # fmt: skip
def test_texts_in_wrong_encodings(headers: str, body: str) -> None:
    """The text comes out whole whatever its headers say of its encoding, and lines that flow are joined."""
    assert _text(f"{HEAD}{headers}\n\n{body}".encode()) == "Café sold."


def test_the_plain_part_is_the_text() -> None:
    """Of a text in two forms the plain one is taken."""
    assert _text(_page(f"<p>{TEXT}</p><p>Unsubscribe</p>", TEXT).as_bytes()) == TEXT


@pytest.mark.parametrize("plain", ["", "View this e-mail in your browser: https://example.org/?key=12345"])
def test_the_page_of_a_newsletter(plain: str) -> None:
    """Where the plain part is only a hint, the page is read: tables are layout, and what is hidden is no text."""
    page = (
        "<html><head><style>p {color: red}</style><title>Window</title></head><body>"
        "<div style='display:none; max-height:0'>Preview of the news&zwnj;&nbsp;&zwnj;</div>"
        "<span style='font-size:0px'>more of it</span><p hidden>and more</p>"
        f"<table width='600'><tr><td><h1>Boats</h1></td></tr><tr><td style='font-size:10px'>{TEXT}</td></tr></table>"
        f"<p>{MORE}</p><img src='https://t.example.org/pixel.gif' width='1' height='1'></body></html>"
    )
    assert _text(_page(page, plain).as_bytes()).split("\n") == ["Boats", TEXT, MORE]


def test_a_hidden_part_that_does_not_end() -> None:
    """A page in which the end of the hidden part is missing is read nevertheless."""
    assert TEXT in _text(_page(f"<div style='display:none'>Preview<p>{TEXT}</p><p>{MORE}</p>").as_bytes())


def test_what_is_attached() -> None:
    """Files and messages are attachments under names without a path; pictures of the page and signatures are not."""
    message = _page(f"<p>{TEXT} {TEXT}</p><img src='cid:one@x'>", "See the page.")
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<one@x>", filename="shown.png")  # type: ignore[index, union-attr]
    for name in ("../../etc/boats.pdf", "boats.pdf", "C:\\files\\größe.docx", ".."):
        message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename=name)
    message.add_attachment(b"GIF8", maintype="image", subtype="gif", filename="chart.gif")
    message.add_attachment("A report.", filename="report.txt")
    message.add_attachment(_message("An older message."))
    message.add_attachment(b"--", maintype="application", subtype="pgp-signature", filename="signature.asc")
    assert _names(message) == [
        "boats.pdf", "2-boats.pdf", "größe.docx", "attachment.pdf", "chart.gif", "report.txt", "attachment.eml",
    ]  # fmt: skip


def test_a_message_in_a_message() -> None:
    """An attached message is a whole e-mail again, also where a program has packed it though none should."""
    inner = _message(MORE, Subject="An older one")
    message = _message()
    message.add_attachment(inner, filename="older.eml")
    packed = f"{HEAD}Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{b64encode(inner.as_bytes()).decode()}"
    for data in (message.as_bytes(), packed.encode()):
        ((name, content),) = read_message(data)[1]
        assert name.endswith(".eml")
        assert read_message(content)[0] == {
            "title": "An older one", "publisher": "Example Times", "id": "m1@example.org", "text": MORE,
        }  # fmt: skip


def test_a_message_that_is_cut_off() -> None:
    """Of a message without its end, the text is read as far as it goes."""
    data = _page(f"<p>{TEXT}</p>", TEXT).as_bytes()
    assert _text(data[: data.index(b"Oslo")]).endswith("the defence ministry in")


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Type: multipart/encrypted; boundary=x",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
    ],
)
def test_an_encrypted_message_is_told(headers: str) -> None:
    """What only the recipient can read is put aside with that reason."""
    with pytest.raises(InputError, match="encrypted") as caught:
        read_message(f"{HEAD}{headers}\n\n--x\n\nabc\n--x--".encode())
    assert caught.value.reason == "encrypted_file"


def test_the_article_of_a_file(write: Callable[[str, str | bytes], Path], settings: Settings) -> None:
    """A message of a folder is an article, what is attached is another, and what cannot be read is told with its place."""
    message = _message(Date="Wed, 6 Mar 2024 08:00:00 +0000")
    message.add_attachment(MORE, filename="report.txt")
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="chart.gif")
    first, second, rejected = read_articles([write("a.eml", message.as_bytes()).parent], settings)
    assert isinstance(first, Article)
    assert (first.source_id, str(first.published), first.publisher) == ("m1@example.org", "2024-03-06", "Example Times")
    assert isinstance(second, Article)
    assert (second.source_path, second.text) == ("a.eml/report.txt", MORE)
    assert isinstance(rejected, Rejected)
    assert (rejected.source_path, rejected.reason) == ("a.eml/chart.gif", "unsupported_format")


def _as_pdf(text: str) -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("times", size=11)
    document.multi_cell(50, 5, text)
    return bytes(document.output())


def _as_docx(text: str) -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


def test_each_kind_gives_its_event(write: Callable[[str, str | bytes], Path], settings: Settings) -> None:
    """The sale that an article tells is found in it as a PDF file, a Word document, an RTF file and an e-mail."""
    text = "Norway sold 12 tanks to Ghana in 2019, the defence ministry in Oslo said in a statement on the deal."
    write("a.pdf", _as_pdf(text))
    write("b.docx", _as_docx(text))
    write("c.rtf", f"{{\\rtf1\\ansi {text}}}")
    folder = write("d.eml", _message(text).as_bytes()).parent
    events = list(extract([folder], settings, progress=lambda *_: None))
    assert [(event["supplier_id"], event["recipient_id"], event["quantity_min"]) for event in events] == [
        ("NOR", "GHA", 12)
    ] * 4
