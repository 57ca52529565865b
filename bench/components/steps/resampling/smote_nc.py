"""New rows between near rows of the rarer class in a table of numbers and categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE
from numpy.typing import NDArray
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from bench.components.steps.resampling.smote import oversample, rows_to_draw_between
from bench.components.steps.resampling.training_set import Groups, Matrix, TrainingSet, all_rows, in_ratio, rarer


def smote_nc(
    X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, ratio: float, neighbours: int
) -> list[TrainingSet]:
    """Add rows of the rarer class: numbers between two near rows, categories by vote of all near rows.

    As section 6.1 of Chawla et al. 2002 (doi:10.1613/jair.953), on whole numbers in place of one column for each
    level: imbalanced-learn's class asks for new rows x neighbours x levels x 8 bytes, 24.5 GiB for 59,299 leads.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        Columns of dtype ``category`` are categories, a gap in them a level of its own; all others hold numbers. A
        matrix has no categories, which leaves plain SMOTE.

    Returns
    -------
    list of one TrainingSet
        Its table has the rows of ``X`` first and the same dtypes.

    Raises
    ------
    ValueError
        If new rows are wanted and the rarer class has one row only.
    """
    if not isinstance(X, pd.DataFrame) or not len(X.select_dtypes("category").columns):
        return oversample(X, y, groups, seed, sampler=SMOTE(sampling_strategy=ratio, k_neighbors=neighbours))
    if in_ratio(y, ratio):
        return all_rows(X, y, groups, seed)
    rare = rows_to_draw_between(y, "SMOTE-NC")
    rows = np.flatnonzero(y == rarer(y))
    levels = np.column_stack([column.cat.codes for _, column in X.select_dtypes("category").items()])[rows]
    numbers = X.select_dtypes(exclude="category").to_numpy(dtype=np.float64)
    scaled = StandardScaler().fit_transform(numbers)[rows] if numbers.shape[1] else numbers[rows]
    near = _nearest(scaled, levels, min(neighbours, rare - 1))

    rng = np.random.default_rng(seed)
    wanted = int(ratio * (len(y) - rare)) - rare
    start = rng.integers(rare, size=wanted)
    end = near[start, rng.integers(near.shape[1], size=wanted)]
    lines = numbers[rows[end]] - numbers[rows[start]]
    columns = iter((numbers[rows[start]] + rng.random((wanted, 1)) * lines).T)
    votes = (_most_frequent(levels[near[start], column], rng) for column in range(levels.shape[1]))
    new = {
        name: pd.Categorical.from_codes(next(votes), dtype=dtype)
        if isinstance(dtype, pd.CategoricalDtype)
        else next(columns)
        for name, dtype in X.dtypes.items()
    }
    table = pd.concat([X, pd.DataFrame(new)], ignore_index=True)
    return [TrainingSet(np.append(y, np.full(wanted, rarer(y), dtype=y.dtype)), X=table)]


def _nearest(scaled: NDArray[np.float64], levels: NDArray[Any], neighbours: int) -> NDArray[np.intp]:
    """Return each row's nearest others, shape (n, neighbours); another level is as far as a typical number's spread."""
    spread = float(np.median(scaled.std(axis=0))) if scaled.shape[1] else 0.0
    indicators = OneHotEncoder().fit_transform(levels)  # two of them differ where two levels do
    points = sparse.hstack([scaled, indicators * ((spread or 1.0) / np.sqrt(2))], format="csr")
    found: NDArray[np.intp] = NearestNeighbors(n_neighbors=neighbours).fit(points).kneighbors(return_distance=False)
    return found


def _most_frequent(levels: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """Return the most frequent of each row, shape (n,), of several one at random."""
    times = (levels[:, :, None] == levels[:, None, :]).sum(axis=2)
    winner = (times + rng.random(times.shape)).argmax(axis=1)
    chosen: NDArray[Any] = levels[np.arange(len(levels)), winner]
    return chosen
