"""The whole way, on one page: read -> extract (kept) -> assemble -> join -> check -> publish."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.assemble.articles import OF_ARTICLES, Quarantine, find_copies, place, put_aside, write_parts
from etl.assemble.space import Space, quoted
from etl.assemble.transfers import COUNTED, OF_EVENTS, write_transfers
from etl.errors import AccountingError
from etl.fingerprint import extraction_fingerprint
from etl.kept.keep import Counts, Progress, keep, map_documents
from etl.kept.store import Store
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
from schemas import EVENTS, QUARANTINE, TABLES


@dataclass(frozen=True)
class Summary:
    """What a run did, in counts.

    Attributes:
        extracted: documents that were worked out now; the entries of the others were kept from earlier runs.
    """

    articles: int
    extracted: int
    quarantined: int
    duplicates: int
    mentions: int
    events: int
    transfers: int
    expectations: Report | None


def extract(inputs: Sequence[str | Path], settings: Settings, progress: Progress) -> Iterator[dict[str, object]]:
    """Yield the rows of events that the articles of some inputs give, without keeping or joining anything."""
    documents = (item for item in read_documents(list_files(inputs), settings) if isinstance(item, Document))
    for entries in map_documents(documents, settings):
        progress("extract", entries.num_rows)
        for events in entries["events"].to_pylist():
            yield from events or ()


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
    """
    files = list_files(inputs)
    store = Store(settings.kept or out / ".kept", extraction_fingerprint(settings))
    with Space(out / ".run") as space:
        quarantine = Quarantine(space)
        counts = keep(
            files,
            store,
            settings,
            listed=lambda rows: space.add("listing", rows),
            rejected=quarantine.add,
            progress=progress,
        )
        space.finish_parts()
        copies = assemble(space, store, counts, settings, corrections, quarantine, progress)
        report = finish(space, out, progress, data_docs=data_docs)
        progress("publish", 0)
        publish(space, out, files, settings, corrections)
        numbers = {name: space.number(f"SELECT count(*) FROM {quoted([out / f'{name}.parquet'])}") for name in TABLES}
    store.forget_passing()
    return Summary(
        numbers["articles"], counts.worked, numbers["quarantine"], len(copies),
        numbers["mentions"], numbers["events"], numbers["transfers"], report,
    )  # fmt: skip


def assemble(
    space: Space,
    store: Store,
    counts: Counts,
    settings: Settings,
    corrections: Corrections | None,
    quarantine: Quarantine,
    progress: Progress,
) -> dict[str, str]:
    """Write the parts of all tables to the work space, and return which articles print the story of which.

    Raises:
        AccountingError: the documents that were read are not all in the tables or in quarantine.
    """
    listing, entries = quoted([space.path("listing")]), quoted(store.files())
    progress("assemble", 0)
    place(space, listing, entries)
    aside = put_aside(space, entries, quarantine)
    copies = find_copies(space, entries, similarity=settings.duplicate_similarity)
    told = write_parts(space, entries, copies, corrections, quarantine)
    account(counts.documents, told.articles, aside + told.aside)
    progress("join", 0)
    write_transfers(space, copies, corrections, quarantine)
    quarantine.flush()
    space.finish_parts(QUARANTINE)
    return copies


def account(n_documents: int, n_articles: int, n_aside: int) -> None:
    """Raise where what was read does not equal what stands in the tables and in quarantine."""
    if n_documents != n_articles + n_aside:
        raise AccountingError(
            f"{n_documents} documents were read, but {n_articles} articles and {n_aside} quarantined came out. Please report it."
        )


def finish(space: Space, out: Path, progress: Progress, *, data_docs: bool) -> Report | None:
    """Write the tables in their order to the work space, and check them as wholes."""
    progress("sort", 0)
    finished = space.folder / "finished"
    finished.mkdir()
    once = (
        f"SELECT * FROM {quoted([space.path('quarantine')])} QUALIFY row_number() OVER (PARTITION BY quarantine_id) = 1"
    )
    queries = {EVENTS.name: f"SELECT * FROM {quoted([space.path(COUNTED)])}", QUARANTINE.name: once}
    for table in (*OF_ARTICLES, *OF_EVENTS, QUARANTINE):
        write_batches(table, space.sorted(table, queries.get(table.name)), finished)
    progress("check", 0)
    return check_tables(finished, out / "data_docs") if data_docs else None


def publish(
    space: Space, out: Path, files: Sequence[File], settings: Settings, corrections: Corrections | None
) -> None:
    """Put the finished tables into the folder, with the data package, the codebook, and the record of the run."""
    paths = []
    for name in TABLES:
        (space.folder / "finished" / f"{name}.parquet").replace(path := out / f"{name}.parquet")
        paths.append(path)
    write_package(out, paths)
    write_text(out / "codebook.md", render_codebook())
    write_record(out, record_of(files, settings, (corrections.path, len(corrections)) if corrections else None))
