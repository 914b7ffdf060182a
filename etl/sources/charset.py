"""Bytes whose encoding a header or the text itself tells -> text."""

import codecs
import re
from collections.abc import Iterable

from etl.sources.decode import decode

_KNOWN = re.compile(
    r"utf-?8|utf-?16(le|be)?|iso-?8859-?\d+|(windows-|cp)\d+|koi8-[ru]|mac\w*|gb\w+|big5\w*|euc-\w+|shift[_-]jis|tis-620|"
    r"iso-2022-\w+",
    re.IGNORECASE,
)
"""Encodings of pages; other names that Python knows are no encodings of text, or cost time by the square of the length."""
_MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
}
"""What browsers take for what is told: the larger encoding that pages of that name are written in."""


def _codec(told: str | None) -> str | None:
    """The codec of a name that was told; None where there is none."""
    name = (told or "").strip().lower()
    name = _MEANT.get(name, name)
    if not _KNOWN.fullmatch(name):
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def decode_as(data: bytes, told: Iterable[str | None]) -> str:
    """Return the text of some bytes by the first encoding told that fits; a byte order mark counts more.

    Where none fits wholly, the first that is known is taken, and bytes that it has not are replaced; where none is known,
    the encoding is guessed.

    Args:
        data: the bytes.
        told: names of encodings, the one to be believed most first.

    Raises:
        InputError: `not_text` where none is told and no encoding fits.
    """
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)
    names = [name for name in map(_codec, told) if name]
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode(names[0], "replace") if names else decode(data)
