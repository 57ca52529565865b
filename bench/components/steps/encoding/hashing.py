"""Categories hashed into a fixed number of columns, whatever levels there are."""

from __future__ import annotations

import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import FeatureHasher

from bench.components.steps.encoding.levels import named, numbers


class HashedLevels(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Add +1 or -1 for each (column, level) of a row at the place that its hash says (Weinberger et al. 2009).

    All columns share the places; the sign, hashed too, lets levels that meet at one place cancel on average. Nothing
    is learned, so an unseen level has a place like any other, and so has a gap.

    Parameters
    ----------
    width : number of places
    """

    def __init__(self, width: int = 512) -> None:
        self.width = width

    def fit(self, X: pd.DataFrame, y: object = None) -> HashedLevels:
        """Learn which columns of X, a table of shape (n, columns), are categories."""
        self.categories_ = [str(name) for name in X.select_dtypes(exclude="number")]
        return self

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (n, width + number columns)."""
        hasher = FeatureHasher(self.width, input_type="string", alternate_sign=True)
        hashed = sparse.csr_matrix((len(X), self.width))
        for name in self.categories_:
            place, levels = pd.factorize(named(X[name]))
            if len(levels):
                hashed = hashed + sparse.csr_matrix(hasher.transform([[f"{name}={level}"] for level in levels]))[place]
        hashed.eliminate_zeros()
        return sparse.hstack([hashed, sparse.csr_matrix(numbers(X))], format="csr")
