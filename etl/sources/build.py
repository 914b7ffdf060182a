"""Fields of a document, whatever file they came from -> an Article."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from etl.errors import InputError
from etl.settings import Settings
from etl.sources.article import Article
from etl.sources.decode import repair
from etl.sources.document import Document
from etl.sources.front_matter import read_front_matter
from etl.sources.html import read_html
from etl.sources.pdf import read_pdf
from etl.sources.published import Published, parse_published

_LONGEST_TITLE = 2000
"""Characters of a headline that are kept; what is longer is none, but a text in the wrong place."""
_LETTERS_AMONG, _LEAST_LETTERS = 5000, 0.3
"""Characters at the beginning of a text that are counted, and the share of letters from which it is natural text."""
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_LOOK_AT = 1000
"""Characters at the beginning of a text that tell its language."""
_ENGLISH = frozenset([
    "the", "and", "of", "that", "with", "was", "for", "have", "has", "been", "were", "which", "from", "his", "their", "would",
    "said", "this",
])  # fmt: skip
_ENGLISH_WORDS, _ENGLISH_SHARE = 5, 0.12
"""How many of these words, and which share of all, a text in any other language does not reach."""


_SURE = 0.5
"""Probability from which the classifier is believed; a list of names, or three words, are of no language."""
UNDETERMINED = "und"
"""Code of ISO 639-2 for a language that cannot be told."""


@cache
def _classifier() -> Any:
    """The classifier over the languages with a code of two letters: news is written in these, not in their dialects."""
    classifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classifier.set_languages([label for label in classifier.labels if len(label) == 2])
    return classifier


def identify_language(text: str) -> str:
    """Return the ISO 639 code of the language that the beginning of a text is written in, `und` where it cannot be told.

    English is known by its commonest words, for a hundredth of what the classifier costs; the classifier has all else.
    """
    start = text[:_LOOK_AT]
    words = start.lower().split()
    told = [word for word in words if word in _ENGLISH]
    if len(set(told)) >= _ENGLISH_WORDS and len(told) >= _ENGLISH_SHARE * len(words):
        return "en"
    language, probability = _classifier().classify(start.lower() if start.isupper() else start)
    return str(language) if probability >= _SURE else UNDETERMINED


def _clean(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = repair(str(value))
    return " ".join(text.split()) or None


def _published(value: object, settings: Settings, publisher: str | None) -> Published:
    if isinstance(value, datetime):
        return Published(value.date(), value.year)
    if isinstance(value, date):
        return Published(value, value.year)
    text = _clean(value)
    order = settings.date_order_by_publisher.get(publisher or "", settings.date_order)
    return parse_published(text, order=order) if text else Published()


def _fields(document: Document) -> Mapping[str, object]:
    """The fields of a document; those of a page or a PDF file are read from it, and what its file tells beside counts more."""
    told = {name: value for name, value in document.fields.items() if name not in {"page", "pdf"}}
    page, pdf = document.fields.get("page"), document.fields.get("pdf")
    if isinstance(page, str):
        return read_html(page) | told
    if isinstance(pdf, bytes):
        return read_pdf(pdf) | told
    return told


def _is_of_letters(start: str) -> bool:
    """True where at least three in ten characters are letters; those of English are counted first, which is a hundred times as fast."""
    enough = _LEAST_LETTERS * len(start)
    english = len(start.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    return bool(start) and (english >= enough or sum(map(str.isalpha, start)) >= enough)


def build_article(document: Document, settings: Settings) -> Article:
    """Return the article that the fields of a document tell.

    Raises:
        InputError: the text is missing, empty, too long or not natural text, or the page or PDF file cannot be read.
    """
    fields = _fields(document)
    raw = fields.get("text")
    if raw is None or (isinstance(raw, float) and math.isnan(raw)) or (isinstance(raw, str) and not raw.strip()):
        raise InputError("no_text", "the text of the document is empty. Nothing to do if that is so in the source.")
    if not isinstance(raw, str):
        raise InputError("bad_record", f"the text is a {type(raw).__name__}, not a string. Mend the record.")
    if len(raw) > settings.max_article_chars:
        raise InputError(
            "too_large",
            f"the text has {len(raw):,} characters, the limit is {settings.max_article_chars:,}. "
            "Divide it into articles, or raise max_article_chars.",
        )
    if raw.count("\x00") > len(raw) // 100:
        raise InputError("not_text", "the text holds NUL characters: it is not natural text.")
    text = repair(raw)
    if not _is_of_letters(text[:_LETTERS_AMONG]):
        raise InputError("no_text", "fewer than a third of the first characters are letters: no article to read.")
    publisher, title, url = (
        _clean(fields.get("publisher")),
        _clean(fields.get("title")),
        _clean(fields.get("url")),
    )
    published = _published(fields.get("date"), settings, publisher)
    order = settings.date_order_by_publisher.get(publisher or "", settings.date_order)
    front = read_front_matter(text, order=order, has_title=title is not None)
    if published.day is None:
        published = front.published if front.published.day or not published.year else published
    return Article(
        source_id=_clean(fields.get("id")) or document.default_id,
        source_path=document.source_path,
        text=text,
        title=(title or front.title or "")[:_LONGEST_TITLE].rstrip() or None,
        url=url if url and url.startswith(("http://", "https://")) else None,
        publisher=publisher,
        published=published.day,
        published_year=published.year,
        language=identify_language(text),
        aside=front.aside,
    )
