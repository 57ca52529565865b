"""Columns of a table by kind, and the levels of one: how frequent, and what is known of them put to each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.space import matching


def category_columns(X: pd.DataFrame, pattern: str = "*") -> list[str]:
    """Return the names of the category columns of X that ``pattern`` (`bench.space.Columns`) stands for."""
    return matching(pattern, [str(name) for name in X.select_dtypes("category")])


def text_columns(X: pd.DataFrame) -> list[str]:
    """Return the names of the free text columns of X."""
    return [str(name) for name, dtype in X.dtypes.items() if isinstance(dtype, pd.StringDtype)]


def is_number(column: pd.Series[Any]) -> bool:
    """Say whether a column holds numbers; all others are categories."""
    return pd.api.types.is_numeric_dtype(column.dtype)


def by_frequency(column: pd.Series[Any]) -> dict[Any, int]:
    """Return the rows of each value that occurs, the most frequent first, of equals the smaller."""
    counts = column.dropna().astype(object).value_counts()
    return dict(sorted(((value, int(rows)) for value, rows in counts.items()), key=lambda pair: (-pair[1], pair[0])))


def by_level(column: pd.Series[Any], values: Mapping[str, float], otherwise: float) -> NDArray[np.float64]:
    """Return the value of each row's level; of a gap, or of a level without one, ``otherwise``."""
    of_levels = [values.get(str(level), otherwise) for level in column.cat.categories]
    found: NDArray[np.float64] = np.array([*of_levels, otherwise], dtype=np.float64)[column.cat.codes.to_numpy()]
    return found


def levels_and_codes(column: pd.Series[Any]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the levels that occur and for each row the number of its own, -1 for a gap."""
    codes = column.cat.codes.to_numpy()
    occurring = np.unique(codes[codes >= 0])
    number = np.full(len(column.cat.categories) + 1, -1, dtype=np.intp)  # the last for -1
    number[occurring] = np.arange(len(occurring))
    return [str(level) for level in column.cat.categories[occurring]], number[codes]


def spread(values: Sequence[str | None], codes: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return for each row the value of its level, None for a gap; ``codes`` as of `levels_and_codes`."""
    return np.array([*values, None], dtype=object)[codes]


def category(values: Sequence[str | None], codes: NDArray[np.intp]) -> pd.Categorical:
    """Return `spread` as a category with the values as levels, in alphabetical order."""
    levels = sorted({value for value in values if value is not None})
    number: dict[str | None, int] = {level: at for at, level in enumerate(levels)}
    at = np.array([*(number.get(value, -1) for value in values), -1], dtype=np.intp)
    return pd.Categorical.from_codes(at[codes], pd.Index(levels, dtype="str"))
