"""The trained scorer, as `model.json` holds it: what it says of readings and of claims, and how far such scores were right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from etl.errors import ReferenceDataError
from etl.extraction.scorer.readings import ArticleReadings, Reading, join_parts
from etl.extraction.scorer.trees import Features, Floats, Forest, join, read_trees
from schemas.codes import codes

PHASES: tuple[str, ...] = tuple(codes("status_phase"))
"""Order of the columns of `Scores.phases`."""
STATUSES: tuple[str, ...] = tuple(codes("status"))
"""Order of the columns of `Scores.statuses`."""
_TOGETHER = 512
"""Readings from which those of several articles are scored together."""
LEAST = 0.03
"""Readings whose transfer has a lower score are not looked at any more, unless the grammar gives them whole."""


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
        parts, made_of = join_parts([found.parts() for found in articles])
        heads, table = self.readings.heads, self.readings.table(parts)
        transfer = heads["transfer"].score(join(table, made_of, heads["transfer"].uses))
        scored = zip(readings, transfer.tolist(), strict=True)
        looked_at = [number for number, (reading, score) in enumerate(scored) if is_worth_a_look(reading, score)]
        near = join(table, made_of[looked_at])
        pair = np.zeros(len(readings))
        pair[looked_at] = heads["pair"].score(near[heads["pair"].uses])
        stands = np.zeros((len(readings), len(PHASES) + len(STATUSES)))
        for column, name in enumerate((*PHASES, *STATUSES)):
            stands[looked_at, column] = heads[name].score(near[heads[name].uses])
        return Scores(pair, transfer, stands[:, : len(PHASES)], stands[:, len(PHASES) :])

    def score_claims(self, rows: Sequence[Features]) -> Floats:
        """Return the probability of each claim, given its features."""
        trees = self.claims.heads["event"]
        return trees.score(self.claims.table(rows).T[trees.uses])

    def confidence(self, score: float) -> float:
        """Return the share of events of such a score that were right in cross-validation."""
        scores, shares = zip(*self.calibration, strict=True)
        return float(np.interp(score, scores, shares))


def _read_forest(raw: Mapping[str, Any]) -> Forest:
    return Forest(tuple(raw["features"]), {name: read_trees(trees) for name, trees in raw["heads"].items()})


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
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
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
