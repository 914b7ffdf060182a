"""An article -> the pieces of it that a model is sent, one at a time: whole sentences where that is possible, each overlapping the next."""

import re
from collections.abc import Iterator, Sequence

from etl.extraction.protocol import Span

_ENDS = (re.compile(r"\n\s*\n"), re.compile(r"[.!?。！？؟…][\"'”’»）)]*\s*|\n"), re.compile(r"\s+"))
"""Where a piece may end, the best first: a paragraph, a sentence, a word."""


def windows(text: str, size: int, overlap: int) -> list[Span]:
    """Return the pieces of a text, in order; together they hold all of it.

    Args:
        text: the text.
        size: longest piece, in characters.
        overlap: about how much of a piece stands in the next one too, in characters; at most a quarter of `size` is used.
    """
    overlap = min(overlap, size // 4)  # each piece begins at least a quarter of its size later than the last
    found, start = [], 0
    while len(text) - start > size:
        end = _end(text, start + size // 2, start + size)
        found.append(Span(start, end))
        start = _end(text, end - overlap, end - overlap // 2) if overlap > 1 else end
    return [*found, Span(start, len(text))]


def _end(text: str, low: int, high: int) -> int:
    """The best place between two offsets at which a piece may end."""
    for ends in _ENDS:
        places = [found.end() for found in ends.finditer(text, low, high)]
        if places:
            return places[-1]
    return high


def without(text: str, window: Span, barred: Sequence[Span]) -> str:
    """Return the words of a piece without those of some stretches of the text."""

    def kept() -> Iterator[str]:
        at = window.start
        for start, end in sorted(barred):
            if start < window.end and end > at:
                yield text[at : max(at, start)]
                at = max(at, end)
        yield text[at : window.end] if at < window.end else ""

    return "".join(kept())
