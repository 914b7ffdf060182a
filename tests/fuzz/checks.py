"""What must hold for any input: each check takes a text or bytes and raises AssertionError where it does not hold."""

import math
from datetime import date
from functools import cache, partial
from io import BytesIO
from itertools import pairwise

from etl.extraction.rules.extractor import RuleExtractor
from etl.merge.events import Row, merge_mentions
from etl.reference import default_matcher
from etl.reference.names import fold
from etl.resolve.dates import parse_when
from etl.resolve.money import parse_money
from etl.resolve.quantities import parse_quantity
from etl.settings import Settings
from etl.sources import Article, Document
from etl.sources.article import Rejected
from etl.sources.decode import repair
from etl.sources.files import Inner
from etl.sources.published import is_date_line, parse_published
from etl.sources.reader import make_article, read_file
from schemas.checks import split, to_frame
from schemas.codes import codes
from schemas.columns import SPAN_ROLES
from schemas.tables import EVENTS, MENTIONS

EXTRACTOR = RuleExtractor()
SET = Settings().model_copy(update={"max_file_bytes": 5_000_000, "max_document_bytes": 1_000_000})
_TEXT_OF = {"supplier": "supplier_text", "recipient": "recipient_text", "system": "system_text"}


@cache
def _known(name: str) -> frozenset[str]:
    return frozenset(codes(name))


def check_file(name: str, data: bytes) -> int:
    """Read a file: articles whose text and spans hold, and refusals with known codes. Return the number of articles."""
    path = f"in/{name}"
    items = list(read_file(Inner(path, path, give=partial(BytesIO, data)), SET))
    assert items
    count = 0
    for item in items:
        assert isinstance(item, Document | Rejected)
        assert item.source_path.startswith(path)
        made = make_article(item, SET) if isinstance(item, Document) else item
        if isinstance(item, Document):
            assert len(item.digest()) == 16
        if isinstance(made, Article):
            count += 1
            check_article(made)
        else:
            check_refusal(made)
    return count


def check_refusal(refused: Rejected) -> None:
    """A refusal has known codes and words, and is not for want of time."""
    assert refused.reason in _known("reason")
    assert refused.stage in _known("stage")
    assert refused.message.strip()
    assert refused.reason != "too_slow", "a small input took a minute"
    for value in refused.row().values():
        if isinstance(value, str):
            value.encode("utf-8")


def check_article(article: Article) -> None:
    """The text is clean, and what stands aside lies in it, apart and in order."""
    for text in (article.text, article.title, article.url, article.publisher, article.source_id):
        if text is not None:
            assert text.encode("utf-8").decode("utf-8") == text
            assert "\x00" not in text
    assert article.text == article.text.strip() != ""
    assert all(0 <= start < end <= len(article.text) for start, end in article.aside)
    assert all(first[1] <= second[0] for first, second in pairwise(article.aside))
    assert article.published is None or article.published.year == article.published_year
    assert len(article.article_id) == 16
    assert 2 <= len(article.language) <= 3


def check_when(text: str, base: date | None, *, forward: bool = False) -> None:
    """A time has known codes, and its days are in order."""
    when = parse_when(text, base, forward=forward)
    if when is not None:
        assert when.precision in _known("date_precision")
        assert when.basis in _known("date_basis")
        assert when.start is None or when.end is None or when.start <= when.end


def check_quantity(text: str) -> None:
    """An interval is not upside down and fits a column of whole numbers."""
    interval = parse_quantity(text)
    if interval is not None:
        low, high = interval
        assert low is not None or high is not None
        assert low is None or high is None or low <= high
        assert all(bound is None or 0 <= bound < 1 << 63 for bound in interval)


def check_money(text: str) -> None:
    """A sum is a finite number that is not negative."""
    money = parse_money(text)
    if money is not None:
        assert money.amount >= 0
        assert math.isfinite(money.amount)


def check_published(text: str) -> None:
    """A day of publication has its year told too, between 1 and 9999."""
    for order in (None, "dmy", "mdy"):
        published = parse_published(text, order=order)  # type: ignore[arg-type]
        assert published.day is None or published.day.year == published.year
        assert published.year is None or 1 <= published.year <= 9999
    assert is_date_line(text) in {True, False}


def check_names(text: str) -> None:
    """Names lie in the text, apart and in order; the gate for articles sees equipment wherever the matcher does."""
    assert len(fold(text)) == len(text)
    found = default_matcher().find(text)
    assert all(0 <= match.start < match.end <= len(text) for match in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    if any(not match.entry.is_actor for match in found):
        assert default_matcher().names_equipment(text)


def _span(row: Row, role: str) -> tuple[int, int] | None:
    start, end = row[f"{role}_start"], row[f"{role}_end"]
    assert (start is None) == (end is None)
    return None if start is None or end is None else (int(str(start)), int(str(end)))


def _check_mention(text: str, row: Row) -> None:
    """The quote stands at its offsets, and each role is a stretch of words within the text."""
    quote, trigger = _span(row, "quote"), _span(row, "trigger")
    assert quote is not None
    assert trigger is not None
    assert text[slice(*quote)] == row["quote"] != ""
    assert quote[0] <= trigger[0] < trigger[1] <= quote[1]
    for role in SPAN_ROLES:
        if span := _span(row, role):
            assert 0 <= span[0] < span[1] <= len(text)
            assert text[slice(*span)] == text[slice(*span)].strip()


def _check_event(text: str, row: Row, mentions: list[Row]) -> None:
    """The evidence is the quote of a mention, and each name is what a mention's offsets say."""
    own = [mention for mention in mentions if mention["event_id"] == row["event_id"]]
    assert own
    assert len(own) == row["n_mentions"]
    assert text[int(str(row["evidence_start"])) : int(str(row["evidence_end"]))] == row["evidence"]
    assert row["evidence"] in {mention["quote"] for mention in own}
    everywhere = {role: {text[slice(*span)] for m in mentions if (span := _span(m, role))} for role in _TEXT_OF}
    for role, column in _TEXT_OF.items():
        assert row[column] is None or row[column] in everywhere[role]


def check_extraction(text: str) -> int:
    """Extract a text: all rows are grounded in it and keep their schemas. Return the number of events."""
    article = Article("a1", "a1.txt", repair(text), published=date(2024, 1, 4))
    events, mentions = merge_mentions(article, EXTRACTOR.extract(article), firm=EXTRACTOR.firm)
    for mention in mentions:
        _check_mention(article.text, mention)
    for event in events:
        _check_event(article.text, event, mentions)
    for table, rows in ((MENTIONS, mentions), (EVENTS, events)):
        assert not rows or split(table, to_frame(table, rows))[1] == []  # a table without rows keeps any schema
    return len(events)
