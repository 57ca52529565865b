"""How much of the rows to predict consists of customers and levels that training has shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.dataset import Dataset


@dataclass(frozen=True)
class Coverage:
    """Of one column of the table to predict, how much of it is known.

    Attributes
    ----------
    column : its name; "company" for the groups
    rows : with a value, gaps left out
    seen_rows : of those, with a value that stands in the labelled table
    levels, seen_levels : the same of different values
    """

    column: str
    rows: int
    seen_rows: int
    levels: int
    seen_levels: int


def coverage(dataset: Dataset) -> list[Coverage]:
    """Return the coverage of the company and of every category column, companies first, then the least known."""
    if dataset.submission is None:
        return []
    columns = [
        _covered(str(name), column.cat.codes.to_numpy(), dataset.submission[name].cat.codes.to_numpy())
        for name, column in dataset.features.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
    ]
    columns.sort(key=lambda one: (one.seen_rows / max(1, one.rows), one.column))
    if dataset.groups is None or dataset.submission_groups is None:
        return columns
    return [_covered("company", dataset.groups, dataset.submission_groups), *columns]


def _covered(column: str, train: NDArray[np.integer], asked: NDArray[np.integer]) -> Coverage:
    """Compare codes of shapes (n,) and (m,); -1 is a gap, or no company."""
    asked = asked[asked >= 0]
    seen = np.isin(asked, train)
    return Coverage(column, len(asked), int(seen.sum()), len(np.unique(asked)), len(np.unique(asked[seen])))
