"""The share of positives among the nearest training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier


class Neighbours(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`KNeighborsClassifier` that weighs by 1 / distance, and takes all rows where there are fewer than it asks for.

    Every row to predict is compared with every training row, a chunk at a time, so memory stays small and the time
    grows with the product of the two; a sparse matrix stays sparse.

    Parameters
    ----------
    neighbours : how many rows vote
    """

    def __init__(self, neighbours: int = 25) -> None:
        self.neighbours = neighbours

    def fit(self, X: Any, y: NDArray[np.int8]) -> Neighbours:
        """Keep X of shape (n, columns), dense or sparse, scaled and without gaps."""
        self.model_ = KNeighborsClassifier(
            n_neighbors=min(self.neighbours, X.shape[0]), weights="distance", algorithm="brute", n_jobs=1
        ).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        with config_context(working_memory=64):  # megabytes of distances at a time
            probability: NDArray[np.float64] = self.model_.predict_proba(X)
        return probability
