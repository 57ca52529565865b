"""Columns as indicators and weights from 0 to 1, which naive Bayes counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.models.intervals import cuts, interval_of
from bench.components.steps.models.scaling import mostly_filled


class Indicators(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Cut number columns into intervals with an indicator each; of a sparse matrix, only mostly filled ones.

    What a sparse matrix mostly leaves out passes as a weight of up to 1: indicators of levels and TF-IDF as they are, a
    rare number as its being there. Weights of both signs, as hashing makes them, become two columns, one for each sign.
    Cut, they would fill the matrix.

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
            self.cut_ = mostly_filled(X)
            self.signed_ = ~self.cut_ & (X.min(axis=0).toarray().ravel() < 0)
        self.cuts_ = [cuts(column, self.intervals) for column in self._numbers(X).T]
        return self

    def transform(self, X: Any) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (n, intervals of all number columns + weights + negative weights)."""
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
        columns = X.tocsc()
        # A weight below 0 that training did not show is no count, and one above 1 would outweigh all others.
        weights = [columns[:, ~self.cut_], -columns[:, self.signed_]]
        return sparse.hstack([indicators, *(part.maximum(0).minimum(1) for part in weights)], format="csr")

    def _numbers(self, X: Any) -> NDArray[np.float64]:
        numbers: NDArray[np.float64] = X.tocsc()[:, self.cut_].toarray() if sparse.issparse(X) else np.asarray(X)
        return numbers
