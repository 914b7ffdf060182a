"""Events of a run with two extractors that one of them alone has told: what the other tells instead, in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from etl.sources.article import READ_BY_RULES
from schemas.codes import lookup

Row = Mapping[str, object]
_OTHER = {"rules": "llm", "llm": "rules"}


def _transfer(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in ("article_id", "supplier_id", "recipient_id", "system_category"))


def find_disagreements(events: Iterable[Row], articles: Iterable[Row]) -> dict[str, str]:
    """Return event_id -> what the other extractor says, for events that one extractor alone has told.

    Articles in languages that the rules do not read are left out: there the model has no second reader.

    Args:
        events: rows of `events`.
        articles: rows of `articles`.
    """
    read_by_both = {row["article_id"] for row in articles if row["language"] in READ_BY_RULES}
    names = lookup("extractor", "label")
    told: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    alone = []
    for row in events:
        if row["article_id"] in read_by_both:
            told[_transfer(row)].append(row)
            if row["extractor"] in _OTHER:
                alone.append(row)
    found = {}
    for row in alone:
        other = _OTHER[str(row["extractor"])]
        statuses = sorted(
            {str(near["status"]) for near in told[_transfer(row)] if other in str(near["extractor"]).split("+")}
        )
        instead = f"the same transfer as {' and '.join(statuses)}" if statuses else "nothing of this transfer"
        found[str(row["event_id"])] = f"found by {names[str(row['extractor'])]} alone; {names[other]}: {instead}"
    return found
