"""The scorer's trees are evaluated as they were written, and what is known of makers and rivals reaches the features."""

import json

import numpy as np
import pytest

from etl.errors import ReferenceDataError
from etl.extraction.scorer.model import PHASES, STATUSES, default_model, read_model
from etl.reference.tables import are_rivals, entries, industries

_TREES = {
    # feature 0 <= 0.5 -> -1, else feature 1 <= 2 -> 1, else 3; a second tree of one leaf adds 0.5
    "feature": [0, 0, 1, 0, 0, 0],
    "threshold": [0.5, 0.0, 2.0, 0.0, 0.0, 0.0],
    "left": [1, 1, 3, 3, 4, 5],
    "right": [2, 1, 4, 3, 4, 5],
    "value": [0.0, -1.0, 0.0, 1.0, 3.0, 0.5],
    "roots": [0, 5],
    "depth": 2,
}
_PLAIN = {
    "readings": {"features": ["a", "b"], "heads": {"pair": _TREES}},
    "claims": {"features": ["a", "b"], "heads": {"event": _TREES}},
    "calibration": [[0.2, 0.1], [0.6, 0.5]],
    "accept": 0.2,
    "whole": 0.5,
    "rival": 0.5,
    "firm": 0.9,
}


@pytest.mark.parametrize(
    ("row", "log_odds"),
    [({}, -0.5), ({"a": 1.0}, 1.5), ({"a": 1.0, "b": 2.0}, 1.5), ({"a": 1.0, "b": 2.1}, 3.5), ({"other": 9.0}, -0.5)],
)
def test_a_row_falls_through_the_trees(row: dict[str, float], log_odds: float) -> None:
    """Each tree adds the value of the leaf that the row falls into; a feature that is not given is 0, an unknown one is ignored."""
    scores = read_model(json.dumps(_PLAIN)).score_claims([row])
    assert scores[0] == pytest.approx(1 / (1 + np.exp(-log_odds)))


@pytest.mark.parametrize(("score", "share"), [(0.0, 0.1), (0.4, 0.3), (0.9, 0.5)])
def test_confidence_is_the_share_that_was_right(score: float, share: float) -> None:
    """Between the calibrated points confidence is linear, outside them it stays."""
    assert read_model(json.dumps(_PLAIN)).confidence(score) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps(_PLAIN | {"readings": {}})])
def test_a_file_that_is_no_model_is_named(text: str) -> None:
    """A broken model stops the run with the file and what to do."""
    with pytest.raises(ReferenceDataError, match=r"model\.json is no scorer.*make train"):
        read_model(text)


def test_the_shipped_model_scores_all_that_is_asked_of_it() -> None:
    """The model that ships has trees for pairs, transfers, each phase and each status."""
    assert set(default_model().readings.heads) == {"pair", "transfer", *PHASES, *STATUSES}


def test_makers_and_rivals_are_known() -> None:
    """A system's makers are states of today; rivals are rivals both ways."""
    assert entries()["sys:2a36"].made_in == ("RUS",)
    assert industries()["USA"] > industries()["BRA"] > industries()["TCD"] == 0
    assert are_rivals("IND", "PAK")
    assert are_rivals("PAK", "IND")
    assert not are_rivals("USA", "GBR")
