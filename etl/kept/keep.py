"""Sees to it that each document of the inputs has an entry: those that are not kept yet are worked out, by whatever engine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

import pyarrow as pa

from etl.asking import Tally
from etl.engine import map_batches
from etl.fingerprint import code_fingerprint
from etl.kept.entry import unpack
from etl.kept.job import jobs_of
from etl.kept.store import Store
from etl.kept.work import lost, work_packed
from etl.settings import Settings
from etl.sources import Document, Rejected
from etl.sources.files import File
from etl.sources.reader import read_documents

Progress = Callable[[str, int], None]
"""Called with the stage's name and the number of items done since the last call."""
LISTING = pa.schema(
    [("ordinal", pa.int64()), ("digest", pa.binary(16)), ("source_path", pa.string()), ("place", pa.int64())]
)
"""One row for each document, in the order in which they were read."""
_ROWS = 20_000


@dataclass
class Counts:
    """What was found: documents, and what is none; how many documents were worked out now, and what a model was asked for them."""

    documents: int = 0
    aside: int = 0
    worked: int = 0
    tally: Tally = field(default_factory=Tally)


def keep(
    files: Sequence[File],
    store: Store,
    settings: Settings,
    *,
    listed: Callable[[pa.Table], None],
    rejected: Callable[[Rejected], None],
    progress: Progress,
) -> Counts:
    """Bring the store up to date with some files.

    Args:
        files: the files.
        store: receives the entries.
        settings: settings of the run.
        listed: takes rows of `LISTING`.
        rejected: takes what is no document.
        progress: is told how the work goes on.
    """
    counts = Counts()
    waiting: list[dict[str, object]] = []

    def new() -> Iterator[Document]:
        """The documents that are not kept yet; all are listed."""
        for item in read_documents(files, settings):
            progress("read", 1)
            if isinstance(item, Rejected):
                counts.aside += 1
                rejected(item)
                continue
            digest = item.digest()
            waiting.append(
                {"ordinal": counts.documents, "digest": digest, "source_path": item.source_path, "place": item.place}
            )
            counts.documents += 1
            if len(waiting) >= _ROWS:
                listed(pa.Table.from_pylist(waiting, schema=LISTING))
                waiting.clear()
            if digest not in store:
                store.promise(digest)
                yield item

    for entries in map_documents(new(), settings, progress=progress, tally=counts.tally):
        store.add(entries)
        counts.worked += entries.num_rows
        progress("extract", entries.num_rows)
    store.flush()
    listed(pa.Table.from_pylist(waiting, schema=LISTING))
    return counts


def map_documents(
    documents: Iterable[Document], settings: Settings, *, progress: Progress, tally: Tally
) -> Iterator[pa.Table]:
    """Yield the entries of documents, batch by batch in their order, worked out by the engine that the settings name.

    Args:
        documents: the documents.
        settings: settings of the run.
        progress: is told of what a language model is asked.
        tally: counts it.
    """
    packed = map_batches(
        partial(work_packed, settings=settings.without_secrets()),
        jobs_of(documents, settings, progress=progress, tally=tally),
        workers=settings.workers,
        batch_size=settings.batch_size,
        weight=attrgetter("weight"),
        failed=lost,
        fingerprint=code_fingerprint,
        scheduler=settings.scheduler,
    )
    return map(unpack, packed)
