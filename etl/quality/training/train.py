"""Trains the scorer from coded articles: cross-validated, calibrated, reproducible. Needs the extra `train` (LightGBM)."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from etl.errors import AccountingError
from etl.extract.rules.extractor import tell_mentions
from etl.extract.scorer.claims import Claim, claim_features, gather_claims
from etl.extract.scorer.decide import choose
from etl.extract.scorer.features import Features
from etl.extract.scorer.model import Floats, Model, read_model
from etl.extract.scorer.readings import ArticleReadings, read_all
from etl.merge.events import merge_mentions
from etl.quality.training.examples import Document, make_examples
from etl.quality.training.learner import Labelled, Learner
from etl.reference.tables import status_phase

ROUNDS = 260
_CLAIM_ROUNDS = 120
_LEAST_CLAIM_USES = 40
_LEAST_USES = 60
"""Readings in which a feature must occur to be used."""
_ACCEPT = tuple(number / 100 for number in range(8, 48, 3))
_WHOLES = (0.0,)
_RIVALS = (0.6, 0.8, 0.95)
_LEAST_PRECISION = 0.4
Key = tuple[str, str, str, str]
_FIRM_PRECISION = 0.8


@dataclass(frozen=True)
class Trained:
    """The model as JSON, and what cross-validation says of it."""

    model: str
    figures: dict[str, object]


@dataclass(frozen=True)
class Case:
    """A coded article with its readings.

    Attributes:
        at: for each reading its row among all labelled readings, -1 where it belongs to the context paragraph.
    """

    number: int
    document: Document
    found: ArticleReadings
    at: np.ndarray[Any, Any]

    def whole_scores(self, scores: Floats) -> list[float]:
        """Return the score of each reading; those of the context paragraph are 0."""
        return [float(scores[row]) if row >= 0 else 0.0 for row in self.at]

    def has_body(self, claim: Claim) -> bool:
        """True where a reading of the claim stands outside the context paragraph."""
        return any(self.at[number] >= 0 for number in claim.readings)


class _Replayed(Model):
    """A model whose scores of one article's claims are held-out ones, worked out before."""

    def __init__(self, model: Model, scores: Floats) -> None:
        super().__init__(
            model.readings, model.claims, model.calibration, model.accept, model.whole, model.rival, model.firm
        )
        object.__setattr__(self, "_scores", scores)

    def score_claims(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        scores: Floats = self.__dict__["_scores"]
        if len(rows) != len(scores):
            raise AccountingError(f"{len(rows)} claims, but {len(scores)} held-out scores. Please report it.")
        return scores


def _events(case: Case, scores: Sequence[float], model: Model) -> dict[Key, float]:
    """What would come out for one article at the depth of an event, each with its confidence (here: its score)."""
    chosen = choose(case.found, scores, model)
    rows, _ = merge_mentions(case.document.article, tell_mentions(case.found, chosen), _Trial(model))
    events: dict[Key, float] = {}
    for row in rows:
        key = (
            str(row["supplier_id"]),
            str(row["recipient_id"]),
            str(row["system_category"]),
            str(row["status_phase"]),
        )
        events[key] = max(events.get(key, 0.0), float(str(row["confidence"])))
    return events


class _Trial:
    """Provenance of mentions while a model is tried."""

    name = "rules"
    version = "trial"

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def firm(self) -> float:
        return self.model.firm


def _keys(events: Sequence[dict[str, str]]) -> set[Key]:
    return {
        (event["supplier"], event["recipient"], event["category"], status_phase(event["status"])) for event in events
    }


def _figures(
    cases: Sequence[Case], predicted: Sequence[dict[Key, float]], unread: Sequence[Document]
) -> tuple[float, float, float]:
    """Precision, recall and F1 at the depth of an event, counted as the gold's own rules say."""
    hits = given = 0
    wanted = sum(len(_keys(document.firm)) for document in unread)
    for case, events in zip(cases, predicted, strict=True):
        firm, optional = _keys(case.document.firm), _keys(case.document.optional)
        hits += len(set(events) & firm)
        given += len(set(events) - (optional - firm))
        wanted += len(firm)
    precision, recall = hits / max(1, given), hits / max(1, wanted)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _calibration(cases: Sequence[Case], predicted: Sequence[dict[Key, float]]) -> list[tuple[float, float]]:
    """Pairs (score, share right), by bins of equal size made monotone (pool adjacent violators)."""
    points: list[tuple[float, float]] = []
    for case, events in zip(cases, predicted, strict=True):
        firm, optional = _keys(case.document.firm), _keys(case.document.optional)
        points += [(score, float(key in firm)) for key, score in events.items() if key in firm or key not in optional]
    points.sort()
    pools: list[list[float]] = []  # sum of scores, right, count
    size = max(12, len(points) // 20)
    for start in range(0, len(points), size):
        block = points[start : start + size]
        pools.append([sum(score for score, _ in block), sum(right for _, right in block), float(len(block))])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return [(round(pool[0] / pool[2], 4), round(pool[1] / pool[2], 4)) for pool in pools]


def _label_claims(cases: Sequence[Case], scores: Floats) -> Labelled:
    """The claims of all articles, from the held-out scores of their readings."""
    rows: list[Features] = []
    labels, weights, owner = [], [], []
    for case in cases:
        firm, optional = _keys(case.document.firm), _keys(case.document.optional)
        own = case.whole_scores(scores)
        claims = gather_claims(case.found.readings, own)
        titles = case.found.context.discourse.title_parties
        for claim, features in zip(claims, claim_features(claims, case.found.readings, titles), strict=True):
            if not case.has_body(claim):
                continue
            rows.append(features)
            labels.append(float(claim.key in firm))
            weights.append(0.0 if claim.key in optional and claim.key not in firm else 1.0)
            owner.append(case.number)
    return Labelled(rows, np.array(labels), np.array(weights), np.array(owner))


def _read_cases(documents: Sequence[Document], progress: Callable[[str], None]) -> tuple[list[Case], Labelled]:
    """Return the articles with their readings, and the labelled readings of all of them."""
    cases: list[Case] = []
    rows: list[Features] = []
    labels: list[float] = []
    weights: list[float] = []
    owner: list[int] = []
    for number, document in enumerate(documents):
        found = read_all(document.article)
        if found is not None and found.readings:
            at = []
            for example in make_examples(document, found, number):
                at.append(len(rows) if example.in_body else -1)
                if example.in_body:
                    rows.append(example.features)
                    labels.append(float(example.label))
                    weights.append(example.weight)
                    owner.append(number)
            cases.append(Case(number, document, found, np.array(at)))
        if number % 200 == 199:
            progress(f"read {number + 1} of {len(documents)} documents, {len(rows):,} readings")
    return cases, Labelled(rows, np.array(labels), np.array(weights), np.array(owner))


def train(documents: Sequence[Document], *, tuned_on: Collection[int], progress: Callable[[str], None]) -> Trained:
    """Return the trained model and its figures.

    First a forest scores readings; then, on scores from forests that had not seen the article, another scores the claims
    that the readings of an article add up to. Thresholds and calibration come from held-out scores as well.

    Args:
        documents: coded articles.
        tuned_on: numbers of the documents on whose held-out predictions thresholds and calibration are set.
        progress: is told each step.

    Raises:
        ImportError: the extra `train` is not installed.
    """
    cases, readings = _read_cases(documents, progress)
    first = Learner(readings, rounds=ROUNDS, least_uses=_LEAST_USES, n_documents=len(documents))
    scores = first.held_out()
    progress("readings scored by forests that had not seen them")
    labelled = _label_claims(cases, scores)
    second = Learner(labelled, rounds=_CLAIM_ROUNDS, least_uses=_LEAST_CLAIM_USES, n_documents=len(documents))
    claim_scores = second.held_out()
    progress(f"{len(labelled.rows):,} claims scored, {int(labelled.labels.sum()):,} of them right")
    tried = [case for case in cases if case.number in tuned_on]
    unread = [
        document
        for number, document in enumerate(documents)
        if number in tuned_on and number not in {case.number for case in tried}
    ]
    plain: dict[str, object] = {
        "readings": {"features": [], "trees": []}, "claims": {"features": [], "trees": []},
        "calibration": [(0.0, 0.0), (1.0, 1.0)], "accept": 0.2, "whole": 0.2, "rival": 0.7, "firm": 1.0,
    }  # fmt: skip
    held = {case.number: claim_scores[labelled.owner == case.number] for case in tried}
    trials = []
    for accept, whole, rival in product(_ACCEPT, _WHOLES, _RIVALS):
        model = read_model(json.dumps(plain | {"accept": accept, "whole": whole, "rival": rival}))
        predicted = [_events(case, case.whole_scores(scores), _Replayed(model, held[case.number])) for case in tried]
        trials.append((*_figures(tried, predicted, unread), (accept, whole, rival), predicted))
        progress(f"accept {accept} whole {whole} rival {rival}: P %.3f R %.3f F1 %.3f" % trials[-1][:3])
    precise = [trial for trial in trials if trial[0] >= _LEAST_PRECISION]
    best = max(precise or trials, key=lambda trial: trial[2])
    calibration = _calibration(tried, best[4])
    firm = next((share for _, share in calibration if share >= _FIRM_PRECISION), 0.999)
    accept, whole, rival = best[3]
    plain |= {
        "readings": first.forest(), "claims": second.forest(), "accept": accept, "whole": whole, "rival": rival,
        "calibration": calibration, "firm": firm,
    }  # fmt: skip
    figures: dict[str, object] = {
        "documents": len(documents), "readings": len(readings.rows), "right_readings": int(readings.labels.sum()),
        "claims": len(labelled.rows), "right_claims": int(labelled.labels.sum()),
        "cross_validated": {
            "documents": len(tried) + len(unread), "precision": round(best[0], 3), "recall": round(best[1], 3), "f1": round(best[2], 3),
        },
        "accept": accept, "whole": whole, "rival": rival, "firm": firm, "calibration": calibration,
    }  # fmt: skip
    return Trained(json.dumps(plain, separators=(",", ":")) + "\n", figures)


def write_model(trained: Trained, folder: Path) -> None:
    """Write the model and its figures beside each other."""
    (folder / "model.json").write_text(trained.model, encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(trained.figures, indent=2) + "\n", encoding="utf-8")
