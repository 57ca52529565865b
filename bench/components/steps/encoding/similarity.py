"""Dirty categories as their likeness to the most frequent levels of training."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from skrub import SimilarityEncoder

from bench.components.steps.columns import by_frequency
from bench.components.steps.encoding.levels import GAP, named, numbers


class SimilarLevels(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """skrub's `SimilarityEncoder` on the category columns, with the most frequent training levels as prototypes.

    Each level becomes its n-gram similarity to each prototype, 0 to 1 (Cerda, Varoquaux and Kégl 2018,
    arXiv:1806.00979, with their reduction to prototypes, without which a thousand levels were a thousand dense
    columns). So a spelling variant lies near what it varies, unseen in training or not. A gap is like nothing but
    other gaps: a 0/1 column of its own where training has gaps.

    Parameters
    ----------
    prototypes : at most so many of each column
    """

    def __init__(self, prototypes: int = 20) -> None:
        self.prototypes = prototypes

    def fit(self, X: pd.DataFrame, y: object = None) -> SimilarLevels:
        """Choose the prototypes of X, a table of shape (n, columns); of levels as frequent, the first by alphabet."""
        self.encoders_: dict[str, SimilarityEncoder | None] = {}
        self.gaps_: dict[str, bool] = {}
        for name, column in X.select_dtypes(exclude="number").items():
            levels = [level for level in by_frequency(column.astype("str")) if level.strip()]  # a blank has no n-grams
            frequent = levels[: self.prototypes]
            self.gaps_[str(name)] = bool(column.isna().any())
            self.encoders_[str(name)] = None
            if frequent:
                encoder = SimilarityEncoder(categories=[sorted(frequent)])
                self.encoders_[str(name)] = encoder.fit(_one_column(sorted(frequent)))
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a matrix of shape (n, prototypes and gaps of all columns + number columns)."""
        blocks = []
        for name, encoder in self.encoders_.items():
            place, levels = pd.factorize(named(X[name]))
            gap = levels == GAP
            if encoder is not None:
                similar = encoder.transform(_one_column(list(levels)))  # of each level once, since it is slow
                similar[gap] = 0.0
                blocks.append(similar[place])
            if self.gaps_[name]:
                blocks.append(gap[place].astype(np.float64).reshape(-1, 1))
        return np.hstack([*blocks, numbers(X)])


def _one_column(levels: list[str]) -> NDArray[np.object_]:
    return np.array(levels, dtype=object).reshape(-1, 1)
