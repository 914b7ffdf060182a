"""The whole way, on one page: read -> extract -> resolve -> merge -> correct -> validate -> join -> publish."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import pandas as pd

from etl.engine import map_batches
from etl.errors import AccountingError, EtlError
from etl.extract.protocol import Extractor
from etl.extract.rules.extractor import RuleExtractor
from etl.fingerprint import code_fingerprint
from etl.merge.duplicates import find_duplicates
from etl.merge.events import merge_mentions
from etl.merge.join import as_they_are, join
from etl.publish.codebook import render_codebook
from etl.publish.package import write_package
from etl.publish.record import record_of, write_record
from etl.publish.tables import write_table, write_text
from etl.quality.expectations import Report, check_tables
from etl.quality.validate import Checked, validate
from etl.review.corrections import Corrections, correct_events, regroup, rejected_by
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.reader import list_files
from schemas import QUARANTINE, TABLES
from schemas.checks import to_frame

Row = dict[str, object]
Progress = Callable[[str, int], None]
"""Called with the stage's name and the number of items done since the last call."""


@dataclass
class Extraction:
    """Rows of events and mentions, what could not be extracted, and the number of articles that were worked on."""

    articles: int = 0
    events: list[Row] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Summary:
    """What a run did, in counts."""

    articles: int
    quarantined: int
    duplicates: int
    mentions: int
    events: int
    transfers: int
    expectations: Report | None


def read(inputs: Iterable[Path], settings: Settings, progress: Progress) -> tuple[list[Article], list[Rejected]]:
    """Return the articles of the inputs, and what could not be used."""
    articles: list[Article] = []
    rejected: list[Rejected] = []
    for item in read_articles(inputs, settings):
        if isinstance(item, Article):
            articles.append(item)
        else:
            rejected.append(item)
        progress("read", 1)
    return articles, rejected


@cache
def _extractor() -> Extractor:
    return RuleExtractor()


def extract_batch(batch: list[Article]) -> Extraction:
    """Return the events and mentions of a batch of articles; an article that fails is put aside, the others go on."""
    found = Extraction(articles=len(batch))
    extractor = _extractor()
    for article in batch:
        try:
            events, mentions = merge_mentions(article, extractor.extract(article), extractor)
        except EtlError:
            raise
        except Exception as error:
            message = f"extractor {extractor.name}: {type(error).__name__}: {error}. Please report it with the article."
            found.rejected.append(
                Rejected(
                    "extract",
                    article.source_path,
                    "extraction_failed",
                    message,
                    article.source_id,
                    article.text,
                )
            )
            continue
        found.events += events
        found.mentions += mentions
    return found


def _lost(article: Article, what_happened: str) -> Extraction:
    """What comes of an article that kills the process which works on it."""
    message = f"the process that worked on it died ({what_happened}). Please report it with the article."
    path, name = article.source_path, article.source_id
    return Extraction(1, rejected=[Rejected("extract", path, "extraction_failed", message, name, article.text)])


def extract(articles: Sequence[Article], settings: Settings, progress: Progress) -> Extraction:
    """Return the events and mentions of all articles, in their order."""
    total = Extraction()
    for found in map_batches(
        extract_batch,
        articles,
        workers=settings.workers,
        batch_size=settings.batch_size,
        failed=_lost,
        fingerprint=code_fingerprint,
        scheduler=settings.scheduler,
    ):
        total.events += found.events
        total.mentions += found.mentions
        total.rejected += found.rejected
        progress("extract", found.articles)
    return total


def article_rows(
    articles: Sequence[Article], mentions: Sequence[Row], copies: dict[str, str]
) -> tuple[list[Row], list[Row]]:
    """Return the rows of `articles` and of `texts`."""
    counts: dict[object, int] = {}
    for mention in mentions:
        counts[mention["article_id"]] = counts.get(mention["article_id"], 0) + 1
    rows: list[Row] = [
        {
            "article_id": article.article_id,
            "source_id": article.source_id,
            "source_path": article.source_path,
            "url": article.url,
            "publisher": article.publisher,
            "title": article.title,
            "published_date": article.published,
            "published_edtf": article.published_edtf,
            "language": article.language,
            "text_sha256": article.text_sha256,
            "n_chars": len(article.text),
            "duplicate_of": copies.get(article.article_id),
            "n_mentions": counts.get(article.article_id, 0),
        }
        for article in articles
    ]
    return rows, [{"article_id": article.article_id, "text": article.text} for article in articles]


