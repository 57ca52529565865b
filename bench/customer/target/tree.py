"""Segments told by readable columns: the leaves of a small tree, and their conditions in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.customer.readable import Mask, Readable

LEAVES: Final = 8  # at most, and
DEPTH: Final = 4  # splits to each: what can be said in a line
EVERYBODY: Final = "all leads"


@dataclass(frozen=True)
class Rule:
    """The condition of a leaf.

    Attributes
    ----------
    allowed : for each column the codes that its cells may have
    """

    columns: tuple[Readable, ...]
    allowed: tuple[Mask, ...]

    def holds(self, features: pd.DataFrame) -> Mask:
        """Return which leads are in the leaf; shape (n,)."""
        inside = np.ones(len(features), dtype=bool)
        for column, allowed in zip(self.columns, self.allowed, strict=True):
            inside &= allowed[column.codes(features)]
        return inside

    def words(self, occur: Sequence[Mask], *, brief: bool = False) -> str:
        """Return the condition as it is read, a part for each column that is not free.

        Parameters
        ----------
        occur : for each column, the codes that any lead has
        brief : as of `Readable.words`
        """
        parts = [
            column.words(allowed, seen, brief=brief)
            for column, allowed, seen in zip(self.columns, self.allowed, occur, strict=True)
            if not allowed[seen].all()
        ]
        return ", ".join(parts) or EVERYBODY


def grow(columns: tuple[Readable, ...], features: pd.DataFrame, y: NDArray[np.int8], smallest: int) -> tuple[Rule, ...]:
    """Return the leaves of a tree; every lead, also one of unseen levels, is in exactly one of them.

    The levels of a category, a gap among them, are put in order of their rate, by which the best split into two sets
    is one of those between neighbours (Breiman et al. 1984, section 4.2.2). The gaps of a number go to either side.

    Parameters
    ----------
    features, y : of the leads that the tree is grown on
    smallest : leads of a leaf at the least
    """
    from sklearn.tree import DecisionTreeClassifier

    whole = tuple(np.ones(column.width, dtype=bool) for column in columns)
    if not columns or len(y) < 2 * smallest:
        return (Rule(columns, whole),)
    values = [_values(column, column.codes(features), y) for column in columns]
    cells = np.column_stack([of[column.codes(features)] for of, column in zip(values, columns, strict=True)])
    tree = DecisionTreeClassifier(
        criterion="log_loss",
        max_leaf_nodes=LEAVES,
        max_depth=DEPTH,
        min_samples_leaf=smallest,
        min_impurity_decrease=1e-9,  # a split that tells nothing apart is none
        random_state=0,
    )
    tree.fit(cells, y)
    return tuple(Rule(columns, allowed) for allowed in _leaves(tree.tree_, values, whole))


def _values(column: Readable, codes: NDArray[np.int64], y: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the number by which the tree knows each code: its place in order, NaN for the gap of a number."""
    if column.cuts:
        return np.append(np.arange(column.width - 1, dtype=np.float64), np.nan)
    rows = np.bincount(codes, minlength=column.width)
    converted = np.bincount(codes, y, column.width)
    # With one lead of the average mixed in, so that a code that no lead has stands in the middle (Cestnik 1990).
    rate = (converted + y.mean()) / (rows + 1)
    return np.argsort(np.argsort(rate, kind="stable")).astype(np.float64)


def _leaves(
    tree: Any, values: Sequence[NDArray[np.float64]], allowed: tuple[Mask, ...], node: int = 0
) -> list[tuple[Mask, ...]]:
    """Return what each leaf below a node of a scikit-learn tree allows, from left to right."""
    left, right, split = tree.children_left[node], tree.children_right[node], tree.feature[node]
    if left < 0:
        return [allowed]
    of = values[split]
    goes_left = np.where(np.isnan(of), bool(tree.missing_go_to_left[node]), of <= tree.threshold[node])
    found = []
    for child, side in ((left, goes_left), (right, ~goes_left)):
        narrowed = (*allowed[:split], allowed[split] & side, *allowed[split + 1 :])
        found += _leaves(tree, values, narrowed, child)
    return found
