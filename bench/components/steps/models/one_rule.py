"""The best single column: what a business rule on one field is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from bench.components.steps.encoding.target import shrunk
from bench.components.steps.models.intervals import cuts, interval_of

FOLDS = 5  # of the comparison; fewer where there are fewer rows of a class


class OneRule(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Predict a level's share of positives, in the one column that ranks rows best in a cross-validation.

    After Holte (1993), https://doi.org/10.1023/A:1022631118932, who takes the column with the fewest training errors.
    With few positives every column errs alike, and a column of many levels is always best on its own rows; so columns
    are compared by average precision on rows their shares were not made with, all within the training rows.
    A gap is a level; a level unseen in training gets the overall share of positives.

    Parameters
    ----------
    intervals : numbers are cut into so many intervals or fewer, which are their levels
    smooth : pseudo-count, in rows, that pulls a level's share to the overall one

    Attributes
    ----------
    column_ : int or None
        Position of the chosen column; None where a class has a single row, so that no rule can be tested.
    shares_ : ndarray of shape (levels + 2,)
        The share of positives. For categories: of each level, a gap, an unseen level; for numbers: of each interval,
        a gap.
    """

    def __init__(self, intervals: int = 10, smooth: float = 10.0, random_state: int | None = None) -> None:
        self.intervals = intervals
        self.smooth = smooth
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.int8], sample_weight: NDArray[np.float64] | None = None) -> OneRule:
        """Fit on X of shape (n, columns): dense with NaN for gaps, or a table with category columns."""
        self.classes_, positive = np.unique(y, return_inverse=True)
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        self.overall_ = float(np.average(positive, weights=weight))
        self.column_: int | None = None
        self.levels_: Any = None
        self.shares_ = np.empty(0)
        counts = np.bincount(positive, minlength=2)
        if counts.min() < 2:
            return self
        splitter = StratifiedKFold(min(FOLDS, counts.min()), shuffle=True, random_state=self.random_state)
        folds = list(splitter.split(y, positive))
        best = -1.0
        for number in range(X.shape[1]):
            column = _column(X, number)
            levels = _levels(column, self.intervals)
            codes, size = _codes(column, levels), len(levels) + 2
            held_out = np.empty(len(y))
            for training, tested in folds:
                shares = self._shares(codes[training], positive[training], weight[training], size)
                held_out[tested] = shares[codes[tested]]
            score = average_precision_score(positive, held_out, sample_weight=weight)
            if score > best:
                best, self.column_, self.levels_ = score, number, levels
                self.shares_ = self._shares(codes, positive, weight, size)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, classes)."""
        share = np.full(X.shape[0], self.overall_)
        if self.column_ is not None:
            share = self.shares_[_codes(_column(X, self.column_), self.levels_)]
        return np.column_stack([1 - share, share]) if len(self.classes_) == 2 else np.ones((X.shape[0], 1))

    def _shares(
        self, codes: NDArray[np.intp], positive: NDArray[np.intp], weight: NDArray[np.float64], size: int
    ) -> NDArray[np.float64]:
        rows, positives = np.bincount(codes, weight, size), np.bincount(codes, positive * weight, size)
        return shrunk(rows, positives, self.smooth, float(np.average(positive, weights=weight)))


def _column(X: Any, number: int) -> Any:
    """Return a column as a Series of categories or an ndarray of numbers."""
    if not isinstance(X, pd.DataFrame):
        return np.asarray(X[:, number], dtype=np.float64)
    column = X.iloc[:, number]
    return column if isinstance(column.dtype, pd.CategoricalDtype) else column.to_numpy(dtype=np.float64)


def _levels(column: Any, intervals: int) -> Any:
    """Return the levels of a category column as a list, or where a number column is cut."""
    if isinstance(column, pd.Series):
        return column.dropna().drop_duplicates().sort_values().tolist()
    return cuts(column, intervals)


def _codes(column: Any, levels: Any) -> NDArray[np.intp]:
    """Return the number of each row's level in the shares."""
    if isinstance(column, pd.Series):
        codes = pd.Index(levels, dtype=column.cat.categories.dtype).get_indexer(pd.Index(column))
        return np.where(column.isna(), len(levels), np.where(codes < 0, len(levels) + 1, codes))
    return np.where(np.isnan(column), len(levels) + 1, interval_of(column, levels))
