"""What programs leave in a text that nobody reads: optional hyphens, odd blanks, titles that are names of files."""

import re

_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
"""Optional hyphens, marks of direction, and what fills the preview of a newsletter."""
_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*|(?:untitled|unbenannt|layout|document|dokument|slide|page|folie)[\s\d_-]*"
    r"|powerpoint presentation|word document|no(?: |-)title|title|.*\.(?:docx?|odt|rtf|txt|pdf|indd|qxd|qxp|tex|dvi|html?|pptx?|xlsx?)",
    re.IGNORECASE,
)


def plain_characters(text: str) -> str:
    """Return the text without invisible characters, with plain hyphens and blanks in place of those that do not break."""
    return _INVISIBLE.sub("", text).replace("\u2011", "-").replace("\u00a0", " ").replace("\u202f", " ")


def real_title(value: object) -> str | None:
    """Return the title that a file tells of itself; None where it is empty, one word, or the name of a file or program."""
    title = " ".join(plain_characters(value).split()) if isinstance(value, str) else ""
    return None if " " not in title or _NO_TITLE.fullmatch(title) else title
