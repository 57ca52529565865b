"""Columns that say which cells were missing, beside any imputation."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone

from bench.components.steps.derived.added import with_new_columns
from bench.components.steps.derived.gaps import gap_flags, partly_filled


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
        self.columns_ = partly_filled(X)
        self.imputation_ = clone(self.imputation)
        return with_new_columns(self.imputation_.fit_transform(X), gap_flags(X, self.columns_))

    def fit(self, X: pd.DataFrame, y: object = None) -> MarkedGaps:
        """Learn from the training rows X."""
        self.fit_transform(X)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the same columns as in training."""
        return with_new_columns(self.imputation_.transform(X), gap_flags(X, self.columns_))
