"""A model and an encoder that a user adds in a package of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from bench.registry import Component
from bench.space import Real


class Lengths(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Numbers as they are, of each category the number of its letters, 0 for a gap."""

    def fit(self, X: pd.DataFrame, y: object = None) -> Lengths:
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        columns = [
            column if pd.api.types.is_numeric_dtype(column.dtype) else column.astype("str").str.len().fillna(0)
            for _, column in X.items()
        ]
        return np.column_stack([column.to_numpy(dtype=np.float64) for column in columns])


def lengths() -> Any:
    """The number of letters of each category, which tells little and shows how an encoder is added."""
    return Lengths()


def discriminant(shrinkage: float) -> Any:
    """Linear discriminant analysis with a shrunk covariance."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)


COMPONENTS = {
    "encoding": [
        Component("lengths", lengths, clears=frozenset({"categories", "category_gaps"}), source="made up"),
    ],
    "model": [
        Component(
            "discriminant",
            discriminant,
            {"shrinkage": Real(0.1, 0.0, 1.0)},
            requires=frozenset({"columns"}),
            refuses=frozenset(
                {"sparse", "raw_text", "number_gaps", "category_gaps", "categories", "weights"},
            ),
            source="Ledoit and Wolf (2004), sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        ),
    ],
}
