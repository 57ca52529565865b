"""Gaps filled with the median of numbers and the most frequent level of categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.columns import by_frequency, is_number

MISSING = "missing"


class UsualFill(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fill numbers with the training median, categories with the most frequent training level.

    scikit-learn's `SimpleImputer` does the same, but fills a category column that has no value in training with the
    number 0, which then stands among strings; here it is the level "missing".
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> UsualFill:
        """Learn from X, a table of shape (n, columns)."""
        self.usual_ = {str(name): usual(column) for name, column in X.items()}
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return a table of the same shape without a gap, categories as strings."""
        columns = {}
        for name, fill in self._fillings(X).items():
            column = X[name]
            values = np.where(column.isna(), fill, column.to_numpy(dtype=object))
            columns[name] = pd.Series(values, index=X.index, dtype="float64" if is_number(column) else "str")
        return pd.DataFrame(columns, index=X.index)

    def _fillings(self, X: pd.DataFrame) -> dict[str, NDArray[Any]]:
        """Return what a gap in each row of X would become, arrays of shape (n,) by column."""
        return {name: np.full(len(X), value, dtype=object) for name, value in self.usual_.items()}


def usual(column: pd.Series[Any]) -> float | str:
    """Return the median of numbers, the most frequent level of categories; without a value 0 and `MISSING`."""
    known = column.dropna()
    if is_number(column):
        return float(known.median()) if len(known) else 0.0
    return str(next(iter(by_frequency(known)))) if len(known) else MISSING
