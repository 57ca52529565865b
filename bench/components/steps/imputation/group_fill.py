"""Gaps filled with what is usual among rows that share a level of another column."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.imputation.association import coded, usefulness
from bench.components.steps.imputation.usual_fill import UsualFill, usual
from bench.space import matching

LEVELS = 50  # a column with more of them is no grouping


class GroupFill(UsualFill):
    """Fill numbers with the median and categories with the most frequent level of the rows of the same group.

    Each column has its own grouping: of the category columns that ``by`` stands for, with at most `LEVELS` levels in
    training, the one that is most useful for its gaps (`association.usefulness`). Where that column is missing, shows
    a level unseen in training, or one with fewer than ``rare`` known cells, the whole training column decides.
    """

    def __init__(self, by: str = "*", rare: int = 5) -> None:
        self.by = by
        self.rare = rare

    def fit(self, X: pd.DataFrame, y: object = None) -> GroupFill:
        """Learn the groupings and fillings of X, a table of shape (n, columns)."""
        super().fit(X)
        categories = X.select_dtypes(exclude="number")
        named = matching(self.by, [str(name) for name in categories])
        groupings = [name for name in named if categories[name].nunique() <= LEVELS]
        if categories.shape[1] and not groupings:
            warnings.warn(
                f"group_median: no category column of at most {LEVELS} levels is named {self.by!r}; "
                "gaps are filled from whole columns",
                UserWarning,
                stacklevel=2,
            )
        codes = {str(name): coded(column) for name, column in X.items()}
        self.by_: dict[str, str] = {}
        self.within_: dict[str, dict[str, float | str]] = {}
        for name in codes:
            useful = {other: usefulness(codes[name], codes[other]) for other in groupings if other != name}
            if any(useful.values()) or (useful and len(groupings) == 1):  # the one named need not tell much
                self.by_[name] = max(useful, key=lambda other: useful[other])
                self.within_[name] = _usual_within(X[name], X[self.by_[name]], self.rare)
        return self

    def _fillings(self, X: pd.DataFrame) -> dict[str, NDArray[Any]]:
        fillings = super()._fillings(X)
        for name, by in self.by_.items():
            gaps = X[name].isna().to_numpy()
            within, otherwise = self.within_[name], self.usual_[name]
            fillings[name][gaps] = [within.get(level, otherwise) for level in X[by][gaps]]
        return fillings


def _usual_within(column: pd.Series[Any], groups: pd.Series[Any], rare: int) -> dict[str, float | str]:
    """Return what is usual in each group with ``rare`` known cells or more."""
    known = column.notna()
    parts = column[known].groupby(groups[known].astype(object))
    return {str(level): usual(part) for level, part in parts if len(part) >= rare}
