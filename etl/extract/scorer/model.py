"""The trained scorer: boosted trees kept as plain numbers in `model.json`, evaluated with NumPy alone.

LightGBM trains the trees, but is not needed to use them: its wheels need a system library that pip cannot install.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.errors import ReferenceDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Tree:
    """One tree: for each node its feature, threshold, children (a negative child is the leaf -child-1), and leaf values."""

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats

    def predict(self, table: Floats) -> Floats:
        """Return the tree's value for each row of a table of features."""
        if not len(self.feature):
            return np.full(len(table), self.value[0])
        node = np.zeros(len(table), dtype=np.int32)
        inside = node >= 0
        while inside.any():
            at = node[inside]
            goes_left = table[inside, self.feature[at]] <= self.threshold[at]
            node[inside] = np.where(goes_left, self.left[at], self.right[at])
            inside = node >= 0
        leaves: Floats = self.value[-node - 1]
        return leaves


@dataclass(frozen=True)
class Forest:
    """Trees over named features: the log-odds of their sum is a probability."""

    features: tuple[str, ...]
    trees: tuple[Tree, ...]

    def score(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        """Return the probability of each row of features; a feature that a row does not have is 0."""
        column = _columns(self.features)
        table = np.zeros((len(rows), len(self.features)))
        for number, row in enumerate(rows):
            for name, value in row.items():
                index = column.get(name)
                if index is not None:
                    table[number, index] = value
        total = np.zeros(len(rows))
        for tree in self.trees:
            total += tree.predict(table)
        result: Floats = 1.0 / (1.0 + np.exp(-total))
        return result


@dataclass(frozen=True)
class Model:
    """The scorer.

    Attributes:
        readings: scores single readings.
        claims: scores what readings of one article add up to.
        calibration: pairs (score, share that was right) from cross-validation, rising; between them it is linear.
        accept: least score at which a claim becomes an event.
        whole: share of `accept` from which a claim counts that the grammar gives whole.
        rival: share of the score of a claim that contradicts it from which a claim stands beside it.
        firm: least confidence of the tier `firm`.
    """

    readings: Forest
    claims: Forest
    calibration: tuple[tuple[float, float], ...]
    accept: float
    whole: float
    rival: float
    firm: float

    def score_readings(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        """Return the probability of each reading, given its features."""
        return self.readings.score(rows)

    def score_claims(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        """Return the probability of each claim, given its features."""
        return self.claims.score(rows)

    def confidence(self, score: float) -> float:
        """Return the share of events of such a score that were right in cross-validation."""
        scores, shares = zip(*self.calibration, strict=True)
        return float(np.interp(score, scores, shares))


@cache
def _columns(features: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, name in enumerate(features)}


def _read_forest(raw: Mapping[str, Any]) -> Forest:
    trees = tuple(
        Tree(
            np.array(tree["feature"], dtype=np.int32),
            np.array(tree["threshold"], dtype=np.float64),
            np.array(tree["left"], dtype=np.int32),
            np.array(tree["right"], dtype=np.int32),
            np.array(tree["value"], dtype=np.float64),
        )
        for tree in raw["trees"]
    )
    return Forest(tuple(raw["features"]), trees)


def read_model(text: str) -> Model:
    """Return the model that a JSON text holds.

    Raises:
        ReferenceDataError: the text is not a model of this form.
    """
    try:
        raw = json.loads(text)
        return Model(
            _read_forest(raw["readings"]),
            _read_forest(raw["claims"]),
            tuple((score, share) for score, share in raw["calibration"]),
            raw["accept"],
            raw["whole"],
            raw["rival"],
            raw["firm"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ReferenceDataError(
            f"etl/extract/scorer/model.json is no scorer ({error}). Train it: make train."
        ) from error


@cache
def default_model() -> Model:
    """Return the model that ships with the project; read once a process."""
    path = files("etl.extract.scorer") / "model.json"
    if not path.is_file():
        raise ReferenceDataError("etl/extract/scorer/model.json is missing. Train it: make train.")
    return read_model(path.read_text(encoding="utf-8"))
