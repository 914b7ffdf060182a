"""Finds articles that print the same story: exact copies by their words, cut, updated or reworded ones by comparison.

Two indexes propose earlier articles: MinHash over the set of words, which a rewrite keeps, and long runs of words,
which a cut copy keeps. A comparison then decides. The numbers below stand between the weakest copy or rewrite and the
strongest follow-up or independent report of part a of `tests/data/cases/duplicates.jsonl`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from sys import intern
from zlib import crc32

from datasketch import MinHash, MinHashLSH

from etl.sources import Article

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
_RUN, _SAMPLE = 6, 4  # words in an indexed run; one run in four is indexed, under the earliest article that has it
_BANDS, _ROWS = 42, 3  # finds 99 % of texts that share half of their words, 84 % of those that share 0.35
_ALIKE = 0.2  # estimate of shared words below which no comparison follows; rewrites have 0.54 and more, cut ones less
_MOST = 50  # articles compared, most alike first: a thousand notices of one form shall not cost a million comparisons
_READ = 5_000  # words of meaning read of one article, so that a book costs no more than a long report
_BLANK = MinHash(num_perm=_BANDS * _ROWS, seed=1)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+")
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "a about after all also an and are as at be been before but by can could did do for from had has have he"
        " her him his if in into is it its more no not of on one or out over s said say says she so some than that"
        " the their them there these they this those to two up was we were what when where which while who whose"
        " will with would you"
    )
)


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    """Return a lower-case word without its commonest endings."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return intern(word[: -len(ending)])
    return intern(word)


@dataclass(frozen=True, slots=True)
class _Print:
    """What is compared of an article: all its words, those of meaning, names and numbers, and the MinHash."""

    article_id: str
    day: date | None
    words: tuple[str, ...]
    stems: tuple[str, ...]
    names: tuple[str, ...]
    sketch: MinHash

    @classmethod
    def of(cls, article: Article) -> "_Print":
        """Read an article's prose, or all its text where it has none."""
        prose, at = [], 0
        for start, end in sorted(article.aside):
            prose.append(article.text[at:start])
            at = max(at, end)
        found = _WORD.findall(" ".join([*prose, article.text[at:]])) or _WORD.findall(article.text)
        words = tuple(_stem(word.lower().replace(",", "")) for word in found)
        named = (word for word, raw in zip(words, found, strict=True) if not raw[0].islower())
        stems = tuple(word for word in words if word not in _FUNCTION_WORDS)[:_READ]
        sketch = _BLANK.copy()
        sketch.update_batch([stem.encode() for stem in dict.fromkeys(stems)])
        return cls(
            article_id=article.article_id,
            day=article.published,
            words=words,
            stems=stems,
            names=tuple(word for word in dict.fromkeys(named) if word not in _FUNCTION_WORDS),
            sketch=sketch,
        )

    def runs(self) -> Iterator[int]:
        """Give a number for each of its long runs of words that goes into the index: the same ones in every text."""
        for at in range(len(self.stems) - _RUN + 1):
            number = crc32(" ".join(self.stems[at : at + _RUN]).encode())
            if number % _SAMPLE == 0:
                yield number


def _shared(short: tuple[str, ...], long: tuple[str, ...], run: int) -> float:
    """Share of the shorter text's runs of words that stand in the longer."""
    first, second = ({text[at : at + run] for at in range(max(1, len(text) - run + 1))} for text in (short, long))
    return len(first & second) / len(first)


def _retold(short: tuple[str, ...], long: tuple[str, ...]) -> float:
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


def _likeness(first: _Print, later: _Print) -> float:
    """Share of the shorter article that the other prints too, 0 where they cannot be one story."""
    short, long = sorted((first, later), key=lambda text: len(text.stems))
    stems = set(short.stems)
    if len(short.stems) < PIECE or len(stems & set(long.stems)) < len(stems) / 2:
        return 0.0
    if (
        len(set(short.names) & set(long.words)) < NAMES * len(short.names)
        or _shared(short.words, long.words, 2) < PAIRS
    ):
        return 0.0
    if short is first and _retold(long.stems, short.stems) < OLD:
        return 0.0
    if first.day and later.day and (later.day - first.day).days > NEAR:
        return _shared(short.words, long.words, 4)
    return _retold(short.stems, long.stems)


def find_duplicates(articles: Iterable[Article], *, similarity: float) -> dict[str, str]:
    """Find the articles that print a story which an earlier one printed.

    Articles are taken by day of publication (those of a year after its last day, undated ones last; source_id settles
    the rest), each compared with first printings alone. So what comes later changes nothing of what came before, and
    no story grows by a chain in which each copy resembles the last one and not the first.

    Args:
        articles: all articles of the run, in any order.
        similarity: share of the shorter article, cut in pieces of a sentence's length, that must stand in the other,
            in these words or others. Of part a, copies and rewrites reach 0.87 and more, follow-ups and independent
            reports 0.57 and less: 0.7 stands between.

    Returns:
        article_id of each copy, rewrite or update -> article_id of the first printing. First printings are no keys.
    """
    sketches = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))
    runs: dict[int, int] = {}
    firsts: list[_Print] = []
    by_words: dict[bytes, str] = {}
    copies: dict[str, str] = {}
    for article in sorted(articles, key=_place):
        own = _Print.of(article)
        if not own.words:
            continue
        key = sha256(" ".join(own.words).encode()).digest()
        if key in by_words:
            if by_words[key] != own.article_id:
                copies[own.article_id] = by_words[key]
            continue
        numbers = list(own.runs())
        alike = sorted((-own.sketch.jaccard(firsts[at].sketch), at) for at in sketches.query(own.sketch))
        near = {at for share, at in alike[:_MOST] if -share >= _ALIKE}
        near.update(runs[number] for number in numbers if number in runs)
        likeness, at = max(((_likeness(firsts[at], own), -at) for at in near), default=(0.0, 0))
        if likeness >= similarity:
            by_words[key] = copies[own.article_id] = firsts[-at].article_id
            continue
        by_words[key] = own.article_id
        sketches.insert(len(firsts), own.sketch)
        for number in numbers:
            runs.setdefault(number, len(firsts))
        firsts.append(own)
    return copies


def _place(article: Article) -> tuple[date, str, str]:
    """Return what orders articles in time."""
    year_end = date(article.published_year, 12, 31) if article.published_year else date.max
    return article.published or year_end, article.source_id, article.article_id
