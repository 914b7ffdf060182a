"""What is compared of an article to tell whether it prints a story that another has printed: its words as numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

from etl.sources import Article

Numbers = npt.NDArray[np.uint32]
SKETCH = 126
"""Bytes of a sketch. The share of them that two articles have in common is the share of their words, within 0.045."""
RUNS = 32
"""Runs of words that are kept of an article: those of the smallest numbers, so that a cut copy keeps the same ones."""
_RUN = 6
"""Words of meaning in one run."""
_READ = 5_000
"""Words of meaning read of one article, so that a book costs no more than a long report."""
_RANDOM = np.random.RandomState(1)
"""NumPy's old generator, whose numbers no version will change (NEP 19)."""
_TIMES = _RANDOM.randint(0, 1 << 31, SKETCH, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_PLUS = _RANDOM.randint(0, 1 << 32, SKETCH, dtype=np.uint32)
"""One order of all numbers of 32 bits for each byte of a sketch: number * odd + other."""
_FACTORS = np.array([2654435761, 2246822519, 3266489917, 668265263, 374761393, 2484345967], dtype=np.uint32)
"""Large odd numbers, one for each place in a run."""
_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+")
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "a about after all also an and are as at be been before but by can could did do for from had has have he"
        " her him his if in into is it its more no not of on one or out over s said say says she so some than that"
        " the their them there these they this those to two up was we were what when where which while who whose"
        " will with would you"
    )
)


def _number(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


_FUNCTION_NUMBERS = frozenset(map(_number, _FUNCTION_WORDS))


@lru_cache(maxsize=200_000)
def _stem(word: str) -> int:
    """The number of a lower-case word without its commonest endings."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return _number(word[: -len(ending)])
    return _number(word)


@dataclass(frozen=True, slots=True)
class Print:
    """The words of an article, as numbers that are the same in every run.

    Attributes:
        words: all words, in their order.
        names: the names and numbers among them, each once.
        sketch: bytes that two articles share the more often the more words they share.
        runs: numbers of some of its long runs of words.
    """

    words: tuple[int, ...]
    names: tuple[int, ...]
    sketch: npt.NDArray[np.uint8]
    runs: npt.NDArray[np.uint16]

    COLUMNS: ClassVar[tuple[str, ...]] = ("words", "names", "sketch", "runs")

    @property
    def stems(self) -> tuple[int, ...]:
        """The words of meaning, in their order."""
        return tuple(word for word in self.words if word not in _FUNCTION_NUMBERS)[:_READ]

    @classmethod
    def of(cls, article: Article) -> "Print":
        """Read an article's prose, or all its text where it has none."""
        prose, at = [], 0
        for start, end in sorted(article.aside):
            prose.append(article.text[at:start])
            at = max(at, end)
        found = _WORD.findall(" ".join([*prose, article.text[at:]])) or _WORD.findall(article.text)
        words = tuple(_stem(word.lower().replace(",", "")) for word in found)
        named = (word for word, raw in zip(words, found, strict=True) if not raw[0].islower())
        names = tuple(word for word in dict.fromkeys(named) if word not in _FUNCTION_NUMBERS)
        stems = tuple(word for word in words if word not in _FUNCTION_NUMBERS)[:_READ]
        return cls(words, names, _sketch(stems), _runs(stems))

    def columns(self) -> dict[str, bytes]:
        """Return it as bytes, by the names of `COLUMNS`."""
        return {
            "words": np.array(self.words, np.uint32).tobytes(),
            "names": np.array(self.names, np.uint32).tobytes(),
            "sketch": self.sketch.tobytes(),
            "runs": self.runs.tobytes(),
        }

    @classmethod
    def read(cls, columns: Mapping[str, bytes]) -> "Print":
        """Return what `columns` has given."""
        words, names = (tuple(np.frombuffer(columns[name], np.uint32).tolist()) for name in ("words", "names"))
        sketch, runs = np.frombuffer(columns["sketch"], np.uint8), np.frombuffer(columns["runs"], np.uint16)
        return cls(words, names, sketch, runs)


def _sketch(stems: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """The last byte of the smallest word of meaning in each of the orders (MinHash, Broder 1997, of b bits, Li and König 2010).

    Worked out here because the library for it loads all of SciPy in each process, and has changed its numbers from one version to
    the next.
    """
    mixed = np.array(list(dict.fromkeys(stems)), np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):  # the finalizer of MurmurHash3
        mixed = (mixed ^ (mixed >> np.uint32(shift))) * np.uint32(factor)
    mixed ^= mixed >> np.uint32(16)
    smallest = np.min(mixed[:, None] * _TIMES + _PLUS, axis=0, initial=np.uint32(0xFFFFFFFF))
    sketch: npt.NDArray[np.uint8] = (smallest & np.uint32(0xFF)).astype(np.uint8)
    return sketch


def _runs(stems: tuple[int, ...]) -> npt.NDArray[np.uint16]:
    """The numbers of the runs that are kept of words of meaning."""
    if len(stems) < _RUN:
        return np.zeros(0, np.uint16)
    windows = np.lib.stride_tricks.sliding_window_view(np.array(stems, np.uint32), _RUN)
    mixed = (windows * _FACTORS).sum(axis=1, dtype=np.uint32)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(2246822519)
    return np.unique(mixed)[:RUNS].astype(np.uint16)
