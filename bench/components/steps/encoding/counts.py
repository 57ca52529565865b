"""Categories as how often their level occurs in the training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.encoding.levels import coded, named, numbers


class LevelCounts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Replace each level by its share of the training rows, or by log(1 + rows); an unseen one gets 0.

    A gap is a level like any other.

    Parameters
    ----------
    scale : "share" or "log"
    """

    def __init__(self, scale: str = "share") -> None:
        self.scale = scale

    def fit(self, X: pd.DataFrame, y: object = None) -> LevelCounts:
        """Count the levels of X, a table of shape (n, columns)."""
        self.levels_: dict[str, list[str]] = {}
        self.values_: list[NDArray[np.float64]] = []
        for name, column in X.select_dtypes(exclude="number").items():
            levels, rows = _counted(column)
            self.levels_[str(name)] = levels
            self.values_.append(np.r_[0.0, np.log1p(rows) if self.scale == "log" else rows / len(X)])
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a matrix of shape (n, columns), the encoded columns first."""
        columns = zip(self.levels_.items(), self.values_, strict=True)
        return np.column_stack([*(values[coded(X[name], levels)] for (name, levels), values in columns), numbers(X)])


def _counted(column: pd.Series[Any]) -> tuple[list[str], NDArray[np.float64]]:
    counts = pd.Series(named(column), dtype=object).value_counts().sort_index()
    return list(counts.index), counts.to_numpy().astype(np.float64)
