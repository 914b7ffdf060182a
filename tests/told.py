"""What tests of the grammar share: a text and the rows that it tells."""

from typing import Any

from etl.extraction.rules.extractor import RuleExtractor
from etl.merge.events import merge_mentions
from etl.sources import Article


def rows_of(text: str) -> list[dict[str, Any]]:
    """Return the events that the default extractor reads from a text."""
    article, extractor = Article("a", "a.txt", text), RuleExtractor()
    rows, _ = merge_mentions(article, extractor.extract(article), firm=extractor.firm)
    return rows


def told(text: str) -> list[tuple[str | None, str | None, str]]:
    """Return supplier, recipient and status of each event of a text, in order."""
    return sorted((row["supplier_id"], row["recipient_id"], row["status"]) for row in rows_of(text))
