"""Nexis, Nexis Uni and LexisNexis Academic: exports of many articles in one text.

Two layouts are known. The older (Academic and nexis.com, to about 2019) begins each article with `1 of 50 DOCUMENTS` and
writes its labels in capitals: publisher, day, headline, BYLINE, SECTION, LENGTH, often BODY, then GRAPHIC, LOAD-DATE,
LANGUAGE. The newer (Nexis Uni, Lexis Advance) puts the headline on top and ends each article with `End of Document`; a
cover sheet may stand before the first and tell their number.

Sources: the help pages "Delivering documents" and "Document segments" of Nexis Uni and of LexisNexis Academic; the guides
of the R packages LexisNexisTools and tm.plugin.lexisnexis, and of AmCAT, for what the files look like.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from etl.sources.exports.lines import (
    Entry,
    fewer,
    fields_before,
    is_copyright,
    is_date,
    missing,
    no_text,
    numbered,
    prose,
    unread,
)  # fmt: skip

_END = "end of document"
_HEAD = frozenset([
    "byline", "section", "length", "dateline", "headline", "highlight", "series", "column", "edition", "type", "show",
    "anchors", "guests", "cycle",
])  # fmt: skip
"""Labels that stand between headline and text."""
_GO_ON = frozenset(["byline", "section", "headline", "highlight", "copyright"])
"""Those whose value may take more than one line."""
_CLOSING = frozenset(["load-date", "language", "publication-type", "pub-type", "journal-code", "acc-no"])
"""Labels that no prose has, of fields behind the text."""
_MARKS = _CLOSING | frozenset(["byline", "section", "length", "dateline", "headline", "highlight"])
"""Labels by which an export is known."""
_INDEX = _CLOSING | frozenset([
    "subject", "company", "organization", "organisation", "ticker", "industry", "geographic", "person", "distribution",
    "document-type", "correction-date", "notes",
])  # fmt: skip
"""Labels of all fields that may stand behind the text."""
_LINKS = frozenset(["link to image", "link to story", "link to pdf document"])
_FOOT = "| About LexisNexis"
_PAGE = re.compile(r"page \d{1,6}(?: of \d{1,6})?", re.IGNORECASE)
_DOCUMENTS = re.compile(r"documents? \((\d{1,6})\)", re.IGNORECASE)
_WORDS = re.compile(r"[\d,.]+ +words?\b", re.IGNORECASE)
_EDITION = re.compile(r"\b(?:edition|final|late|early|city|metro|national|regional)\b", re.IGNORECASE)
_LONGEST_VALUE = 60
"""Characters of the value of a closing label."""
_BROKEN, _WIDEST = 45, 90
"""Characters that a line has at least that goes on in the next, and that both have at most."""
_NOT_SHOWN = "we are sorry but there is an error in this document"


def _label(line: str) -> tuple[str, str]:
    """The label of a line, by the name it has in the tables, and its value; empty where it has none."""
    name, colon, _ = line[:40].partition(":")
    if not colon or not name[:1].isupper():
        return "", ""
    return name.strip().lower().replace(" ", "-"), line[len(name) + 1 :].strip()


def _is_index(line: str) -> bool:
    return _label(line)[0] in _INDEX or line.lower() in {"classification", "copyright"} or is_copyright(line)


def _is_closing(line: str) -> bool:
    """True where a line is a field that only stands behind a text."""
    name, value = _label(line)
    return line == "Classification" or (name in _CLOSING and len(value) <= _LONGEST_VALUE)


@dataclass
class _Head:
    """What stands before the text of an article.

    Attributes:
        plain: the lines without a label, before the first that has one; a blank one where blank lines stood.
        fields: values by label.
        capitals: True where the labels are written in capitals, as in the older layout.
    """

    plain: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    capitals: bool = True

    def title(self) -> str | None:
        return self.fields.get("headline") or self._order()[0]

    def date(self) -> str | None:
        at = self._date_at()
        return None if at is None else self.plain[at]

    def publisher(self) -> str | None:
        return self._order()[1]

    def _date_at(self) -> int | None:
        """Where the day stands: above the headline in the older layout, the last before the labels in the newer."""
        found = [at for at, line in enumerate(self.plain) if is_date(line)]
        return (found[0] if self.capitals else found[-1]) if found else None

    def _order(self) -> tuple[str | None, str | None]:
        """Headline and publisher, by what stands above and below the day."""
        at = self._date_at()
        above = [line for line in self.plain[:at] if line and not line.startswith("Supplied by ")]
        below = self._below(at) if at is not None else []
        covered = [i for i, line in enumerate(above) if _DOCUMENTS.fullmatch(line)]
        if covered:
            above = above[covered[-1] + 1 :][-2:]
        if self.capitals and at is None:
            return " ".join(above[1:]) or None, above[0] if above else None
        if len(above) < 2 or (self.capitals and (below or "headline" in self.fields)):
            return " ".join(below) or None, above[0] if above else None
        if at is None:
            return above[0], above[1]
        return " ".join(above[:-1]), above[-1]

    def _below(self, at: int) -> list[str]:
        """The lines of the headline that stand below the day, without those of the edition."""
        rest = self.plain[at + 1 :]
        if rest and not rest[-1]:
            rest.pop()
        if "" not in rest:
            return rest[-1:]
        blocks = [list(lines) for filled, lines in groupby(rest, bool) if filled]
        if rest[0]:  # the edition stands right below the day
            blocks = blocks[1:]
        elif len(blocks) > 1 and _EDITION.search(blocks[0][0]):
            blocks = blocks[-1:]
        return [line for block in blocks for line in block]


def _goes_on(last: str, line: str) -> bool:
    """True where a line may be the rest of the one before it, broken at a fixed width."""
    return _BROKEN <= len(last) <= _WIDEST and len(line) <= _WIDEST


def _read_head(lines: Sequence[str], body: int | None) -> tuple[_Head, int]:
    """The head of an article, and where its text begins.

    Args:
        lines: its lines.
        body: where the line stands that says that the text begins, if one does.
    """
    head = _Head(capitals=body is None or lines[body].isupper())
    current = last = ""
    for at, line in enumerate(lines[:body]):
        name, value = _label(line)
        if not line:
            current = ""
            if head.plain and head.plain[-1]:
                head.plain.append("")
        elif name in _HEAD and (line[: len(name)].isupper() or len(head.plain) > 1):
            current = name
            head.fields[name] = value
            head.capitals = line[: len(name)].isupper()
        elif is_copyright(line):
            current = "copyright"
        elif _PAGE.fullmatch(line):
            continue
        elif current in _GO_ON and _goes_on(last, line):
            if current in head.fields:
                head.fields[current] += " " + line
        elif not head.fields:
            head.plain.append(line)
        elif body is None:
            return head, at
        last = line
    return head, len(lines) if body is None else body


def _body_at(lines: Sequence[str]) -> int | None:
    """Where the line stands that says that the text begins."""
    return next((at for at, line in enumerate(lines) if line == "Body" or line.startswith("BODY:")), None)


def _text(lines: Sequence[str], start: int, title: str | None) -> list[str]:
    """The lines of an article's text: without the fields behind it, captions, and what stands on every page."""
    closing = next((at for at in range(start, len(lines)) if _is_closing(lines[at])), len(lines))
    graphic = next(
        (at for at in range(start, closing) if lines[at] == "Graphic" or lines[at].startswith("GRAPHIC:")), closing
    )
    end = fields_before(lines, start, graphic, _is_index)
    kept: list[str] = []
    after_page = False
    for line in lines[start:end]:
        is_page = _PAGE.fullmatch(line) is not None
        if not is_page and line.lower() not in _LINKS and not (after_page and title and line == title):
            kept.append(line)
        after_page = is_page or (after_page and not line)
    return kept


