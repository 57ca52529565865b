"""scikit-learn's gradient boosting on histograms, for categories of any number of levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier

from bench.components.steps.columns import by_frequency, by_level

MOST_LEVELS = 255  # as many as a column may have there


class HistogramBoosting(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`HistGradientBoostingClassifier` that splits on the category columns of a table.

    Of a category with more than 255 levels in training, the most frequent 254 stay and the others are one level.
    A level unseen in training counts as missing.

    Parameters
    ----------
    trees, learning_rate, leaves, leaf, l2 : as its max_iter, learning_rate, max_leaf_nodes, min_samples_leaf,
        l2_regularization
    columns : share of the columns each split looks at, as its max_features
    """

    def __init__(
        self,
        trees: int = 200,
        learning_rate: float = 0.05,
        leaves: int = 31,
        leaf: int = 20,
        l2: float = 1.0,
        columns: float = 1.0,
        random_state: int | None = None,
    ) -> None:
        self.trees = trees
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.leaf = leaf
        self.l2 = l2
        self.columns = columns
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.int8], sample_weight: NDArray[np.float64] | None = None) -> HistogramBoosting:
        """Fit on X of shape (n, columns): dense with NaN for gaps, or a table with category columns."""
        self.levels_ = [_levels(X.iloc[:, n]) for n in range(X.shape[1])] if isinstance(X, pd.DataFrame) else None
        self.model_ = HistGradientBoostingClassifier(
            max_iter=self.trees,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.leaf,
            l2_regularization=self.l2,
            max_features=self.columns,
            categorical_features=None if self.levels_ is None else [levels is not None for levels in self.levels_],
            early_stopping=False,
            random_state=self.random_state,
        ).fit(self._with_a_value(X), y, sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def _with_a_value(self, X: Any) -> NDArray[np.float64]:
        """Return the training rows; a column without any value, which scikit-learn cannot cut, is 0 there."""
        numbers = self.numbers(X)
        return np.where(np.isnan(numbers).all(axis=0), 0.0, numbers)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        probability: NDArray[np.float64] = self.model_.predict_proba(self.numbers(X))
        return probability

    def numbers(self, X: Any) -> NDArray[np.float64]:
        """Return the numbers that the trees split on, of the shape of X."""
        if self.levels_ is None:
            return np.asarray(X, dtype=np.float64)
        return np.column_stack([_numbers(X.iloc[:, n], levels) for n, levels in enumerate(self.levels_)])


def _levels(column: pd.Series[Any]) -> dict[str, float] | None:
    """Return the code of each level, frequent ones first, or None for a column of numbers."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    levels = by_frequency(column)
    kept = len(levels) if len(levels) <= MOST_LEVELS else MOST_LEVELS - 1
    return {str(level): float(min(code, kept)) for code, level in enumerate(levels)}


def _numbers(column: pd.Series[Any], levels: dict[str, float] | None) -> NDArray[np.float64]:
    if levels is None:
        return column.to_numpy(dtype=np.float64)
    return by_level(column, levels, np.nan)
