"""How often each row stands in draws of the table with replacement, companies whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def draws_of(units: NDArray[np.int64], draws: int, seed: int, at_once: int = 50) -> Iterator[NDArray[np.float32]]:
    """Yield how often each row was drawn, in blocks of shape (up to ``at_once``, n); each draw by its own seed.

    As many units are drawn as there are, so a row is left out (0) of a draw with a chance of about 0.37.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap; whole clusters: Field and Welsh (2007),
    doi:10.1111/j.1467-9868.2007.00593.x.
    """
    count = int(units.max()) + 1
    for first in range(0, draws, at_once):
        block = np.empty((min(at_once, draws - first), len(units)), dtype=np.float32)
        for place in range(len(block)):
            drawn = np.random.default_rng([seed, first + place]).integers(count, size=count)
            block[place] = np.bincount(drawn, minlength=count)[units]
        yield block
