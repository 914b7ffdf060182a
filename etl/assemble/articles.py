"""Entries -> the tables of articles, texts, mentions and events, checked some thousand articles at a time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date

import pyarrow as pa

from etl.assemble.space import Space, quoted
from etl.extraction.llm.asked import Asked
from etl.merge.duplicates import Report, find_duplicates
from etl.merge.prints import Print
from etl.quality.validate import validate
from etl.review.corrections import Corrections, apply_to_events
from etl.sources import Rejected
from etl.sources.reader import same_document
from schemas import ARTICLES, EVENTS, MENTIONS, QUARANTINE, TEXTS
from schemas.checks import to_frame

Row = dict[str, object]
OF_ARTICLES = (ARTICLES, TEXTS, MENTIONS, EVENTS)
"""The tables whose rows belong to one article each."""
_ARTICLES = 4_000
"""Articles that are checked together."""


class Quarantine:
    """Takes what was put aside and writes it to the part file of the table `quarantine`.

    Attributes:
        rows: how many entries it has taken.
        whole: how many of them stand for a whole document, or a whole file.
        reasons: how many of them were put aside for which reason.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._waiting: list[Row] = []
        self.rows = self.whole = 0
        self.reasons: Counter[str] = Counter()

    def add(self, rejected: Rejected, *, whole: bool = False) -> None:
        """Take one entry.

        Args:
            rejected: what was put aside.
            whole: True where it is a document or a file, False where it is a part or a row of an article that stays.
        """
        self.rows += 1
        self.whole += whole
        self.reasons[rejected.reason] += 1
        self._waiting.append(rejected.row())
        if len(self._waiting) >= _ARTICLES:
            self.flush()

    def flush(self) -> None:
        """Write the entries that wait."""
        self._space.add_frame(QUARANTINE, to_frame(QUARANTINE, self._waiting))
        self._waiting = []


def told_apart(space: Space) -> str:
    """Return the query that reads the quarantine; of entries that are alike in all that is told, each has an identifier."""
    numbered = f"""SELECT *, row_number() OVER (PARTITION BY quarantine_id ORDER BY excerpt NULLS FIRST) AS nth
        FROM {quoted([space.path(QUARANTINE.name)])}"""
    own = "CASE WHEN nth = 1 THEN quarantine_id ELSE left(sha256(quarantine_id || ' ' || nth), 16) END"
    return f"SELECT * EXCLUDE (nth) REPLACE ({own} AS quarantine_id) FROM ({numbered})"


def place(space: Space, listing: str, entries: str) -> None:
    """Join the listing of documents with their entries: the table `placed` has a row for each, without its text and events.

    Args:
        space: the work space.
        listing: what a query reads the listing from.
        entries: what a query reads the entries from.
    """
    space.run(
        f"""CREATE TABLE placed AS SELECT l.*, e.article_id, e.source_id, e.stage,
        row_number() OVER (PARTITION BY coalesce(e.article_id, 'no article ' || l.ordinal) ORDER BY l.ordinal) AS nth
        FROM {listing} l JOIN {entries} e USING (digest)"""
    )


def put_aside(space: Space, entries: str, quarantine: Quarantine) -> None:
    """Put aside the documents that are no article, those that were read before, and what of an article was not used."""
    query = f"""SELECT p.ordinal, p.source_path, p.place, p.nth, p.source_id, e.stage, e.reason, e.message, e.excerpt, e.aside,
        left(e.text, 200) AS text FROM placed p JOIN {entries} e USING (digest)
        WHERE p.stage IS NOT NULL OR p.nth > 1 OR e.aside IS NOT NULL"""
    for rows in space.in_order(query, key="ordinal", order="ordinal"):
        for row in rows.to_pylist():
            if row["nth"] > 1:
                again = same_document(row["source_path"], row["place"], row["source_id"], row["text"])
                quarantine.add(again, whole=True)
                continue
            if row["stage"] is not None:
                at = str(row["place"]) if row["stage"] == "read" else ""
                quarantine.add(_rejected(row, row, at), whole=True)
            for number, item in enumerate(row["aside"] or ()):
                quarantine.add(_rejected(row, item, str(number)))


def _rejected(row: Row, told: Row, place: str) -> Rejected:
    """What is told of a document, or of a part of it, as an entry of quarantine."""
    path, source_id = str(row["source_path"]), row["source_id"]
    stage, reason, message = (str(told[name]) for name in ("stage", "reason", "message"))
    excerpt = told["excerpt"]
    return Rejected(
        stage, path, reason, message, str(source_id) if source_id else None, str(excerpt) if excerpt else None, place
    )


