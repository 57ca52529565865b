"""Columns as indicators and weights from 0 to 1, which naive Bayes counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.intervals import cuts, interval_of


class Indicators(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Cut number columns into intervals with an indicator each; in a sparse matrix, only those that are no weights.

    What a sparse matrix holds from 0 to 1 and mostly leaves out (indicators of levels, TF-IDF) passes as it is.

    Parameters
    ----------
    intervals : at most so many for each column, about equally many rows in each
    """

    def __init__(self, intervals: int = 50) -> None:
        self.intervals = intervals

    def fit(self, X: Any, y: object = None) -> Indicators:
        """Learn where to cut the columns of X, dense or sparse of shape (n, columns), without gaps."""
        self.cut_ = np.ones(X.shape[1], dtype=bool)
        if sparse.issparse(X):
            filled = np.bincount(X.tocsr().indices, minlength=X.shape[1]) > 0.5 * X.shape[0]
            low, high = (extreme.toarray().ravel() for extreme in (X.min(axis=0), X.max(axis=0)))
            self.cut_ = filled | (low < 0) | (high > 1)
        self.cuts_ = [cuts(column, self.intervals) for column in self._numbers(X).T]
        return self

    def transform(self, X: Any) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (n, intervals of all number columns + columns that pass)."""
        sizes = [len(at) + 1 for at in self.cuts_]
        first = np.cumsum([0, *sizes])
        indices = np.column_stack(
            [
                np.empty((X.shape[0], 0), dtype=np.intp),
                *(
                    offset + interval_of(column, at)
                    for offset, column, at in zip(first, self._numbers(X).T, self.cuts_, strict=False)
                ),
            ]
        )
        starts = np.arange(X.shape[0] + 1) * len(sizes)
        indicators = sparse.csr_matrix((np.ones(indices.size), indices.ravel(), starts), (X.shape[0], first[-1]))
        if not sparse.issparse(X):
            return indicators
        # A weight below 0 that training did not show is no count.
        return sparse.hstack([indicators, X.tocsc()[:, ~self.cut_].maximum(0)], format="csr")

    def _numbers(self, X: Any) -> NDArray[np.float64]:
        numbers: NDArray[np.float64] = X.tocsc()[:, self.cut_].toarray() if sparse.issparse(X) else np.asarray(X)
        return numbers
