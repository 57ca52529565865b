"""New rows between near rows of the rarer class: SMOTE and its kin, with or without cleaning after."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from bench.components.steps.resampling.training_set import Groups, Matrix, TrainingSet, all_rows, in_ratio, take

# ADASYN raises in these words where it has no row to add; BorderlineSMOTE adds none and says nothing.
_NONE_TO_ADD = ("Not any neigbours belong to the majority", "No samples will be generated")


def oversample(
    X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, sampler: Any, cleaner: Any = None
) -> list[TrainingSet]:
    """Add rows of the rarer class by ``sampler``, then drop by ``cleaner`` the rows of both classes it finds amiss.

    Neighbours are looked for on a scaled copy: unscaled, the column with the largest numbers decides alone. The rows
    of ``X`` come first, unchanged, the new ones behind them on the same scale. Classes already in the sampler's ratio
    get no new row, but are cleaned.

    Parameters
    ----------
    sampler : one of imbalanced-learn's of the SMOTE family, with a ratio for its ``sampling_strategy``
        A copy of it is used, with fewer neighbours where there are not enough rows.
    cleaner : one of imbalanced-learn's that choose rows, or None

    Raises
    ------
    ValueError
        If new rows are wanted and the rarer class has one row only.
    """
    settled = in_ratio(y, sampler.sampling_strategy)
    if settled and (cleaner is None or y.min() == y.max()):
        return all_rows(X, y, groups, seed)
    scaler = StandardScaler(with_mean=False)
    scaled = scaler.fit_transform(X)
    more, y_more = scaled, y
    if not settled:
        more, y_more = _added(scaled, y, sampler, seed)
    kept = np.arange(len(y_more)) if cleaner is None else _cleaned(more, y_more, cleaner)
    if len(y_more) == len(y):
        return [TrainingSet(y[kept], rows=kept)]
    table = _below(X, scaler.inverse_transform(more[len(y) :]))
    return [TrainingSet(y_more[kept], X=take(table, kept))]


def rows_to_draw_between(y: NDArray[np.int8], name: str) -> int:
    """Return how many rows the rarer class has; raise ValueError in the name of a method if it is one."""
    rare = int(np.bincount(y, minlength=2).min())
    if rare < 2:
        raise ValueError(f"{name} needs 2 rows of the rarer class to draw a line between, and found {rare}")
    return rare


def _added(scaled: Matrix, y: NDArray[np.int8], sampler: Any, seed: int) -> tuple[Matrix, NDArray[np.int8]]:
    name = type(sampler).__name__
    rare = rows_to_draw_between(y, name)
    sampler = _within(sampler, k_neighbors=rare - 1, n_neighbors=rare - 1, m_neighbors=len(y) - 1)
    try:
        more, y_more = sampler.set_params(random_state=seed).fit_resample(scaled, y)
    except (ValueError, RuntimeError) as error:
        if not any(words in str(error) for words in _NONE_TO_ADD):
            raise
        more, y_more = scaled, y
    # A few rows short of the ratio, ADASYN rounds the share of each row to none: that is as near as it gets.
    if len(y_more) == len(y) and not in_ratio(y, 0.95 * sampler.sampling_strategy):
        sentence = f"{name} added no row: none of {rare} of the rarer class has enough neighbours of the other class"
        warnings.warn(sentence, UserWarning, stacklevel=2)
    return more, y_more


def _cleaned(scaled: Matrix, y: NDArray[np.int8], cleaner: Any) -> NDArray[np.intp]:
    """Return the rows that are left."""
    cleaner = _within(cleaner, n_neighbors=len(y) - 1)
    cleaner.fit_resample(scaled, y)
    kept: NDArray[np.intp] = np.sort(cleaner.sample_indices_)
    if len(np.unique(y[kept])) == len(np.unique(y)):
        return kept
    sentence = f"{type(cleaner).__name__} would have dropped a whole class, and dropped no row"
    warnings.warn(sentence, UserWarning, stacklevel=2)
    return np.arange(len(y))


def _within(estimator: Any, **most: int) -> Any:
    """Return a copy of it whose numbers of neighbours, where it has them, are at most as given."""
    has = estimator.get_params(deep=False)
    return clone(estimator).set_params(**{name: min(has[name], limit) for name, limit in most.items() if name in has})


def _below(X: Matrix, new: Matrix) -> Matrix:
    """Put new rows below a matrix and keep its kind."""
    if sparse.issparse(X):
        return sparse.vstack([X, new], format="csr")
    if isinstance(X, pd.DataFrame):
        return pd.DataFrame(np.vstack([X.to_numpy(), new]), columns=X.columns)
    return np.vstack([X, new])