def count_asked(space: Space, entries: str) -> Asked:
    """Return what a language model was asked about all articles, each counted once.

    Args:
        space: the work space, in which `place` was called.
        entries: what a query reads the entries from.
    """
    sums = ", ".join(f"coalesce(sum(e.asked.{item.name}), 0)::BIGINT AS {item.name}" for item in fields(Asked))
    (table,) = space.rows(f"SELECT {sums} FROM placed p JOIN {entries} e USING (digest) WHERE p.nth = 1")
    return Asked(**table.to_pylist()[0])


def find_copies(space: Space, entries: str, *, similarity: float) -> dict[str, str]:
    """Return which articles print the story of which, by article_id, among those that tell events."""
    query = f"""SELECT e.article_id, e.source_id, e.published_date, e.words, e.names, e.sketch, e.runs,
        coalesce(e.published_date, make_date(TRY_CAST(e.published_edtf AS INTEGER), 12, 31), DATE '9999-12-31') AS day,
        [x.supplier_id || ' ' || x.recipient_id for x in e.events] AS parties
        FROM placed p JOIN {entries} e USING (digest) WHERE p.nth = 1 AND e.words IS NOT NULL"""

    def reports() -> Iterator[Report]:
        for rows in space.in_order(query, key="article_id", order="day, source_id, article_id"):
            for row in rows.to_pylist():
                day: date | None = row["published_date"]
                yield Report(row["article_id"], day, frozenset(row["parties"]), Print.read(row))

    return find_duplicates(reports(), similarity=similarity)


def _chunks(space: Space, entries: str) -> Iterator[list[Row]]:
    """The entries of all articles in the order of the table, some thousand at a time."""
    columns = (
        "e.* EXCLUDE (digest, stage, reason, message, excerpt, is_passing, aside, asked, words, names, sketch, runs)"
    )
    query = f"SELECT p.source_path, {columns} FROM placed p JOIN {entries} e USING (digest) WHERE p.nth = 1 AND e.article_id IS NOT NULL"
    waiting: list[pa.Table] = []
    for rows in space.in_order(query, key="article_id", order=", ".join(ARTICLES.order)):
        waiting.append(rows)
        if sum(table.num_rows for table in waiting) >= _ARTICLES:
            yield pa.concat_tables(waiting).to_pylist()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).to_pylist()


def table_rows(entries: list[Row], copies: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return the rows of the tables that some entries give, each with the `source_path` of its document."""
    rows: dict[str, list[Row]] = {table.name: [] for table in OF_ARTICLES}
    for entry in entries:
        name = str(entry["article_id"])
        mentions: list[Row] = entry.get("mentions") or []  # type: ignore[assignment]
        events: list[Row] = entry.get("events") or []  # type: ignore[assignment]
        rows["articles"].append(entry | {"duplicate_of": copies.get(name), "n_mentions": len(mentions)})
        rows["texts"].append({"article_id": name, "text": entry["text"]})
        rows["mentions"] += mentions
        rows["events"] += events
    return rows


def write_parts(
    space: Space, entries: str, copies: Mapping[str, str], corrections: Corrections | None, quarantine: Quarantine
) -> None:
    """Write the good rows of articles, texts, mentions and events to their part files; the others are put aside.

    Args:
        space: the work space, in which `place` was called.
        entries: what a query reads the entries from.
        copies: which articles print the story of which.
        corrections: what people have decided about events.
        quarantine: takes the other rows.

    Raises:
        ConfigurationError: a correction does not match.
    """
    matched: set[str] = set()
    for chunk in _chunks(space, entries):
        rows = table_rows(chunk, copies)
        if corrections is not None:
            paths = {str(row["article_id"]): str(row["source_path"]) for row in rows["articles"]}
            rows["events"], rows["mentions"], dropped = apply_to_events(
                rows["events"], rows["mentions"], corrections, paths, matched
            )
            for item in dropped:
                quarantine.add(item)
        checked = validate(rows)
        for item in checked.rejected:
            quarantine.add(item, whole=item.place.startswith("articles "))
        for table in OF_ARTICLES:
            space.add_frame(table, checked.frames[table.name])
    if corrections is not None:
        corrections.check_all_matched(matched)
    space.finish_tables(*OF_ARTICLES)
