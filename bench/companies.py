"""Which rows belong to one company."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def company_of(groups: NDArray[np.int64] | None, rows: int) -> NDArray[np.int64]:
    """Return the company of each row, numbered from 0; a row that belongs to none (-1) is one of its own."""
    if groups is None:
        return np.arange(rows)
    own = np.where(groups >= 0, groups, -1 - np.arange(rows))
    return np.unique(own, return_inverse=True)[1].astype(np.int64)


def one_vote_each(y: NDArray[np.int8], groups: NDArray[np.int64] | None) -> NDArray[np.float64]:
    """Return weights of shape (n,) with which the rows of one company and class count as one row."""
    _, of, rows = np.unique(2 * company_of(groups, len(y)) + y, return_inverse=True, return_counts=True)
    return np.asarray(1 / rows[of])
