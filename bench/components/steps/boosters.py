"""CatBoost behind the interface that the other models have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostError, Pool
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier


class CatBoost(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`CatBoostClassifier` that finds the category columns of a table itself and takes their gaps as a level.

    Parameters
    ----------
    trees, learning_rate, depth : as CatBoost's iterations, learning_rate, depth
    """

    def __init__(self, trees: int = 200, learning_rate: float = 0.1, depth: int = 6, random_state: int = 0) -> None:
        self.trees = trees
        self.learning_rate = learning_rate
        self.depth = depth
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.int8], sample_weight: NDArray[np.float64] | None = None) -> CatBoost:
        """Fit on X of shape (n, columns): dense, sparse, or a table with category columns."""
        self.classes_ = np.unique(y)
        self.model_ = CatBoostClassifier(
            iterations=self.trees,
            learning_rate=self.learning_rate,
            depth=self.depth,
            random_seed=self.random_state,
            thread_count=1,
            allow_writing_files=False,
            verbose=False,
        )
        try:
            self.model_.fit(_pool(X, y, sample_weight))
        except CatBoostError as error:
            # The other models take a table without variation for what it is and predict the share of positives.
            if "All features are either constant or ignored" not in str(error):
                raise
            self.model_ = DummyClassifier(strategy="prior").fit(np.zeros((len(y), 1)), y, sample_weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        if isinstance(self.model_, DummyClassifier):
            constant: NDArray[np.float64] = self.model_.predict_proba(np.zeros((X.shape[0], 1)))
            return constant
        probability: NDArray[np.float64] = self.model_.predict_proba(_pool(X), thread_count=1)
        return probability


def _pool(X: Any, y: Any = None, weight: Any = None) -> Pool:
    if not isinstance(X, pd.DataFrame):
        return Pool(X, y, weight=weight, thread_count=1)
    categories = list(X.select_dtypes("category"))
    codes = X.copy(deep=False)
    for name in categories:
        codes[name] = X[name].cat.codes.astype(np.int32)  # of a gap -1, a level like any other to CatBoost
    return Pool(codes, y, cat_features=categories, weight=weight, thread_count=1)
