"""The tables: lists of columns with their keys. What a column means stands in `columns.py`."""

from dataclasses import dataclass

from schemas.codes import codes
from schemas.columns import COLUMNS, SPAN_ROLES, Column


@dataclass(frozen=True)
class Table:
    """One table of the dataset.

    Attributes:
        key: the column that identifies a row; unique within the table.
        links: column -> (table, column) that it points to.
        order: the columns by which rows are sorted when written.
        optional: columns that are required elsewhere, but not here.
        borne_by: tables in which at least one row must point to each row of this one.
    """

    name: str
    title: str
    description: str
    column_names: tuple[str, ...]
    key: str
    order: tuple[str, ...]
    links: tuple[tuple[str, str, str], ...] = ()
    optional: tuple[str, ...] = ()
    borne_by: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The declarations of the columns, in table order."""
        return tuple(COLUMNS[name] for name in self.column_names)

    def requires(self, column: Column) -> bool:
        """True where a row of this table must have a value in the column."""
        return column.required and column.name not in self.optional


ARTICLES = Table(
    "articles",
    "Articles",
    "One row for each article that was read.",
    ("article_id", "source_id", "source_path", "url", "publisher", "title", "published_date", "published_edtf", "language", "text_sha256",
     "n_chars", "duplicate_of", "n_mentions"),
    key="article_id",
    order=("source_id", "article_id"),
    links=(("duplicate_of", "articles", "article_id"),),
)  # fmt: skip

TEXTS = Table(
    "texts",
    "Texts",
    "The text of each article. A release leaves this table out by default.",
    ("article_id", "text"),
    key="article_id",
    order=("article_id",),
    links=(("article_id", "articles", "article_id"),),
)

MENTIONS = Table(
    "mentions",
    "Mentions",
    "One row for each place in an article that tells an event, with the spans that prove it.",
    ("mention_id", "event_id", "article_id", "quote", "quote_start", "quote_end",
     *(f"{role}_{side}" for role in SPAN_ROLES for side in ("start", "end")),
     "rule_id", "extractor", "extractor_version"),
    key="mention_id",
    order=("article_id", "quote_start", "trigger_start", "system_start", "mention_id"),
    links=(("event_id", "events", "event_id"), ("article_id", "articles", "article_id")),
)  # fmt: skip

EVENTS = Table(
    "events",
    "Events",
    "One row for each claim of one article: a supplier, a recipient, a weapon system, a status.",
    ("event_id", "article_id", "source_id", "supplier_id", "supplier_name", "supplier_kind", "supplier_text",
     "recipient_id", "recipient_name", "recipient_kind", "recipient_text", "system_id", "system_name", "system_text",
     "system_category", "sipri_category", "sipri_exclusion", "unroca_category", "unroca_exclusion", "status",
     "status_phase", "assertion", "attribution_text", "transfer_type", "quantity_min", "quantity_max", "quantity_text",
     "value_amount", "value_currency", "date_edtf", "date_start", "date_end", "date_precision", "date_basis",
     "date_text", "report_date", "confidence", "tier", "extractor", "evidence", "evidence_start", "evidence_end", "n_mentions", "n_independent_reports", "is_corrected"),
    key="event_id",
    order=("source_id", "evidence_start", "event_id"),
    links=(("article_id", "articles", "article_id"),),
    borne_by=("mentions",),
)  # fmt: skip

TRANSFERS = Table(
    "transfers",
    "Transfers",
    "One row for each transfer: the events of all articles that tell the same deal or delivery, joined.",
    ("transfer_id", "supplier_id", "supplier_name", "supplier_kind", "recipient_id", "recipient_name", "recipient_kind",
     "system_id", "system_name", "system_category", "sipri_category", "sipri_exclusion", "unroca_category", "unroca_exclusion",
     "transfer_type", "status_latest", "assertion", "is_disputed",
     *(f"{status}_{part}" for status in codes("status") for part in ("date", "edtf", "precision")),
     "is_out_of_order", "quantity_ordered_min", "quantity_ordered_max", "quantity_delivered_min", "quantity_delivered_max",
     "value_amount", "value_currency", "first_report", "last_report", "n_events", "n_articles", "n_independent_reports",
     "n_conflicts", "confidence", "tier", "is_corrected"),
    key="transfer_id",
    order=("supplier_id", "recipient_id", "system_category", "system_id", "first_report", "transfer_id"),
    borne_by=("transfer_events",),
)  # fmt: skip

TRANSFER_EVENTS = Table(
    "transfer_events",
    "Events of transfers",
    "One row for each event: the transfer that it belongs to, and why. An event belongs to one transfer alone.",
    ("event_id", "transfer_id", "join_reason", "join_score", "joined_to"),
    key="event_id",
    order=("transfer_id", "event_id"),
    links=(("event_id", "events", "event_id"), ("transfer_id", "transfers", "transfer_id"), ("joined_to", "events", "event_id")),
)  # fmt: skip

CONFLICTS = Table(
    "conflicts",
    "Conflicts",
    "One row for each event whose date or quantity is one of several that contradict each other within a transfer.",
    ("conflict_id", "transfer_id", "field", "value", "event_id"),
    key="conflict_id",
    order=("transfer_id", "field", "event_id"),
    links=(("transfer_id", "transfers", "transfer_id"), ("event_id", "events", "event_id")),
)

QUARANTINE = Table(
    "quarantine",
    "Quarantine",
    "One row for each thing that was read and not used, with the reason.",
    ("quarantine_id", "stage", "source_path", "source_id", "reason_code", "message", "excerpt"),
    key="quarantine_id",
    order=("source_path", "source_id", "stage", "quarantine_id"),
    optional=("source_id",),
)

CHANGES = Table(
    "changes",
    "Changes",
    "In a release alone: one row for each field of an article, event or transfer that differs from the release before, and for each row that is new or gone.",
    ("change_id", "table", "row_id", "change", "field", "old", "new", "reason"),
    key="change_id",
    order=("table", "change", "row_id", "field", "change_id"),
    optional=("field",),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (ARTICLES, TEXTS, MENTIONS, EVENTS, TRANSFERS, TRANSFER_EVENTS, CONFLICTS, QUARANTINE)
}
"""The tables that a run writes."""
