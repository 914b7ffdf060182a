"""Measures a table of events against coded articles: by depth, status, category, publisher and tier, with intervals."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from etl.errors import ConfigurationError
from etl.reference.tables import status_phase

Event = Mapping[str, str]
Key = tuple[str, ...]

DEPTHS: dict[str, Callable[[Event], Key]] = {
    "pair": lambda event: (event["supplier"], event["recipient"]),
    "transfer": lambda event: (event["supplier"], event["recipient"], event["category"]),
    "event": lambda event: (event["supplier"], event["recipient"], event["category"], status_phase(event["status"])),
    "strict": lambda event: (event["supplier"], event["recipient"], event["category"], event["status"]),
    "asserted": lambda event: (event["supplier"], event["recipient"], event["category"], event["status"], event.get("assertion") or "reported"),
}  # fmt: skip
"""What must agree for an event to count as found."""
_ONCE = {"pair", "transfer", "event"}
"""Depths that count once an article; the others count each event."""
_RESAMPLES = 400
_THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Confidences at which the curve of precision and recall is drawn."""
_BINS = 5
"""Bins of equal size in which confidence is compared with the share that was right."""


@dataclass
class Score:
    """Counts of hits, predicted and gold, and what follows from them."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0
    documents: list[tuple[int, int, int]] = field(default_factory=list, repr=False)

    def add(self, hits: int, predicted: int, gold: int) -> None:
        """Add the counts of one document."""
        self.hits, self.predicted, self.gold = self.hits + hits, self.predicted + predicted, self.gold + gold
        self.documents.append((hits, predicted, gold))

    def figures(self) -> dict[str, object]:
        """Return precision, recall and F1, with the 95 % interval of F1 from resampled documents (seeded)."""
        random = Random(0)
        samples = sorted(
            _prf(*(sum(column) for column in zip(*random.choices(self.documents, k=len(self.documents)), strict=True)))[
                2
            ]
            for _ in range(_RESAMPLES if self.documents else 0)
        )
        precision, recall, f1 = _prf(self.hits, self.predicted, self.gold)
        interval = [round(samples[_RESAMPLES // 40], 3), round(samples[-_RESAMPLES // 40 - 1], 3)] if samples else None
        return {
            "precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3), "f1_95": interval,
            "hits": self.hits, "predicted": self.predicted, "gold": self.gold,
        }  # fmt: skip


def _prf(hits: int, predicted: int, gold: int) -> tuple[float, float, float]:
    precision = hits / predicted if predicted else float(not gold)
    recall = hits / gold if gold else float(not predicted)
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def read_gold(path: Path) -> list[dict[str, object]]:
    """Return the coded articles of a gold file: JSON Lines with id and events.

    Raises:
        ConfigurationError: the file is missing or a line is not of this form.
    """
    if not path.is_file():
        raise ConfigurationError(f"gold file {path} does not exist.")
    documents = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
            for event in document["events"]:
                DEPTHS["strict"](event)
                status_phase(event["status"])
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{path} line {number}: needs id and events, each with supplier, recipient, category and a known status ({error!r})."
            ) from error
        documents.append(document)
    return documents


def _events(document: Mapping[str, object]) -> list[Event]:
    events = document["events"]
    return list(events) if isinstance(events, list) else []


def _count(predicted: Iterable[Event], gold: Sequence[Event], depth: str) -> tuple[int, int, int]:
    """Hits, predicted and gold of one document. An optional gold event absorbs a prediction, and is never missed."""
    key = DEPTHS[depth]
    given = Counter(map(key, predicted))
    firm = Counter(key(event) for event in gold if not event.get("optional"))
    optional = Counter(key(event) for event in gold if event.get("optional"))
    if depth in _ONCE:
        given, firm, optional = (Counter(set(counter)) for counter in (given, firm, optional))
    hits = given & firm
    absorbed = (given - hits) & optional
    return hits.total(), given.total() - absorbed.total(), firm.total()


def _kind_of_error(event: Event, others: Sequence[Event]) -> str:
    """What a missed or false event gets wrong beside the nearest of the other side."""
    for kind, depth in (
        ("assertion", "strict"),
        ("status", "event"),
        ("phase", "transfer"),
        ("category", "pair"),
    ):
        if any(DEPTHS[depth](event) == DEPTHS[depth](other) for other in others):
            return kind
    if any((event["supplier"], event["recipient"]) == (other["recipient"], other["supplier"]) for other in others):
        return "direction"
    if any(event["supplier"] == other["supplier"] or event["recipient"] == other["recipient"] for other in others):
        return "one party"
    return "no counterpart"


def _confidences(given: Sequence[Event], gold: Sequence[Event]) -> list[tuple[float, bool]]:
    """For each event of one document its highest confidence, and whether the coder has it; optional ones are left out."""
    key = DEPTHS["event"]
    firm = {key(event) for event in gold if not event.get("optional")}
    optional = {key(event) for event in gold if event.get("optional")}
    best: dict[Key, float] = {}
    for event in given:
        best[key(event)] = max(best.get(key(event), 0.0), float(event["confidence"]))
    return [(value, name in firm) for name, value in best.items() if name in firm or name not in optional]


def _bins(points: Sequence[tuple[float, bool]]) -> list[list[tuple[float, bool]]]:
    ordered, count = sorted(points), len(points)
    return [ordered[number * count // _BINS : (number + 1) * count // _BINS] for number in range(_BINS)]


def _calibration_error(points: Sequence[tuple[float, bool]]) -> float | None:
    """The mean distance of confidence from the share that was right, over bins of equal size (expected calibration error)."""
    if not points:
        return None
    total = sum(abs(sum(value for value, _ in part) - sum(right for _, right in part)) for part in _bins(points))
    return round(total / len(points), 3)


def _calibration_by_chance(points: Sequence[tuple[float, bool]]) -> float | None:
    """The calibration error to be expected where each confidence is exactly the chance to be right: a few rows never fit.

    The number of right rows of a bin is then a sum of unequal coins (Poisson binomial), so the mean is exact, not simulated.
    """
    if not points:
        return None
    total = 0.0
    for part in _bins(points):
        chances = np.ones(1)
        for value, _ in part:
            chances = np.convolve(chances, [1 - value, value])
        total += float(chances @ np.abs(np.arange(len(chances)) - sum(value for value, _ in part)))
    return round(total / len(points), 3)


def evaluate(rows: Sequence[Mapping[str, object]], gold: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return the figures of a table of events against coded articles.

    Args:
        rows: rows of `events`; only those of the coded articles count.
        gold: coded articles, as `read_gold` returns them.
    """
    predicted: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        predicted[str(row["source_id"])].append(
            {
                "supplier": str(row["supplier_id"]), "recipient": str(row["recipient_id"]), "category": str(row["system_category"]),
                "status": str(row["status"]), "assertion": str(row["assertion"]), "tier": str(row["tier"]),
                "confidence": str(row["confidence"]),
            }
        )  # fmt: skip
    depths = {name: Score() for name in DEPTHS}
    firm = {name: Score() for name in DEPTHS}
    groups: dict[str, dict[str, Score]] = {name: defaultdict(Score) for name in ("status", "category", "publisher")}
    curve = {threshold: Score() for threshold in _THRESHOLDS}
    points: list[tuple[float, bool]] = []
    kinds: dict[str, Counter[str]] = {"missed": Counter(), "false": Counter()}
    quiet = false_quiet = 0
    for document in gold:
        events = _events(document)
        given = predicted.get(str(document["id"]), [])
        sure = [event for event in given if event["tier"] == "firm"]
        for name in DEPTHS:
            depths[name].add(*_count(given, events, name))
            firm[name].add(*_count(sure, events, name))
        for threshold, score in curve.items():
            score.add(*_count([event for event in given if float(event["confidence"]) >= threshold], events, "event"))
        points += _confidences(given, events)
        groups["publisher"][str(document.get("publisher"))].add(*_count(given, events, "event"))
        for group in ("status", "category"):
            for value in {event[group] for event in [*given, *events]}:
                mine, theirs = ([event for event in side if event[group] == value] for side in (given, events))
                groups[group][value].add(*_count(mine, theirs, "event"))
        wanted = [event for event in events if not event.get("optional")]
        for event in wanted:
            if DEPTHS["asserted"](event) not in map(DEPTHS["asserted"], given):
                kinds["missed"][_kind_of_error(event, given)] += 1
        for event in given:
            if DEPTHS["asserted"](event) not in map(DEPTHS["asserted"], events):
                kinds["false"][_kind_of_error(event, events)] += 1
        if not events:
            quiet += 1
            false_quiet += bool(given)
    return {
        "documents": len(gold),
        "gold_events": sum(len(_events(document)) for document in gold),
        "depth": {name: score.figures() for name, score in depths.items()},
        "firm": {name: score.figures() for name, score in firm.items()},
        "curve": {f"{threshold:.1f}": score.figures() for threshold, score in curve.items()},
        "calibration_error": _calibration_error(points),
        "calibration_by_chance": _calibration_by_chance(points),
        **{
            group: {value: score.figures() for value, score in sorted(scores.items()) if score.predicted or score.gold}
            for group, scores in groups.items()
        },
        "errors": {side: dict(sorted(counter.items())) for side, counter in kinds.items()},
        "no_event_documents": {"documents": quiet, "with_false_rows": false_quiet},
    }
