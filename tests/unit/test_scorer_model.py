"""The scorer's trees are evaluated as they were written, and what is known of makers and rivals reaches the features."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ReferenceDataError
from etl.extraction.scorer.model import PHASES, STATUSES, default_model, read_model
from etl.extraction.scorer.trees import Forest, join, read_trees
from etl.quality.training.learner import plain_forest
from etl.reference.tables import are_rivals, entries, industries

_TREES = {
    # feature 0 <= 0.5 -> -1, else feature 1 <= 2 -> 1, else 3; a second tree of one leaf adds 0.5
    "feature": [0, 0, 1, 0, 0, 0],
    "threshold": [0.5, 0.0, 2.0, 0.0, 0.0, 0.0],
    "left": [1, 1, 3, 3, 4, 5],
    "right": [2, 1, 4, 3, 4, 5],
    "value": [0.0, -1.0, 0.0, 1.0, 3.0, 0.5],
    "roots": [0, 5],
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


_ROUND = json.dumps(_PLAIN | {"claims": {"features": ["a"], "heads": {"event": _TREES | {"left": [1, 0, 3, 3, 4, 5]}}}})
"""A tree whose branches lead back to it."""


@pytest.mark.parametrize(
    ("row", "log_odds"),
    [({}, -0.5), ({"a": 1.0}, 1.5), ({"a": 1.0, "b": 2.0}, 1.5), ({"a": 1.0, "b": 2.1}, 3.5), ({"other": 9.0}, -0.5)],
)
def test_a_row_falls_through_the_trees(row: dict[str, float], log_odds: float) -> None:
    """Each tree adds the value of the leaf that the row falls into; a feature that is not given is 0, an unknown one is ignored."""
    scores = read_model(json.dumps(_PLAIN)).score_claims([row])
    assert scores[0] == pytest.approx(1 / (1 + np.exp(-log_odds)))


def _walk(raw: dict[str, list[float]], row: list[float]) -> float:
    """What the trees add up to for a row, found by going from node to node."""
    total = 0.0
    for root in raw["roots"]:
        node = int(root)
        while raw["left"][node] != node:
            holds = row[int(raw["feature"][node])] <= raw["threshold"][node]
            node = int(raw["left" if holds else "right"][node])
        total += raw["value"][node]
    return total


@st.composite
def _forests(draw: st.DrawFn) -> dict[str, list[float]]:
    """Trees of up to 16 leaves over three features, none of them like another."""
    nodes: dict[str, list[float]] = {name: [] for name in ("feature", "threshold", "left", "right", "value", "roots")}

    def grow(leaves: int) -> int:
        at = len(nodes["left"])
        is_leaf = leaves == 1
        nodes["feature"].append(0 if is_leaf else draw(st.integers(0, 2)))
        nodes["threshold"].append(0.0 if is_leaf else draw(st.sampled_from([-1.0, 0.0, 0.5, 2.0])))
        nodes["value"].append(draw(st.floats(-2, 2)) if is_leaf else 0.0)
        nodes["left"].append(at)
        nodes["right"].append(at)
        if not is_leaf:
            first = draw(st.integers(1, leaves - 1))
            nodes["left"][at] = grow(first)
            nodes["right"][at] = grow(leaves - first)
        return at

    nodes["roots"] = [grow(draw(st.integers(1, 16))) for _ in range(draw(st.integers(1, 4)))]
    return nodes


@given(
    raw=_forests(),
    rows=st.lists(
        st.lists(st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3.0]), min_size=3, max_size=3), min_size=1, max_size=140
    ),
)
def test_trees_come_to_what_walking_through_them_comes_to(raw: dict[str, list[float]], rows: list[list[float]]) -> None:
    """Whatever the trees, a row comes to the sum of the leaves that it falls into, and to the same bytes alone as among others."""
    trees = read_trees(raw)
    columns = np.array(rows).T[trees.uses]
    together = trees.score(columns)
    expected = [1 / (1 + np.exp(-_walk(raw, row))) for row in rows]
    np.testing.assert_allclose(together, expected, rtol=1e-12)
    assert all(trees.score(columns[:, [number]])[0] == score for number, score in enumerate(together))


def test_the_shipped_trees_score_a_row_alone_as_among_others() -> None:
    """The sum over hundreds of trees has the same bytes for one row, for a few, and for as many as are worked on at a time."""
    random = np.random.default_rng(0)
    for trees in (*default_model().readings.heads.values(), *default_model().claims.heads.values()):
        columns = random.choice([0.0, 0.0, 0.5, 1.0, 2.0, 12.0], size=(len(trees.uses), 130))
        together = trees.score(columns)
        for count in (1, 2, 3, 9):
            parts = [trees.score(columns[:, start : start + count]) for start in range(0, 130, count)]
            assert np.array_equal(np.concatenate(parts), together)


def test_trees_are_written_with_the_features_that_they_use() -> None:
    """Trees as LightGBM dumps them come back as the model reads them: columns get their feature's name, unused ones are gone."""
    tree = {
        "split_feature": 1, "threshold": 0.5, "left_child": {"leaf_value": -1.0},
        "right_child": {
            "split_feature": 0, "threshold": 2.0, "left_child": {"leaf_value": 1.0}, "right_child": {"leaf_value": 3.0},
        },
    }  # fmt: skip
    raw = plain_forest(("a", "b", "c", "d"), {"pair": ([{"tree_structure": tree}], np.array([1, 3]))})
    model = read_model(json.dumps(_PLAIN | {"claims": raw | {"heads": {"event": raw["heads"]["pair"]}}}))  # type: ignore[index]
    assert model.claims.features == ("b", "d")
    scores = model.score_claims([{"a": 9.0}, {"d": 1.0}, {"d": 1.0, "b": 2.1, "c": 5.0}])
    np.testing.assert_allclose(scores, [1 / (1 + np.exp(-value)) for value in (-1.0, 1.0, 3.0)])


def test_a_tree_of_too_many_leaves_is_refused() -> None:
    """A tree of 17 leaves has no place in 16 bits; the message says how many there may be."""
    chain = {"feature": [0] * 33, "threshold": [0.0] * 33, "value": [0.0] * 33, "roots": [0]}
    chain["left"] = [number + 1 if number % 2 == 0 and number < 32 else number for number in range(33)]
    chain["right"] = [number + 2 if number % 2 == 0 and number < 32 else number for number in range(33)]
    with pytest.raises(ValueError, match="17 leaves; there may be 16"):
        read_trees(chain)


@given(st.integers(0, 9))
def test_parts_make_the_rows_that_they_make_up(seed: int) -> None:
    """A table made of parts is that of the rows with all their features."""
    random = np.random.default_rng(seed)
    parts = [{f"{kind}{name}": float(random.integers(0, 3)) for name in range(2)} for kind in "ab" for _ in range(3)]
    made_of = np.array([(first, second) for first in range(3) for second in range(3, 6)])
    forest = Forest(("a0", "a1", "b0", "x"), {})
    whole = [parts[first] | parts[second] for first, second in made_of]
    assert np.array_equal(join(forest.table(parts), made_of), forest.table(whole).T)
    assert np.array_equal(join(forest.table(parts), made_of, np.array([0, 3])), forest.table(whole).T[[0, 3]])


@pytest.mark.parametrize(("score", "share"), [(0.0, 0.1), (0.4, 0.3), (0.9, 0.5)])
def test_confidence_is_the_share_that_was_right(score: float, share: float) -> None:
    """Between the calibrated points confidence is linear, outside them it stays."""
    assert read_model(json.dumps(_PLAIN)).confidence(score) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps(_PLAIN | {"readings": {}}), _ROUND])
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
