"""Columns that are mostly missing, left out."""

from __future__ import annotations

import warnings

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin


class WithoutSparse(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Leave out the columns whose share of gaps in training is above ``share``, with a warning that counts them.

    Where every column is above it, the one with the fewest gaps stays, so that the table keeps a column.
    """

    def __init__(self, share: float = 0.8) -> None:
        self.share = share

    def fit(self, X: pd.DataFrame, y: object = None) -> WithoutSparse:
        """Choose among the columns of X, a table of shape (n, columns)."""
        gaps = {str(name): float(column.isna().mean()) for name, column in X.items()}
        self.kept_ = [name for name, share in gaps.items() if share <= self.share]
        fullest = ""
        if gaps and not self.kept_:
            self.kept_ = [min(gaps, key=lambda name: gaps[name])]
            fullest = f"; '{self.kept_[0]}' stays as the fullest"
        left_out = sorted(gaps.keys() - set(self.kept_))
        if left_out:
            warnings.warn(
                f"drop_sparse: left out {len(left_out)} of {len(gaps)} columns, with over {self.share:.0%} gaps "
                f"in training ({', '.join(left_out[:5])}{', ...' * (len(left_out) > 5)}){fullest}",
                UserWarning,
                stacklevel=2,
            )
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the columns of X that stay, their gaps as they are."""
        return X[self.kept_]
