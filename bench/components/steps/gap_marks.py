"""Columns that say which cells were missing, beside any imputation."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone


class MarkedGaps(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """An imputation with a 0/1 column beside its table for each column that has gaps in training.

    Of the columns that come in, not of those that come out: one that the imputation leaves out is marked too. A
    column without a value in training gets no mark, since the mark would be the same in every training row.

    Parameters
    ----------
    imputation : takes and returns a table; never given the target
    """

    def __init__(self, imputation: Any) -> None:
        self.imputation = imputation

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Learn from the training rows X of shape (n, columns) and return them, the marks last."""
        taken = {str(name) for name in X}
        self.marks_: dict[str, str] = {}
        for name, gaps in X.isna().items():
            if gaps.any() and not gaps.all():
                mark = f"gap in {name}"
                while mark in taken:
                    mark += "'"
                taken.add(mark)
                self.marks_[str(name)] = mark
        self.imputation_ = clone(self.imputation)
        return self._marked(X, self.imputation_.fit_transform(X))

    def fit(self, X: pd.DataFrame, y: object = None) -> MarkedGaps:
        """Learn from the training rows X."""
        self.fit_transform(X)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the same columns as in training."""
        return self._marked(X, self.imputation_.transform(X))

    def _marked(self, X: pd.DataFrame, filled: pd.DataFrame) -> pd.DataFrame:
        marks = {mark: X[name].isna().astype("float64") for name, mark in self.marks_.items()}
        return pd.concat([filled, pd.DataFrame(marks, index=X.index)], axis=1)
