"""Factiva: exports of many articles in one text. Each ends with `Document`, then its accession number of 25 characters.

Two layouts are known. With its indexing, an article is a list of fields, each with a code of two or three letters (HD, WC,
PD, SN, LP, TD ...), in this order. As it is displayed, it is headline, byline, `523 words`, day, time, source, code of the
source, language, copyright, text. A block `Search Summary` may stand behind the last article.

Sources: the tables "Custom search fields in Factiva.com" of ProQuest's support and "Intelligence Indexing fields" of Factiva's
help, for the codes; the XML reference of Factiva's feeds, for the accession number; the guides of tm.plugin.factiva and of
the parsers of Factiva's RTF files that are public, for what the files look like.
"""

import re
from collections.abc import Iterator, Sequence

from etl.sources.exports.lines import Entry, is_copyright, is_date, no_text, prose, unread

_CODES = {code: rank for rank, code in enumerate([
    "CLM", "SE", "HD", "BY", "CR", "WC", "PD", "ET", "SN", "SC", "ED", "PG", "VOL", "LA", "CY", "CX", "LP", "TD", "ART",
    "CT", "RF", "CO", "IN", "NS", "RE", "IPC", "IPD", "PUB", "AN",
])}  # fmt: skip
"""Codes of fields -> their place in the order in which they stand."""
_INDEXED = frozenset(["CO", "IN", "NS", "RE"])
"""Those whose value is `code : name`."""
_CODED = re.compile(r"[|\s]*([A-Z]{2,3})(?:[|\s]+|$)")
_ENDED = re.compile(r"[|\s]*(?:AN[|\s]+)?Document\s([A-Za-z][A-Za-z0-9]{7}(?:19|20)\d{6}[A-Za-z0-9]{7,11})[|\s]*")
_WORDS = re.compile(r"[\d,.]{1,9} words", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?(?:\s[A-Z]{2,4})?", re.IGNORECASE)
_SOURCE_CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_OWNER = re.compile(
    r"(?:19|20)\d\d,? [A-Z][^.]{2,70} (?:Ltd|Limited|Inc|LLC|PLC|plc|Co|Company|Corp|Corporation|AG|GmbH)\.?"
)
_PAGE = re.compile(r"page \d{1,6} of \d{1,6}(?: ©.*)?", re.IGNORECASE)
_FURNITURE = frozenset(["factiva", "dow jones", "dow jones factiva", "table of contents"])
_BYLINE = re.compile(r"(?:by|from|reporting by)\s", re.IGNORECASE)
_LANGUAGES = frozenset([
    "english", "french", "german", "spanish", "portuguese", "italian", "dutch", "russian", "arabic", "turkish", "polish",
    "swedish", "norwegian", "danish", "finnish", "czech", "hungarian", "japanese", "chinese", "korean", "malay", "bahasa indonesia",
    "chinese - simplified", "chinese - traditional", "hebrew", "greek", "romanian", "bulgarian", "ukrainian", "slovak", "thai",
])  # fmt: skip
_AFTER_WORDS = 30
"""Lines behind the number of words, blank ones too, in which the fields of a displayed article stand."""
_ABOVE = 4
"""Lines above it that are looked at for the headline."""
_NOTICES = 4
"""Lines of copyright that may stand between language and text."""
_FEW = 3
"""Fields that an article with its indexing has at least, and one more."""
_SECTION = 3
"""Words that the name of a section has at most."""


def _is_furniture(line: str) -> bool:
    """True where a line stands on every page, or is one of the table of contents."""
    dotted = line.endswith(tuple("0123456789")) and line.rstrip("0123456789 ").endswith("....")
    return dotted or line.lower() in _FURNITURE or _PAGE.fullmatch(line) is not None


def _articles(lines: Sequence[str]) -> Iterator[tuple[list[str], str | None]]:
    """The articles with their accession numbers; last what stands behind the last one, which has none."""
    found: list[str] = []
    summary = last = ""
    for line in lines:
        cell = line.strip("| ")
        if ended := _ended(line):
            yield found, ended
            found, summary = [], ""
        elif cell == "Search Summary":
            summary = cell
        elif summary and cell and (last == "Timestamp" or cell.startswith("Timestamp ")):
            summary = ""  # the time is the last that it tells
        elif not summary and not _is_furniture(line):
            found.append(line)
        last = cell or last
    yield found, None


def _ended(line: str) -> str | None:
    """The accession number of a line that ends an article."""
    found = _ENDED.fullmatch(line) if "Document" in line[:20] and len(line) < 60 else None
    return found.group(1) if found else None


def _fields(lines: Sequence[str]) -> dict[str, list[str]]:
    """The lines of each field of an article with its indexing, by code; a code counts only where its turn may have come."""
    fields: dict[str, list[str]] = {}
    rank, current = -1, ""
    for line in lines:
        found = _CODED.match(line)
        code = found.group(1) if found else ""
        value = line[found.end() :].strip("| ") if found else ""
        if _CODES.get(code, -1) > rank and (code not in _INDEXED or not value or " : " in value[:60]):
            rank, current = _CODES[code], code
            fields[code] = [value]
        elif current:
            fields[current].append(line.strip("| "))
    return fields


def _one(fields: dict[str, list[str]], code: str) -> str | None:
    return " ".join(" ".join(fields.get(code, [])).split()) or None


def _coded_article(fields: dict[str, list[str]], number: str | None) -> Entry:
    """An article with its indexing."""
    title = _one(fields, "HD")
    text = prose([*fields.get("LP", []), "", *fields.get("TD", [])])
    if not text:
        return no_text(title or number or "without a headline", "the fields LP and TD are empty")
    return {
        "text": text, "title": title, "date": _one(fields, "PD"), "publisher": _one(fields, "SN"), "id": number, "url": None,
    }  # fmt: skip


def _words_at(lines: Sequence[str]) -> int | None:
    """Where the number of words of a displayed article stands, with the day right behind it."""
    for at, line in enumerate(lines):
        if _WORDS.fullmatch(line[:20]) and is_date(next(filter(None, lines[at + 1 : at + 4]), "")):
            return at
    return None


def _looks_like_names(line: str) -> bool:
    """True where each word of a short line is written with a capital, as names are."""
    words = [word for word in line.split() if word.lower() not in {"and", "in", "of", "for", "the", "de", "van", "al"}]
    return 0 < len(words) <= 6 and len(line) <= 60 and all(word[0].isupper() for word in words)


def _headline(lines: Sequence[str]) -> str | None:
    """The headline among the lines above the number of words, where a section may stand above it and a byline below."""
    given = [line for line in lines if line][-_ABOVE:]
    given = [line for line in given if not _BYLINE.match(line)] or given
    if len(given) > 1 and len(given[0].split()) <= _SECTION < len(given[1].split()):
        given = given[1:]
    if len(given) > 1 and _looks_like_names(given[-1]):
        given = given[:-1]
    return given[0] if given else None


def _text_at(lines: Sequence[str], words: int) -> tuple[int, int]:
    """Where the fields of a displayed article end, and where its text begins."""
    behind = range(words + 1, min(words + _AFTER_WORDS, len(lines)))
    end = next((at for at in behind if lines[at].lower() in _LANGUAGES), None)
    if end is None:
        end = next((at for at in behind if is_copyright(lines[at])), None)
    if end is None:
        end = next((at for at in behind if _SOURCE_CODE.fullmatch(lines[at])), words)
    start = end + (not is_copyright(lines[end]))
    for _ in range(_NOTICES):
        while start < len(lines) and not lines[start]:
            start += 1
        if start < len(lines) and (is_copyright(lines[start]) or _OWNER.fullmatch(lines[start])):
            start += 1
    return end, start


def _shown_article(lines: Sequence[str], words: int, number: str | None) -> Entry:
    """An article as it is displayed."""
    title = _headline(lines[:words])
    end, start = _text_at(lines, words)
    told = [line for line in lines[words + 1 : end] if line and not _TIME.fullmatch(line)]
    day = next((line for line in told if is_date(line)), None)
    publisher = next((line for line in told if line != day), None)
    text = prose(lines[start:])
    if not text:
        return no_text(title or number or "without a headline", "nothing stands behind its fields")
    return {"text": text, "title": title, "date": day, "publisher": publisher, "id": number, "url": None}


def _article(lines: Sequence[str], number: str | None) -> Entry | None:
    """An article in either layout; None where the lines have the marks of neither."""
    fields = _fields(lines)
    if "HD" in fields and len(fields) > _FEW and fields.keys() & {"LP", "TD", "WC", "PD"}:
        return _coded_article(fields, number)
    words = _words_at(lines)
    return None if words is None else _shown_article(lines, words, number)


def split_factiva(lines: Sequence[str]) -> list[Entry] | None:
    """Return the articles of an export of Factiva, in file order; None where the text is none.

    Args:
        lines: the lines of the file.
    """
    found = list(_articles(lines))
    entries = [_article(part, number) for part, number in found]
    if all(entry is None for entry in entries[:-1]):
        return None
    return [
        unread([*part, number or ""]) if entry is None else entry
        for entry, (part, number) in zip(entries, found, strict=True)
        if entry is not None or number or any(part)
    ]
