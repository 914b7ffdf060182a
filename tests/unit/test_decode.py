"""Bytes to text: encodings, and the repair of text that was decoded wrongly."""

import codecs

import ftfy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import InputError
from etl.sources.decode import _CONTROL, _REPAIR, decode, repair

TEXT = "Łódź said: “Poland’s forces paid 5 € for each – naïve – señor’s shell”. Türkiye sold more."
WESTERN = "The minister said: “It’s Perú’s first order – five aircraft for the señor.” " * 5


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 little", "utf-16 big"],
)
def test_unicode_is_read(data: bytes) -> None:
    """UTF-8 and UTF-16 are read by their bytes or their mark, and the mark is gone."""
    assert decode(data) == TEXT


def test_cp1252_is_read() -> None:
    """Text of an old Windows encoding keeps its letters and quotation marks."""
    assert decode(WESTERN.encode("cp1252")) == WESTERN


@pytest.mark.parametrize("data", [b"abc\x00def", b"\x00" * 100])
def test_nul_bytes_are_refused(data: bytes) -> None:
    """Bytes with NUL are no text, and the error says so."""
    with pytest.raises(InputError, match="NUL") as caught:
        decode(data)
    assert caught.value.reason == "not_text"


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("Iranâ€™s drones", "Iran’s drones"),
        ("â€œWe soldâ€\x9d", "“We sold”"),
        ("TÃ¼rkiye and PerÃº", "Türkiye and Perú"),
        ("AT&amp;T sold", "AT&T sold"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("zero\u200bwidth \ufeffmark", "zerowidth mark"),
        ("bell\x07 tab\tstays", "bell tab\tstays"),
        ("  around  ", "around"),
        ("Iran’s “S-400”", "Iran’s “S-400”"),
        ("lone \ud800 half", "lone ? half"),
    ],
)
def test_broken_text_is_mended(broken: str, whole: str) -> None:
    """Mojibake, entities, line ends and control characters are mended; good text stays as it is."""
    assert repair(broken) == whole


@pytest.mark.parametrize("text", [TEXT, WESTERN, "Iranâ€™s drones"])
def test_mending_twice_is_mending_once(text: str) -> None:
    """A mended text is not changed by mending it again."""
    assert repair(repair(text)) == repair(text)


@given(st.text(alphabet="ab &\n\t\r“”‘’–…éüâÃ€\u200b\x07šŠłд中\ud800", max_size=8))
def test_what_is_taken_for_plain_needs_no_repair(text: str) -> None:
    """The short look that most text passes lets nothing through that a whole repair would change."""
    whole = ftfy.fix_text(
        text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").strip(), _REPAIR
    )
    assert repair(text) == _CONTROL.sub("", whole).strip()
