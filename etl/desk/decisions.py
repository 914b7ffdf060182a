"""What reviewers have decided: the columns of `reviewed.csv` and of a blind coder's own file, and which decisions still hold.

| column | holds |
| --- | --- |
| `who`, `when` | who decided, on which day (ISO 8601) |
| `event_id`, `article_id` | the row, and its article |
| `decision` | `accept`, `correct` or `reject` |
| `expected` | SUPPLIER RECIPIENT SYSTEM STATUS of the row as decided; a row that has others since is open again |

A blind coder's file has in addition each field as that coder would have it; all empty where the row is no event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.desk.ledger import Ledger
from etl.errors import ConfigurationError
from etl.review.fields import FIELDS

COLUMNS = ("who", "when", "event_id", "article_id", "decision", "expected")
BLIND_COLUMNS = (*COLUMNS, *FIELDS)
DECISIONS = ("accept", "correct", "reject")


@dataclass(frozen=True)
class Decision:
    """One line: what somebody decided about a row.

    Attributes:
        fields: each field as decided, in a blind coder's file; else empty.
    """

    who: str
    when: str
    event_id: str
    article_id: str
    decision: str
    expected: str
    fields: Mapping[str, str]


def signature(row: Mapping[str, object]) -> str:
    """Return SUPPLIER RECIPIENT SYSTEM STATUS of a row of `events`."""
    return " ".join(str(row[name]) for name in ("supplier_id", "recipient_id", "system_id", "status"))


def cell(value: object) -> str:
    """Return a value of a row as corrections write it: empty for none."""
    return "" if value is None else str(value)


def read_decisions(path: Path, *, is_blind: bool = False) -> list[Decision]:
    """Return the decisions of a file in its order; none where there is no file.

    Raises:
        ConfigurationError: the file has other columns, or a line tells no known decision.
    """
    found = []
    for line, row in Ledger(path, BLIND_COLUMNS if is_blind else COLUMNS).rows():
        if row["decision"] not in DECISIONS:
            told = f"{path} line {line}: decision {row['decision']!r} is none of {', '.join(DECISIONS)}. Mend the line."
            raise ConfigurationError(told)
        fields = {name: row[name] for name in FIELDS} if is_blind else {}
        found.append(Decision(**{name: row[name] for name in COLUMNS}, fields=fields))
    return found


def latest(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """Return the last decision about each event, by event_id."""
    return {item.event_id: item for item in decisions}


def holds(decision: Decision | None, row: Mapping[str, object]) -> bool:
    """True where the row is still the one that was decided about."""
    return decision is not None and decision.expected == signature(row)
