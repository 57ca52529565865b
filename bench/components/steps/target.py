"""Target encoding whose training rows never see their own target, nor that of their own company."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.model_selection import GroupKFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

POOLED = "\0held by one company"  # no level of a table: table cells hold no NUL


class CrossFittedTarget(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """scikit-learn's `TargetEncoder` on the category columns, with folds that keep companies whole.

    A level that only one company holds (without companies: one row) is pooled with the other such levels and with
    those unseen in training. Its training rows could never be encoded by another company, so they would carry the
    mean of a fold while new rows carried the company's own outcome, and a model could learn nothing true from it.

    Parameters
    ----------
    smooth : pseudo-count, in rows, that pulls a level's mean to the overall mean (Micci-Barreca 2001,
        https://doi.org/10.1145/507533.507538). A fixed one, since the empirical Bayes estimate does not shrink levels
        whose rows all have the same outcome, and most companies are such levels.
    folds : number of folds for encoding the training rows
    """

    def __init__(self, smooth: float = 10.0, folds: int = 5, random_state: int | None = None) -> None:
        self.smooth = smooth
        self.folds = folds
        self.random_state = random_state

    def fit_transform(
        self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        """Encode the training rows X of shape (n, columns), each fold by the others, and learn all for `transform`."""
        rows = np.arange(len(y))
        # A row that belongs to no company is one of its own.
        companies = rows if groups is None else np.where(groups >= 0, groups, -1 - rows)
        grouped = groups is not None and len(np.unique(companies)) > 1
        if not grouped:  # where all rows are of one company, there is no other to learn from
            companies = rows
        self.levels_ = {name: _shared(X[name], companies) for name in X.select_dtypes(exclude="number")}
        encoder = TargetEncoder(smooth=self.smooth, cv=self._splits(y, companies, grouped))
        self.columns_ = make_column_transformer(
            (encoder, make_column_selector(dtype_exclude="number")), remainder="passthrough"
        )
        encoded: NDArray[np.float64] = self.columns_.fit_transform(self._pooled(X), y)
        return encoded

    def fit(self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None) -> CrossFittedTarget:
        """Learn the encodings of X."""
        self.fit_transform(X, y, groups)
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Encode rows that were not trained on, by the whole of the training rows."""
        encoded: NDArray[np.float64] = self.columns_.transform(self._pooled(X))
        return encoded

    def _pooled(self, X: pd.DataFrame) -> pd.DataFrame:
        pooled = X.copy(deep=False)
        for name, levels in self.levels_.items():
            column = X[name].astype(object)
            pooled[name] = column.where(column.isna() | column.isin(levels), POOLED)
        return pooled

    def _splits(self, y: NDArray[np.int8], companies: NDArray[np.int64], grouped: bool) -> list[Any]:
        if grouped:
            folds = min(self.folds, len(np.unique(companies)))
            splitter = GroupKFold(folds, shuffle=True, random_state=self.random_state)
            return list(splitter.split(companies, groups=companies))
        folds = max(2, min(self.folds, int(np.bincount(y, minlength=2).min())))
        return list(StratifiedKFold(folds, shuffle=True, random_state=self.random_state).split(y, y))


def _shared(column: pd.Series[Any], companies: NDArray[np.int64]) -> list[str]:
    """Return the levels that two companies or more hold."""
    held = pd.DataFrame({"level": column.astype(object).to_numpy(), "company": companies}).dropna()
    times = held.drop_duplicates()["level"].value_counts()
    return sorted(times.index[times > 1])
