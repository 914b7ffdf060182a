"""Documents -> entries: what a process does with a batch. It reads and writes no file."""

from collections.abc import Sequence
from functools import cache, partial

import pyarrow as pa

from etl.deadline import TooSlow, within
from etl.extraction.protocol import Extractor
from etl.extraction.rules.extractor import RuleExtractor
from etl.kept.entry import Row, of_article, of_rejected, pack, to_table
from etl.merge.events import merge_mentions
from etl.settings import Settings
from etl.sources import Article, Document, Rejected
from etl.sources.reader import make_article, too_slow

_PLEASE = "Please report it with the article."


@cache
def _extractor(*, gate: bool) -> Extractor:
    return RuleExtractor(gate=gate)


def work(documents: Sequence[Document], settings: Settings) -> pa.Table:
    """Return the entries of a batch of documents, in their order; one that fails is told, the others go on.

    A batch that takes longer than a single article may is worked again, article by article.
    """
    try:
        return within(settings.max_article_seconds, partial(_work, documents, settings))
    except TooSlow:
        if len(documents) > 1:
            return pa.concat_tables(work([document], settings) for document in documents)
        failed = Rejected("extract", "", "too_slow", too_slow(settings), *_told(documents[0]))
        return to_table([of_rejected(documents[0].digest(), failed)])


def _work(documents: Sequence[Document], settings: Settings) -> pa.Table:
    made = [make_article(document, settings) for document in documents]
    extractor = _extractor(gate=settings.gate)
    articles = [item for item in made if isinstance(item, Article)]
    found = iter(extractor.extract_all(articles))
    rows: list[Row] = []
    for document, item in zip(documents, made, strict=True):
        if isinstance(item, Rejected):
            rows.append(of_rejected(document.digest(), item))
            continue
        told = next(found)
        failure = told if isinstance(told, Exception) else None
        events: list[Row] = []
        mentions: list[Row] = []
        if not isinstance(told, Exception):
            try:
                events, mentions = merge_mentions(item, told, extractor)
            except Exception as error:
                failure = error
        rows.append(_row(document.digest(), item, events, mentions, failure))
    return to_table(rows)


def _row(digest: bytes, article: Article, events: list[Row], mentions: list[Row], failure: Exception | None) -> Row:
    """The entry of an article; where its rows are of no table, or could not be made, its failure."""
    if failure is None:
        row = of_article(digest, article, events, mentions)
        if not events:
            return row
        try:
            to_table([row])
        except (pa.ArrowException, OverflowError, TypeError) as error:
            failure = error
        else:
            return row
    message = f"extractor rules: {type(failure).__name__}: {failure}. {_PLEASE}"
    failed = Rejected("extract", "", "extraction_failed", message, excerpt=article.text)
    return of_article(digest, article, [], [], failed)


def work_packed(documents: Sequence[Document], settings: Settings) -> bytes:
    """Return what `work` does, packed for the way between processes: pickled, a table of so many columns costs more than its rows."""
    return pack(work(documents, settings))


def _told(document: Document) -> tuple[str, str | None]:
    """Its name, and the beginning of its text, of a document that could not be worked on."""
    text = document.fields.get("text")
    return str(document.fields.get("id") or document.default_id), str(text)[:200] if text else None


def lost(document: Document, what_happened: str) -> bytes:
    """Return, packed, the entry of a document that kills the process which works on it."""
    message = f"the process that worked on it died ({what_happened}). {_PLEASE}"
    failed = Rejected("extract", "", "extraction_failed", message, *_told(document))
    return pack(to_table([of_rejected(document.digest(), failed)]))
