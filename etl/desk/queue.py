"""The order in which rows are worth a look: the most doubtful first, each with the reasons in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from etl.desk.decisions import Decision, holds
from etl.desk.tables import Row, Tables
from etl.reference import entries

_UNSURE = 0.5
"""Confidence below which a row is called unsure."""
WEIGHTS = {
    "unknown_party": 0.3, "conflict": 0.3, "disputed": 0.3, "disagreement": 0.3, "candidate": 0.2, "general_word": 0.15, "low_confidence": 0.1,
}  # fmt: skip
"""What each reason adds to 1 - confidence. Judgements: what a person can settle from the text weighs more than what only is vague."""
LABELS = {
    "unknown_party": "Unknown party", "conflict": "Reports contradict", "disputed": "Disputed",
    "disagreement": "One extractor alone", "candidate": "Candidate, not firm", "general_word": "General word only", "low_confidence": "Low confidence",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One row of the queue.

    Attributes:
        score: the doubt; the more, the earlier it is shown.
        reasons: code of each reason -> the same in words.
        decision: the decision about the row that holds, if there is one.
    """

    row: Row
    score: float
    reasons: Mapping[str, str]
    decision: Decision | None


def _unknown_party(row: Row, _: Tables) -> str | None:
    sides = [side for side in ("supplier", "recipient") if row[f"{side}_id"] == "unknown"]
    return f"the {' and the '.join(sides)} is unknown" if sides else None


def _conflict(row: Row, tables: Tables) -> str | None:
    fields = tables.conflicts.get(str(row["event_id"]))
    return f"another report of the transfer contradicts: {', '.join(fields).replace('_', ' ')}" if fields else None


def _disputed(row: Row, tables: Tables) -> str | None:
    if row["assertion"] == "disputed":
        return "the article both reports and denies it"
    return "a report of the same transfer denies it" if str(row["event_id"]) in tables.disputed else None


def _disagreement(row: Row, tables: Tables) -> str | None:
    return tables.disagreements.get(str(row["event_id"]))


def _candidate(row: Row, _: Tables) -> str | None:
    return "less sure than a firm row" if row["tier"] == "candidate" else None


def _general_word(row: Row, _: Tables) -> str | None:
    entry = entries().get(str(row["system_id"]))
    return f"no weapon is named, only “{row['system_text']}”" if entry is None or entry.rank == 0 else None


def _low_confidence(row: Row, _: Tables) -> str | None:
    sure = float(row["confidence"])
    return f"the confidence is {sure:.2f}" if sure < _UNSURE else None


_REASONS: dict[str, Callable[[Row, Tables], str | None]] = {
    "unknown_party": _unknown_party, "conflict": _conflict, "disputed": _disputed, "disagreement": _disagreement,
    "candidate": _candidate, "general_word": _general_word, "low_confidence": _low_confidence,
}  # fmt: skip


def doubts(row: Row, tables: Tables) -> dict[str, str]:
    """Return why a row is worth a look: code -> words, in the order of `WEIGHTS`."""
    return {name: told for name in WEIGHTS if (told := _REASONS[name](row, tables))}


def queue(
    rows: Iterable[Row], tables: Tables, decided: Mapping[str, Decision], before: Iterable[Entry] = ()
) -> list[Entry]:
    """Return rows as entries, the most doubtful first; equals in the order of their articles.

    Args:
        rows: rows of `events`.
        tables: the tables of the run.
        decided: the last decision about each event.
        before: the queue of the same tables before the last decision; what it says of rows that are the same is not found out again.
    """
    known = {id(entry.row): entry for entry in before}  # they are held by `before`, so that no identity is given twice
    found = []
    for row in rows:
        entry = known.get(id(row)) or _entry(row, tables)
        decision = decided.get(str(row["event_id"]))
        decision = decision if holds(decision, row) else None
        found.append(entry if entry.decision is decision else replace(entry, decision=decision))
    return sorted(found, key=_place)


def _entry(row: Row, tables: Tables) -> Entry:
    reasons = doubts(row, tables)
    return Entry(row, round(1 - float(row["confidence"]) + sum(WEIGHTS[name] for name in reasons), 4), reasons, None)


def _place(entry: Entry) -> tuple[float, str, int, str]:
    row = entry.row
    return -entry.score, str(row["source_id"]), int(row["evidence_start"]), str(row["event_id"])
