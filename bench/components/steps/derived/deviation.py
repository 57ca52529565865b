"""How far a number lies from what is usual in its row's group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.columns import by_level, is_number
from bench.components.steps.derived.added import AddedColumns
from bench.components.steps.derived.group_statistics import GroupStatistics
from bench.components.steps.encoding.target import shrunk
from bench.space import matching


class Deviation(AddedColumns):
    """A number less the mean that it has in the training rows of the same level of a category; of a gap, a gap.

    The mean holds the row itself and is shrunk to the overall one, as in `GroupStatistics`; a level unseen in training,
    and a gap, have the overall one.

    Parameters
    ----------
    column : pattern of the names of columns to choose the number from: the first
    by : pattern of the names of columns to choose the category from, as `GroupStatistics` chooses
    smooth : pseudo-count, in rows, that pulls a level's mean to the overall one
    """

    def __init__(self, column: str = "*", by: str = "*", smooth: float = 10.0) -> None:
        self.column = column
        self.by = by
        self.smooth = smooth

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the number and the category, or nothing if there are not both."""
        numbers = [name for name in matching(self.column, map(str, X)) if is_number(X[name])]
        by = GroupStatistics(column=self.by).subject(X)
        return [numbers[0], *by] if numbers and by else []

    def learn(self, X: pd.DataFrame) -> None:
        """Learn the mean of each level."""
        if not self.columns_:
            return
        values, group = self._values(X), X[self.columns_[1]].astype(object)
        known = pd.DataFrame({"value": values, "level": group}).dropna()
        self.mean_ = float(known["value"].mean()) if len(known) else 0.0
        found = known.groupby("level")["value"].agg(["size", "sum"])
        means = shrunk(found["size"].to_numpy(), found["sum"].to_numpy(dtype=np.float64), self.smooth, self.mean_)
        self.means_ = dict(zip(map(str, found.index), map(float, means), strict=True))

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the one number."""
        if not self.columns_:
            return {}
        column, by = self.columns_
        return {f"{column} less its mean by {by}": self._values(X) - by_level(X[by], self.means_, self.mean_)}

    def _values(self, X: pd.DataFrame) -> NDArray[np.float64]:
        return X[self.columns_[0]].to_numpy(dtype=np.float64)
