"""Trains the scorer from coded articles: cross-validated, calibrated, reproducible. Needs the extra `train` (LightGBM)."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from etl.extract.protocol import Mention
from etl.extract.rules.extractor import tell_mentions
from etl.extract.scorer.decide import choose
from etl.extract.scorer.model import Floats, Model, read_model
from etl.extract.scorer.readings import ArticleReadings, read_all
from etl.merge.events import merge_mentions
from etl.quality.training.examples import Document, Example, make_examples
from etl.reference.tables import status_phase
from etl.sources import Article

FOLDS = 5
ROUNDS = 260
_LEAST_USES = 60
"""Readings in which a feature must occur to be used."""
_PARAMETERS: dict[str, object] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 12, "min_data_in_leaf": 25, "feature_fraction": 0.3,
    "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10.0, "max_bin": 63, "seed": 7, "deterministic": True,
    "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
_ACCEPT = tuple(number / 100 for number in range(10, 44, 3))
_SHARES = (0.7,)
_WHOLES = (0.2,)
_RIVALS = (0.6, 0.8)
_LEAST_PRECISION = 0.4
Key = tuple[str, str, str, str]
_FIRM_PRECISION = 0.8


@dataclass(frozen=True)
class Trained:
    """The model as JSON, and what cross-validation says of it."""

    model: str
    figures: dict[str, object]


def _feature_names(examples: Sequence[Example]) -> tuple[str, ...]:
    uses: Counter[str] = Counter()
    for example in examples:
        uses.update(name for name, value in example.features.items() if value)
    return tuple(sorted(name for name, count in uses.items() if count >= _LEAST_USES))


def _table(examples: Sequence[Example], names: tuple[str, ...]) -> np.ndarray[Any, Any]:
    column = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(examples), len(names)), dtype=np.float32)
    for number, example in enumerate(examples):
        for name, value in example.features.items():
            if name in column:
                table[number, column[name]] = value
    return table


def _fit(table: np.ndarray[Any, Any], labels: Floats, weights: Floats) -> Any:
    import lightgbm

    return lightgbm.train(_PARAMETERS, lightgbm.Dataset(table, labels, weight=weights), num_boost_round=ROUNDS)


def _plain_tree(root: dict[str, Any]) -> dict[str, list[float]]:
    """One tree of LightGBM's dump as plain lists."""
    tree: dict[str, list[float]] = {"feature": [], "threshold": [], "left": [], "right": [], "value": []}

    def walk(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            tree["value"].append(round(node["leaf_value"], 6))
            return -len(tree["value"])
        index = len(tree["feature"])
        for name, value in (
            ("feature", node["split_feature"]),
            ("threshold", node["threshold"]),
            ("left", 0),
            ("right", 0),
        ):
            tree[name].append(value)
        tree["left"][index] = walk(node["left_child"])
        tree["right"][index] = walk(node["right_child"])
        return index

    walk(root)
    return tree


@dataclass(frozen=True)
class Case:
    """A coded article with its readings, their numbers among the examples, and the events that count."""

    document: Document
    found: ArticleReadings
    examples: list[int]


def _events(case: Case, scores: Floats, model: Model) -> dict[Key, float]:
    """What would come out for one article at the depth of an event, each with its confidence (here: its score)."""
    readings = [case.found.readings[number] for number in range(len(case.found.readings))]
    chosen = choose(readings, [float(score) for score in scores], model)
    rows, _ = merge_mentions(case.document.article, tell_mentions(case.found, chosen), _Held(model))
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


class _Held:
    """Stands for the extractor while its model is tried."""

    name = "rules"
    version = "trial"

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def firm(self) -> float:
        return self.model.firm

    def extract(self, article: Article) -> list[Mention]:
        raise NotImplementedError("a trial reads no articles of its own")


def _keys(events: Sequence[dict[str, str]]) -> set[Key]:
    return {
        (event["supplier"], event["recipient"], event["category"], status_phase(event["status"])) for event in events
    }


def _figures(cases: Sequence[Case], predicted: Sequence[dict[Key, float]]) -> tuple[float, float, float]:
    """Precision, recall and F1 at the depth of an event, counted as the gold's own rules say."""
    hits = given = wanted = 0
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


def train(documents: Sequence[Document], *, tuned_on: Collection[int], progress: Callable[[str], None]) -> Trained:
    """Return the trained model and its figures.

    Args:
        documents: coded articles.
        tuned_on: numbers of the documents on whose held-out predictions thresholds and calibration are set.
        progress: is told each step.

    Raises:
        ImportError: the extra `train` is not installed.
    """
    examples: list[Example] = []
    cases: dict[int, Case] = {}
    for number, document in enumerate(documents):
        found = read_all(document.article)
        start = len(examples)
        if found is not None:
            examples += make_examples(document, found, number)
        if number in tuned_on and found is not None:
            cases[number] = Case(document, found, list(range(start, len(examples))))
        if number % 100 == 99:
            progress(f"read {number + 1} of {len(documents)} documents, {len(examples):,} readings")
    names = _feature_names(examples)
    table = _table(examples, names)
    labels = np.array([float(example.label) for example in examples])
    weights = np.array([example.weight for example in examples])
    owner = np.array([example.document for example in examples])
    random = Random(1)
    fold_of = np.array([random.randrange(FOLDS) for _ in documents])
    held_out = np.zeros(len(examples))
    for fold in range(FOLDS):
        learn = (fold_of[owner] != fold) & (weights > 0)
        held_out[~(fold_of[owner] != fold)] = _fit(table[learn], labels[learn], weights[learn]).predict(
            table[fold_of[owner] == fold]
        )
        progress(f"fold {fold + 1} of {FOLDS}")
    dump = _fit(table[weights > 0], labels[weights > 0], weights[weights > 0]).dump_model()
    trees = [_plain_tree(tree["tree_structure"]) for tree in dump["tree_info"]]
    plain: dict[str, object] = {
        "features": list(names), "trees": [], "calibration": [(0.0, 0.0), (1.0, 1.0)], "accept": 0.2, "share": 0.7,
        "whole": 0.1, "rival": 0.5, "firm": 1.0,
    }  # fmt: skip
    tried = list(cases.values())
    trials = []
    for accept, share, whole, rival in product(_ACCEPT, _SHARES, _WHOLES, _RIVALS):
        model = read_model(json.dumps(plain | {"accept": accept, "share": share, "whole": whole, "rival": rival}))
        predicted = [_events(case, held_out[case.examples], model) for case in tried]
        trials.append((*_figures(tried, predicted), (accept, share, whole, rival), predicted))
        progress(f"accept {accept} share {share} whole {whole} rival {rival}: P %.3f R %.3f F1 %.3f" % trials[-1][:3])
    best = max(
        (trial for trial in trials if trial[0] >= _LEAST_PRECISION),
        key=lambda trial: trial[2],
        default=max(trials, key=lambda trial: trial[2]),
    )
    calibration = _calibration(tried, best[4])
    firm = next((share for _, share in calibration if share >= _FIRM_PRECISION), 0.999)
    accept, share, whole, rival = best[3]
    plain |= {
        "trees": trees,
        "accept": accept,
        "share": share,
        "whole": whole,
        "rival": rival,
        "calibration": calibration,
        "firm": firm,
    }
    figures: dict[str, object] = {
        "documents": len(documents), "readings": len(examples), "right_readings": int(labels.sum()), "features": len(names),
        "cross_validated": {"precision": round(best[0], 3), "recall": round(best[1], 3), "f1": round(best[2], 3), "documents": len(tried)},
        "chosen": {"accept": accept, "share": share, "whole": whole, "rival": rival, "firm": firm}, "calibration": calibration,
    }  # fmt: skip
    return Trained(json.dumps(plain, separators=(",", ":")) + "\n", figures)


def write_model(trained: Trained, folder: Path) -> None:
    """Write the model and its figures beside each other."""
    (folder / "model.json").write_text(trained.model, encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(trained.figures, indent=2) + "\n", encoding="utf-8")
