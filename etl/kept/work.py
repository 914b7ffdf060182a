"""Documents -> entries: what a process does with a batch. It reads and writes no file, and asks nobody."""

import atexit
import gc
from collections.abc import Sequence
from functools import cache, partial

import pyarrow as pa

from etl.deadline import TooSlow, within
from etl.errors import EtlError
from etl.extraction.llm.reading import Read, read_replies
from etl.extraction.llm.request import version_of
from etl.extraction.protocol import Aside, Mention
from etl.extraction.rules.extractor import RuleExtractor
from etl.kept.entry import Row, of_article, of_rejected, pack, to_table
from etl.kept.job import Job
from etl.merge.events import merge_mentions
from etl.reference import default_matcher
from etl.settings import Settings
from etl.sources import Article, Document, Rejected
from etl.sources.article import READ_BY_RULES
from etl.sources.reader import make_article, too_slow

_PLEASE = "Please report it with the article."


@cache
def _rules(*, gate: bool) -> RuleExtractor:
    default_matcher()
    gc.freeze()  # the tables stay for good: the collector need not go through their 200,000 objects again and again
    atexit.register(gc.unfreeze)  # else libraries find their objects alive at the end, and say so
    return RuleExtractor(gate=gate)


def work(jobs: Sequence[Job], settings: Settings) -> pa.Table:
    """Return the entries of a batch of documents, in their order; one that fails is told, the others go on.

    A batch that takes longer than a single article may is worked again, article by article.
    """
    try:
        return within(settings.max_article_seconds, partial(_work, jobs, settings))
    except TooSlow:
        if len(jobs) > 1:
            return pa.concat_tables(work([job], settings) for job in jobs)
        document = jobs[0].document
        failed = Rejected("extract", "", "too_slow", too_slow(settings), *_told(document))
        return to_table([of_rejected(document.digest(), failed)])


def _work(jobs: Sequence[Job], settings: Settings) -> pa.Table:
    made = [make_article(job.document, settings) for job in jobs]
    by_rules = iter(
        _by_rules([(job, item) for job, item in zip(jobs, made, strict=True) if isinstance(item, Article)], settings)
    )
    rows: list[Row] = []
    for job, item in zip(jobs, made, strict=True):
        digest = job.document.digest()
        if isinstance(item, Rejected):
            rows.append(of_rejected(digest, item))
            continue
        try:
            rows.append(_row(digest, item, job, next(by_rules), settings))
        except EtlError:
            raise
        except Exception as error:
            rows.append(_failed(digest, item, error))
    return to_table(rows)


def _by_rules(found: Sequence[tuple[Job, Article]], settings: Settings) -> list[list[Mention] | Exception]:
    """What the rules find in each article: in those of their language, and, where a model alone is to find events, in those it was asked about."""
    read = [
        article.language in READ_BY_RULES and (settings.extractor != "llm" or bool(job.replies))
        for job, article in found
    ]
    mentions = iter(
        _rules(gate=settings.gate).extract_all(
            [article for (_, article), is_read in zip(found, read, strict=True) if is_read]
        )
    )
    return [next(mentions) if is_read else [] for is_read in read]


def _row(digest: bytes, article: Article, job: Job, by_rules: list[Mention] | Exception, settings: Settings) -> Row:
    """The entry of an article.

    Raises:
        Exception: the rules failed on it, or its rows are of no table.
    """
    if isinstance(by_rules, Exception):
        raise by_rules
    read, asked = Read(), None
    if settings.extractor == "rules":
        read.aside += not_supported(article)
    else:
        read = read_replies(
            article, job.replies, version=version_of(settings), confidence=settings.llm_confidence, by_rules=by_rules
        )
        asked = read.asked
    mentions = [*(by_rules if settings.extractor != "llm" else ()), *read.mentions]
    events, told_by = merge_mentions(article, mentions, firm=_rules(gate=settings.gate).firm)
    row = of_article(digest, article, events, told_by, read.aside, asked)
    if events:
        to_table([row])  # so that a value that is of no column costs this article alone
    return row


def not_supported(article: Article) -> list[Aside]:
    """Return what is put aside of an article for its language, where the rules alone are to read it."""
    if article.language in READ_BY_RULES:
        return []
    told = f"the article is in “{article.language}”, and the rules read English alone. A language model may read it: --extractor rules+llm."
    return [Aside("extract", "language_not_supported", told, article.text)]


def _failed(digest: bytes, article: Article, error: Exception) -> Row:
    """The entry of an article whose events could not be found."""
    told = f"the extractor failed: {type(error).__name__}: {error}. {_PLEASE}"
    return of_article(digest, article, [], [], [Aside("extract", "extraction_failed", told, article.text)])


def work_packed(jobs: Sequence[Job], settings: Settings) -> bytes:
    """Return what `work` does, packed for the way between processes: pickled, a table of so many columns costs more than its rows."""
    return pack(work(jobs, settings))


def _told(document: Document) -> tuple[str, str | None]:
    """Its name, and the beginning of its text, of a document that could not be worked on."""
    text = document.fields.get("text")
    return str(document.fields.get("id") or document.default_id), str(text)[:200] if text else None


def lost(job: Job, what_happened: str) -> bytes:
    """Return, packed, the entry of a document that kills the process which works on it."""
    message = f"the process that worked on it died ({what_happened}). {_PLEASE}"
    failed = Rejected("extract", "", "extraction_failed", message, *_told(job.document))
    return pack(to_table([of_rejected(job.document.digest(), failed)]))
