"""What the rows of a group are like: how many, of how many companies, their means, their outcomes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import company_of
from bench.components.steps.columns import by_level, category_columns
from bench.components.steps.derived.added import AddedColumns, with_new_columns
from bench.components.steps.encoding.target import TargetMean, shrunk

# A level is large from so many rows on; the column chosen has this share of its rows in large levels.
LARGE, COVERED = 10, 0.9
NUMBERS = 5  # columns whose mean is taken: the most filled ones


class GroupStatistics(AddedColumns):
    """Statistics of the level that a row has in one category column, such as its lead owner.

    Of the group's training rows: log(1 + number of rows), log(1 + number of companies) where companies are named, the
    mean of the most filled number columns, the mean share of gaps; and the share of positives (`TargetMean`).

    The numbers of rows and companies are those of the *others*, for a training row as for a new one; only that a new
    row of a known company counts its company. Means hold the row itself and are shrunk to the overall mean, which a
    gap and an unseen level have. Without the row itself they would tell within a group which training row has a
    large number and which a small one, and all new rows of the group would have the same.

    Parameters
    ----------
    column : pattern of the names of columns to choose from; see `subject`
    target : whether to add the share of positives. Off by default: an encoding can do the same, and on made-up leads
        the other statistics were better alone.
    smooth : pseudo-count, in rows, that pulls a group's means and share to the overall ones
    folds : number of folds for the share of positives of the training rows
    """

    def __init__(
        self,
        column: str = "*",
        target: bool = False,
        smooth: float = 10.0,
        folds: int = 5,
        random_state: int | None = None,
    ) -> None:
        self.column = column
        self.target = target
        self.smooth = smooth
        self.folds = folds
        self.random_state = random_state

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the one category column of the pattern that is taken, or none.

        Of several it is the one with the most levels among those where nine rows of ten are in levels of ten rows or
        more (on leads the owner, and neither the country as typed nor the subsidiary); where there is no such column,
        the one with the most rows in large levels.
        """
        found = [name for name in category_columns(X, self.column) if X[name].nunique() > 1]
        worth = {name: (min(_covered(X[name]), COVERED), X[name].nunique()) for name in found}
        return sorted(found, key=lambda name: worth[name], reverse=True)[:1]

    def fit_transform(
        self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None
    ) -> pd.DataFrame:
        """Return the training rows X, of shape (n, columns), with the statistics of their groups, and learn these."""
        self.columns_ = self.subject(X)
        if not self.columns_:
            return X
        (name,) = self.columns_
        levels = [str(level) for level in X[name].dropna().unique()]
        self.numbers_of_levels_ = {level: float(number) for number, level in enumerate(sorted(levels))}
        filled = X.select_dtypes("number").count().sort_values(ascending=False, kind="stable")
        self.numbers_ = [str(number) for number in filled.index[filled > 0][:NUMBERS]]
        new = self._learn_statistics(X, groups)
        if self.target:
            self.encoder_ = TargetMean(smooth=self.smooth, folds=self.folds, random_state=self.random_state)
            new |= self._share(self.encoder_.fit_transform(X[[name]], y, groups=groups))
        return with_new_columns(X, new)

    def fit(self, X: pd.DataFrame, y: Any = None, groups: NDArray[np.int64] | None = None) -> Self:
        """Learn the statistics of the groups in X."""
        self.fit_transform(X, y, groups)
        return self

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the statistics of the training rows for rows that were not trained on."""
        if not self.columns_:
            return {}
        new = self._statistics(self._group(X), itself=0)
        if self.target:
            new |= self._share(self.encoder_.transform(X[self.columns_]))
        return new

    def _learn_statistics(self, X: pd.DataFrame, groups: NDArray[np.int64] | None) -> dict[str, Any]:
        """Learn the statistics of each group, those of an unseen one last; return them for the training rows."""
        own = self._group(X)
        inside = own >= 0
        of_groups = len(self.numbers_of_levels_) + 1
        self.rows_ = np.bincount(own[inside], minlength=of_groups)
        self.companies_ = np.array([], dtype=np.int64)
        if groups is not None:
            pairs = np.unique(np.stack([own, company_of(groups, len(groups))], axis=1)[inside], axis=0)
            self.companies_ = np.bincount(pairs[:, 0], minlength=of_groups)
        gaps = X.isna().mean(axis=1).to_numpy(dtype=np.float64)
        values = [*X[self.numbers_].to_numpy(dtype=np.float64).T, gaps]
        self.means_ = np.stack([_means(column, own, of_groups, self.smooth) for column in values], axis=1)
        return self._statistics(own, itself=1)

    def _statistics(self, own: NDArray[np.int64], itself: int) -> dict[str, Any]:
        """Return the statistics of rows in the groups ``own``; ``itself`` is taken off for a row that was counted."""
        (name,) = self.columns_
        counted = np.where(own >= 0, itself, 0)
        new = {f"rows of the same {name}": np.log1p(self.rows_[own] - counted)}
        if len(self.companies_):
            new[f"companies of the same {name}"] = np.log1p(self.companies_[own] - counted)
        words = [*(f"mean {number}" for number in self.numbers_), "share of gaps"]
        return new | {f"{word} by {name}": self.means_[own, place] for place, word in enumerate(words)}

    def _group(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """Return the number of each row's level; of a gap or an unseen one -1, which is the last group."""
        return by_level(X[self.columns_[0]], self.numbers_of_levels_, -1).astype(np.int64)

    def _share(self, encoded: Any) -> dict[str, Any]:
        return {f"share of positives by {self.columns_[0]}": np.asarray(encoded, dtype=np.float64)[:, 0]}


def _covered(column: pd.Series[Any]) -> float:
    """Return the share of all rows that are in large levels."""
    counts = column.value_counts()
    return float(counts[counts >= LARGE].sum() / len(column)) if len(column) else 0.0


def _means(values: NDArray[np.float64], own: NDArray[np.int64], of_groups: int, smooth: float) -> NDArray[np.float64]:
    """Return the `shrunk` mean of each group."""
    known = ~np.isnan(values) & (own >= 0)
    rows = np.bincount(own[known], minlength=of_groups)
    return shrunk(rows, np.bincount(own[known], values[known], of_groups), smooth, float(np.nanmean(values)))
