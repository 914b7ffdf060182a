"""Coded articles -> labelled readings, from which the scorer learns."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.errors import ConfigurationError
from etl.extraction.scorer.readings import ArticleReadings, Reading
from etl.extraction.scorer.trees import Features
from etl.sources import Article

_ELSEWHERE = 0.6
"""Weight of a right reading whose words are not those that the coder quoted."""
WRITTEN = 0.4
"""Weight of the texts that were written for training, beside real articles: they tell more events in fewer words."""


@dataclass(frozen=True)
class Example:
    """One labelled reading.

    Attributes:
        pair, transfer: True where the coder has an event of these parties, and of this category.
        pair_weight, transfer_weight: 0 where careful coders could differ.
        statuses: those of the events that the coder quotes from this sentence, of the same transfer.
        in_body: False for readings of the context paragraph, which was not coded.
    """

    features: Features
    pair: bool
    pair_weight: float
    transfer: bool
    transfer_weight: float
    statuses: frozenset[str]
    in_body: bool


@dataclass(frozen=True)
class Document:
    """A coded article: its text as the extractor sees it, and the events that count.

    Attributes:
        body_start: offset at which the coded part begins; before it stands a paragraph of context.
        weight: how much it counts in training.
    """

    article: Article
    body_start: int
    firm: tuple[dict[str, str], ...]
    optional: tuple[dict[str, str], ...]
    weight: float = 1.0


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def read_documents(paths: Sequence[Path], *, weight: float = 1.0) -> Iterator[Document]:
    """Yield the coded articles of gold files, one JSON object a line.

    Args:
        paths: the files.
        weight: how much each article counts in training.

    Raises:
        ConfigurationError: a file is missing, or a line is not of the form that the README describes.
    """
    for path in paths:
        if not path.is_file():
            raise ConfigurationError(f"gold file {path} does not exist.")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                raw = json.loads(line)
                context = raw.get("context") or ""
                body = f"{context}\n\n{raw['text']}" if context else raw["text"]
                article = Article(
                    str(raw["id"]),
                    path.name,
                    body,
                    title=raw.get("title"),
                    published=_day(raw.get("published") or raw.get("date")),
                )
                events = raw["events"]
                firm = tuple(event for event in events if not event.get("optional"))
                optional = tuple(event for event in events if event.get("optional"))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ConfigurationError(f"{path} line {number}: no coded article ({error!r}).") from error
            yield Document(article, len(context) + 2 if context else 0, firm, optional, weight)


def _overlaps(reading: Reading, document: Document, event: dict[str, str]) -> bool:
    """True where the coder quotes the reading's sentence for an event."""
    sentence = reading.base.candidate.sentence
    at = document.article.text.find(event["quote"][:80])
    return at >= 0 and at < sentence.end and at + len(event["quote"]) > sentence.start


def _weight(is_firm: bool, is_optional: bool, is_quoted: bool) -> float:
    if is_firm:
        return 1.0 if is_quoted else _ELSEWHERE
    return 0.0 if is_optional else 1.0


def make_examples(document: Document, found: ArticleReadings) -> list[Example]:
    """Return the labelled readings of one coded article, those of its context paragraph marked."""
    firm: dict[tuple[str, ...], list[dict[str, str]]] = {}
    optional: set[tuple[str, ...]] = set()
    for events, is_firm in ((document.firm, True), (document.optional, False)):
        for event in events:
            transfer = (event["supplier"], event["recipient"], event["category"])
            for key in (transfer, transfer[:2]):
                if is_firm:
                    firm.setdefault(key, []).append(event)
                else:
                    optional.add(key)
    examples = []
    for reading, features in zip(found.readings, found.features(), strict=True):
        transfer, pair = reading.transfer, reading.transfer[:2]
        quoted = {
            key: [event for event in firm.get(key, []) if _overlaps(reading, document, event)]
            for key in (transfer, pair)
        }
        examples.append(
            Example(
                features,
                pair in firm,
                _weight(pair in firm, pair in optional, bool(quoted[pair])),
                transfer in firm,
                _weight(transfer in firm, transfer in optional, bool(quoted[transfer])),
                frozenset(event["status"] for event in quoted[transfer]),
                reading.base.candidate.sentence.start >= document.body_start,
            )
        )
    return examples


def shipped_examples() -> list[Path]:
    """Return the files of coded texts that were written for training and ship with the project."""
    return sorted((Path(__file__).parent / "texts").glob("*.jsonl"))
