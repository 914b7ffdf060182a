"""Finds articles that print the same story: copies, cut or updated ones, and rewrites.

Compared are articles that tell events of the same two parties, for only there does it matter whether two reports are
independent. Sketches of their words, which a rewrite keeps, and long runs of words, which a cut copy keeps, propose
earlier articles; a comparison of all words then decides. The numbers below stand between the weakest copy or rewrite and
the strongest follow-up or independent report of part a of `tests/data/cases/duplicates.jsonl`.
"""

import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import IO

import numpy as np

from etl.merge.prints import RUNS, SKETCH, Print

PIECE = 10
"""Words of meaning in one piece of the shorter article, about a sentence; a shorter text is only ever an exact
copy."""
WINDOW = 40
"""Words of meaning of the longer article in which a piece is sought: two or three sentences, for editors split, join
and turn round sentences but keep a fact near its neighbours."""
CHANCE, WHOLE = 0.3, 0.7
"""Share of a piece's words in the best window that counts as nothing, and share that counts as all. Articles on one
subject share about 0.3 by chance; a sentence in other words keeps 0.7 of its names, numbers and nouns."""
NAMES = 0.6
"""Least share of the shorter article's names and numbers that stand in the other (copies from 0.79). Notices made
from one template, for another buyer and another sum, share their words but not these."""
PAIRS = 0.25
"""Least share of the shorter article's pairs of neighbouring words that stand in the other. The weakest rewrite keeps
0.35; independent reports reach 0.24, shared quotation and all."""
NEAR = 14
"""Days within which a story is reworded. Further apart, only its very words (runs of four) count: what comes later in
other words is news with old background."""
OLD = 0.5
"""Least share of a later and longer article that stands in the first (updates from 0.55, follow-ups to 0.48). Where
more than half is new, the article is a story of its own with the old one below."""
_ALIKE = 0.2
"""Share of words in common, as the sketches tell it, from which two articles are compared; rewrites have 0.54 and more."""
_SHARED_RUNS = 2
"""Runs in common from which two articles are compared: cut copies have few words in common, but these."""
_MOST = 50
"""Articles compared, most alike first: a thousand notices of one form shall not cost a million comparisons."""
_LATEST = 20_000
"""First printings of the same two parties that are kept in view, the latest."""


@dataclass(frozen=True, slots=True)
class Report:
    """An article that tells events: its print, and of whom it tells.

    Attributes:
        day: day of publication.
        parties: for each pair of supplier and recipient that it tells of, a word.
    """

    article_id: str
    day: date | None
    parties: frozenset[str]
    print: Print


class _Shelf:
    """Words of first printings, on disk: only those that are compared are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = array("Q", [0])
        self._n_words = array("L")
        self._ids: list[str] = []
        self._days = array("l")

    def __len__(self) -> int:
        return len(self._ids)

    def put(self, report: Report) -> int:
        told = report.print.columns()
        self._file.seek(self._at[-1])
        self._file.write(told["words"] + told["names"])
        self._at.append(self._file.tell())
        self._n_words.append(len(told["words"]))
        self._ids.append(report.article_id)
        self._days.append(report.day.toordinal() if report.day else 0)
        return len(self._ids) - 1

    def article_id(self, number: int) -> str:
        return self._ids[number]

    def get(self, number: int) -> Report:
        self._file.seek(self._at[number])
        told = self._file.read(self._at[number + 1] - self._at[number])
        words, names = told[: self._n_words[number]], told[self._n_words[number] :]
        day = date.fromordinal(self._days[number]) if self._days[number] else None
        empty = {"words": words, "names": names, "sketch": b"", "runs": b""}
        return Report(self._ids[number], day, frozenset(), Print.read(empty))


class _Block:
    """The first printings that tell of the same two parties: their sketches and runs, in the order of time."""

    def __init__(self) -> None:
        self._size = 0
        self._numbers = np.zeros(4, np.int64)
        self._sketches = np.zeros((4, SKETCH), np.uint8)
        self._runs = np.zeros((4, RUNS), np.uint16)
        self._n_runs = np.zeros(4, np.int64)

    def add(self, number: int, own: Print) -> None:
        if self._size == len(self._numbers):
            keep = slice(max(0, self._size - _LATEST // 2), None) if self._size >= _LATEST else slice(None)
            for name in ("_numbers", "_sketches", "_runs", "_n_runs"):
                kept = getattr(self, name)[keep]
                setattr(self, name, np.concatenate([kept, np.zeros_like(kept)]))
                self._size = len(kept)
        self._numbers[self._size] = number
        self._sketches[self._size] = own.sketch
        self._runs[self._size, : len(own.runs)] = own.runs
        self._n_runs[self._size] = len(own.runs)
        self._size += 1

    def near(self, own: Print) -> dict[int, float]:
        """Return the first printings that may be the same story, with how alike they seem."""
        alike = (self._sketches[: self._size] == own.sketch).mean(axis=1)
        is_own = np.zeros(1 << 16, bool)
        is_own[own.runs] = True
        there = np.arange(RUNS) < self._n_runs[: self._size, None]
        shared = (is_own[self._runs[: self._size]] & there).sum(axis=1)
        chosen = np.flatnonzero((alike >= _ALIKE) | (shared >= _SHARED_RUNS) | (len(own.stems) < PIECE))
        # runs weigh as words do, so that a cut copy stands beside the rewrites
        weights = np.maximum(alike[chosen], shared[chosen] / RUNS)
        return dict(zip(self._numbers[chosen].tolist(), weights.tolist(), strict=True))


def _shared(short: tuple[int, ...], long: tuple[int, ...], run: int) -> float:
    """Share of the shorter text's runs of words that stand in the longer."""
    first, second = ({text[at : at + run] for at in range(max(1, len(text) - run + 1))} for text in (short, long))
    return len(first & second) / len(first)


