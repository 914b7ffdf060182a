"""What a reader gives: an article, or a piece of input that could not be used."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from etl.identifiers import stable_id

READ_BY_RULES = frozenset({"en", "und"})
"""Languages that the rules read; short texts and lists, whose language cannot be told, are tried."""


@dataclass(frozen=True)
class Article:
    """One article, its text read and repaired. All offsets in the dataset count in `text`.

    Attributes:
        source_id: the document's own id, else its path within the input.
        source_path: path of the file within the input.
        published: day of publication, where it is certain.
        published_year: year of publication, where no more is certain.
        language: ISO 639 code; `und` where it cannot be told.
        aside: spans of the text that are not the article's prose (captions, date lines, links).
    """

    source_id: str
    source_path: str
    text: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: date | None = None
    published_year: int | None = None
    language: str = "en"
    aside: tuple[tuple[int, int], ...] = field(default=())

    @property
    def published_edtf(self) -> str | None:
        """The day of publication, or its year where no more is certain, as EDTF."""
        if self.published:
            return self.published.isoformat()
        return f"{self.published_year:04}" if self.published_year else None

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, as hexadecimal digits."""
        return sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def article_id(self) -> str:
        """The article's identifier: hash of its source_id and its text."""
        return stable_id("article", self.source_id, self.text_sha256)


@dataclass(frozen=True)
class Rejected:
    """A piece of input, or a row, that was not used, and why: one row of the quarantine table.

    Attributes:
        stage: a code of `schemas/codes/stage.csv`.
        reason: a code of `schemas/codes/reason.csv`.
        message: what happened and what to do next.
    """

    stage: str
    source_path: str
    reason: str
    message: str
    source_id: str | None = None
    excerpt: str | None = None
    place: str = ""

    def row(self) -> dict[str, object]:
        """Return the row of the quarantine table."""
        excerpt = "".join(char if char.isprintable() else " " for char in (self.excerpt or "")[:200]).strip()
        return {
            "quarantine_id": stable_id(
                "quarantine",
                self.stage,
                self.source_path,
                self.source_id,
                self.place,
                self.reason,
                self.message,
            ),
            "stage": self.stage,
            "source_path": self.source_path,
            "source_id": self.source_id,
            "reason_code": self.reason,
            "message": self.message,
            "excerpt": excerpt or None,
        }
