"""Trains the scorer from coded articles: cross-validated, calibrated, reproducible. Needs the extra `train` (LightGBM)."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from etl.errors import AccountingError
from etl.extraction.rules.extractor import tell_mentions
from etl.extraction.scorer.claims import Claim, gather_claims
from etl.extraction.scorer.decide import choose
from etl.extraction.scorer.model import PHASES, STATUSES, Model, Scores, read_model
from etl.extraction.scorer.readings import ArticleReadings, read_all
from etl.extraction.scorer.trees import Features, Floats, Ints
from etl.merge.events import merge_mentions
from etl.quality.training.calibration import Point, calibrate, firm_from
from etl.quality.training.examples import Document, make_examples
from etl.quality.training.learner import Learner, Shape, Target, fold_of_documents
from etl.reference.tables import status_phase

_READING = Shape(rounds=260, leaves=12, least_rows=25)
_PHASE = Shape(rounds=120, leaves=6, least_rows=20)
_STATUS = Shape(rounds=80, leaves=6, least_rows=15)
_OF_PARTIES = ("s_", "r_", "pair_")
"""Features that tell of the parties: the status within a phase is learned better without them."""
_CLAIM = Shape(rounds=120, leaves=12, least_rows=25)
_LEAST_USES = {"readings": 60, "claims": 40}
"""Rows in which a feature must occur to be used."""
_ACCEPT = tuple(number / 100 for number in range(15, 34, 3))
_WHOLES = (0.0, 0.5, 1.0)
_RIVALS = (0.3, 0.5, 0.7)
_LEVEL = 0.005
"""Differences of F1 below this are chance: of thresholds that are level, the most precise is taken."""
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Trained:
    """The model as JSON, and what cross-validation says of it."""

    model: str
    figures: dict[str, object]


@dataclass(frozen=True)
class Case:
    """A coded article with its readings.

    Attributes:
        number: the number of the article among all.
        at: for each reading its row among all labelled readings, -1 where it belongs to the context paragraph.
    """

    number: int
    document: Document
    found: ArticleReadings
    at: Ints

    def scores(self, held_out: Scores) -> Scores:
        """Return the scores of the article's readings; those of the context paragraph are 0."""
        inside = self.at >= 0
        return Scores(
            np.where(inside, held_out.pair[self.at], 0.0),
            np.where(inside, held_out.transfer[self.at], 0.0),
            np.where(inside[:, None], held_out.phases[self.at], 0.0),
            np.where(inside[:, None], held_out.statuses[self.at], 0.0),
        )

    def has_body(self, claim: Claim) -> bool:
        """True where a reading of the claim stands outside the context paragraph."""
        return any(self.at[number] >= 0 for number in claim.readings)


@dataclass(frozen=True)
class Labelled:
    """The readings of all articles with what is to be learned of them.

    Attributes:
        rows: their features.
        owner: the number of the article of each.
        targets: `pair` and `transfer` over all readings; a target for each status over the right readings of sentences that a
            coder quotes, one for each base.
    """

    rows: list[Features]
    owner: Ints
    targets: dict[str, Target]


