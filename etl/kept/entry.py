"""The entry that is kept of one document, as a row of an Arrow table. Rows of events and mentions stand in it as in their tables."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

import pyarrow as pa

from etl.extraction.llm.asked import Asked
from etl.extraction.protocol import Aside
from etl.merge.prints import Print
from etl.sources import Article, Rejected
from schemas import ARTICLES, EVENTS, MENTIONS, TEXTS, Table
from schemas.arrow import arrow_schema

Row = dict[str, object]
_LATER = frozenset(["source_path", "duplicate_of", "n_mentions"])
"""Columns of `articles` that hang on the run, not on the document."""
OF_ARTICLE = tuple(name for name in dict.fromkeys((*ARTICLES.column_names, *TEXTS.column_names)) if name not in _LATER)
"""Columns of an entry that tell its article; all empty where the document is none."""
OF_REJECTED = ("stage", "reason", "message", "excerpt")
"""Columns of an entry that tell why the document is no article; all empty where it is one."""
_PASSING = frozenset({"extraction_failed", "no_answer"})
"""Reasons that another run may not meet: a fault of the machine, a model that did not answer."""


def _plain(table: Table, *names: str) -> list[pa.Field]:
    schema = arrow_schema(table)
    return [pa.field(name, schema.field(name).type) for name in names or schema.names]


SCHEMA = pa.schema(
    [
        pa.field("digest", pa.binary(16)),
        *(_plain(ARTICLES, *(name for name in OF_ARTICLE if name in ARTICLES.column_names))),
        *_plain(TEXTS, "text"),
        *(pa.field(name, pa.string()) for name in OF_REJECTED),
        pa.field("is_passing", pa.bool_()),
        pa.field("aside", pa.list_(pa.struct([pa.field(name, pa.string()) for name in Aside._fields]))),
        pa.field("asked", pa.struct([pa.field(item.name, pa.int64()) for item in fields(Asked)])),
        pa.field("events", pa.list_(pa.struct(_plain(EVENTS)))),
        pa.field("mentions", pa.list_(pa.struct(_plain(MENTIONS)))),
        *(pa.field(name, pa.binary()) for name in Print.COLUMNS),
    ]
)


def of_rejected(digest: bytes, rejected: Rejected) -> Row:
    """Return what is kept of a document that is no article."""
    return {
        "digest": digest,
        "source_id": rejected.source_id,
        "is_passing": rejected.stage == "extract",
        "stage": rejected.stage,
        "reason": rejected.reason,
        "message": rejected.message,
        "excerpt": (rejected.excerpt or "")[:200] or None,
    }


def of_article(
    digest: bytes,
    article: Article,
    events: list[Row],
    mentions: list[Row],
    aside: Iterable[Aside] = (),
    asked: Asked | None = None,
) -> Row:
    """Return what is kept of an article.

    Args:
        digest: that of its document.
        article: the article.
        events: its rows of `events`.
        mentions: its rows of `mentions`.
        aside: what of it was put aside.
        asked: what a language model was asked about it.
    """
    row: Row = {
        "digest": digest,
        "article_id": article.article_id,
        "source_id": article.source_id,
        "url": article.url,
        "publisher": article.publisher,
        "title": article.title,
        "published_date": article.published,
        "published_edtf": article.published_edtf,
        "language": article.language,
        "text_sha256": article.text_sha256,
        "n_chars": len(article.text),
        "text": article.text,
    }
    if events:
        row |= {"events": events, "mentions": mentions, **Print.of(article).columns()}
    told = [item._replace(excerpt=item.excerpt[:200])._asdict() for item in aside]
    return row | {
        "is_passing": any(item["reason"] in _PASSING for item in told),
        "aside": told or None,
        "asked": asdict(asked) if asked else None,
    }


def to_table(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Return entries as an Arrow table.

    Raises:
        pa.ArrowException, OverflowError, TypeError: a value is not of its column's type.
    """
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def pack(entries: pa.Table) -> bytes:
    """Return entries as the bytes of an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, entries.schema) as stream:
        stream.write_table(entries)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(packed: bytes) -> pa.Table:
    """Return the entries that `pack` has packed."""
    return pa.ipc.open_stream(packed).read_all()
