"""Measures where the time goes on one worker, stage by stage, and what the gate lets through."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa

from etl import pipeline
from etl.bench.corpora import Corpus
from etl.errors import AccountingError
from etl.extraction.gate import name_arms
from etl.extraction.rules.annotate import forget_new_words, parse
from etl.extraction.rules.extractor import RuleExtractor, tell_mentions
from etl.extraction.scorer.decide import choose
from etl.extraction.scorer.model import default_model
from etl.extraction.scorer.readings import Opened, open_article, read_opened
from etl.fingerprint import extraction_fingerprint
from etl.kept.entry import of_article, of_rejected, to_table
from etl.kept.job import Job
from etl.kept.store import Store
from etl.kept.work import not_supported, work
from etl.merge.events import Row, merge_mentions
from etl.settings import Settings
from etl.sources import Article, Document
from etl.sources.files import list_files
from etl.sources.reader import make_article, read_documents

STAGES = (
    "read files", "build articles", "gate", "names and sentences", "parse", "grammar", "scoring", "merging",
    "entries", "store", "assemble", "join", "sort and write",
)  # fmt: skip
"""The stages of a run, in their order."""


@dataclass
class Timing:
    """Seconds of each stage, and counts of what the gate saw.

    Attributes:
        seconds: by the names of `STAGES`.
        counts: articles; those that name arms; those of which sentences are parsed; sentences of all articles; those parsed.
    """

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        started = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - started

    def row(self) -> dict[str, object]:
        """Return seconds and shares as plain numbers."""
        total = sum(self.seconds.values())
        return {
            "articles": self.counts["articles"],
            "seconds": {name: round(self.seconds[name], 4) for name in STAGES},
            "share": {name: round(self.seconds[name] / total, 4) for name in STAGES},
        }


def _entries(documents: Sequence[Document], settings: Settings, timing: Timing) -> pa.Table:
    """The entries of a batch, as `work` gives them, with each stage timed over the whole batch."""
    extractor, model = RuleExtractor(), default_model()
    with timing.stage("build articles"):
        made = [make_article(document, settings) for document in documents]
    articles = {number: item for number, item in enumerate(made) if isinstance(item, Article)}
    with timing.stage("gate"):
        passed = dict(zip(articles, name_arms([article.text for article in articles.values()]), strict=True))
        passed |= {number: False for number, article in articles.items() if not_supported(article)}
    opened: dict[int, Opened] = {}
    with timing.stage("names and sentences"):
        forget_new_words()
        for number, article in articles.items():
            if passed[number] and (found := open_article(article)) is not None:
                opened[number] = found
    with timing.stage("parse"):
        parse([sentence for found in opened.values() for sentence in found.to_parse])
    with timing.stage("grammar"):
        readings = {number: read_opened(found) for number, found in opened.items()}
    with timing.stage("scoring"):
        some = {number: told for number, told in readings.items() if told.readings}
        scored = zip(some.items(), model.score_readings(list(some.values())), strict=True)
        mentions = {number: tell_mentions(told, choose(told, scores, model)) for (number, told), scores in scored}
    merged: dict[int, tuple[list[Row], list[Row]]] = {}
    with timing.stage("merging"):
        for number, article in articles.items():
            merged[number] = merge_mentions(article, mentions.get(number, []), firm=extractor.firm)
    with timing.stage("entries"):
        rows = []
        for number, (document, item) in enumerate(zip(documents, made, strict=True)):
            if not isinstance(item, Article):
                rows.append(of_rejected(document.digest(), item))
                continue
            rows.append(of_article(document.digest(), item, *merged[number], not_supported(item)))
            if merged[number][0]:
                to_table(rows[-1:])  # as `work` does, to know whose rows are of no table
        table = to_table(rows)
    timing.counts.update(
        articles=len(articles),
        naming_arms=sum(passed.values()),
        parsed=len(opened),
        parsed_sentences=sum(len(found.chosen) for found in opened.values()),
    )
    return table


def _documents(path: Path, settings: Settings) -> Iterator[Document]:
    return (item for item in read_documents(list_files([path]), settings) if isinstance(item, Document))


def _batches(path: Path, settings: Settings) -> Iterator[list[Document]]:
    documents = _documents(path, settings)
    while batch := list(islice(documents, settings.batch_size)):
        yield batch


def _count_sentences(batch: Sequence[Document], settings: Settings) -> int:
    """The sentences of a batch, those included that the gate leaves out."""
    articles = (item for item in (make_article(document, settings) for document in batch) if isinstance(item, Article))
    return sum(len(item.chosen) for article in articles if (item := open_article(article, gate=False)))


def time_stages(corpus: Corpus, path: Path, settings: Settings, folder: Path) -> Timing:
    """Return the time of each stage of a run over a file, on one worker.

    The stages of extraction are timed batch by batch, and their entries kept; a run that finds them kept gives the rest.

    Args:
        corpus: the corpus; its warm articles go first, and show that the stages give what a worker gives.
        path: the file.
        settings: settings of the run.
        folder: where the run writes.

    Raises:
        AccountingError: the stages give other entries than a worker.
    """
    settings = settings.model_copy(update={"workers": 1})
    for batch in _batches(corpus.warm_path, settings):
        if not _entries(batch, settings, Timing()).equals(work([Job(document) for document in batch], settings)):
            raise AccountingError("the stages timed one by one give other entries than a worker. Please report it.")
    timing = Timing()
    store = Store(folder / ".kept", extraction_fingerprint(settings))
    for batch in _batches(path, settings):
        entries = _entries(batch, settings, timing)
        with timing.stage("store"):
            store.add(entries)
        timing.counts["sentences"] += _count_sentences(batch, settings)
    with timing.stage("store"):
        store.flush()
    extracted = _time_rest(path, folder, settings, timing)
    if extracted:
        raise AccountingError(f"{extracted} entries that were kept were worked out anew. Please report it.")
    return timing


def _time_rest(path: Path, folder: Path, settings: Settings, timing: Timing) -> int:
    """Time what comes before and after extraction, in a run that finds all entries kept; return how many it did not find."""
    begun = {"read": "read files", "assemble": "assemble", "join": "join", "sort": "sort and write"}
    last, started = "read files", time.perf_counter()

    def advance(stage: str, _count: int) -> None:
        nonlocal last, started
        if (name := begun.get(stage, last)) != last:
            now = time.perf_counter()
            timing.seconds[last] += now - started
            last, started = name, now

    extracted = pipeline.run([path], folder, settings, progress=advance, data_docs=False).extracted
    timing.seconds[last] += time.perf_counter() - started
    return extracted


def compare_gate(path: Path, settings: Settings) -> dict[str, int]:
    """Return how many events a file gives with the gate and without it, and how many of them stand on one side alone.

    Args:
        path: the file.
        settings: settings of the run.
    """
    found = []
    for gate in (True, False):
        rows = pipeline.extract([path], settings.model_copy(update={"gate": gate}), lambda _stage, _count: None)
        found.append(Counter(repr(sorted(row.items())) for row in rows))
    with_gate, without = found
    return {
        "events_with_gate": with_gate.total(),
        "events_without_gate": without.total(),
        "different": (with_gate - without).total() + (without - with_gate).total(),
    }
