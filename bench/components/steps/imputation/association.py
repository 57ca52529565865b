"""How much two columns say of each other, whatever their kinds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from bench.components.steps.columns import by_frequency, is_number

BINS = 10
LEVELS = 100


def coded(column: pd.Series[Any]) -> NDArray[np.int64]:
    """Return a code from 0 for each cell and -1 for a gap.

    Categories have a code for each of their `LEVELS` most frequent levels and one for the rest; numbers one for each
    value or, if those are more than `BINS`, for each of so many quantile bins.
    """
    known = column.dropna()
    if is_number(column) and known.nunique() > BINS:
        cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
        codes = np.searchsorted(cuts, column.to_numpy(), side="right")
        return np.where(column.isna(), -1, codes).astype(np.int64)
    levels = [*by_frequency(column)][:LEVELS]
    codes = pd.Index(levels).get_indexer(pd.Index(column.astype(object)))
    return np.where(column.isna(), -1, np.where(codes < 0, len(levels), codes)).astype(np.int64)


def cramers_v(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Return the bias-corrected Cramér's V, 0 to 1, of two columns of codes over the rows known in both.

    References
    ----------
    Bergsma (2013), https://doi.org/10.1016/j.jkss.2012.10.002.
    """
    both = (one >= 0) & (other >= 0)
    n, width = int(both.sum()), int(other.max(initial=0)) + 1
    table = np.bincount(one[both] * width + other[both], minlength=(int(one.max(initial=0)) + 1) * width)
    table = table.reshape(-1, width)
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    rows, columns = table.shape
    if min(rows, columns) < 2:
        return 0.0
    phi2 = chi2_contingency(table, correction=False).statistic / n - (rows - 1) * (columns - 1) / (n - 1)
    smaller = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns))
    return float(np.sqrt(max(phi2, 0.0) / (smaller - 1))) if smaller > 1 else 0.0


def usefulness(column: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Return how well ``other`` can fill the gaps of ``column``: their association times how often it is known there.

    A column that is always missing together with another says nothing of its gaps, however much they have in common.
    """
    gaps = column < 0
    known = float((other[gaps] >= 0).mean()) if gaps.any() else float((other >= 0).mean())
    return known * cramers_v(column, other) if known else 0.0
