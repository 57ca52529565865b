"""Where a row is empty: indicators, their count, and which of several related columns are filled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.columns import by_frequency
from bench.components.steps.derived.added import AddedColumns
from bench.space import matching

NONE, OTHER = "none", "other"


def partly_filled(X: pd.DataFrame) -> list[str]:
    """Return the columns with gaps, but for those without a value: what their flags say is the same in every row."""
    gaps = X.isna()
    return list(X.columns[(gaps.any() & ~gaps.all()).to_numpy(dtype=bool)])


def gap_flags(X: pd.DataFrame, columns: list[str]) -> dict[str, NDArray[np.float64]]:
    """Return 1 for a gap and 0 for a value, for each of the ``columns`` of X, by the name of a new column."""
    return {f"gap in {name}": np.asarray(X[name].isna(), dtype=np.float64) for name in columns}


class MissingIndicators(AddedColumns):
    """A 0/1 column for each column with gaps in training, and the number of gaps in the row.

    A column that is all gaps in training gets no indicator, which could not vary; it counts like any other.

    Parameters
    ----------
    what : "flags", "count" or "both"
    """

    def __init__(self, what: str = "both") -> None:
        self.what = what

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the columns of any kind with gaps."""
        return partly_filled(X)

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the indicators, the count last."""
        if not self.columns_:
            return {}
        new: dict[str, Any] = {}
        if self.what != "count":
            new |= gap_flags(X, self.columns_)
        if self.what != "flags":
            new["gaps in the row"] = X.isna().sum(axis=1).to_numpy(dtype=np.float64)
        return new


class FilledPattern(AddedColumns):
    """One category that names the filled ones among related columns, such as "product_category+product_modelname".

    A row with none of them filled is "none"; all but the most frequent training patterns are "other".

    Parameters
    ----------
    columns : pattern of the names of the related columns
    patterns : at most so many patterns keep a level of their own
    """

    def __init__(self, columns: str = "*product*", patterns: int = 20) -> None:
        self.columns = columns
        self.patterns = patterns

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the columns of the pattern that have gaps, if they are two or more."""
        found = matching(self.columns, partly_filled(X))
        return found if len(found) > 1 else []

    def learn(self, X: pd.DataFrame) -> None:
        """Learn the most frequent patterns; of equals, the first by name."""
        self.patterns_ = [*by_frequency(self._patterns(X))][: self.patterns] if self.columns_ else []

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the one category."""
        if not self.columns_:
            return {}
        patterns = self._patterns(X)
        known = patterns.where(patterns.isin(self.patterns_), OTHER)
        levels = sorted({*self.patterns_, OTHER})
        return {f"filled among {self.columns}": pd.Categorical(known, categories=levels)}

    def _patterns(self, X: pd.DataFrame) -> pd.Series[Any]:
        filled = X[self.columns_].notna().reset_index(drop=True)
        names = np.array(self.columns_, dtype=object)
        # A name is made once for each pattern, not for each row.
        kinds, number_of = np.unique(filled.to_numpy(), axis=0, return_inverse=True)
        words = ["+".join(names[kind]) or NONE for kind in kinds]
        return pd.Series(np.array(words, dtype=object)[number_of.ravel()], dtype=object)
