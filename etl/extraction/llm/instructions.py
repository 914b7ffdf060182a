"""The paragraphs of an article that speak to a language model instead of a reader: they are neither sent nor searched.

This is a net with holes. It knows the phrases of `etl/reference/instructions.csv` and no others: an order in new words, or
spelt with blanks, goes through. What it lets through gains nothing by it, as each claim
must still be grounded in the article's own words.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from etl.errors import ReferenceDataError
from etl.extraction.grounding import HIDDEN, plain
from etl.extraction.protocol import Span
from etl.reference.tables import read_csv

_LONGEST = 1500
"""Characters from which a paragraph is taken line by line, and a line sentence by sentence."""
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_LINES = re.compile(r"\n\s*")
_SENTENCES = re.compile(r"(?<=[.!?])[\"'”’»）)]*\s+|(?<=[。！？؟…])")
_TAGS = range(0xE0020, 0xE007F)
"""Code points that show nothing and stand for the characters of ASCII."""


class _Shown(dict[int, str]):
    """Code point -> the character of the same meaning in its common form and in small letters."""

    def __missing__(self, code: int) -> str:
        common = unicodedata.normalize("NFKC", chr(code))
        char = chr(code - 0xE0000) if code in _TAGS else common if len(common) == 1 else chr(code)
        self[code] = "\n" if char == "\n" else plain(char).lower()[0]
        return self[code]


_SHOWN = _Shown()


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """The patterns of the table.

    Raises:
        ReferenceDataError: one is no regular expression.
    """
    made = []
    for row in read_csv("instructions"):
        try:
            made.append(re.compile(row["pattern"], re.IGNORECASE | re.MULTILINE))
        except re.error as error:
            raise ReferenceDataError(
                f"etl/reference/instructions.csv: {row['id']}: {row['pattern']!r}: {error}: mend the expression."
            ) from error
    return tuple(made)


def instructions(text: str) -> tuple[Span, ...]:
    """Return the paragraphs of a text that speak to a language model, in order; none overlaps another.

    A paragraph stands between blank lines. In a text without blank lines, and in a paragraph of more than 1,500 characters, each
    line is taken by itself; of a line of more than 1,500, the sentence and its neighbours on both sides.

    Args:
        text: the text; the offsets of the spans count in it.
    """
    found = _merged(_found(text))
    return tuple(_merged(_around(text, found))) if found else ()


def _found(text: str) -> Iterator[Span]:
    """The places at which a pattern is found; runs of white space count as one blank or line break, hidden characters as none."""
    chars: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(text.translate(_SHOWN)):
        if char in " \n" and chars and chars[-1] in " \n":
            chars[-1] = min(char, chars[-1])
        elif char != HIDDEN:
            chars.append(char)
            offsets.append(at)
    shown = "".join(chars)
    for pattern in _patterns():
        for match in pattern.finditer(shown):
            yield Span(offsets[match.start()], offsets[match.end() - 1] + 1)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Stretches in order, those that overlap or touch as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged


def _around(text: str, found: Sequence[Span]) -> Iterator[Span]:
    """The paragraphs, lines or sentences that hold a part of the places found."""
    for unit in _units(text):
        if not _touches(unit, found):
            continue
        if unit.end - unit.start <= _LONGEST:
            yield _trimmed(text, unit.start, unit.end)
            continue
        sentences = list(_cut(text, unit, _SENTENCES))
        for number, sentence in enumerate(sentences):
            if _touches(sentence, found):
                last = sentences[number + 1 : number + 2] or [sentence]
                yield _trimmed(text, sentences[max(number - 1, 0)].start, last[0].end)


def _units(text: str) -> Iterator[Span]:
    """The paragraphs of a text; the lines where it has no blank line, and of long paragraphs."""
    paragraphs = list(_cut(text, Span(0, len(text)), _BLANK_LINES))
    for paragraph in paragraphs:
        if len(paragraphs) == 1 or paragraph.end - paragraph.start > _LONGEST:
            yield from _cut(text, paragraph, _LINES)
        else:
            yield paragraph


def _cut(text: str, whole: Span, ends: re.Pattern[str]) -> Iterator[Span]:
    """The parts of a stretch, each with what ends it."""
    at = whole.start
    for end in ends.finditer(text, whole.start, whole.end):
        if end.end() > at:
            yield Span(at, end.end())
            at = end.end()
    if at < whole.end:
        yield Span(at, whole.end)


def _touches(unit: Span, found: Sequence[Span]) -> bool:
    """True where one of the places, which stand in order and apart, has a part in a stretch."""
    first = bisect_right(found, unit.start, key=lambda span: span.end)
    return first < len(found) and found[first].start < unit.end


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    return Span(end - len(words.lstrip()), start + len(words.rstrip()))
