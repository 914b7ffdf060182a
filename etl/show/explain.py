"""An event with all that stands behind it: its row in words, its sentences, its article and its transfer."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from etl.show.evidence import ROLES, STYLE, Span, context, legend, marked, spans_of
from etl.show.words import Row, day, facts, headline, membership

_AROUND = 160
_FRAME = """\
.etl-event { max-width: 46em; margin: 0.5em 0 1.5em; line-height: 1.5; }
.etl-event dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1em 1em; margin: 0.5em 0; }
.etl-event dt { opacity: 0.7; }
.etl-event dd { margin: 0; }
.etl-event blockquote { margin: 0.7em 0; padding-left: 1em; border-left: 3px solid #8884; }
"""


@dataclass(frozen=True)
class Evidence:
    """One mention with the words around it.

    Attributes:
        text: what the offsets count in: the article's text, or the quote where the text is not at hand.
        quote: start and end of the quote.
        shown: start and end of the stretch to show.
        spans: the words of the roles.
    """

    text: str
    quote: tuple[int, int]
    shown: tuple[int, int]
    spans: tuple[Span, ...]

    def html(self) -> str:
        """Return the stretch as HTML; dots where the text goes on."""
        low, high = self.shown
        dots = "… " if low else "", " …" if high < len(self.text) else ""
        return f"{dots[0]}{marked(self.text, low, high, self.spans)}{dots[1]}"

    def plain(self) -> str:
        """Return the quote in quotation marks, and below it the words of each role."""
        words = "; ".join(f"{ROLES[span.role].label} “{self.text[span.start : span.end]}”" for span in self.spans)
        low, high = self.shown
        before, after = self.text[low : self.quote[0]], self.text[self.quote[1] : high]
        dots = "… " if low else "", " …" if high < len(self.text) else ""
        stretch = f"{dots[0]}{before}“{self.text[slice(*self.quote)]}”{after}{dots[1]}"
        return f"{' '.join(stretch.split())}\n  {words}"


def evidence_of(mention: Row, text: str | None) -> Evidence:
    """Return the evidence of a row of `mentions`.

    Args:
        mention: the row.
        text: the article's text; None where it is not at hand, as in a release: then the quote stands for it.
    """
    start, end = int(mention["quote_start"]), int(mention["quote_end"])
    spans = spans_of(mention)
    if text is not None:
        return Evidence(text, (start, end), context(text, start, end, _AROUND), tuple(spans))
    quote: str = mention["quote"]
    moved = (Span(span.role, span.start - start, span.end - start) for span in spans)
    inside = tuple(span for span in moved if span.start >= 0 and span.end <= len(quote))
    return Evidence(quote, (0, len(quote)), (0, len(quote)), inside)


@dataclass(frozen=True)
class EventShown:
    """One event with the rows that stand behind it.

    Attributes:
        event, article: its rows.
        evidence: its mentions.
        tie, transfer: the row that joins it to a transfer, and that transfer; None where there is none.
    """

    event: Row
    article: Row
    evidence: tuple[Evidence, ...]
    tie: Row | None
    transfer: Row | None

    def _facts(self) -> list[tuple[str, str]]:
        belongs = (
            [("transfer", membership(self.tie, self.transfer))]
            if self.tie is not None and self.transfer is not None
            else []
        )
        return [*facts(self.event), *belongs, ("event", self.event["event_id"])]

    def _source(self) -> list[str]:
        article = self.article
        return [told for told in (article["title"], article["publisher"], day(article["published_date"])) if told]

    def html(self) -> str:
        """Return the event as HTML; the style sheet stands in `explain_html`."""
        told = "".join(f"<dt>{name}</dt><dd>{escape(words)}</dd>" for name, words in self._facts())
        quotes = "".join(f"<blockquote>{evidence.html()}</blockquote>" for evidence in self.evidence)
        source = escape(", ".join(self._source()) or self.article["source_id"])
        url = self.article["url"]
        if url and url.startswith(("http://", "https://")):
            source = f'<a href="{escape(url)}" rel="noopener noreferrer">{source}</a>'
        title = f"<h4>{escape(headline(self.event))}</h4>"
        return f'<section class="etl-event">{title}<dl>{told}</dl>{quotes}<p>{source}</p></section>'

    def plain(self) -> str:
        """Return the same as plain text."""
        lines = [headline(self.event)]
        lines += [f"  {name:<11}{words}" for name, words in self._facts()]
        lines += [f"  {line}" for evidence in self.evidence for line in evidence.plain().splitlines()]
        source = [
            *(self._source() or [self.article["source_id"]]),
            *([self.article["url"]] if self.article["url"] else []),
        ]
        return "\n".join([*lines, f"  source     {', '.join(source)}"])


def explain_html(shown: Sequence[EventShown]) -> str:
    """Return events as a stretch of HTML with its style sheet, to stand in a notebook or a page."""
    return f"<style>{_FRAME}{STYLE}</style>{legend()}{''.join(event.html() for event in shown)}"
