"""Resampling: which training rows a model sees, how often and with what weight.

Held-out rows never pass here. A resampling takes ``(X, y, groups, seed)`` of the training rows and returns one or
several `TrainingSet`; a cell averages the models of several.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.registry import Component, Registry
from bench.space import Real, Whole

Matrix = Any  # ndarray, scipy csr_matrix or DataFrame: what a model can read


@dataclass(frozen=True)
class TrainingSet:
    """Rows to fit one model on.

    Attributes
    ----------
    y : ndarray of shape (n,)
    rows : ndarray of shape (n,) or None
        Numbers of the training rows to take, repeats allowed; None where ``X`` holds new rows.
    X : matrix of shape (n, columns) or None
    weights : ndarray of shape (n,) or None
    """

    y: NDArray[np.int8]
    rows: NDArray[np.intp] | None = None
    X: Matrix = None
    weights: NDArray[np.float64] | None = None

    def matrix(self, X: Matrix) -> Matrix:
        """Return its rows, taking them from the training matrix ``X`` where it holds none of its own."""
        if self.rows is None:
            return self.X
        if len(self.rows) == X.shape[0] and np.array_equal(self.rows, np.arange(X.shape[0])):
            return X
        return X.iloc[self.rows] if hasattr(X, "iloc") else X[self.rows]


Groups = NDArray[np.int64] | None
Resampling = Callable[[Matrix, NDArray[np.int8], Groups, int], list[TrainingSet]]


def as_is() -> Resampling:
    """Every training row once."""
    return _as_is


def class_weight(ratio: float) -> Resampling:
    """Every training row once; the rarer class weighs ``ratio`` times as much as the other in sum."""
    return partial(_class_weight, ratio=ratio)


def random_over(ratio: float) -> Resampling:
    """Repeat rows of the rarer class, drawn at random, until it has ``ratio`` times the rows of the other."""
    return partial(_random, sampler="over", ratio=ratio)


def random_under(ratio: float) -> Resampling:
    """Drop rows of the more frequent class at random until the rarer has ``ratio`` times its rows."""
    return partial(_random, sampler="under", ratio=ratio)


def smote(ratio: float, neighbours: int) -> Resampling:
    """New rows of the rarer class between near neighbours (Chawla et al. 2002, doi:10.1613/jair.953)."""
    return partial(_smote, ratio=ratio, neighbours=neighbours)


def _as_is(X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int) -> list[TrainingSet]:
    return [TrainingSet(y, rows=np.arange(len(y)))]


def _class_weight(X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, ratio: float) -> list[TrainingSet]:
    counts = np.bincount(y, minlength=2)
    rare, frequent = counts.argmin(), counts.argmax()
    weights = np.ones(len(y))
    weights[y == rare] = max(1.0, ratio * counts[frequent] / counts[rare])
    # The mean weight is one, so that regularisation means the same as without weights.
    return [TrainingSet(y, rows=np.arange(len(y)), weights=weights / weights.mean())]


def _random(
    X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, sampler: str, ratio: float
) -> list[TrainingSet]:
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.under_sampling import RandomUnderSampler

    if _in_ratio(y, ratio):
        return _as_is(X, y, groups, seed)
    make = RandomOverSampler if sampler == "over" else RandomUnderSampler
    drawn = make(sampling_strategy=ratio, random_state=seed)
    drawn.fit_resample(np.arange(len(y)).reshape(-1, 1), y)
    rows = np.sort(drawn.sample_indices_)
    return [TrainingSet(y[rows], rows=rows)]


def _smote(
    X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, ratio: float, neighbours: int
) -> list[TrainingSet]:
    from imblearn.over_sampling import SMOTE
    from sklearn.preprocessing import StandardScaler

    if _in_ratio(y, ratio):
        return _as_is(X, y, groups, seed)
    rare = int(np.bincount(y, minlength=2).min())
    if rare < 2:
        raise ValueError("smote needs 2 rows of the rarer class to draw a line between, and found 1")
    # Neighbours are looked for on a scaled copy: unscaled, the column with the largest numbers decides alone.
    scaler = StandardScaler(with_mean=False)
    sampler = SMOTE(sampling_strategy=ratio, k_neighbors=min(neighbours, rare - 1), random_state=seed)
    more, y_more = sampler.fit_resample(scaler.fit_transform(X), y)
    return [TrainingSet(y_more.astype(np.int8), X=scaler.inverse_transform(more))]


def _in_ratio(y: NDArray[np.int8], ratio: float) -> bool:
    """Say whether the rarer class already has ``ratio`` times the rows of the other."""
    counts = np.bincount(y, minlength=2)
    return bool(counts.min() >= ratio * counts.max())


_RATIO = Real(1.0, 0.05, 1.0)

REGISTRY = Registry(
    "resampling",
    (
        Component("as_is", as_is),
        Component("class_weight", class_weight, {"ratio": _RATIO}, brings=frozenset({"weights"})),
        Component("random_over", random_over, {"ratio": _RATIO}),
        Component(
            "smote",
            smote,
            {"ratio": _RATIO, "neighbours": Whole(5, 1, 50)},
            requires=frozenset({"columns"}),
            refuses=frozenset({"number_gaps", "category_gaps", "categories", "raw_text"}),
        ),
        Component("random_under", random_under, {"ratio": _RATIO}),
    ),
)
