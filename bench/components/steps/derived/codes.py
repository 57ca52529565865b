"""Codes with many levels: how often each occurs, and the block of numbers it falls into."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.components.steps.columns import by_frequency, by_level, category_columns
from bench.components.steps.derived.added import AddedColumns, with_new_columns

WHOLE = 0.95  # the share of levels that are whole numbers, from which on a column holds codes


class CodeCounts(AddedColumns):
    """log(1 + how many *other* training rows have the same level), for columns of many levels.

    A training row does not count itself, as a new row does not: a level seen once is 0 in training, and so is one
    never seen before. With itself counted no training row would be 0 and a model could learn nothing of new codes.
    A gap is 0.

    Parameters
    ----------
    levels : a column has many levels from so many on
    """

    def __init__(self, levels: int = 50) -> None:
        self.levels = levels

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the category columns with many levels."""
        return [name for name in category_columns(X) if X[name].nunique() >= self.levels]

    def learn(self, X: pd.DataFrame) -> None:
        """Count the rows of each level."""
        self.counts_ = {name: by_frequency(X[name]) for name in self.columns_}

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Return the training rows X with the counts of the other rows."""
        return with_new_columns(X, self.fit(X).added(X, itself=1))

    def added(self, X: pd.DataFrame, itself: int = 0) -> dict[str, Any]:
        """Return a column for each column of many levels; ``itself`` is taken off for a row that was counted."""
        return {
            f"count of {name}": np.log1p(by_level(X[name], self.counts_[name], itself) - itself)
            for name in self.columns_
        }


class CodeBins(AddedColumns):
    """The block that a numeric code falls into, as a category: of width 100, code 1234 is in "1200 to 1299".

    Codes given in the order of entry or of the alphabet have neighbours of the same time or family. A level that is
    no whole number is a gap.

    Parameters
    ----------
    columns : pattern of the names of columns to look at
    width : codes in a block
    """

    def __init__(self, columns: str = "*", width: int = 100) -> None:
        self.columns = columns
        self.width = width

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the category columns of codes that share blocks.

        Nearly all of their levels are whole numbers, in two blocks or more, with several levels in one block.
        """
        return [name for name in category_columns(X, self.columns) if self._holds_codes(X[name])]

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return a category for each column of codes."""
        return {f"block of {name}": self._block(X[name]) for name in self.columns_}

    def _holds_codes(self, column: pd.Series[Any]) -> bool:
        starts = self._starts(pd.Index(column.cat.remove_unused_categories().cat.categories))
        known = starts[~np.isnan(starts)]
        return bool(len(known) > len(np.unique(known)) > 1 and len(known) >= WHOLE * len(starts))

    def _block(self, column: pd.Series[Any]) -> pd.Categorical:
        starts = self._starts(pd.Index(column.cat.categories))
        known = np.unique(starts[~np.isnan(starts)])
        # The position of a level's block among the sorted ones; a gap has the code -1, which the last entry answers.
        numbers = np.where(np.isnan(starts), -1, np.searchsorted(known, starts))
        codes = np.append(numbers, -1)[column.cat.codes.to_numpy()].astype(np.int64)
        levels = [f"{int(start)} to {int(start) + self.width - 1}" for start in known]
        return pd.Categorical.from_codes(codes, categories=pd.Index(levels, dtype="str"))

    def _starts(self, levels: pd.Index[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the first code of each level's block, NaN where the level is no whole number."""
        numbers = pd.to_numeric(pd.Series(levels, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
        # Beyond 2**53 neighbours cannot be told apart.
        whole = np.isfinite(numbers) & (np.abs(numbers) < 2**53)
        whole[whole] = numbers[whole] % 1 == 0
        return np.where(whole, np.floor(np.where(whole, numbers, 0) / self.width) * self.width, np.nan)
