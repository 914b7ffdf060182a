"""The trained scorer: boosted trees kept as plain numbers in `model.json`, evaluated with NumPy alone.

LightGBM trains the trees, but is not needed to use them: its wheels need a system library that pip cannot install.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.errors import ReferenceDataError
from etl.extraction.scorer.readings import ArticleReadings, Reading
from schemas.codes import codes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PHASES: tuple[str, ...] = tuple(codes("status_phase"))
"""Order of the columns of `Scores.phases`."""
STATUSES: tuple[str, ...] = tuple(codes("status"))
"""Order of the columns of `Scores.statuses`."""
_TOGETHER = 512
"""Readings from which those of several articles are scored together."""
_ROWS = 128
"""Rows that are worked on at a time, so that all that a step needs stays in the processor's cache."""
LEAST = 0.03
"""Readings whose transfer has a lower score are not looked at any more, unless the grammar gives them whole."""


@dataclass(frozen=True)
class Trees:
    """The nodes of a sum of trees, one after the other. A leaf points to itself, so that all rows can take the same number of steps.

    Attributes:
        roots: first node of each tree.
        depth: steps from a root to the farthest leaf.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    roots: Ints
    depth: int

    def score(self, table: Floats) -> Floats:
        """Return the probability of each row of a table of features: the trees' sum is its log-odds."""
        parts = [self._log_odds(table[start : start + _ROWS]) for start in range(0, len(table), _ROWS)]
        result: Floats = 1.0 / (1.0 + np.exp(-np.concatenate(parts))) if parts else np.zeros(0)
        return result

    def _log_odds(self, table: Floats) -> Floats:
        """The sum of the leaves that each of some rows comes to."""
        cells = np.ascontiguousarray(table).ravel()
        first = np.arange(len(table))[:, None] * table.shape[1]
        node = np.tile(self.roots, (len(table), 1))
        for _ in range(self.depth):
            goes_left = cells.take(first + self.feature.take(node)) <= self.threshold.take(node)
            node = np.where(goes_left, self.left.take(node), self.right.take(node))
        total: Floats = self.value.take(node).sum(axis=1)
        return total


@dataclass(frozen=True)
class Forest:
    """One or several sums of trees over the same named features, by what each tells."""

    features: tuple[str, ...]
    heads: Mapping[str, Trees]

    @cached_property
    def _column(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.features)}

    def table(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        """Return rows of features as a table; a feature that a row does not have is 0."""
        table = np.zeros((len(rows), len(self.features)))
        column = self._column.get
        for cells, row in zip(table, rows, strict=True):
            for name, value in row.items():
                if value and (place := column(name)) is not None:
                    cells[place] = value
        return table


@dataclass(frozen=True)
class Scores:
    """What the forests say of the readings of one article.

    Attributes:
        pair: for each reading, the probability that its supplier supplies its recipient in this article.
        transfer: for each reading, the same with the category of its equipment.
        phases, statuses: for each reading a row of probabilities, one for each of `PHASES` and of `STATUSES`.

    All but `transfer` are 0 where `is_worth_a_look` is False.
    """

    pair: Floats
    transfer: Floats
    phases: Floats
    statuses: Floats


def is_worth_a_look(reading: Reading, transfer: float) -> bool:
    """True for readings whose transfer has some chance, and for those that the grammar gives whole."""
    return transfer >= LEAST or reading.is_claimed


@dataclass(frozen=True)
class Model:
    """The scorer.

    Attributes:
        readings: scores readings, heads `pair`, `transfer`, and one for each phase and each status.
        claims: scores what readings of one article add up to, head `event`.
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

    def score_readings(self, articles: Sequence[ArticleReadings]) -> Iterator[Scores]:
        """Yield the scores of the readings of each article. Several articles are scored together, which is faster and gives the same."""
        waiting: list[ArticleReadings] = []
        for found in articles:
            waiting.append(found)
            if sum(len(item.readings) for item in waiting) >= _TOGETHER:
                yield from self._score_together(waiting)
                waiting = []
        yield from self._score_together(waiting)

    def _score_together(self, articles: Sequence[ArticleReadings]) -> Iterator[Scores]:
        scores = self._score([reading for found in articles for reading in found.readings], articles)
        at = 0
        for found in articles:
            own = slice(at, at := at + len(found.readings))
            yield Scores(scores.pair[own], scores.transfer[own], scores.phases[own], scores.statuses[own])

    def _score(self, readings: Sequence[Reading], articles: Sequence[ArticleReadings]) -> Scores:
        table = self.readings.table([features for found in articles for features in found.features()])
        heads = self.readings.heads
        transfer = heads["transfer"].score(table)
        looked_at = [number for number, reading in enumerate(readings) if is_worth_a_look(reading, transfer[number])]
        near = table[looked_at]
        pair = np.zeros(len(table))
        pair[looked_at] = heads["pair"].score(near)
        stands = np.zeros((len(table), len(PHASES) + len(STATUSES)))
        for column, name in enumerate((*PHASES, *STATUSES)):
            stands[looked_at, column] = heads[name].score(near)
        return Scores(pair, transfer, stands[:, : len(PHASES)], stands[:, len(PHASES) :])

    def score_claims(self, rows: Sequence[Mapping[str, float]]) -> Floats:
        """Return the probability of each claim, given its features."""
        return self.claims.heads["event"].score(self.claims.table(rows))

    def confidence(self, score: float) -> float:
        """Return the share of events of such a score that were right in cross-validation."""
        scores, shares = zip(*self.calibration, strict=True)
        return float(np.interp(score, scores, shares))


def _read_trees(raw: Mapping[str, Any]) -> Trees:
    return Trees(
        np.array(raw["feature"], dtype=np.int64),
        np.array(raw["threshold"], dtype=np.float64),
        np.array(raw["left"], dtype=np.int64),
        np.array(raw["right"], dtype=np.int64),
        np.array(raw["value"], dtype=np.float64),
        np.array(raw["roots"], dtype=np.int64),
        int(raw["depth"]),
    )


def _read_forest(raw: Mapping[str, Any]) -> Forest:
    return Forest(tuple(raw["features"]), {name: _read_trees(trees) for name, trees in raw["heads"].items()})


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
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReferenceDataError(
            f"etl/extraction/scorer/model.json is no scorer ({error}). Train it: make train."
        ) from error


@cache
def default_model() -> Model:
    """Return the model that ships with the project; read once a process."""
    path = files("etl.extraction.scorer") / "model.json"
    if not path.is_file():
        raise ReferenceDataError("etl/extraction/scorer/model.json is missing. Train it: make train.")
    return read_model(path.read_text(encoding="utf-8"))
