"""Where quoted words stand in an article: letter by letter, but for blanks, quotation marks and dashes, which any writer may change."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from etl.extraction.protocol import Span

HIDDEN = "\u200b"
"""What stands in `plain` for a character that no reader sees."""
_EDGE, _BARRED = "\x00", "\x01"
_QUOTES = "\"'`´‘’‚‛“”„‟‹›«»′″‵‶ʹʺʻʼʽˈ＂＇「」『』〝〞〟"
_DASHES = "-‐‑‒–—―−⁃﹘﹣－"
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Characters that show nothing, though Unicode does not count them among the marks of format."""
_RUN_ON = ((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xA960, 0xA97F),
           (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF65, 0xFFDC), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF))  # fmt: skip
"""Code points of the scripts written without blanks (Chinese, Japanese, Thai, Lao, Khmer, Burmese), and of Korean, which writes
its particles onto the noun."""


class _Plain(dict[int, str]):
    """Code point -> one character: white space, quotation marks, dashes and what is not seen, each as one of its kind."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isspace() or char in (_EDGE, _BARRED, "\u2800"):
            plain = " "
        elif char in _QUOTES:
            plain = "'"
        elif char in _DASHES:
            plain = "-"
        elif char in _UNSEEN or unicodedata.category(char) == "Cf" or 0xFE00 <= code <= 0xFE0F:
            plain = HIDDEN
        else:
            plain = char
        self[code] = plain
        return plain


_PLAIN = _Plain()


def plain(text: str) -> str:
    """Return a text of the same length with one form each for white space, quotation marks, dashes, and what is not seen."""
    return text.translate(_PLAIN)


@cache
def _is_word(char: str) -> bool:
    """True for letters, digits and the marks on them, but for scripts in which words have no edge."""
    code = ord(char)
    return (char.isalnum() or unicodedata.category(char)[0] == "M") and not any(
        low <= code <= high for low, high in _RUN_ON
    )


def _normal(text: str) -> tuple[str, list[int]]:
    """The text with blanks, marks and dashes in one form and an `_EDGE` at each edge of a word; the offset of each character.

    An edge has the offset of the character after it. A comma or point between digits stands inside a word.
    """
    shown = plain(text)
    chars: list[str] = []
    offsets: list[int] = []
    was_word, last = False, ""
    for at, char in enumerate(shown):
        if char == HIDDEN or char == last == " ":
            continue
        is_word = _is_word(char) or (char in ".," and last.isdigit() and shown[at + 1 : at + 2].isdigit())
        if is_word != was_word:
            chars.append(_EDGE)
            offsets.append(at)
        chars.append(char)
        offsets.append(at)
        was_word, last = is_word, char
    if was_word:
        chars.append(_EDGE)
        offsets.append(len(text))
    return "".join(chars), offsets


def _forms(words: str) -> list[str]:
    """The normal forms under which words are looked for: as they are, and without the quotation marks around them."""
    whole = _normal(words)[0].strip(" ")
    inner = whole[1:-1].strip(" ") if len(whole) > 2 and whole[0] == whole[-1] == "'" else ""
    return [form for form in (whole, inner) if form]


class Grounds:
    """An article's text, in which quoted words are looked for.

    Args:
        text: the text; all offsets count in it.
        barred: stretches of it in which words do not count.
    """

    def __init__(self, text: str, barred: Sequence[Span] = ()):
        self._text = text
        self._barred = tuple(barred)

    def find(self, words: str, *, within: Span | None = None, near: int | None = None) -> Span | None:
        """Return the place where words stand in the text, or None.

        Letters and their case must be the same. White space, quotation marks, apostrophes and dashes may be of any kind; soft
        hyphens and other characters that are not seen count as nothing; a pair of quotation marks around the words may be
        missing in the text. A place begins and ends at a word's edge where the words begin or end in a letter or digit: there
        is no "Iran" in "Iranian", no "10" in "10,000".

        Args:
            words: the words.
            within: a stretch of the text; a place inside it comes before all others.
            near: an offset; of several places the one whose start is nearest to it is taken, else the first.
                A place with the very characters of the words comes before one with others of their kind.
        """

        def rank(place: Span) -> tuple[bool, int]:
            return self._text[place.start : place.end] not in words, abs(place.start - (near or 0))

        forms = _forms(words)
        for low, high in (within or Span(0, 0), Span(0, len(self._text))):
            for form in forms:
                best = min(self._places(form, low, high), key=rank, default=None)
                if best:
                    return best
        return None

    @cached_property
    def _searched(self) -> tuple[str, list[int]]:
        """The normal form of the text, without the characters that are barred, and their offsets."""
        form, offsets = _normal(self._text)
        chars = list(form)
        for start, end in self._barred:
            for at in range(bisect_left(offsets, start), bisect_left(offsets, end)):
                chars[at] = chars[at] if chars[at] == _EDGE else _BARRED
        return "".join(chars), offsets

    def _places(self, form: str, low: int, high: int) -> Iterator[Span]:
        """The places of a normal form between two offsets, none of which overlaps another."""
        text, offsets = self._searched
        at, last = (
            bisect_left(offsets, low),
            bisect_left(offsets, high) + 1,
        )  # the edge after a word has the next offset
        while (at := text.find(form, at, last)) >= 0:
            first, final = at + (form[0] == _EDGE), at + len(form) - 1 - (form[-1] == _EDGE)
            at += len(form)
            if offsets[final] < high:
                yield Span(offsets[first], offsets[final] + 1)
