"""Intervals of a mean and of a share."""

from __future__ import annotations

from typing import Final

import numpy as np

NORMAL_95: Final = 1.959964  # standard errors on each side of a mean: 95 % of a normal distribution


def wilson(share: float, rows: float) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson (1927), doi:10.1080/01621459.1927.10502953.

    Parameters
    ----------
    share : in [0, 1]
    rows : how many tell it, above 0; not a whole number where rows are worth less than one each
    """
    squared = NORMAL_95**2
    middle = (share + squared / (2 * rows)) / (1 + squared / rows)
    half = NORMAL_95 / (1 + squared / rows) * np.sqrt(share * (1 - share) / rows + squared / (4 * rows**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
