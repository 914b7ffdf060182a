"""What any extractor takes and gives: an article in, mentions of transfers out, each tied to spans of its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from etl.reference import Entry
from etl.sources import Article


class Span(NamedTuple):
    """A stretch of an article's text: offset of its first character, offset after its last."""

    start: int
    end: int


@dataclass(frozen=True)
class Party:
    """A party of a transfer as the text names it.

    Attributes:
        entry: what the reference tables know of it; None where it is not named.
        span: the words that name it; None where it is not named, or named in the headline alone.
        link: how it was tied to the transfer: argument, inherited, modifier, discourse, origin, sentence, previous, next,
            title, frequent or none.
    """

    entry: Entry | None
    span: Span | None
    link: str


@dataclass(frozen=True)
class System:
    """The equipment of a transfer as the text names it."""

    entry: Entry
    span: Span


@dataclass(frozen=True)
class Mention:
    """One place in an article that tells a transfer.

    Attributes:
        quote: the sentence that tells it.
        trigger: the word that tells the transfer.
        status, assertion, transfer_type: codes of `schemas/codes/`.
        confidence: how often such a reading was right in cross-validation, 0 to 1.
        rule_id: the rule that found it, such as `give.verb:supply`; `model` where a language model did.
        extractor: who found it: a code of `schemas/codes/extractor.csv`.
        extractor_version: in which state.
    """

    quote: Span
    trigger: Span
    supplier: Party
    recipient: Party
    system: System
    status: str
    assertion: str
    transfer_type: str
    confidence: float
    rule_id: str
    extractor: str
    extractor_version: str
    attribution: Span | None = None
    quantity: Span | None = None
    value: Span | None = None
    date: Span | None = None


class Aside(NamedTuple):
    """What of an article was not used: codes of `schemas/codes/stage.csv` and `reason.csv`, and both in words."""

    stage: str
    reason: str
    message: str
    excerpt: str


class Extractor(Protocol):
    """Finds mentions of transfers in articles."""

    def extract_all(self, articles: Sequence[Article]) -> list[list[Mention] | Exception]:
        """Return the mentions of each article in the order of their place, or what went wrong with it."""
        ...
