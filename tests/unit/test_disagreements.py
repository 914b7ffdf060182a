"""Where two extractors read one article, what one alone has told is worth a look, and what the other tells instead is said in words."""

import random

import pytest

from etl.desk.disagreements import Row, find_disagreements

ARTICLES: list[Row] = [
    {"article_id": "english", "language": "en"},
    {"article_id": "short", "language": "und"},
    {"article_id": "german", "language": "de"},
]
EVENT: Row = {
    "event_id": "e1", "article_id": "english", "supplier_id": "NOR", "recipient_id": "GHA", "system_category": "armoured_vehicle",
    "status": "delivered", "extractor": "llm",
}  # fmt: skip


def event(extractor: str, event_id: str = "e1", **more: str) -> Row:
    """A row of events."""
    return dict(EVENT) | {"extractor": extractor, "event_id": event_id} | more


NOTHING = "nothing of this transfer"
CASES = {
    "the model alone": ([event("llm")], {"e1": f"found by Language model alone; Rules: {NOTHING}"}),
    "the rules alone": ([event("rules")], {"e1": f"found by Rules alone; Language model: {NOTHING}"}),
    "both": ([event("rules+llm")], {}),
    "a short text, which the rules read too": ([event("llm", article_id="short")], {"e1": f"found by Language model alone; Rules: {NOTHING}"}),
    "a language that the rules do not read": ([event("llm", article_id="german")], {}),
    "two statuses of one transfer": (
        [event("llm"), event("rules", "e2", status="ordered")],
        {"e1": "found by Language model alone; Rules: the same transfer as ordered",
         "e2": "found by Rules alone; Language model: the same transfer as delivered"},
    ),
    "several statuses, in the order of the alphabet": (
        [event("llm"), event("rules", "e2", status="pledged"), event("rules", "e3", status="ordered")],
        {"e1": "found by Language model alone; Rules: the same transfer as ordered and pledged",
         "e2": "found by Rules alone; Language model: the same transfer as delivered",
         "e3": "found by Rules alone; Language model: the same transfer as delivered"},
    ),
    "a further status beside one that both tell": (
        [event("llm"), event("rules+llm", "e2", status="ordered")],
        {"e1": "found by Language model alone; Rules: the same transfer as ordered"},
    ),
    "another recipient is another transfer": (
        [event("llm"), event("rules+llm", "e2", recipient_id="CHL")], {"e1": f"found by Language model alone; Rules: {NOTHING}"},
    ),
    "another category is another transfer": (
        [event("llm"), event("rules+llm", "e2", system_category="ship")], {"e1": f"found by Language model alone; Rules: {NOTHING}"},
    ),
    "another article is another report": (
        [event("llm"), event("rules+llm", "e2", article_id="short")], {"e1": f"found by Language model alone; Rules: {NOTHING}"},
    ),
    "the same extractor tells no other side": (
        [event("llm"), event("llm", "e2", status="ordered")],
        {"e1": f"found by Language model alone; Rules: {NOTHING}", "e2": f"found by Language model alone; Rules: {NOTHING}"},
    ),
    "no events": ([], {}),
}  # fmt: skip


@pytest.mark.parametrize(("events", "told"), CASES.values(), ids=CASES)
def test_what_one_extractor_alone_has_told(events: list[Row], told: dict[str, str]) -> None:
    """Each event of one extractor alone is there, with what the other says of the transfer in this article; no other is."""
    assert find_disagreements(events, ARTICLES) == told


def test_the_order_of_rows_does_not_count() -> None:
    """The words are the same, however the rows come."""
    events = [
        row | {"event_id": f"{at}-{row['event_id']}"} for at, (rows, _) in enumerate(CASES.values()) for row in rows
    ]
    told = find_disagreements(events, ARTICLES)
    random.Random(1).shuffle(events)
    assert find_disagreements(events, ARTICLES[::-1]) == told
