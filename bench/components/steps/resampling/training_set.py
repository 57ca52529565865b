"""Rows to fit one model on, and what every resampling takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        return self.X if self.rows is None else take(X, self.rows)


Groups = NDArray[np.int64] | None
Resampling = Callable[[Matrix, NDArray[np.int8], Groups, int], list[TrainingSet]]


def all_rows(X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int) -> list[TrainingSet]:
    """Return every training row once."""
    return [TrainingSet(y, rows=np.arange(len(y)))]


def in_ratio(y: NDArray[np.int8], ratio: float) -> bool:
    """Say whether the rarer class has ``ratio`` times the rows of the other, to the row; or there is one class only."""
    counts = np.bincount(y, minlength=2)
    return bool(counts.min() == 0 or counts.min() >= int(ratio * counts.max()))


def rarer(y: NDArray[np.int8]) -> int:
    """Return the class that fewer rows have, 0 or 1."""
    return int(np.bincount(y, minlength=2).argmin())


def take(X: Matrix, rows: NDArray[np.intp]) -> Matrix:
    """Return the ``rows`` of any matrix by number, the matrix itself where they are all of its rows in order."""
    if np.array_equal(rows, np.arange(X.shape[0])):
        return X
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
