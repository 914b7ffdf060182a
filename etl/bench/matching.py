"""Measures speed: how fast names are found, and that this does not hang on how many names there are."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from etl.reference import Entry, Matcher, entries

TIMES_LARGER = 10
_ROUNDS = 7
_LEAST_CHARACTERS = 400_000


@dataclass(frozen=True)
class MatchingSpeed:
    """Characters a second on one core, with the tables as they are and with tables made ten times as large."""

    names: int
    characters_per_second: float
    larger_names: int
    larger_characters_per_second: float

    @property
    def ratio(self) -> float:
        """How many times longer the larger tables take; the two were timed in turn, in the same run."""
        return self.characters_per_second / self.larger_characters_per_second


def _invented(known: Sequence[Entry], times: int) -> list[Entry]:
    """The entries, and so many invented ones that there are `times` as many names: known names with their letters shuffled."""
    random = Random(1)
    made = []
    for number in range(times - 1):
        for entry in known:
            names = []
            for name, sort in entry.names:
                letters = list(name)
                random.shuffle(letters)
                names.append((f"{''.join(letters).strip() or 'x'}{number}q", sort))
            made.append(
                Entry(
                    f"{entry.id}_{number}",
                    entry.table,
                    entry.name,
                    entry.country,
                    entry.kind,
                    entry.specificity,
                    names=tuple(names),
                )
            )
    return [*known, *made]


def _corpus(texts: Sequence[str]) -> list[str]:
    """The texts, repeated until they are long enough to time."""
    repeated: list[str] = []
    while sum(map(len, repeated)) < _LEAST_CHARACTERS:
        repeated += texts
    return repeated


def _seconds(matcher: Matcher, texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        matcher.find(text)
    return time.process_time() - started


def measure_matching(texts: Sequence[str]) -> MatchingSpeed:
    """Return how fast names are found in texts, with the tables as they are and ten times as large (CPU time, medians).

    Args:
        texts: articles to look in; they are repeated where they are short.
    """
    known = list(entries().values())
    larger = _invented(known, TIMES_LARGER)
    small_matcher, large_matcher = Matcher(known), Matcher(larger)
    corpus = _corpus(texts)
    characters = sum(map(len, corpus))
    times = [(_seconds(small_matcher, corpus), _seconds(large_matcher, corpus)) for _ in range(_ROUNDS)]
    return MatchingSpeed(
        sum(len(entry.names) for entry in known),
        characters / median(first for first, _ in times),
        sum(len(entry.names) for entry in larger),
        characters / median(second for _, second in times),
    )
