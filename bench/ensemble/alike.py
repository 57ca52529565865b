"""Columns that say the same, and so cover for each other when one of them is taken away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SAME = 0.9  # Cramér's V
MOST_ROWS = 20_000  # compared; of more, as many drawn
FEWEST = 5  # rows of a level; rarer ones are one level, or columns of hardly repeated values would all go together
SEED = 7


def alike(features: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the sets of two columns or more that say the same, in the order of the table.

    Two columns do if their cells are equal, or if Cramér's V (Bergsma 2013, corrected for bias) is 0.9 or more; numbers
    are cut into tenths, and a gap is a level. It is 1 too where each level of one column has one of the other, as a
    city has one country. Two that each say the same as a third are in one set.

    Parameters
    ----------
    features : DataFrame of shape (n, features); texts are compared for equality only
    """
    from scipy.sparse.csgraph import connected_components

    rows = features if len(features) <= MOST_ROWS else features.sample(MOST_ROWS, random_state=SEED)
    names = [str(name) for name in features]
    codes = [_codes(rows[name]) for name in names]
    tied = np.zeros((len(names), len(names)), dtype=bool)
    for one, other in zip(*np.triu_indices(len(names), 1), strict=True):
        tied[one, other] = _tied(codes[one], codes[other]) or rows[names[one]].equals(rows[names[other]])
    sets = connected_components(tied, directed=False)[1]
    of_set = pd.Series(names).groupby(sets, sort=False)
    return [tuple(several) for _, several in of_set if len(several) > 1]


def _codes(column: pd.Series[Any]) -> NDArray[np.int64] | None:
    """Return the level of each cell from 0, a gap and rare levels as one each; None for a text."""
    from bench.components.steps.imputation.association import LEVELS, coded

    if isinstance(column.dtype, pd.StringDtype):
        return None
    levels = coded(column) + 1
    rare = np.bincount(levels) < FEWEST
    rare[0], rare[LEVELS + 1 :] = False, True  # no gap is rare; behind the most frequent levels stand all others as one
    return np.where(rare[levels], len(rare), levels)


def _tied(one: NDArray[np.int64] | None, other: NDArray[np.int64] | None) -> bool:
    from bench.components.steps.imputation.association import cramers_v

    return one is not None and other is not None and cramers_v(one, other) >= SAME
