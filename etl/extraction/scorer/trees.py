"""Boosted trees kept as plain numbers, evaluated with NumPy alone: many rows, all trees and all conditions at a time.

LightGBM trains the trees, but is not needed to use them: its wheels need a system library that pip cannot install.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Features = dict[str, float]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_Condition = tuple[int, float]
"""A feature, and what it is at most."""
_ROWS = 128
"""Rows that are worked on at a time, so that all that a step needs stays in the processor's cache."""
_EVEN = 8
"""Rows come in multiples of so many: a single row would be summed in another order than many are."""
_LEAVES = 16
"""Leaves that a tree may have: one bit each."""
_ALL = np.uint16(0xFFFF)


@cache
def _lowest_bit() -> npt.NDArray[np.uint8]:
    """For each 16 bits the number of the lowest that is set; 0 where none is."""
    bits = np.arange(1 << _LEAVES)
    lowest: npt.NDArray[np.uint8] = np.log2(np.maximum(bits & -bits, 1)).astype(np.uint8)
    return lowest


@dataclass(frozen=True)
class Trees:
    """A sum of trees.

    To score a row, no tree is walked through. Of all leaves of a tree each condition that does not hold rules out those on its
    left; of those that are left over, the first is where the row comes out (Lucchese et al. 2015, QuickScorer).

    Attributes:
        uses: the features that the trees ask for, rising.
        feature, threshold: the conditions, each once: the row's feature, by its place in `uses`, is at most the threshold.
        conditions: for the first, second ... inner node of each tree the number of its condition.
        remain: the same for the leaves, a bit each, that remain where that does not hold.
        values: what each leaf adds, `_LEAVES` places a tree.
    """

    uses: Ints
    feature: Ints
    threshold: Floats
    conditions: Ints
    remain: npt.NDArray[np.uint16]
    values: Floats

    def score(self, columns: Floats) -> Floats:
        """Return the probability of each row: the trees' sum is its log-odds.

        Args:
            columns: a line for each feature that the trees use, a column for each row.
        """
        count = columns.shape[1]
        parts = [self._log_odds(columns[:, start : start + _ROWS]) for start in range(0, count, _ROWS)]
        result: Floats = 1.0 / (1.0 + np.exp(-np.concatenate(parts))) if parts else np.zeros(0)
        return result

    def _log_odds(self, columns: Floats) -> Floats:
        """The sum of the leaves in which each of some rows comes out."""
        count = columns.shape[1]
        cells = np.zeros((len(self.feature), count + -count % _EVEN))
        cells[:, :count] = columns[self.feature]
        holds = -(cells <= self.threshold[:, None]).astype(np.uint16)
        trees = self.conditions.shape[1]
        left = np.full((trees, cells.shape[1]), _ALL)
        for conditions, remain in zip(self.conditions, self.remain, strict=True):
            left &= holds[conditions] | remain[:, None]
        leaves = np.arange(trees)[:, None] * _LEAVES + _lowest_bit()[left]
        total: Floats = self.values[leaves].sum(axis=0)
        return total[:count]


def _walk(raw: Mapping[str, Any], node: int, leaves: list[float]) -> Iterator[tuple[_Condition, int]]:
    """Yield the conditions from a node on, each with the leaves that it rules out, a bit each. The leaves are added to a list, left to right."""
    if raw["left"][node] == node:
        leaves.append(raw["value"][node])
        return
    first = len(leaves)
    yield from _walk(raw, raw["left"][node], leaves)
    yield (raw["feature"][node], raw["threshold"][node]), (1 << len(leaves)) - (1 << first)
    yield from _walk(raw, raw["right"][node], leaves)


def read_trees(raw: Mapping[str, Any]) -> Trees:
    """Return a sum of trees from its nodes, which stand one after the other.

    Args:
        raw: for each node `feature` and `threshold`, the next node if the feature is at most that (`left`) and if not (`right`),
            and `value`; a leaf points to itself. `roots` are the first nodes of the trees.

    Raises:
        ValueError: a tree has more leaves than there are bits.
    """
    numbers: dict[_Condition, int] = {}
    told: list[list[tuple[_Condition, int]]] = []
    values = np.zeros(len(raw["roots"]) * _LEAVES)
    for tree, root in enumerate(raw["roots"]):
        leaves: list[float] = []
        told.append(list(_walk(raw, root, leaves)))
        if len(leaves) > _LEAVES:
            raise ValueError(f"a tree of {len(leaves)} leaves; there may be {_LEAVES}")
        values[tree * _LEAVES : tree * _LEAVES + len(leaves)] = leaves
    conditions = np.zeros((max(map(len, told), default=0), len(told)), dtype=np.int64)
    remain = np.full(conditions.shape, _ALL)
    for tree, inner in enumerate(told):
        for place, (condition, out) in enumerate(inner):
            conditions[place, tree] = numbers.setdefault(condition, len(numbers))
            remain[place, tree] = _ALL - np.uint16(out)
    uses, feature = np.unique(np.array([feature for feature, _ in numbers], dtype=np.int64), return_inverse=True)
    return Trees(
        uses,
        feature,
        np.array([threshold for _, threshold in numbers], dtype=np.float64),
        conditions,
        remain,
        values,
    )


@dataclass(frozen=True)
class Forest:
    """One or several sums of trees over the same named features, by what each tells."""

    features: tuple[str, ...]
    heads: Mapping[str, Trees]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.features)}

    def table(self, parts: Sequence[Features]) -> Floats:
        """Return features as a table, a line for each of the parts; a feature that a part lacks is 0."""
        table = np.zeros((len(parts), len(self.features)))
        place_of = self._place.get
        for cells, part in zip(table, parts, strict=True):
            for name, value in part.items():
                if value and (place := place_of(name)) is not None:
                    cells[place] = value
        return table


def join(table: Floats, made_of: Ints, uses: Ints | None = None) -> Floats:
    """Return rows that are made of parts, a line for each feature and a column for each row.

    Args:
        table: a line for each part; no feature stands in two parts of one row.
        made_of: a line for each row, the numbers of its parts.
        uses: the features that are wanted; None for all.
    """
    table = table if uses is None else np.ascontiguousarray(table[:, uses])
    rows = table[made_of[:, 0]]
    for numbers in made_of.T[1:]:
        rows += table[numbers]
    return np.ascontiguousarray(rows.T)
