"""Coded articles -> labelled readings, from which the scorer learns."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.errors import ConfigurationError
from etl.extract.scorer.features import Features
from etl.extract.scorer.readings import ArticleReadings, Reading
from etl.reference.tables import status_phase
from etl.sources import Article

_ELSEWHERE = 0.6
"""Weight of a right reading whose words are not those that the coder quoted."""


@dataclass(frozen=True)
class Example:
    """One labelled reading.

    Attributes:
        document: number of its document; cross-validation never divides one.
        label: True where the coder has the event.
        weight: 0 where careful coders could differ.
        in_body: False for readings of the context paragraph, which was not coded.
    """

    document: int
    reading: Reading
    features: Features
    label: bool
    weight: float
    in_body: bool


@dataclass(frozen=True)
class Document:
    """A coded article: its text as the extractor sees it, and the events that count."""

    article: Article
    body_start: int
    firm: tuple[dict[str, str], ...]
    optional: tuple[dict[str, str], ...]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def read_documents(paths: Sequence[Path]) -> Iterator[Document]:
    """Yield the coded articles of gold files, one JSON object a line.

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
            yield Document(article, len(context) + 2 if context else 0, firm, optional)


def _keys(events: Sequence[dict[str, str]]) -> dict[tuple[str, str, str, str], list[dict[str, str]]]:
    keyed: dict[tuple[str, str, str, str], list[dict[str, str]]] = {}
    for event in events:
        key = (event["supplier"], event["recipient"], event["category"], status_phase(event["status"]))
        keyed.setdefault(key, []).append(event)
    return keyed


def _holds_quote(reading: Reading, document: Document, events: Sequence[dict[str, str]]) -> bool:
    sentence = reading.base.candidate.sentence
    for event in events:
        at = document.article.text.find(event["quote"][:80])
        if at >= 0 and at < sentence.end and at + len(event["quote"]) > sentence.start:
            return True
    return False


def make_examples(document: Document, found: ArticleReadings, number: int) -> list[Example]:
    """Return the labelled readings of one coded article, those of its context paragraph marked."""
    firm, optional = _keys(document.firm), _keys(document.optional)
    examples = []
    for reading, features in zip(found.readings, found.features(), strict=True):
        key = reading.key
        weight = 1.0
        if key in firm:
            weight = 1.0 if _holds_quote(reading, document, firm[key]) else _ELSEWHERE
        elif key in optional:
            weight = 0.0
        in_body = reading.base.candidate.sentence.start >= document.body_start
        examples.append(Example(number, reading, features, key in firm, weight, in_body))
    return examples


def shipped_examples() -> list[Path]:
    """Return the files of coded texts that were written for training and ship with the project."""
    return sorted((Path(__file__).parent / "texts").glob("*.jsonl"))
