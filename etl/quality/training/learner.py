"""Fits boosted trees on labelled rows of features, cross-validated over documents. LightGBM is needed here alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.extraction.scorer.trees import Features, Floats, Ints

FOLDS = 5
_PARAMETERS: dict[str, object] = {
    "objective": "binary", "learning_rate": 0.05, "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1,
    "lambda_l2": 10.0, "max_bin": 63, "seed": 7, "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """How large a sum of trees grows."""

    rounds: int
    leaves: int
    least_rows: int


@dataclass(frozen=True)
class Target:
    """What one sum of trees learns: labels and weights of some of the rows.

    Attributes:
        rows: numbers of the rows that are labelled.
        shape: how large it grows.
        without: beginnings of the names of features that it does not look at.
    """

    shape: Shape
    rows: Ints
    labels: Floats
    weights: Floats
    without: tuple[str, ...] = ()


def fold_of_documents(count: int) -> Ints:
    """Return for each document the fold that it is held out in."""
    random = Random(1)
    return np.array([random.randrange(FOLDS) for _ in range(count)])


def _feature_names(rows: Sequence[Features], least_uses: int) -> tuple[str, ...]:
    uses: Counter[str] = Counter()
    for features in rows:
        uses.update(name for name, value in features.items() if value)
    return tuple(sorted(name for name, count in uses.items() if count >= least_uses))


def _table(rows: Sequence[Features], names: tuple[str, ...]) -> npt.NDArray[np.float32]:
    column = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)), dtype=np.float32)
    for number, features in enumerate(rows):
        for name, value in features.items():
            if name in column:
                table[number, column[name]] = value
    return table


def _plain_trees(trees: Sequence[dict[str, Any]], columns: Ints) -> dict[str, list[Any]]:
    """LightGBM's dump of some trees as one list of nodes (`read_trees` says how they are read)."""
    nodes: dict[str, list[float]] = {"feature": [], "threshold": [], "left": [], "right": [], "value": []}

    def walk(node: dict[str, Any]) -> int:
        index = len(nodes["feature"])
        leaf = "leaf_value" in node
        for name, value in (
            ("feature", 0 if leaf else int(columns[node["split_feature"]])),
            ("threshold", 0.0 if leaf else node["threshold"]),
            ("left", index),
            ("right", index),
            ("value", round(node["leaf_value"], 6) if leaf else 0.0),
        ):
            nodes[name].append(value)
        if not leaf:
            nodes["left"][index] = walk(node["left_child"])
            nodes["right"][index] = walk(node["right_child"])
        return index

    roots = [walk(tree["tree_structure"]) for tree in trees]
    return {**nodes, "roots": roots}


def plain_forest(names: Sequence[str], dumps: Mapping[str, tuple[Sequence[dict[str, Any]], Ints]]) -> dict[str, object]:
    """Return sums of trees as plain lists, with those features alone for which a node asks.

    Args:
        names: the names of all features.
        dumps: for each head the trees as LightGBM dumps them, and the feature that each of their columns is.
    """
    heads = {name: _plain_trees(trees, columns) for name, (trees, columns) in dumps.items()}
    asked: set[int] = set()
    for nodes in heads.values():
        asked.update(nodes["feature"][node] for node, left in enumerate(nodes["left"]) if left != node)
    place = {feature: number for number, feature in enumerate(sorted(asked))}
    for nodes in heads.values():
        nodes["feature"] = [place.get(feature, 0) for feature in nodes["feature"]]
    return {"features": [names[feature] for feature in sorted(asked)], "heads": heads}


class Learner:
    """Fits sums of trees on one table of features, with the documents divided into folds.

    Args:
        rows: the features of each row.
        fold: the fold of each row.
        least_uses: rows in which a feature must occur to be used.
    """

    def __init__(self, rows: Sequence[Features], fold: Ints, *, least_uses: int) -> None:
        self.names = _feature_names(rows, least_uses)
        self.table = _table(rows, self.names)
        self.fold = fold

    def _columns(self, target: Target) -> Ints:
        names = [
            number for number, name in enumerate(self.names) if not (target.without and name.startswith(target.without))
        ]
        return np.array(names)

    def _fit(self, target: Target, learn: npt.NDArray[np.bool_]) -> Any:
        import lightgbm

        learn = learn & (target.weights > 0)
        table = self.table[np.ix_(target.rows[learn], self._columns(target))]
        data = lightgbm.Dataset(table, target.labels[learn], weight=target.weights[learn])
        shape = {"num_leaves": target.shape.leaves, "min_data_in_leaf": target.shape.least_rows}
        return lightgbm.train(_PARAMETERS | shape, data, num_boost_round=target.shape.rounds)

    def held_out(self, target: Target) -> Floats:
        """Return the score of each row of the table by trees that have not seen its document."""
        scores = np.zeros(len(self.table))
        for fold in range(FOLDS):
            rows = self.fold == fold
            if rows.any():
                table = self.table[np.ix_(rows, self._columns(target))]
                scores[rows] = self._fit(target, self.fold[target.rows] != fold).predict(table)
        return scores

    def forest(self, targets: Mapping[str, Target]) -> dict[str, object]:
        """Return the sums of trees fitted on all rows, as plain lists."""
        dumps = {
            name: (
                self._fit(target, np.ones(len(target.rows), dtype=bool)).dump_model()["tree_info"],
                self._columns(target),
            )
            for name, target in targets.items()
        }
        return plain_forest(self.names, dumps)
