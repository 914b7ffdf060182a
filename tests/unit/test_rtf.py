"""RTF files: their text in the right encoding, without pictures and instructions, and why one cannot be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.errors import InputError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.rtf import read_rtf

TEXT = "Norway has agreed to sell four patrol boats to Ghana, the defence ministry in Oslo said in a statement."
FONTS = r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset204 Times;}{\f2\fnil\fcharset238 Times;}}"


def _rtf(body: str, *, head: str = r"\ansi\ansicpg1252\deff0") -> bytes:
    return ("{\\rtf1" + head + FONTS + r"{\colortbl;\red0\green0\blue0;}\pard\f0 " + body + "}").encode("cp1252")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Norway sold boats.\par Ghana paid.\par", "Norway sold boats.\nGhana paid."),
        (r"the \'93Super \'c9tendard\'94", "the “Super Étendard”"),
        (r"\uc1\u8220\'93quoted\u8221?, \u8212-", "“quoted”, —"),
        (r"\uc0\u269 eski \uc1\u-10179?\u-8704?", "česki 😀"),
        (r"{\f1 \'cf\'f0\'e8}", "При"),
        (r"{\f2 \'e8esk\'fd}", "český"),
        (r"an F\_16\~jet, op\-tional, a \{brace\} and C:\\binary", "an F-16 jet, optional, a {brace} and C:\\binary"),
        ("one\nword of\r\n two", "oneword of two"),
        (r"{\field{\*\fldinst{HYPERLINK " + '"https://example.org/x"' + r"}}{\fldrslt{Norway}}} sold boats", "Norway sold boats"),
        (r"{\deleted six}{\revised four} boats", "four boats"),
        (r"\trowd\cellx100 Norway\cell four boats\cell\row after", "Norway\nfour boats\n\nafter"),
        (r"{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict\wmetafile8 0100}}boats", "boats"),
        (r"{\object\objemb{\*\objdata 01050000}{\result{\pict 0100}}}boats", "boats"),
        (r"{\header The Example Times}{\footnote a note}{\info{\title x}}boats", "boats"),
        (r"{\pict{\*\picprop x}\jpegblip\bin6 }{}\'a\par}boats", "boats"),
    ],
)  # fmt: skip
def test_what_is_text(body: str, text: str) -> None:
    """Letters come out in their encoding; pictures, objects, headers, instructions and deletions give nothing."""
    assert read_rtf(_rtf(body)) == text


@pytest.mark.parametrize(
    ("head", "letters", "text"),
    [
        (r"\ansi\ansicpg1252", b"caf\xe9", "café"),
        (r"\ansi\ansicpg1252", "café".encode(), "café"),
        (r"\ansi\ansicpg1250", b"\xe8esk\xfd", "český"),
        (r"\mac", b"caf\x8e", "café"),
        (r"\ansi\ansicpg99999", b"caf\xe9", "café"),
    ],
)
def test_letters_that_are_not_escaped(head: str, letters: bytes, text: str) -> None:
    """Bytes beyond ASCII, which should not be in the file, are read as UTF-8 or in its code page."""
    assert read_rtf(b"{\\rtf1" + head.encode() + b" " + letters + b"\\par}") == text


@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        (_rtf(TEXT)[:-1], "corrupt_file", "breaks off with 1 groups"),
        (b"{\\rtf1" + b"{" * 3000 + b"}" * 3001, "corrupt_file", "2,000 groups"),
        (_rtf(r"\u99999999 x"), "corrupt_file", "broken"),
        (_rtf(r"{\pict 0100}"), "no_text", "no text"),
        (_rtf(r"\par \par"), "no_text", "no text"),
        (b"{\\rtf1{\\fonttbl" + b"\\f1 " * 60_000 + b"}}", "corrupt_file", "200,000"),
    ],
    ids=["cut", "deep", "no letter", "picture", "blank", "fonts"],
)
def test_what_cannot_be_read_is_told(data: bytes, reason: str, told: str) -> None:
    """Broken and empty files have each their reason."""
    with pytest.raises(InputError, match=told) as caught:
        read_rtf(data)
    assert caught.value.reason == reason


def test_the_article_of_a_file(write: Callable[[str, str | bytes], Path], settings: Settings) -> None:
    """An RTF file of a folder is one article, whatever its name ends with; a broken one is told."""
    folder = write("a.doc", _rtf(f"Norway Sells Boats\\par March 5, 2022\\par {TEXT}")).parent
    write("b.rtf", _rtf(TEXT)[:-1])
    article, rejected = read_articles([folder], settings)
    assert isinstance(article, Article)
    assert (article.title, str(article.published)) == ("Norway Sells Boats", "2022-03-05")
    assert isinstance(rejected, Rejected)
    assert (rejected.source_path, rejected.reason) == ("b.rtf", "corrupt_file")
