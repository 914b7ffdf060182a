"""RTF files."""

import re

from striprtf.striprtf import rtf_to_text

from etl.errors import InputError
from etl.sources.leftovers import plain_characters

_DEEPEST = 2_000
"""Groups that may stand one in the other; programs write some tens."""
_LONGEST_FONTS = 200_000
"""Characters of a table of fonts. The library searches each line of it in a time that grows with the square or the cube."""
_LONG_LINE = re.compile(".{400}")
"""What ends a search for the name of a font; the table is not shown, so that no semicolon in it does harm."""
_BINARY = re.compile(rb"\\\\|\\bin(\d{1,10}) ?")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{1,5})")
_CHARACTER_SETS = {b"\\mac": "mac_roman", b"\\pca": "cp850", b"\\pc": "cp437"}
_BRACE = re.compile(r"\\[\\{}]|[{}]")
_FONTS = re.compile(r"\{[^{}]*\\fonttbl")
_FONT = re.compile(r"\\f(?=\d)")
_SPACED: list[tuple[str, str]] = [
    (r"(?i)(\{\\field)\{", r"\1 {"),  # else the address of a link comes into the sentence, after a search without bound
    (r"(?<!\\)\\deleted(?![a-z0-9])", r"\\*"),  # what was deleted under change tracking is no text
    (r"(?<!\\)\\(?:nest)?cell(?![a-z])", r"\\par"),  # a cell of a table is a line
    (r"\\\\bin", r"\\\\{}bin"),  # a path such as C:\bin is no picture
]


def read_rtf(data: bytes) -> str:
    """Return the text of an RTF file, a line for each paragraph. Pictures, objects, headers and notes are left out.

    Args:
        data: the file.

    Raises:
        InputError: `corrupt_file` or `no_text`.
    """
    source = _decode(_without_binary(data))
    _check_groups(source)
    for pattern, written in _SPACED:
        source = re.sub(pattern, written, source)
    try:
        text: str = rtf_to_text(  # type: ignore[no-untyped-call]
            _with_plain_fonts(source), encoding=_character_set(data), errors="replace"
        )
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of a character become one
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise _broken(str(error)) from error
    lines = (" ".join(line.split()) for line in plain_characters(text).split("\n"))
    text = "\n".join(lines).strip()
    if not text:
        raise InputError("no_text", "the RTF file holds no text, only pictures or nothing.")
    return text


def _broken(told: str) -> InputError:
    return InputError(
        "corrupt_file", f"the RTF file is broken ({told}). Open it in a word processor and save it again."
    )


def _character_set(data: bytes) -> str:
    """The encoding of a file that names no code page."""
    return next((name for word, name in _CHARACTER_SETS.items() if word in data[:200]), "cp1252")


def _without_binary(data: bytes) -> bytes:
    """The file without the bytes of pictures and objects that stand in it unescaped."""
    pieces, at, look = [], 0, 0
    while found := _BINARY.search(data, look):
        look = found.end()
        if found.group(1):
            pieces.append(data[at : found.start()])
            at = look = found.end() + int(found.group(1))
    return b"".join([*pieces, data[at:]])


def _decode(data: bytes) -> str:
    """The file as text. It should be ASCII; where a program has written other bytes, they are UTF-8 or of its code page."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        found = _CODE_PAGE.search(data[:10_000])
    try:
        return data.decode(f"cp{found.group(1).decode()}" if found else _character_set(data), "replace")
    except LookupError:
        return data.decode("cp1252", "replace")


def _check_groups(source: str) -> None:
    """Raise where the groups of a file do not close, as where it is cut off, or are too deep."""
    depth = 0
    for found in _BRACE.finditer(source):
        if found.group() == "{":
            depth += 1
            if depth > _DEEPEST:
                raise _broken(f"more than {_DEEPEST:,} groups stand one in the other")
        elif found.group() == "}":
            depth -= 1
            if depth == 0:
                return
    raise _broken(f"it breaks off with {depth} groups open")


def _with_plain_fonts(source: str) -> str:
    """The file with one font on a line, as far as it tells an encoding; the library looks for both on one line."""
    found = _FONTS.search(source)
    if not found:
        return source
    depth, end = 0, len(source)
    for brace in _BRACE.finditer(source, found.start()):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if depth == 0:
            end = brace.end()
            break
    table = source[found.start() : end]
    if len(table) > _LONGEST_FONTS:
        raise _broken(f"its table of fonts has more than {_LONGEST_FONTS:,} characters")
    lines = _FONT.sub(r";\n\\f", table.replace("\r", "").replace("\n", ""))
    return source[: found.start()] + _LONG_LINE.sub(r"\g<0>;\n", lines) + source[end:]
