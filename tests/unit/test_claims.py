"""Readings of one article become claims, whatever their scores."""

import numpy as np

from etl.extraction.scorer.claims import gather_claims
from etl.extraction.scorer.model import PHASES, STATUSES, Scores
from etl.extraction.scorer.readings import ArticleReadings, read_all
from etl.sources import Article

TEXT = "Norway sold Chile four patrol boats in 2019. The boats reached Valparaiso in March."


def _found() -> ArticleReadings:
    found = read_all(Article("a", "a", TEXT))
    assert found is not None
    return found


def _scores(found: ArticleReadings, *, transfer: float, phase: str) -> Scores:
    count = len(found.readings)
    phases = np.tile([0.9 if name == phase else 0.1 for name in PHASES], (count, 1))
    right = np.array([transfer if reading.parties == ("NOR", "CHL") else 0.0 for reading in found.readings])
    return Scores(right, right, phases, np.full((count, len(STATUSES)), 0.1))


def test_each_transfer_is_claimed_at_each_phase() -> None:
    """The readings of one pair and category make one claim for each phase; the phase that they speak for has the most evidence."""
    found = _found()
    claims = gather_claims(found.readings, _scores(found, transfer=0.8, phase="execution"), [], found.context.headline)
    assert {claim.transfer[:2] for claim, _ in claims} == {("NOR", "CHL")}
    assert {claim.phase for claim, _ in claims} == set(PHASES)
    best = max(claims, key=lambda item: item[1]["support"])[0]
    assert best.phase == "execution"


def test_readings_without_any_score_do_no_harm() -> None:
    """A reading that the grammar gives whole makes a claim though its scores are 0, as for a paragraph that is only context."""
    found = _found()
    claims = gather_claims(found.readings, _scores(found, transfer=0.0, phase="halt"), [], found.context.headline)
    assert any(claim.is_whole for claim, _ in claims)
    assert all(np.isfinite(list(features.values())).all() for _, features in claims)
