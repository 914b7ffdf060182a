"""Readings of one article become claims, whatever their scores."""

import numpy as np
import pytest

from etl.extraction.scorer.claims import Claim, gather_claims
from etl.extraction.scorer.model import PHASES, STATUSES, Scores
from etl.extraction.scorer.readings import ArticleReadings, read_all
from etl.sources import Article

TEXT = "Norway sold Chile four patrol boats in 2019. The boats reached Valparaiso in March."
OPEN = "Norway is accused of selling Chile four patrol boats."


def _found(text: str = TEXT) -> ArticleReadings:
    found = read_all(Article("a", "a", text))
    assert found is not None
    return found


def _scores(found: ArticleReadings, *, transfer: float, phase: str) -> Scores:
    count = len(found.readings)
    phases = np.tile([0.9 if name == phase else 0.1 for name in PHASES], (count, 1))
    right = np.array([transfer if reading.parties == ("NOR", "CHL") else 0.0 for reading in found.readings])
    return Scores(right, right, phases, np.full((count, len(STATUSES)), 0.1))


def _claims(text: str, phase: str) -> list[tuple[Claim, dict[str, float]]]:
    found = _found(text)
    scores = _scores(found, transfer=0.8, phase=phase)
    return gather_claims(found.readings, scores, [], found.context.headline)


def test_each_transfer_is_claimed_at_each_phase() -> None:
    """The readings of one pair and category make one claim for each phase; the phase that they speak for has the most evidence."""
    claims = _claims(OPEN, phase="execution")
    assert {claim.transfer[:2] for claim, _ in claims} == {("NOR", "CHL")}
    assert {claim.phase for claim, _ in claims} == set(PHASES)
    best = max(claims, key=lambda item: item[1]["support"])[0]
    assert best.phase == "execution"


@pytest.mark.parametrize(("text", "phase"), [(TEXT, "commitment"), (OPEN, "execution")])
def test_a_phase_leans_on_the_grammar_only_where_that_is_certain(text: str, phase: str) -> None:
    """`sold` tells commitment for certain and holds against the scorer; after `accused of selling` the scorer's phase stands."""
    best = max(_claims(text, phase="execution"), key=lambda item: item[1]["support"])[0]
    assert best.phase == phase


def test_readings_without_any_score_do_no_harm() -> None:
    """A reading that the grammar gives whole makes a claim though its scores are 0, as for a paragraph that is only context."""
    found = _found()
    claims = gather_claims(found.readings, _scores(found, transfer=0.0, phase="halt"), [], found.context.headline)
    assert any(claim.is_whole for claim, _ in claims)
    assert all(np.isfinite(list(features.values())).all() for _, features in claims)
