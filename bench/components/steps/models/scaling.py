"""Scaling for models that compare columns: numbers to unit variance, indicators and text as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import StandardScaler


class NumberScaler(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Standardise number columns; of a sparse matrix only those that are mostly filled or leave [-1, 1].

    Unit variance for TF-IDF weights and rare 0/1 indicators would make the rarest the heaviest under a common
    penalty, so they stay as they are. Mostly filled columns are centred even in a sparse matrix: a column with a mean
    far from 0 keeps a solver from converging, and filling the few cells that were 0 costs little.
    """

    def fit(self, X: Any, y: object = None) -> NumberScaler:
        """Learn the scale of X, dense or sparse of shape (n, columns)."""
        if not sparse.issparse(X):
            self.filled_ = np.ones(X.shape[1], dtype=bool)
            self.scaler_ = StandardScaler().fit(X)
            return self
        self.filled_ = mostly_filled(X)
        self.scaler_ = StandardScaler().fit(X[:, self.filled_].toarray()) if self.filled_.any() else None
        rest = X[:, ~self.filled_]
        self.rest_scaler_ = StandardScaler(with_mean=False).fit(rest) if rest.shape[1] else None
        if self.rest_scaler_ is not None:
            self.rest_scaler_.scale_[abs(rest).max(axis=0).toarray().ravel() <= 1] = 1.0
        return self

    def transform(self, X: Any) -> Any:
        """Return X scaled, of the same shape and sparsity; in a sparse matrix the filled columns come first."""
        if not sparse.issparse(X):
            return self.scaler_.transform(X)
        blocks = []
        if self.scaler_ is not None:
            blocks.append(sparse.csr_matrix(self.scaler_.transform(X[:, self.filled_].toarray())))
        if self.rest_scaler_ is not None:
            blocks.append(self.rest_scaler_.transform(X[:, ~self.filled_]))
        return sparse.hstack(blocks, format="csr")


def mostly_filled(X: sparse.csr_matrix) -> NDArray[np.bool_]:
    """Say of each column of a sparse matrix whether it holds more than half of its cells."""
    filled: NDArray[np.bool_] = np.bincount(X.tocsr().indices, minlength=X.shape[1]) > 0.5 * X.shape[0]
    return filled
