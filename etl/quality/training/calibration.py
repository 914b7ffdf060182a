"""Scores of claims -> how often such claims were right, fitted on held-out scores: Platt's logistic curve, as points."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from etl.extraction.scorer.trees import Floats

Point = tuple[float, bool]
"""The held-out score of an event, and whether it was right."""
_KNOTS = 41
_PRIOR = 0.001
"""Weight of the curve that leaves scores as they are, against curves that bend where there is little to see."""
_FIRM_PRECISION = 0.8
_LEAST_FIRM = 25
"""Events from which a share is taken for a precision."""


def _logit(scores: Floats) -> Floats:
    clipped = np.clip(scores, 1e-4, 1.0 - 1e-4)
    return np.asarray(np.log(clipped / (1.0 - clipped)), dtype=float)


def calibrate(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Return points (score, share right) of the fitted curve, from score 0 to 1; the identity where nothing is right or wrong.

    Two parameters, since a few hundred events are too few for a free curve (Platt 1999).
    """
    knots = np.linspace(0.0, 1.0, _KNOTS)
    right = np.array([float(is_right) for _, is_right in points])
    if not points or right.min() == right.max():
        return [(round(float(knot), 4), round(float(knot), 4)) for knot in knots]
    at = _logit(np.array([score for score, _ in points]))

    def loss(line: Floats) -> float:
        wrong_by = (1.0 - 2.0 * right) * (line[0] * at + line[1])
        return float(np.mean(np.logaddexp(0.0, wrong_by)) + _PRIOR * ((line[0] - 1.0) ** 2 + line[1] ** 2))

    slope, shift = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x
    shares = 1.0 / (1.0 + np.exp(-(max(slope, 0.0) * _logit(knots) + shift)))
    return [(round(float(knot), 4), round(float(share), 4)) for knot, share in zip(knots, shares, strict=True)]


def firm_from(points: Sequence[Point], calibration: Sequence[tuple[float, float]]) -> float:
    """Return the least confidence from which events were right in at least four of five cases; above 1 where there is none."""
    scores, shares = zip(*calibration, strict=True)
    ranked = sorted(((float(np.interp(score, scores, shares)), is_right) for score, is_right in points), reverse=True)
    hits, firm = 0, 1.01
    for count, (confidence, is_right) in enumerate(ranked, start=1):
        hits += is_right
        if count >= _LEAST_FIRM and hits / count >= _FIRM_PRECISION:
            firm = confidence
    return round(firm, 4)
