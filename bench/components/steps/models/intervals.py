"""Numbers cut into intervals that hold about equally many rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cuts(values: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Return where to cut ``values`` of shape (n,), NaN = gap, into ``most`` intervals or fewer, ascending.

    A column of up to ``most`` different numbers is cut between all of them: flags, counts and codes keep their values.
    """
    known = values[~np.isnan(values)]
    different = np.unique(known)
    if len(different) <= most:
        return different[1:]
    return np.unique(np.quantile(known, np.arange(1, most) / most))


def interval_of(values: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the number of the interval of each value, 0 to len(at); a cut belongs to the interval above it."""
    return np.searchsorted(at, values, side="right")
