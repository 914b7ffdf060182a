"""Lines of the pages of a PDF file -> paragraphs: headers, footers and page numbers out, divided words and sentences whole."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_OUTER = 3
"""Lines at the top and at the bottom of a page among which headers and footers are."""
_LONG, _TWICE, _THRICE = 5, 2, 3
"""Pages from which a file is long; on how many pages of a short and of a long one a line is that of no page."""
_LOW, _HIGH = 0.3, 0.8
"""Places in the sorted steps from line to line, and in the sorted lengths of lines, where the usual ones are: between
paragraphs the steps are larger, and their last lines are short."""
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–—]?\s*\d{1,3}\s*[-–—]?(?:\s*(?:of|/)\s*\d{1,3})?", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?:][\"'”’)\]]*$")
_BEGINS_ITEM = re.compile(r"(?:[•‣▪●○◦■□·*–—-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
_DIVIDED = re.compile(r"[A-Za-z]-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONGEST_WORD = 200
"""Characters that a word has at most whose hyphen is looked at."""
_FIRST_PARTS = frozenset([
    "anti", "co", "cross", "eight", "ex", "first", "five", "four", "ground", "half", "heavy", "high", "light", "long", "low",
    "medium", "mid", "multi", "nine", "non", "once", "one", "post", "pre", "pro", "quick", "sea", "second", "self", "semi",
    "seven", "ship", "short", "shoulder", "six", "so", "surface", "ten", "third", "three", "twin", "two", "well", "wheel",
])  # fmt: skip
"""Words that are mostly followed by a hyphen that belongs to the word."""


@dataclass(frozen=True)
class Line:
    """One line of a page.

    Attributes:
        text: its words.
        x: where it begins, in points from the left.
        y: its height on the page, in points from the bottom.
        size: size of most of its letters, in points.
    """

    text: str
    x: float
    y: float
    size: float


def join_lines(pages: Sequence[Sequence[Line]]) -> str:
    """Return the text of the pages, with a blank line between paragraphs.

    Args:
        pages: lines of each page in the order of reading.
    """
    kept = _without_repeated(pages)
    usual = _Usual([line for page in kept for line in page])
    known = _words(line.text for page in kept for line in page)
    paragraphs: list[list[str]] = []
    last: Line | None = None
    for page in kept:
        for number, line in enumerate(page):
            if last and usual.goes_on(last, line, is_apart=number == 0):
                end = paragraphs[-1].pop()
                paragraphs[-1] += _in_two(_joined(end, line.text, known))
            else:
                paragraphs.append(_in_two(line.text))
            last = line
    return "\n\n".join("".join(paragraph) for paragraph in paragraphs)


def _in_two(text: str) -> list[str]:
    """A text in two pieces: of a long paragraph, only the end is looked at when a line is joined to it."""
    return [text[:-_LONGEST_WORD], text[-_LONGEST_WORD:]]


def _key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text.lower()), round(line.y)


def _outer(page: Sequence[Line]) -> list[Line]:
    """The lines at the top and at the bottom of a page."""
    lines = sorted(page, key=lambda line: line.y)
    return lines if len(lines) <= 2 * _OUTER else [*lines[:_OUTER], *lines[-_OUTER:]]


def _without_repeated(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without what stands at the same place of several, and without page numbers."""
    outer = [_outer(page) for page in pages]
    counts = Counter(key for lines in outer for key in {_key(line) for line in lines})
    least = _TWICE if len(pages) < _LONG else _THRICE
    kept = []
    for page, lines in zip(pages, outer, strict=True):
        ends = {id(line) for line in (*lines[:1], *lines[-1:])}
        dropped = {
            id(line)
            for line in lines
            if counts[_key(line)] >= least or (id(line) in ends and _PAGE_NUMBER.fullmatch(line.text))
        }
        kept.append([line for line in page if id(line) not in dropped])
    return kept


class _Usual:
    """How long the lines of a file are and how far they stand apart, by the size of their letters."""

    def __init__(self, lines: Sequence[Line]) -> None:
        lengths: dict[int, list[int]] = {}
        steps: dict[int, list[float]] = {}
        for line in lines:
            lengths.setdefault(round(line.size), []).append(len(line.text))
        for one, other in pairwise(lines):
            if 0 < one.y - other.y < 4 * one.size and round(one.size) == round(other.size):
                steps.setdefault(round(one.size), []).append(one.y - other.y)
        self._length = {size: sorted(found)[int(_HIGH * (len(found) - 1))] for size, found in lengths.items()}
        self._step = {size: sorted(found)[int(_LOW * (len(found) - 1))] for size, found in steps.items()}

    def goes_on(self, last: Line, line: Line, *, is_apart: bool) -> bool:
        """True where a line continues the paragraph of the line before it.

        Args:
            last: the line before.
            line: the line.
            is_apart: True where it is the first of a page.
        """
        if abs(line.size - last.size) > 0.1 * last.size or _BEGINS_ITEM.match(line.text):
            return False
        ends = _ENDS_SENTENCE.search(last.text) is not None
        share = len(last.text) / self._length[round(last.size)]
        begins = not line.text[:1].islower()
        if begins and (share < 0.6 or (ends and share < 0.85)):
            return False
        step = last.y - line.y
        if is_apart or step <= 0:  # the next page or column
            return not ends
        if step > 1.3 * self._step.get(round(last.size), step):
            return False
        indent = line.x - last.x
        return not (begins and 0.7 * line.size < indent < 6 * line.size and not _BEGINS_ITEM.match(last.text))


def _words(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand whole on a line, lower case."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text.rstrip("-")))


def _joined(before: str, after: str, known: frozenset[str]) -> str:
    """Two lines of a paragraph as one; the hyphen of a divided word goes where it is no part of the word."""
    if not _DIVIDED.search(before):
        return before if not after else f"{before} {after}"
    first, second = _WORD.findall(before[:-1])[-1], _WORD.match(after)
    if second is None or not after[0].islower():  # Su-35, anti-Iranian
        return before + after
    left, right = first.lower(), second.group()
    hyphened, whole = f"{left}-{right}" in known, left.rpartition("-")[2] + right in known
    belongs = "-" in right or "-" in left or (left in _FIRST_PARTS and len(right) > 3)
    return before + after if hyphened or (belongs and not whole) else before[:-1] + after
