"""A linear support vector machine whose margins become probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

FOLDS = 3  # for the sigmoid; fewer where there are fewer rows of a class


class LinearMargins(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`LinearSVC`, and a sigmoid from its margins to probabilities that is learned on rows it was not fitted on.

    The machine itself is fitted once, on all rows, so the sigmoid (Platt 1999) does not touch the order of the rows.
    Where the margins of held-out training rows point the wrong way, the sigmoid would turn the order round: nothing
    was learned then, and the share of positives is predicted. `CalibratedClassifierCV` with unshuffled folds did
    that on a table whose rows are in the order of time.

    Parameters
    ----------
    C : inverse strength of the L2 penalty, as in `LinearSVC`
    """

    def __init__(self, C: float = 0.1, random_state: int | None = None) -> None:
        self.C = C
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.int8], sample_weight: NDArray[np.float64] | None = None) -> LinearMargins:
        """Fit on X of shape (n, columns), dense or sparse, scaled and without gaps.

        Raises
        ------
        ValueError
            If a class has a single row.
        """
        self.classes_, counts = np.unique(y, return_counts=True)
        if len(counts) < 2 or counts.min() < 2:
            raise ValueError("linear_svm needs 2 rows of each class, one to learn from and one to test on")
        # The primal problem: the dual one converges slowly on many rows of few columns.
        machine = LinearSVC(C=self.C, dual=False, random_state=self.random_state)
        splits = StratifiedKFold(min(FOLDS, counts.min()), shuffle=True, random_state=self.random_state)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        margins = cross_val_predict(machine, X, y, cv=splits, method="decision_function", params=weights)
        self.machine_ = machine.fit(X, y, **weights)
        self.sigmoid_ = LogisticRegression().fit(margins.reshape(-1, 1), y, **weights)
        if self.sigmoid_.coef_[0, 0] <= 0:
            self.sigmoid_ = DummyClassifier(strategy="prior").fit(margins.reshape(-1, 1), y, **weights)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        probability: NDArray[np.float64] = self.sigmoid_.predict_proba(
            self.machine_.decision_function(X).reshape(-1, 1)
        )
        return probability
