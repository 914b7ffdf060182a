"""A mention with its parts resolved: what one place in an article claims."""

from dataclasses import dataclass
from datetime import date

from etl.extraction.protocol import Mention
from etl.reference import Entry
from etl.reference.tables import status_phase
from etl.resolve.actors import Actor, resolve_party
from etl.resolve.dates import When, parse_when
from etl.resolve.languages import read_quantity, read_when
from etl.resolve.money import Money, parse_money
from etl.resolve.quantities import Interval, parse_quantity
from etl.sources import Article
from etl.sources.article import READ_BY_RULES

_FORWARD = {"pledged", "considering", "ordered", "approved", "negotiating", "offered", "requested"}


@dataclass(frozen=True)
class Claim:
    """What one mention claims, in identifiers and intervals."""

    mention: Mention
    supplier: Actor
    recipient: Actor
    system: Entry
    status: str
    quantity: Interval | None
    value: Money | None
    when: When | None

    @property
    def phase(self) -> str:
        """The phase of the status."""
        return status_phase(self.status)

    @property
    def parties(self) -> tuple[str, str]:
        """Identifiers of supplier and recipient."""
        return self.supplier.id, self.recipient.id


def _words(article: Article, span: tuple[int, int] | None) -> str | None:
    return article.text[span[0] : span[1]] if span else None


def read_claim(article: Article, mention: Mention) -> Claim:
    """Return what a mention claims."""
    quantity, value, when = (_words(article, span) for span in (mention.quantity, mention.value, mention.date))
    base: date | None = article.published
    forward = mention.status in _FORWARD and bool(when and "next" in when.lower())
    counted: Interval | None
    dated: When | None
    if article.language in READ_BY_RULES:
        counted = parse_quantity(quantity) if quantity else None
        dated = parse_when(when, base, forward=forward) if when else None
    else:
        counted = read_quantity(quantity) if quantity else None
        dated = read_when(when, article.language) if when else None
    return Claim(
        mention,
        resolve_party(mention.supplier),
        resolve_party(mention.recipient),
        mention.system.entry,
        mention.status,
        counted,
        parse_money(value) if value and article.language in READ_BY_RULES else None,
        dated,
    )
