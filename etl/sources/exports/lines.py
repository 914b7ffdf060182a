"""What the exports of all archives share: their lines, the prose that is made of them, and what is told where some is missing."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, pairwise

from etl.errors import InputError

Entry = dict[str, object] | InputError

_NARROWEST, _WIDEST = 50, 90
"""Characters at which an archive breaks the lines of a text, if it does."""
_LONGEST_FIELD = 40
"""Lines up to which one field of indexing goes on."""
_TOLD = 10
"""Numbers of missing documents that a message names."""
_LINE_ENDS = str.maketrans({"\f": "\n", "\xa0": " ", "\u202f": " ", "\u200b": "", "\ufeff": ""})
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"(?:{_WEEKDAY},?\s)?(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?[\s-]{_MONTH},?[\s-]\d{{4}}"
    rf"|{_MONTH},?\s\d{{4}}|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}})(?!\d)",
    re.IGNORECASE,
)
_BEHIND_DATE = 80
"""Characters that weekday, time and edition behind a date take at most."""
_NOTICE = 200
"""Characters of a notice of copyright."""
_NUMBERED = re.compile(r"(?:document )?(\d{1,6}) of (\d{1,6})( documents?)?", re.IGNORECASE)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, each without the blanks around it; of blank lines that follow each other, one."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS).split("\n")]
    return [line for last, line in pairwise(["", *lines]) if line or last]


def is_date(line: str) -> bool:
    """True where a line begins with a date and holds little else."""
    found = _DATE.match(" ".join(line[:200].split()))
    return found is not None and len(line) - found.end() <= _BEHIND_DATE


def is_copyright(line: str) -> bool:
    """True where a line is a notice of copyright: it begins as one, and has a year or the rest of its wording."""
    start = line[:_NOTICE].lower()
    if start.startswith(("©", "all rights reserved")):
        return True
    return start.lstrip("(").startswith(("copyright", "c)")) and ("reserved" in start or any(map(str.isdigit, start)))


def numbered(line: str) -> tuple[int, int] | None:
    """Return number and total where a line is `1 of 50 DOCUMENTS` or `Document 1 of 50`."""
    found = _NUMBERED.fullmatch(line) if len(line) < 40 else None
    if not found or not (found.group(3) or line[0] in "Dd"):
        return None
    return int(found.group(1)), int(found.group(2))


def _is_broken(line: str, following: str, width: int) -> bool:
    """True where the first word of the following line had no room left on this one."""
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width


def _broken_at(lines: Sequence[str]) -> int | None:
    """The width at which an archive broke the lines of a text; None where a line is a paragraph."""
    width = max(map(len, lines), default=0)
    pairs = [(line, following) for line, following in pairwise(lines) if line and following]
    broken = sum(_is_broken(line, following, width) for line, following in pairs)
    return width if _NARROWEST <= width <= _WIDEST and broken > len(pairs) / 2 else None


def prose(lines: Sequence[str]) -> str:
    """Return the paragraphs of a text, with a blank line between them.

    A line is a paragraph, but where the archive broke lines at a fixed width: there it goes on to the next line that
    would have had room.
    """
    width = _broken_at(lines)
    paragraphs: list[list[str]] = []
    last = ""
    for line in lines:
        if width and line and last and _is_broken(last, line, width):
            paragraphs[-1].append(line)
        elif line:
            paragraphs.append([line])
        last = line
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def fields_before(lines: Sequence[str], start: int, end: int, is_label: Callable[[str], bool]) -> int:
    """Return where the fields begin that stand right before a place, without a break; the place itself where none does.

    Args:
        lines: the lines of an article.
        start: where its text begins.
        end: the place before which fields are looked for.
        is_label: tells whether a line begins a field.
    """
    at = end
    while at > start:
        if not lines[at - 1] or is_label(lines[at - 1]):
            at -= 1
            continue
        first = at - 1
        while first > start and lines[first - 1] and at - first < _LONGEST_FIELD and not is_label(lines[first]):
            first -= 1
        if not is_label(lines[first]) or any(len(line) > _WIDEST for line in lines[first + 1 : at]):
            break
        at = first
    return at


def no_text(name: str, why: str) -> InputError:
    """Return the error of an article of which the export holds no text.

    Args:
        name: title or number by which a person finds it.
        why: what stands in the export instead.
    """
    told = f"the article {name!r} of this export has no text: {why}. Save its text from the archive, or leave it out."
    return InputError("no_text", told)


def unread(lines: Iterable[str]) -> InputError:
    """Return the error of a stretch of an export that is no article that can be told."""
    begin = " ".join(" ".join(lines).split())[:80]
    told = f"a stretch of this export is no article that can be told; it begins {begin!r}. Save the export again."
    return InputError("bad_record", told)


def missing(numbers: Sequence[tuple[int, int]]) -> list[InputError]:
    """Return an error for each export of which documents are missing, by the numbers that it gives them.

    Args:
        numbers: number and total of each document found, in file order; a file may hold several exports.
    """
    exports: list[tuple[int, set[int]]] = []
    last = (0, 0)
    for number, total in numbers:
        if not exports or total != last[1] or number <= last[0]:
            exports.append((total, set()))
        exports[-1][1].add(number)
        last = number, total
    return [fewer(total, len(found), _absent(total, found)) for total, found in exports if len(found) != total]


def _absent(total: int, found: set[int]) -> str:
    """The first numbers that are not found."""
    absent = list(islice((number for number in range(1, total + 1) if number not in found), _TOLD + 1))
    return ", ".join(map(str, absent[:_TOLD])) + (" and more" if len(absent) > _TOLD else "")


def fewer(total: int, count: int, absent: str = "") -> InputError:
    """Return the error of an export in which another number of documents is found than it says it has.

    Args:
        total: the number that the export gives.
        count: the number found.
        absent: which are missing, where that is known.
    """
    told = f"the export says that it has {total:,} documents; {count:,} were found"
    told += f" (without {absent})" if absent else ""
    return InputError("bad_record", f"{told}. Save it again, whole, if the others are wanted.")