def _retold(short: tuple[int, ...], long: tuple[int, ...]) -> float:
    """Share of the shorter text's pieces that stand, if in other words and another order, in the longer."""
    step = WINDOW // 4
    windows = [set(long[at : at + WINDOW]) for at in range(0, max(1, len(long) - WINDOW + step), step)]
    n_pieces = max(1, round(len(short) / PIECE))
    cuts = [len(short) * n // n_pieces for n in range(n_pieces + 1)]
    pieces = [set(short[start:end]) for start, end in pairwise(cuts)]
    held = 0.0
    for piece in pieces:
        best = max(len(piece & window) for window in windows) / len(piece)
        held += len(piece) * min(1.0, max(0.0, (best - CHANCE) / (WHOLE - CHANCE)))
    return held / sum(map(len, pieces))


def _likeness(first: Report, later: Report) -> float:
    """Share of the shorter article that the other prints too, 0 where they cannot be one story."""
    if first.print.words == later.print.words:
        return 1.0
    short, long = sorted((first, later), key=lambda report: len(report.print.stems))
    own, other = short.print.stems, long.print.stems
    stems = set(own)
    if len(own) < PIECE or len(stems & set(other)) < len(stems) / 2:
        return 0.0
    names, words = set(short.print.names), (short.print.words, long.print.words)
    if len(names & set(words[1])) < NAMES * len(names) or _shared(*words, 2) < PAIRS:
        return 0.0
    if short is first and _retold(other, own) < OLD:
        return 0.0
    if first.day and later.day and (later.day - first.day).days > NEAR:
        return _shared(*words, 4)
    return _retold(own, other)


def find_duplicates(reports: Iterable[Report], *, similarity: float) -> dict[str, str]:
    """Find the articles that print a story which an earlier one printed.

    Each is compared with first printings alone, those that tell of the same parties. So what comes later changes nothing
    of what came before, and no story grows by a chain in which each copy resembles the last one and not the first.

    Args:
        reports: the articles that tell events, by day of publication (those of a year after its last day, undated ones
            last; source_id settles the rest).
        similarity: share of the shorter article, cut in pieces of a sentence's length, that must stand in the other,
            in these words or others. Of part a, copies and rewrites reach 0.87 and more, follow-ups and independent
            reports 0.57 and less: 0.7 stands between.

    Returns:
        article_id of each copy, rewrite or update -> article_id of the first printing. First printings are no keys.
    """
    blocks: dict[str, _Block] = defaultdict(_Block)
    copies: dict[str, str] = {}
    with tempfile.TemporaryFile() as file:
        shelf = _Shelf(file)
        for own in reports:
            if not own.print.words:
                continue
            near: dict[int, float] = {}
            for parties in own.parties:
                near |= blocks[parties].near(own.print)
            ordered = sorted(near, key=lambda number: (-near[number], number))[:_MOST]
            likeness, at = max(((_likeness(shelf.get(number), own), -number) for number in ordered), default=(0.0, 0))
            if likeness >= similarity:
                if shelf.article_id(-at) != own.article_id:
                    copies[own.article_id] = shelf.article_id(-at)
                continue
            number = shelf.put(own)
            for parties in own.parties:
                blocks[parties].add(number, own.print)
    return copies