def account(n_read: int, articles: Sequence[Article], rejected: Sequence[Rejected], checked: Checked) -> None:
    """Raise where what was read does not equal what stands in the tables and in quarantine."""
    lost_rows = sum(item.stage == "validate" and item.place.startswith("articles ") for item in checked.rejected)
    if n_read != len(checked.frames["articles"]) + lost_rows + len(rejected):
        raise AccountingError(
            f"{n_read} documents were read, but {len(articles)} articles and {len(rejected)} quarantined came out. Please report it."
        )


def correct(found: Extraction, articles: Sequence[Article], corrections: Corrections | None) -> None:
    """Apply what people have decided about single events; what they have dropped is put aside with its mentions."""
    if corrections is None:
        return
    corrected = correct_events(found.events, corrections)
    gone = {str(row["event_id"]) for row, _ in corrected.dropped}
    found.rejected += rejected_by(
        corrected, found.mentions, {a.article_id: a.source_path for a in articles}, corrections
    )
    found.mentions = [row for row in found.mentions if row["event_id"] not in gone]
    found.events = corrected.events


def join_transfers(checked: Checked, corrections: Corrections | None) -> Checked:
    """Return all tables: those that were checked, with the transfers that their events add up to."""
    decided = as_they_are if corrections is None else partial(regroup, corrections=corrections)
    events, rows = join(checked.frames["events"], checked.frames["articles"], decided)
    frames = checked.frames | {"events": events}
    joined = validate(rows, beside=frames)
    return Checked(frames | joined.frames, checked.rejected + joined.rejected)


def publish(frames: dict[str, pd.DataFrame], out: Path, record: dict[str, object]) -> None:
    """Write the tables, the data package, the codebook, and the record of the run."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [write_table(table, frames[table.name], out) for table in TABLES.values()]
    write_package(out, paths)
    write_text(out / "codebook.md", render_codebook())
    write_record(out, record)


def run(
    inputs: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    progress: Progress,
    data_docs: bool = True,
    corrections: Corrections | None = None,
) -> Summary:
    """Run the whole way and return what it did.

    Args:
        inputs: folders or files with articles.
        out: folder for the tables.
        settings: settings of the run.
        progress: is told how the work goes on.
        data_docs: True to run Great Expectations over the tables and write its HTML.
        corrections: what people have decided about events and transfers.
    """
    articles, rejected = read(inputs, settings, progress)
    found = extract(articles, settings, progress)
    copies = find_duplicates(articles, similarity=settings.duplicate_similarity)
    correct(found, articles, corrections)
    rows, texts = article_rows(articles, found.mentions, copies)
    progress("validate", 0)
    checked = validate({"articles": rows, "texts": texts, "mentions": found.mentions, "events": found.events})
    account(len(articles) + len(rejected), articles, rejected, checked)
    progress("join", 0)
    checked = join_transfers(checked, corrections)
    aside = [*rejected, *found.rejected, *checked.rejected]
    quarantine = to_frame(
        QUARANTINE, {str(row["quarantine_id"]): row for row in (item.row() for item in aside)}.values()
    )
    frames = checked.frames | {
        "quarantine": quarantine.sort_values(list(QUARANTINE.order), kind="stable").reset_index(drop=True)
    }
    report = check_tables(frames, out / "data_docs") if data_docs else None
    progress("publish", 0)
    publish(
        frames,
        out,
        record_of(list_files(inputs), settings, (corrections.path, len(corrections)) if corrections else None),
    )
    return Summary(
        len(articles),
        len(aside),
        len(copies),
        len(frames["mentions"]),
        len(frames["events"]),
        len(frames["transfers"]),
        report,
    )