def _article(lines: Sequence[str], number: int) -> Entry:
    """One article of an export."""
    body = _body_at(lines)
    head, start = _read_head(lines, body)
    title, publisher = head.title(), head.publisher()
    if body is not None:
        lines = [*lines[:body], lines[body][len("body:") :].strip(), *lines[body + 1 :]]
    text = prose(_text(lines, start, title)) or head.fields.get("highlight", "")
    if not text:
        told = " ".join(head.plain[:20]).strip()
        name = f"{number}: {title or told[:80]}"
        if any(_NOT_SHOWN in line.lower() for line in head.plain):
            return no_text(name, "Nexis could not show it")
        if not head.fields and body is None and told:
            return unread(head.plain)
        return no_text(name, "only its fields stand there, or captions of pictures")
    return {
        "text": text,
        "title": title,
        "date": head.date(),
        "publisher": re.sub(r"(?<=\w)\(", " (", publisher) if publisher else None,
        "id": None,
        "url": None,
    }


def _is_export(lines: Sequence[str]) -> bool:
    """True where an article has the marks of Nexis: its length in words or when it was loaded, and two other fields."""
    labels = {name: value for name, value in map(_label, lines) if name in _MARKS}
    marks = len(labels) + (_body_at(lines) is not None) + any(map(is_copyright, lines))
    return ("load-date" in labels or _WORDS.match(labels.get("length", "")) is not None) and marks >= 3


def _numbered_articles(lines: Sequence[str]) -> Iterator[tuple[tuple[int, int], Sequence[str]]]:
    """The articles of the older layout, each with its number and their total."""
    marks = [(at, mark) for at, line in enumerate(lines) if (mark := numbered(line))]
    for index, (at, mark) in enumerate(marks):
        end = marks[index + 1][0] if index + 1 < len(marks) else len(lines)
        yield mark, [line for line in lines[at + 1 : end] if line.lower() != _END]


def _ended_articles(lines: Sequence[str]) -> list[Sequence[str]]:
    """The articles of the newer layout; last what stands behind the end of the last."""
    ends = [at for at, line in enumerate(lines) if line.lower() == _END]
    return [lines[start:end] for start, end in zip([0, *(at + 1 for at in ends)], [*ends, len(lines)], strict=True)]


def split_nexis(lines: Sequence[str]) -> list[Entry] | None:
    """Return the articles of an export of Nexis, in file order, and what is missing; None where the text is none.

    Args:
        lines: the lines of the file.
    """
    lines = [line for line in lines if not line.startswith(_FOOT)]
    older = list(_numbered_articles(lines))
    if any(_is_export(found) for _, found in older):
        entries = [_article(found, number) for (number, _), found in older]
        return [*entries, *missing([mark for mark, _ in older])]
    newer = _ended_articles(lines)
    if len(newer) == 1 or not any(map(_is_export, newer[:-1])):
        return None
    *whole, rest = newer
    if _is_export(rest):
        whole.append(rest)
        rest = []
    entries = [_article(found, number) for number, found in enumerate(whole, start=1)]
    if any(line and not _PAGE.fullmatch(line) for line in rest):
        entries.append(unread(rest))
    told = [int(found.group(1)) for line in lines if (found := _DOCUMENTS.fullmatch(line))]
    if told and sum(told) != len(whole):
        entries.append(fewer(sum(told), len(whole)))
    return entries
