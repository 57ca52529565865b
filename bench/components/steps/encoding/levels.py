"""The levels of a category column as whole numbers: 0 is what training did not show, a gap is a level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

GAP = "\0gap"  # no level of a table: table cells hold no NUL


def named(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Return the level of each row by name, gaps as `GAP`; shape (n,)."""
    # As texts: an imputation from another package may leave numbers among the categories.
    return column.astype("str").fillna(GAP).to_numpy(dtype=object)


def coded(column: pd.Series[Any], levels: list[str]) -> NDArray[np.intp]:
    """Return for each row 1 + the place of its level in ``levels``, or 0 where it is none of them; shape (n,)."""
    places: NDArray[np.intp] = pd.Index(levels, dtype=object).get_indexer(pd.Index(named(column), dtype=object))
    return places + 1


def numbers(X: pd.DataFrame) -> NDArray[np.float64]:
    """Return the number columns of X, shape (n, number columns)."""
    return X.select_dtypes("number").to_numpy(dtype=np.float64)
