"""Fits boosted trees on labelled rows of features, cross-validated over documents. LightGBM is needed here alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from etl.extract.scorer.features import Features
from etl.extract.scorer.model import Floats

FOLDS = 5
_PARAMETERS: dict[str, object] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 12, "min_data_in_leaf": 25, "feature_fraction": 0.3,
    "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10.0, "max_bin": 63, "seed": 7, "deterministic": True,
    "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """Rows of features with their labels, weights, and the documents that they come from."""

    rows: Sequence[Features]
    labels: Floats
    weights: Floats
    owner: np.ndarray[Any, Any]


def _feature_names(rows: Sequence[Features], least_uses: int) -> tuple[str, ...]:
    uses: Counter[str] = Counter()
    for features in rows:
        uses.update(name for name, value in features.items() if value)
    return tuple(sorted(name for name, count in uses.items() if count >= least_uses))


def _table(rows: Sequence[Features], names: tuple[str, ...]) -> np.ndarray[Any, Any]:
    column = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)), dtype=np.float32)
    for number, features in enumerate(rows):
        for name, value in features.items():
            if name in column:
                table[number, column[name]] = value
    return table


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


class Learner:
    """Fits forests on labelled rows, with the documents divided into folds."""

    def __init__(self, labelled: Labelled, *, rounds: int, least_uses: int, n_documents: int) -> None:
        self.data, self.rounds = labelled, rounds
        self.names = _feature_names(labelled.rows, least_uses)
        self.table = _table(labelled.rows, self.names)
        random = Random(1)
        self.fold_of = np.array([random.randrange(FOLDS) for _ in range(n_documents)])[labelled.owner]

    def _fit(self, learn: np.ndarray[Any, Any]) -> Any:
        import lightgbm

        learn = learn & (self.data.weights > 0)
        data = lightgbm.Dataset(self.table[learn], self.data.labels[learn], weight=self.data.weights[learn])
        return lightgbm.train(_PARAMETERS, data, num_boost_round=self.rounds)

    def held_out(self) -> Floats:
        """Return the score of each row by a forest that has not seen its document."""
        scores = np.zeros(len(self.data.labels))
        for fold in range(FOLDS):
            rows = self.fold_of == fold
            if rows.any():
                scores[rows] = self._fit(~rows).predict(self.table[rows])
        return scores

    def forest(self) -> dict[str, object]:
        """Return the forest fitted on all rows, as plain lists."""
        dump = self._fit(np.ones(len(self.data.labels), dtype=bool)).dump_model()
        return {
            "features": list(self.names),
            "trees": [_plain_tree(tree["tree_structure"]) for tree in dump["tree_info"]],
        }
