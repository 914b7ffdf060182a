"""Reviewed rows as coded articles, in the form that `etl evaluate` reads."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from etl.desk.decisions import Decision, holds
from etl.desk.session import Session
from etl.desk.tables import Row
from etl.publish.safe import json_line
from etl.publish.tables import write_text


def _is_settled(row: Row, decided: dict[str, Decision], dropped: dict[str, Row]) -> bool:
    return str(row["event_id"]) in dropped or holds(decided.get(str(row["event_id"])), row)


def _event(row: Row) -> dict[str, Any]:
    least, most = row["quantity_min"], row["quantity_max"]
    return {
        "supplier": row["supplier_id"], "recipient": row["recipient_id"], "system": row["system_text"],
        "category": row["system_category"], "status": row["status"], "assertion": row["assertion"],
        "date": row["date_edtf"], "quantity": None if least is None and most is None else [least, most],
        "quote": row["evidence"], "optional": False,
    }  # fmt: skip


def coded_articles(session: Session) -> list[dict[str, Any]]:
    """Return the articles of which every row was reviewed, each with the rows that were accepted or corrected.

    An article of which all rows were rejected has no events. What the extractor has not found is not in it: nobody was asked.

    Args:
        session: a sitting over the tables, not a blind one.
    """
    standing, decided = session.standing, session.decided
    left: dict[str, list[Row]] = defaultdict(list)
    for row in standing.events.values():
        left[str(row["article_id"])].append(row)
    reviewed = {item.article_id for item in decided.values()}
    articles = sorted(reviewed & session.tables.articles.keys())
    documents = []
    for name in sorted(articles, key=lambda name: (str(session.tables.articles[name]["source_id"]), name)):
        if not all(_is_settled(row, decided, standing.dropped) for row in left[name]):
            continue
        article = session.tables.articles[name]
        documents.append(
            {
                "id": article["source_id"], "title": article["title"], "published": article["published_edtf"],
                "publisher": article["publisher"], "text": session.tables.text(name),
                "events": [_event(row) for row in sorted(left[name], key=lambda row: (row["evidence_start"], row["event_id"]))],
            }
        )  # fmt: skip
    return documents


def write_gold(session: Session, path: Path) -> tuple[int, int]:
    """Write the coded articles as JSON Lines and return how many articles and events they are."""
    documents = coded_articles(session)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(json_line(document) + "\n" for document in documents))
    return len(documents), sum(len(document["events"]) for document in documents)
