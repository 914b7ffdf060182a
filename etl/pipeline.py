"""The whole way, on one page: read -> extract (kept) -> assemble -> join -> check -> publish."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import duckdb

from etl.asking import Tally
from etl.assemble.articles import (
    OF_ARTICLES,
    Quarantine,
    count_asked,
    find_copies,
    place,
    put_aside,
    told_apart,
    write_parts,
)
from etl.assemble.space import Space, quoted
from etl.assemble.transfers import COUNTED, OF_EVENTS, write_transfers
from etl.errors import AccountingError, OutputError
from etl.extraction.llm.asked import Asked
from etl.fingerprint import extraction_fingerprint
from etl.kept.keep import Counts, Progress, keep, map_documents
from etl.kept.store import Store
from etl.lock import locked
from etl.place import DATA_DOCS, complete, put_in_place
from etl.publish.codebook import render_codebook
from etl.publish.package import write_package
from etl.publish.record import record_of, write_record
from etl.publish.tables import write_batches, write_text
from etl.quality.expectations import Report, check_tables
from etl.review.corrections import Corrections
from etl.settings import Settings
from etl.sources import Document
from etl.sources.files import File, list_files
from etl.sources.reader import read_documents
from schemas import ARTICLES, EVENTS, QUARANTINE, TABLES

_PLEASE = "The tables of the last run stand as they were. Delete .kept and run again; if that does not help, please report it."


@dataclass(frozen=True)
class Summary:
    """What a run did, in counts.

    Attributes:
        extracted: documents that were worked out now; the entries of the others were kept from earlier runs.
        asked: what a language model was asked for the tables, whenever that was; None where none is used.
        tally: what it was asked in this run.
        quarantined: entries of quarantine by their reasons.
    """

    articles: int
    extracted: int
    asked: Asked | None
    tally: Tally
    quarantined: Counter[str]
    duplicates: int
    mentions: int
    events: int
    transfers: int
    expectations: Report | None


def extract(
    inputs: Sequence[str | Path],
    settings: Settings,
    progress: Progress,
    *,
    tally: Tally | None = None,
    asked: Asked | None = None,
) -> Iterator[dict[str, object]]:
    """Yield the rows of events that the articles of some inputs give, without keeping or joining anything.

    Args:
        inputs: folders or files with articles, also addresses of object stores.
        settings: settings of the run.
        progress: is told how the work goes on.
        tally: counts what a language model is asked.
        asked: is added what the articles took of the model's answers, kept ones included.
    """
    documents = (item for item in read_documents(list_files(inputs), settings) if isinstance(item, Document))
    for entries in map_documents(documents, settings, progress=progress, tally=tally or Tally()):
        progress("extract", entries.num_rows)
        for row in entries.select(["events", "asked"]).to_pylist():
            if asked is not None and row["asked"]:
                asked.add(Asked(**row["asked"]))
            yield from row["events"] or ()


def run(
    inputs: Sequence[str | Path],
    out: Path,
    settings: Settings,
    *,
    progress: Progress,
    data_docs: bool = True,
    corrections: Corrections | None = None,
) -> Summary:
    """Run the whole way and return what it did. No more than some thousand articles are in memory at a time.

    Args:
        inputs: folders or files with articles, also addresses of object stores.
        out: folder for the tables.
        settings: settings of the run.
        progress: is told how the work goes on.
        data_docs: True to run Great Expectations over the tables and write its HTML.
        corrections: what people have decided about events and transfers.

    Raises:
        ConfigurationError: an input, a setting or a correction is wrong, or another run writes to the folder.
        OutputError: the tables cannot be written.
        AccountingError: the program has lost something on the way.
    """
    files = list_files(inputs)
    kept = settings.kept or out / ".kept"
    try:
        with locked(out, kept):
            complete(out)
            with Space(out / ".run") as space:
                store = Store(kept, extraction_fingerprint(settings))
                return _run(space, store, files, out, settings, progress, corrections, data_docs=data_docs)
    except (OSError, duckdb.IOException) as error:
        raise OutputError(
            f"{out}: the tables cannot be written ({error}). Those of the last run stand as they were, and what was worked "
            f"out is kept. Make room or check the rights, and run again; if that does not help, delete {kept}."
        ) from error


def _run(
    space: Space,
    store: Store,
    files: Sequence[File],
    out: Path,
    settings: Settings,
    progress: Progress,
    corrections: Corrections | None,
    *,
    data_docs: bool,
) -> Summary:
    quarantine = Quarantine(space)
    counts = keep(
        files,
        store,
        settings,
        listed=lambda rows: space.add("listing", rows),
        rejected=partial(quarantine.add, whole=True),
        progress=progress,
    )
    space.finish_parts("listing")
    copies = assemble(space, store, settings, corrections, quarantine, progress)
    finished, report = finish(space, progress, data_docs=data_docs)
    numbers = {name: space.number(f"SELECT count(*) FROM {quoted([finished / f'{name}.parquet'])}") for name in TABLES}
    account(counts, quarantine, numbers)
    asked = None if settings.extractor == "rules" else count_asked(space, quoted(store.files()))
    progress("publish", 0)
    publish(finished, out, files, settings, corrections, asked)
    store.forget_passing()
    return Summary(
        numbers["articles"], counts.worked, asked, counts.tally, quarantine.reasons, len(copies),
        numbers["mentions"], numbers["events"], numbers["transfers"], report,
    )  # fmt: skip


def assemble(
    space: Space,
    store: Store,
    settings: Settings,
    corrections: Corrections | None,
    quarantine: Quarantine,
    progress: Progress,
) -> dict[str, str]:
    """Write the parts of all tables to the work space, and return which articles print the story of which."""
    listing, entries = quoted([space.path("listing")]), quoted(store.files())
    progress("assemble", 0)
    place(space, listing, entries)
    put_aside(space, entries, quarantine)
    copies = find_copies(space, entries, similarity=settings.duplicate_similarity)
    write_parts(space, entries, copies, corrections, quarantine)
    progress("join", 0)
    write_transfers(space, copies, corrections, quarantine)
    quarantine.flush()
    space.finish_tables(QUARANTINE)
    return copies


def finish(space: Space, progress: Progress, *, data_docs: bool) -> tuple[Path, Report | None]:
    """Write the tables in their order to a folder of the work space, and check them as wholes; return both."""
    progress("sort", 0)
    finished = space.folder / "finished"
    finished.mkdir()
    queries = {EVENTS.name: f"SELECT * FROM {quoted([space.path(COUNTED)])}", QUARANTINE.name: told_apart(space)}
    for table in (*OF_ARTICLES, *OF_EVENTS, QUARANTINE):
        write_batches(table, space.sorted(table, queries.get(table.name)), finished)
    progress("check", 0)
    return finished, check_tables(finished, finished / DATA_DOCS) if data_docs else None


def account(counts: Counts, quarantine: Quarantine, numbers: Mapping[str, int]) -> None:
    """Hold what was read against what stands in the finished tables.

    Args:
        counts: what was read.
        quarantine: what was put aside.
        numbers: rows of the finished tables by their names.

    Raises:
        AccountingError: something was lost, or stands there twice.
    """
    read, out = counts.documents + counts.aside, numbers[ARTICLES.name] + quarantine.whole
    if read != out:
        raise AccountingError(
            f"{read} documents were read, but {numbers[ARTICLES.name]} articles and {quarantine.whole} quarantined came out. {_PLEASE}"
        )
    if quarantine.rows != numbers[QUARANTINE.name]:
        raise AccountingError(
            f"{quarantine.rows} entries were put aside, but {numbers[QUARANTINE.name]} stand in quarantine. {_PLEASE}"
        )


def publish(
    finished: Path,
    out: Path,
    files: Sequence[File],
    settings: Settings,
    corrections: Corrections | None,
    asked: Asked | None,
) -> None:
    """Write the data package, the codebook, and the record of the run beside the finished tables, and put all in place."""
    write_package(finished, [finished / f"{name}.parquet" for name in TABLES])
    write_text(finished / "codebook.md", render_codebook())
    write_record(
        finished,
        record_of(
            files,
            settings,
            (corrections.path, len(corrections)) if corrections else None,
            asdict(asked) if asked else None,
        ),
    )
    put_in_place(finished, out)