class _Replayed(Model):
    """A model whose scores of one article's claims are held-out ones, worked out before."""

    def __init__(self, model: Model, scores: Floats) -> None:
        super().__init__(
            model.readings,
            model.claims,
            model.calibration,
            model.accept,
            model.whole,
            model.rival,
            model.firm,
        )
        object.__setattr__(self, "_scores", scores)

    def score_claims(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        scores: Floats = self.__dict__["_scores"]
        if len(rows) != len(scores):
            raise AccountingError(f"{len(rows)} claims, but {len(scores)} held-out scores. Please report it.")
        return scores


def _events(case: Case, scores: Scores, model: Model) -> dict[Key, float]:
    """What would come out for one article at the depth of an event, each with its confidence (here: its score)."""
    chosen = choose(case.found, scores, model)
    rows, _ = merge_mentions(case.document.article, tell_mentions(case.found, chosen), firm=model.firm)
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


def _points(case: Case, events: Mapping[Key, float]) -> list[Point]:
    """The score of each event of an article, and whether the coder has it; those on which coders could differ are left out."""
    firm, optional = _keys(case.document.firm), _keys(case.document.optional)
    return [(score, key in firm) for key, score in sorted(events.items()) if key in firm or key not in optional]


def _claim_target(cases: Sequence[Case], held_out: Scores) -> tuple[list[Features], Ints, Target]:
    """The claims of all articles, from the held-out scores of their readings: features, articles, labels."""
    rows: list[Features] = []
    labels, weights, owner = [], [], []
    for case in cases:
        firm, optional = _keys(case.document.firm), _keys(case.document.optional)
        context = case.found.context
        claims = gather_claims(
            case.found.readings, case.scores(held_out), context.discourse.title_parties, context.headline
        )
        for claim, features in claims:
            rows.append(features)
            labels.append(float(claim.key in firm))
            counts = case.has_body(claim) and (claim.key in firm or claim.key not in optional)
            weights.append(case.document.weight if counts else 0.0)
            owner.append(case.number)
    return rows, np.array(owner), Target(_CLAIM, np.arange(len(rows)), np.array(labels), np.array(weights))


def _read_cases(documents: Sequence[Document], progress: Callable[[str], None]) -> tuple[list[Case], Labelled]:
    """Return the articles with their readings, and the labelled readings of all of them."""
    cases: list[Case] = []
    rows: list[Features] = []
    owner: list[int] = []
    quoted: list[tuple[int, frozenset[str], float]] = []
    marks: dict[str, list[tuple[bool, float]]] = {"pair": [], "transfer": []}
    for number, document in enumerate(documents):
        found = read_all(document.article)
        if found is not None and found.readings:
            at = []
            seen: set[int] = set()
            for reading, example in zip(found.readings, make_examples(document, found), strict=True):
                at.append(len(rows) if example.in_body else -1)
                if not example.in_body:
                    continue
                if example.statuses and reading.number not in seen:
                    seen.add(reading.number)
                    quoted.append((len(rows), example.statuses, document.weight))
                marks["pair"].append((example.pair, example.pair_weight * document.weight))
                marks["transfer"].append((example.transfer, example.transfer_weight * document.weight))
                rows.append(example.features)
                owner.append(number)
            cases.append(Case(number, document, found, np.array(at)))
        if number % 200 == 199:
            progress(f"read {number + 1} of {len(documents)} documents, {len(rows):,} readings")
    targets = {
        name: Target(
            _READING,
            np.arange(len(rows)),
            np.array([float(label) for label, _ in marked]),
            np.array([weight for _, weight in marked]),
        )
        for name, marked in marks.items()
    }
    where, weights = np.array([row for row, _, _ in quoted]), np.array([weight for _, _, weight in quoted])
    for phase in PHASES:
        labels = np.array([float(phase in {status_phase(status) for status in told}) for _, told, _ in quoted])
        targets[phase] = Target(_PHASE, where, labels, weights)
    for status in STATUSES:
        labels = np.array([float(status in told) for _, told, _ in quoted])
        targets[status] = Target(_STATUS, where, labels, weights, _OF_PARTIES)
    return cases, Labelled(rows, np.array(owner), targets)


def train(documents: Sequence[Document], *, tuned_on: Collection[int], progress: Callable[[str], None]) -> Trained:
    """Return the trained model and its figures.

    First forests score readings (is the pair right, is the transfer right) and the status of what each trigger tells; then, on
    scores from forests that had not seen the article, another scores the claims that the readings of an article add up to.
    Thresholds and calibration come from held-out scores as well.

    Args:
        documents: coded articles.
        tuned_on: numbers of the documents on whose held-out predictions thresholds and calibration are set.
        progress: is told each step.

    Raises:
        ImportError: the extra `train` is not installed.
    """
    fold = fold_of_documents(len(documents))
    cases, labelled = _read_cases(documents, progress)
    of_readings = Learner(labelled.rows, fold[labelled.owner], least_uses=_LEAST_USES["readings"])
    scored = {}
    for name, target in labelled.targets.items():
        scored[name] = of_readings.held_out(target)
        progress(f"{name} scored by trees that had not seen the article")
    held_out = Scores(
        scored["pair"],
        scored["transfer"],
        np.stack([scored[phase] for phase in PHASES], axis=1),
        np.stack([scored[status] for status in STATUSES], axis=1),
    )
    claim_rows, claim_owner, claim_target = _claim_target(cases, held_out)
    of_claims = Learner(claim_rows, fold[claim_owner], least_uses=_LEAST_USES["claims"])
    claim_scores = of_claims.held_out(claim_target)
    progress(f"{len(claim_rows):,} claims scored, {int(claim_target.labels.sum()):,} of them right")
    tried = [case for case in cases if case.number in tuned_on]
    read = {case.number for case in tried}
    unread = [document for number, document in enumerate(documents) if number in tuned_on and number not in read]
    nothing: dict[str, object] = {"features": [], "heads": {}}
    plain: dict[str, object] = {
        "readings": nothing, "claims": nothing,
        "calibration": [(0.0, 0.0), (1.0, 1.0)], "accept": 0.2, "whole": 0.2, "rival": 0.7, "firm": 1.0,
    }  # fmt: skip
    held = {case.number: claim_scores[claim_owner == case.number] for case in tried}
    own = {case.number: case.scores(held_out) for case in tried}
    trials = []
    for accept, whole, rival in product(_ACCEPT, _WHOLES, _RIVALS):
        model = read_model(json.dumps(plain | {"accept": accept, "whole": whole, "rival": rival}))
        predicted = [_events(case, own[case.number], _Replayed(model, held[case.number])) for case in tried]
        trials.append((*_figures(tried, predicted, unread), (accept, whole, rival), predicted))
        progress(f"accept {accept} whole {whole} rival {rival}: P %.3f R %.3f F1 %.3f" % trials[-1][:3])
    highest = max(trial[2] for trial in trials)
    best = max(trial for trial in trials if trial[2] >= highest - _LEVEL)
    accept, whole, rival = best[3]
    model = read_model(json.dumps(plain | {"accept": accept, "whole": whole, "rival": rival}))
    real = [case for case in cases if case.document.weight == 1.0]
    held = {case.number: claim_scores[claim_owner == case.number] for case in real}
    points = [
        point
        for case in real
        for point in _points(case, _events(case, case.scores(held_out), _Replayed(model, held[case.number])))
    ]
    calibration = calibrate(points)
    firm = firm_from(points, calibration)
    plain |= {
        "readings": of_readings.forest(labelled.targets),
        "claims": of_claims.forest({"event": claim_target}),
        "accept": accept, "whole": whole, "rival": rival, "calibration": calibration, "firm": firm,
    }  # fmt: skip
    figures: dict[str, object] = {
        "documents": len(documents), "readings": len(labelled.rows), "right_readings": int(labelled.targets["transfer"].labels.sum()),
        "claims": len(claim_rows), "right_claims": int(claim_target.labels.sum()),
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
