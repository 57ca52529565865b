"""Intervals of a mean, of a share, and of a share of rows that come in clusters."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

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
    low, high = max(0.0, float(middle - half)), min(1.0, float(middle + half))
    return low if share > 0 else 0.0, high if share < 1 else 1.0


def wilson_of_clusters(hits: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return a share and its 95 % interval, where rows of one cluster (of a company) may be alike.

    The rows are divided by the design effect, the variance of the share over clusters against that over single rows,
    and count for less where few clusters tell it, by Student's t (Kish 1965, section 8.2; Korn and Graubard 1998,
    Survey Methodology 24, 193-201). Where all rows have one outcome nothing tells that effect, and a cluster counts
    once.

    In simulations with clusters of 4 rows on average, alike inside (intraclass correlation 0.8), the interval holds the
    truth in 89 to 98 %, without Student's t in 85 to 94 %; where rows are not alike, in 96 to 100 %.

    Parameters
    ----------
    hits, rows : ndarrays of shape (clusters,); clusters without rows do not count
    """
    from scipy.special import stdtrit  # here: planning need not wait for it

    total = int(rows.sum())
    if not total:
        return np.nan, np.nan, np.nan
    share, clusters, effective = float(hits.sum() / total), int((rows > 0).sum()), effective_rows(hits, rows)
    if 0 < share < 1 and clusters > 1:
        effective *= (stdtrit(total - 1, 0.975) / stdtrit(clusters - 1, 0.975)) ** 2
    return share, *wilson(share, effective)


def effective_rows(hits: NDArray[np.int64], rows: NDArray[np.int64]) -> float:
    """Return how many single rows would tell the share of hits in clusters as well; see `wilson_of_clusters`.

    It is itself told by the clusters, the less surely the fewer they are.

    Parameters
    ----------
    hits, rows : ndarrays of shape (clusters,), with a row at least
    """
    total, clusters = int(rows.sum()), int((rows > 0).sum())
    share = float(hits.sum() / total)
    if not 0 < share < 1 or clusters == 1:
        return float(clusters)
    effect = float(((hits - share * rows) ** 2).sum()) / (total * share * (1 - share))
    return total / max(1.0, effect)
