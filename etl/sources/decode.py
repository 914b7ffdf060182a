"""Bytes -> text: the right encoding, then repair of text that was decoded wrongly before it came to us."""

import re

import ftfy
from charset_normalizer import from_bytes

from etl.errors import InputError

_SAMPLE = 200_000
_FOREIGN = 0.15
"""Share of bytes beyond ASCII from which a text is not taken for English."""
_UNUSED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_NO_WRITING = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_NOISE = 0.02
"""Share of control characters from which bytes that are not UTF-8 are no text."""
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Characters that nobody sees: of control, without width, and those that turn the direction of the writing."""
_PLAIN = bytes(code for code in range(256) if code in b"\t\n" or (code >= 32 and code not in b"&\x7f"))
"""Bytes that need no repair: letters and marks of print, and what is looked at by itself. An ampersand may open an HTML entity."""
_BEYOND_ASCII = bytes(32 if code < 128 else code for code in range(256))
"""Blanks for the bytes of ASCII."""
_NOT_LATIN = re.compile(r"[^\u00a1-\u00c1\u00c4-\u00e1\u00e3-\u0131\u0134-\u0148\u014a-\u017f‐-‧€]")
"""What may need repair beyond ASCII: all but letters and marks of print in Latin script, and the letters that mojibake begins with."""
_QUOTES = "‘’“”–—…"
"""What may stand side by side beyond ASCII; of other characters two together may need repair."""
_REPAIR = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, normalization=None, unescape_html="auto")


def decode(data: bytes) -> str:
    """Return the text that the bytes hold: UTF-8, UTF-16 or UTF-32 if they are that, else the encoding that fits best.

    Raises:
        InputError: `not_text` where no encoding fits.
    """
    if data.startswith(_UTF_32):
        return data.decode("utf-32", "replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:_SAMPLE]:
        raise InputError(
            "not_text", "the file holds NUL bytes: it is not text. Save it as text in UTF-8, or remove it."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    sample = data[:_SAMPLE]
    encoding = _guess_encoding(sample)
    if len(_NO_WRITING.findall(sample)) > _NOISE * len(sample):
        raise InputError("not_text", "the bytes are text in no encoding. Save it as text in UTF-8, or remove it.")
    return data.decode(encoding, "replace")


def decode_line(data: bytes) -> str:
    """Return the text that one line of a file holds: UTF-8 if it is that, else the encoding that fits best."""
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return data.decode(_guess_encoding(data[:_SAMPLE]), "replace")


def _guess_encoding(sample: bytes) -> str:
    """The Western encoding where few bytes are beyond ASCII, as in English text; else the one that fits best."""
    if sum(byte > 127 for byte in sample) < _FOREIGN * len(sample) and not _UNUSED_IN_CP1252.search(sample):
        return "cp1252"
    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"


def _is_plain(text: str) -> bool:
    """True where there is nothing to repair: most text is so, and to see it takes far less than to repair it."""
    data = text.encode("utf-8", "surrogatepass")
    if data.translate(None, _PLAIN):
        return False
    runs = [run.decode("utf-8", "surrogatepass") for run in set(data.translate(_BEYOND_ASCII).split())]
    return not any(_NOT_LATIN.search(run) or (len(run) > 1 and run.strip(_QUOTES)) for run in runs)


def repair(text: str) -> str:
    """Return the text with mojibake mended, control characters gone, and lines ended by a line feed."""
    if _is_plain(text):
        return text.strip()
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = ftfy.fix_text(text.replace("\r\n", "\n").replace("\r", "\n").strip(), _REPAIR)
    return _CONTROL.sub("", text).strip()
