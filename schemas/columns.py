"""Every column of every table, declared once. The same name means the same thing wherever it stands."""

from dataclasses import dataclass
from typing import Literal

from schemas.codes import codes

Type = Literal["string", "integer", "number", "boolean", "date"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it holds, in which type and unit, and which values are allowed.

    Attributes:
        scheme: name of the code list in `schemas/codes/` whose codes are the allowed values.
        pattern: regular expression that the whole value must match.
        minimum: least allowed number.
        required: False where the value may be missing.
        unique: True where no two rows of a table may share it, if the table has it as its key.
    """

    name: str
    type: Type
    description: str
    unit: str | None = None
    scheme: str | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    required: bool = True

    @property
    def allowed(self) -> tuple[str, ...] | None:
        """The allowed codes, or None where the column is free."""
        return codes(self.scheme) if self.scheme else None


HASH = r"[0-9a-f]{16}"
PARTY = r"[A-Z]{3}|(nsa|igo):[a-z0-9_]+|unknown"


def _text(name: str, description: str, **more: object) -> Column:
    return Column(name=name, type="string", description=description, **more)  # type: ignore[arg-type]


def _offsets(role: str, what: str) -> tuple[Column, ...]:
    """Start and end columns of one span in the article's text."""
    unit = "character"
    return (
        Column(name=f"{role}_start", type="integer", unit=unit, minimum=0, required=role == "quote",
               description=f"Offset in the article's text at which {what} starts."),
        Column(name=f"{role}_end", type="integer", unit=unit, minimum=0, required=role == "quote",
               description=f"Offset in the article's text just after {what}."),
    )  # fmt: skip


def _party(role: str) -> tuple[Column, ...]:
    """The four columns that tell one party of a transfer."""
    return (
        _text(f"{role}_id", f"Identifier of the {role}: ISO 3166-1 alpha-3 code, nsa:NAME, igo:NAME or unknown.",
              pattern=PARTY),
        _text(f"{role}_name", f"Usual name of the {role}; a state that is gone keeps its old name.", required=False),
        _text(f"{role}_kind", f"What the {role} is.", scheme="party_kind"),
        _text(f"{role}_text", f"The words of the article that name the {role}.", required=False),
    )  # fmt: skip


SPAN_ROLES = {
    "trigger": "the word that tells the transfer",
    "supplier": "the name of the supplier",
    "recipient": "the name of the recipient",
    "system": "the name of the weapon system",
    "quantity": "the quantity",
    "date_text": "the words that tell the date",
    "attribution": "the source to which the claim is attributed",
}


def _reached(status: str) -> tuple[Column, ...]:
    """The three columns that tell when a transfer reached one status; all empty where no report tells it."""
    return (
        Column(name=f"{status}_date", type="date", required=False,
               description=f"First day on which the transfer can have been {status}; the day of the first report where no date is told."),
        _text(f"{status}_edtf", f"When it was {status}, as EDTF; empty where no date is told.", required=False),
        _text(f"{status}_precision", f"Precision of {status}_date.", scheme="date_precision", required=False),
    )  # fmt: skip


def _quantity(phase: str, what: str) -> tuple[Column, ...]:
    """Least and greatest number of items, without counting an item twice."""
    return (
        Column(name=f"quantity_{phase}_min", type="integer", unit="item", minimum=0, required=False,
               description=f"Least number of items {what}, each counted once."),
        Column(name=f"quantity_{phase}_max", type="integer", unit="item", minimum=0, required=False,
               description=f"Greatest number of items {what}, each counted once; empty where no bound is told."),
    )  # fmt: skip


_ALL: tuple[Column, ...] = (
    # articles
    _text("article_id", "Identifier of the article: hash of its source_id and its text.", pattern=HASH),
    _text("source_id", "The document's own id, else its path within the input, with the record's number where a file holds several."),
    _text("source_path", "Path of the file within the input."),
    _text("url", "Address of the article.", required=False, pattern=r"https?://\S+"),
    _text("publisher", "Outlet that printed the article.", required=False),
    _text("title", "Headline.", required=False),
    Column(name="published_date", type="date", required=False, description="Day on which the article was published."),
    _text(
        "published_edtf",
        "Publication as EDTF at the precision that is certain: the day, or the year of a numeric date that can be read two ways.",
        required=False,
        pattern=r"\d{4}(-\d{2}-\d{2})?",
    ),
    _text("language", "Language of the text, ISO 639; `und` where it cannot be told.", pattern=r"[a-z]{2,3}"),
    _text("text_sha256", "SHA-256 of the text in UTF-8.", pattern=r"[0-9a-f]{64}"),
    Column(name="n_chars", type="integer", unit="character", minimum=1, description="Length of the text."),
    _text("duplicate_of", "article_id of the first printing of the same story, of which this is a copy, a light rewrite or an update; empty for a first printing. Compared are articles that tell events of the same two parties.", required=False, pattern=HASH),
    Column(name="n_mentions", type="integer", unit="mention", minimum=0, description="Number of mentions that support the row."),
    _text("text", "The article's text, as read and repaired; all offsets count in it."),
    # mentions
    _text("mention_id", "Identifier of the mention: hash of its event and of where it stands.", pattern=HASH),
    _text("event_id", "Identifier of the event: hash of article, parties, system and status.", pattern=HASH),
    _text("quote", "The words of the article that say it."),
    *_offsets("quote", "the quote"),
    *(column for role, what in SPAN_ROLES.items() for column in _offsets(role, what)),
    _text("rule_id", "Rule that found the mention, as named in the reference tables."),
    _text("extractor", "Who found it.", scheme="extractor"),
    _text("extractor_version", "Version of that extractor; for a language model its name, a hash of the prompt, the form of its answers and its options."),
    # events
    *_party("supplier"),
    *_party("recipient"),
    _text("system_id", "Identifier of the weapon system in the reference tables.", pattern=r"(sys|term):[a-z0-9_]+"),
    _text("system_name", "Usual name of the weapon system."),
    _text("system_text", "The shortest words of the article that name the weapon system."),
    _text("system_category", "Category of the weapon system.", scheme="category"),
    _text("sipri_category", "Category in SIPRI's arms transfers database.", scheme="sipri_category", required=False),
    _text("sipri_exclusion", "Why SIPRI's scheme leaves it out.", scheme="exclusion", required=False),
    _text("unroca_category", "Category of the UN Register of Conventional Arms.", scheme="unroca_category", required=False),
    _text("unroca_exclusion", "Why the UN Register leaves it out.", scheme="exclusion", required=False),
    _text("status", "How far the transfer has come.", scheme="status"),
    _text("status_phase", "Phase to which the status belongs.", scheme="status_phase"),
    _text("assertion", "Whether the article states, denies or disputes it.", scheme="assertion"),
    _text("attribution_text", "The words that name whoever says so.", required=False),
    _text("transfer_type", "On which terms.", scheme="transfer_type"),
    Column(name="quantity_min", type="integer", unit="item", minimum=0, required=False, description="Least number of items."),
    Column(name="quantity_max", type="integer", unit="item", minimum=0, required=False, description="Greatest number of items."),
    _text("quantity_text", "The words that tell the quantity.", required=False),
    Column(name="value_amount", type="number", unit="value_currency", minimum=0, required=False, description="Value of the transfer."),
    _text("value_currency", "Currency of the value, ISO 4217.", required=False, pattern=r"[A-Z]{3}"),
    _text("date_edtf", "When the status was reached, as EDTF (ISO 8601-2); empty where the text gives no date.", required=False),
    Column(name="date_start", type="date", required=False, description="First day that the date allows."),
    Column(name="date_end", type="date", required=False, description="Last day that the date allows; empty for an open interval."),
    _text("date_precision", "Precision of the date.", scheme="date_precision", required=False),
    _text("date_basis", "Where the date comes from.", scheme="date_basis"),
    _text("date_text", "The words that tell the date.", required=False),
    Column(name="report_date", type="date", required=False, description="Day of the report that tells the event."),
    Column(name="confidence", type="number", minimum=0, maximum=1, description="How often such an event was right in cross-validation on coded articles; for one of a language model the setting `llm_confidence`, and where both found it 1 - (1 - rules) * (1 - model)."),
    _text("tier", "Whether the confidence reaches that of a firm event.", scheme="tier"),
    _text("evidence", "The quote that says it best."),
    Column(name="evidence_start", type="integer", unit="character", minimum=0, description="Offset at which the evidence starts."),
    Column(name="evidence_end", type="integer", unit="character", minimum=0, description="Offset just after the evidence."),
    Column(name="n_independent_reports", type="integer", unit="report", minimum=1,
           description="Independent reports that tell it: articles, with all copies of one story counted as one."),
    Column(name="is_corrected", type="boolean", description="True where a person's correction has changed the row (`corrections.csv`)."),
    # transfers
    _text("transfer_id", "Identifier of the transfer: hash of the event that its earliest report tells.", pattern=HASH),
    _text("status_latest", "The furthest status that the reports tell, or the halt that came after it.", scheme="status"),
    *(column for status in codes("status") for column in _reached(status)),
    Column(name="is_out_of_order", type="boolean", description="True where a delivery is dated in a year before the year of the order."),
    *_quantity("ordered", "ordered, approved or pledged"),
    *_quantity("delivered", "delivered"),
    Column(name="first_report", type="date", required=False, description="Day of the first report."),
    Column(name="last_report", type="date", required=False, description="Day of the last report."),
    Column(name="n_events", type="integer", unit="event", minimum=1, description="Number of events that were joined."),
    Column(name="n_articles", type="integer", unit="article", minimum=1, description="Number of articles that tell it, copies included."),
    Column(name="n_conflicts", type="integer", unit="field", minimum=0, description="Number of fields on which its reports contradict each other."),
    Column(name="is_disputed", type="boolean", description="True where a report denies it."),
    # transfer_events
    _text("join_reason", "Why the event belongs to the transfer.", scheme="join_reason"),
    Column(name="join_score", type="number", minimum=0, maximum=1,
           description="How well the event fits the one that it was joined to: the sum that the README explains; 1 for the event that opens a transfer."),
    _text("joined_to", "event_id of the event to which it was joined; empty for the event that opens the transfer, and where that event is left out of a release.", required=False, pattern=HASH),
    # conflicts
    _text("conflict_id", "Identifier of the entry: hash of transfer, field and event.", pattern=HASH),
    _text("field", "The column of the other table of which the row speaks."),
    _text("value", "What the event tells of it: EDTF for a date, [least, greatest] for a quantity."),
    # changes
    _text("change_id", "Identifier of the change: hash of table, row, change and field.", pattern=HASH),
    _text("table", "Table in which a row was added, changed or removed.", pattern="articles|events|transfers"),
    _text("row_id", "Key of that row.", pattern=HASH),
    _text("change", "What became of the row.", pattern="added|changed|removed"),
    _text("old", "Its value before, as CSV writes it; the row in short where it was removed.", required=False),
    _text("new", "Its value now, as CSV writes it; the row in short where it was added.", required=False),
    _text("reason", "Why, as far as the two releases tell.", scheme="change_reason"),
    # quarantine
    _text("quarantine_id", "Identifier of the entry: hash of its stage, place and reason.", pattern=HASH),
    _text("stage", "Stage at which it was put aside.", scheme="stage"),
    _text("reason_code", "Why it was put aside.", scheme="reason"),
    _text("message", "What happened, in words, and what to do next."),
    _text("excerpt", "The first characters of what was put aside.", required=False),
)  # fmt: skip

COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}
if len(COLUMNS) != len(_ALL):
    raise ValueError("a column is declared twice in schemas/columns.py")
