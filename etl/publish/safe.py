"""Makes what articles say safe for what shows it: a spreadsheet, a page of Markdown, a terminal.

Articles come from the web: a title can be a formula, a link or the command of a terminal. The Parquet tables hold words as they are;
all else that is written for people goes through here. (Pages of HTML escape for themselves: `etl/quality/expectations.py`, `etl/show`, `etl/report`, `etl/desk`.)
"""

import json
import re

_BLANK = "\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
"""Characters of no width or ink, but for tab and line breaks."""
_FORMULA = re.compile(rf'(?:\A|(?<=[;\t\r\n]))(?=[{_BLANK}"]*[-=+@＝＋－＠])|\A(?=[\t\r\n])')
"""Places before which a formula starts: in a cell, or in what is one to a spreadsheet that divides lines at semicolons or tabs."""
_MARKUP = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"} | {char: f"\\{char}" for char in "\\`*[]|~$"}
)
_EDGE_OF_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_LONGEST = 300
"""Characters of a cell of Markdown; a name or a quote has fewer."""


def csv_cell(value: object) -> str:
    """Return a value as a cell of CSV (RFC 4180): text that a spreadsheet would run gets an apostrophe; empty for None.

    Such text begins with = + - @, also after blanks or in full width, with a tab or a line break, or it does so after a
    semicolon, a tab or a line break: where lists are written with semicolons, spreadsheets divide the line there.
    """
    if value is None:
        return ""
    cell = _FORMULA.sub("'", value) if isinstance(value, str) else str(value)
    # Python's own writer leaves a lone carriage return bare, which breaks readers.
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ',"\r\n') else cell


def markdown_cell(value: object) -> str:
    """Return a value as text that Markdown and HTML show as it is, on one line, long ones cut; empty for None."""
    if value is None:
        return ""
    told = str(value)
    short = told if len(told) <= _LONGEST else told[:_LONGEST] + "…"
    plain = "".join(char if char.isprintable() else " " for char in short).translate(_MARKUP)
    return _EDGE_OF_EMPHASIS.sub(r"\\_", plain)


def terminal_text(text: str) -> str:
    r"""Return text with all that a terminal would obey, and all that turns the order of letters, written as in `\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


def json_line(value: object) -> str:
    r"""Return a value as JSON on one line; characters that a terminal could obey are written as in `\u001b`, which means the same."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
