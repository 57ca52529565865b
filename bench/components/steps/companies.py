"""Which rows belong to one company."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def numbered(groups: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the company of each row, numbered from 0; a row that belongs to none (-1) is one of its own."""
    return np.unique(np.where(groups >= 0, groups, -1 - np.arange(len(groups))), return_inverse=True)[1]
