"""ProQuest: the text export of many articles.

A line of underscores stands before each article and behind the last. An article is its number (`Document 1 of 50`, not
always), its headline, then fields with a label each: Abstract, Full text, Subject, Title, Publication title, Publication
date, ProQuest document ID, Document URL, Database and others. A list of contents may stand at the head, and a
bibliography and the terms of use at the end.

Sources: the help page "Save as a file" and the list of indexing fields of the ProQuest platform; the guides of
tm.plugin.proquest and of the parsers of ProQuest's text exports that are public, for what the files look like.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.sources.exports.lines import Entry, fields_before, missing, no_text, numbered, prose, unread

_FIELDS = frozenset([
    "abstract", "accessionnumber", "alternatetitle", "author", "businessindexingterm", "classification", "column",
    "company/organization", "companyorganization", "copyright", "correspondenceauthor", "countryofpublication", "database",
    "dateline", "documentfeature", "documenttype", "documenturl", "doi", "edition", "eissn", "e-issn", "firstpage", "fulltext",
    "identifier/keyword", "identifier", "issn", "issue", "languageofpublication", "lastupdated", "links", "location", "notes",
    "numberofpages", "pages", "people", "placeofpublication", "proquestdocumentid", "publicationdate", "publicationinfo",
    "publicationsubject", "publicationtitle", "publicationyear", "publisher", "section", "sourceattribution", "sourcetype",
    "subject", "supplement", "title", "volume", "year", "companies", "naics",
])  # fmt: skip
"""Labels of the fields, without blanks: some files have `DocumentURL`."""
_BEHIND = frozenset(
    ["publicationtitle", "publicationyear", "publicationdate", "proquestdocumentid", "documenturl", "database"]
)
"""Those that stand behind the text of every article, and that no prose has."""
_LAST = frozenset(["proquestdocumentid", "documenturl", "lastupdated", "database"])
"""Those that stand at the end of every article."""
_NOT_PROSE = frozenset(["caption", "credit", "illustration", "photo", "photograph", "wordcount", "graphic"])
"""Labels of what the full text ends with besides prose."""
_MARKS = _BEHIND | frozenset(["fulltext", "abstract", "lastupdated"])
"""Labels by which an export is known."""
_FURNITURE = frozenset(
    ["enlarge this image.", "translate", "translatefull text", "turn on search term navigation", "show less"]
)
_NOTHING = re.compile(r"(?:none|not|full text is not) available\.?|no abstract available\.?", re.IGNORECASE)
_KNOWN = (
    "Contact us at",
    "Terms and Conditions",
    "Database copyright",
    "Bibliography",
    "Citation style",
    "Table of contents",
)
"""How stretches begin that hold no article."""
_RULE = 20
"""Underscores that a separator has at least."""


def _label(line: str) -> tuple[str, str]:
    """The label of a line as it stands in the tables, and its value; empty where it has none."""
    name, colon, _ = line[:40].partition(":")
    if not colon or not (name[:1].isupper() or name == "e-ISSN"):
        return "", ""
    return name.lower().replace(" ", ""), line[len(name) + 1 :].strip()


def _is_rule(line: str) -> bool:
    return len(line) >= _RULE and not line.strip("_")


def _is_field(line: str) -> bool:
    return _label(line)[0] in _FIELDS


def _is_no_prose(line: str) -> bool:
    name = _label(line)[0]
    return name in _FIELDS or name in _NOT_PROSE or line.lower().strip(".") in {"illustration", "caption"}


@dataclass
class _Part:
    """A stretch between two separators: its lines, the labels in it, and the number of the article that it begins."""

    lines: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    number: tuple[int, int] | None = None

    def begins(self) -> bool:
        """True where it holds the beginning of an article."""
        return self.number is not None or bool(self.labels & {"fulltext", "abstract"})

    def ends(self) -> bool:
        """True where it holds the end of an article."""
        return bool(self.labels & _LAST)

    def first(self) -> str:
        """Return its first line that is not blank."""
        return next(filter(None, self.lines), "")


def _parts(lines: Sequence[str]) -> list[_Part]:
    """The stretches of a file, divided at separators, else at the numbers, else behind the last field of an article."""
    parts = [_Part()]
    ruled = any(map(_is_rule, lines))
    last = ""
    for line in lines:
        if not line:
            parts[-1].lines.append(line)
            continue
        name = _label(line)[0]
        number = numbered(line) if not last or not ruled or _is_rule(last) else None
        closed = not ruled and _label(last)[0] == "database" and "proquestdocumentid" in parts[-1].labels
        if _is_rule(line) or closed or (number and parts[-1].labels):
            parts.append(_Part())
        if number:
            parts[-1].number = number
        elif not _is_rule(line):
            parts[-1].lines.append(line)
            parts[-1].labels |= {name} & _FIELDS
        last = line
    return parts


def _merged(parts: Sequence[_Part]) -> list[_Part]:
    """The stretches, with those put together that a row of underscores within a text has divided."""
    merged: list[_Part] = []
    for part in parts:
        before = merged[-1] if merged else None
        is_rest = not part.begins() and bool(part.first()) and not part.first().startswith(_KNOWN)
        if before and before.begins() and not before.ends() and is_rest:
            before.lines += ["", *part.lines]
            before.labels |= part.labels
        else:
            merged.append(part)
    return merged


def _kept(lines: Sequence[str]) -> str:
    """The prose of a field; empty where it says that there is none."""
    text = prose([line for line in lines if line.lower() not in _FURNITURE])
    return "" if _NOTHING.fullmatch(text) else text


def _read(lines: Sequence[str]) -> tuple[dict[str, str], str]:
    """The fields of an article in one line each, and its text: the full text, else the abstract."""
    full = next((at for at, line in enumerate(lines) if _label(line)[0] == "fulltext"), len(lines))
    closing = _BEHIND if any(_label(line)[0] == "abstract" for line in lines[:full]) else _BEHIND | {"abstract"}
    behind = next((at for at in range(full + 1, len(lines)) if _label(lines[at])[0] in closing), len(lines))
    end = fields_before(lines, full + 1, behind, _is_no_prose)
    fields: dict[str, str] = {}
    abstract: list[str] = []
    current = ""
    for line in [*lines[:full], *lines[end:]]:
        name, value = _label(line)
        if name in _FIELDS:
            current = name
            fields.setdefault(name, value)
        if current == "abstract":
            abstract.append(value if name == "abstract" else line)
    text = _kept([_label(lines[full])[1], *lines[full + 1 : end]]) if full < len(lines) else ""
    return fields, text or _kept(abstract)


def _article(part: _Part) -> Entry:
    """One article of an export."""
    fields, text = _read(part.lines)
    title = fields.get("title") or (part.first() if part.first() and not _is_field(part.first()) else None)
    info = fields.get("publicationinfo", "")
    journal, _, place = (fields.get("publicationtitle") or info).partition(";")
    if not text:
        name = title or fields.get("proquestdocumentid") or "without a headline"
        return no_text(name, "neither a full text nor an abstract stands there")
    return {
        "text": text,
        "title": title,
        "date": fields.get("publicationdate") or info or fields.get("publicationyear"),
        "publisher": journal.strip() if place or "publicationtitle" in fields else None,
        "id": fields.get("proquestdocumentid"),
        "url": fields.get("documenturl"),
    }


def split_proquest(lines: Sequence[str]) -> list[Entry] | None:
    """Return the articles of an export of ProQuest, in file order, and what is missing; None where the text is none.

    Args:
        lines: the lines of the file.
    """
    parts = _merged(_parts(lines))
    if not any("proquestdocumentid" in part.labels and len(part.labels & _MARKS) > 2 for part in parts):
        return None
    entries: list[Entry] = []
    numbers = []
    for part in parts:
        first = part.first()
        if part.begins() or part.ends():
            entries.append(_article(part))
            numbers += [part.number] if part.number else []
        elif first and entries and not first.startswith(_KNOWN):
            entries.append(unread(part.lines))
    return [*entries, *missing(numbers)]
