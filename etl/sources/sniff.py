"""Tells by its content what kind of file this is; the ending decides only between kinds that look alike."""

import csv
import io
import json
import re
from typing import Literal

from etl.errors import InputError

Kind = Literal["text", "html", "jsonl", "json", "delimited", "feed", "message"]

SUPPORTED = (
    "plain text, Markdown, HTML, PDF, DOCX, RTF, e-mail, RSS, Atom, WARC, JSON Lines, JSON, CSV, TSV or Parquet, also in "
    "a ZIP archive or packed with gzip or zstd"
)
PDF, RTF, WARC, ZIP = b"%PDF", b"{\\rtf", b"WARC/", b"PK\x03\x04"
_LOCKED = b"PARE\x15"
_BINARY = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"\x7fELF": "a program",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3": "a SQLite database",
}
_JSON = re.compile(r'(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|article)\b", re.IGNORECASE)
_ROOT = re.compile(r"(?:<\?[^>]*>|<!--.*?-->|<!doctype\s[^>\[]*>|\s+)*+<([A-Za-z:]+)\b", re.DOTALL | re.IGNORECASE)
_FEEDS, _SITEMAPS = {"rss", "feed", "rdf:rdf"}, {"urlset", "sitemapindex"}
"""Names of the first element of an XML file."""
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]")
_OF_MESSAGES = {"received", "message-id", "mime-version", "return-path", "delivered-to", "dkim-signature"}
"""Headers that an e-mail has and a text that begins with `Date:` or `Subject:` has not."""


def refuse_binary(head: bytes) -> None:
    """Raise an InputError that names the kind, where the first bytes are those of a binary format that is not read."""
    for magic, name in _BINARY.items():
        if head.startswith(magic):
            raise InputError("unsupported_format", f"this is {name}. The readers know {SUPPORTED}.")
    if head.startswith(_LOCKED):
        raise InputError("encrypted_file", "this is a Parquet file with an encrypted footer. Save it without the key.")


def delimiter_of(line: str) -> str:
    """Return the delimiter of a header line: the tab, semicolon or comma that stands in it most often."""
    return max("\t;,", key=line.count)


def header_of(text: str) -> list[str]:
    """Return the column names of delimited text, lower case; empty where the first line is no header."""
    line = text.lstrip("\n").split("\n", 1)[0]
    try:
        row = next(csv.reader(io.StringIO(line), delimiter=delimiter_of(line)), [])
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in row]


def sniff_text(text: str, suffix: str, known_columns: frozenset[str]) -> Kind:
    """Return the kind of a decoded file.

    Args:
        text: its text.
        suffix: ending of its name, without compression, lower case.
        known_columns: names under which a table may hold our fields.

    Raises:
        InputError: `unsupported_format` where it is a sitemap.
    """
    head = text[:4000].lstrip()
    root = found.group(1).lower() if (found := _ROOT.match(head)) else ""
    if root in _SITEMAPS:
        raise InputError("unsupported_format", "this is a sitemap, which lists pages. Fetch them with `etl fetch`.")
    if root in _FEEDS:
        return "feed"
    if _is_message(head, suffix):
        return "message"
    if head.startswith("{") and _holds_json_line(text):
        return "jsonl"
    if head.startswith(("{", "[")) and suffix in {".json", ".jsonl", ".ndjson"}:
        return "jsonl" if suffix != ".json" else "json"
    if _JSON.match(head):
        return "json"
    if suffix not in {".md", ".markdown"} and _HTML.search(head[:2000]):
        return "html"
    if suffix in {".csv", ".tsv"}:
        return "delimited"
    header = header_of(head)
    if len(header) > 1 and len(known_columns & set(header)) >= 2:
        return "delimited"
    return "text"


def _is_message(head: str, suffix: str) -> bool:
    """True where a text begins with the headers of an e-mail."""
    names = set()
    for line in head.split("\n"):
        if found := _HEADER.match(line):
            names.add(found.group(1).lower())
        elif not line.startswith((" ", "\t")):
            break
    return bool(names & _OF_MESSAGES and "from" in names) or (suffix == ".eml" and bool(names))


def _holds_json_line(text: str) -> bool:
    """True where one of the first lines is a whole JSON object."""
    return any(_is_object(line) for line in text.lstrip().split("\n", 20)[:20])


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
