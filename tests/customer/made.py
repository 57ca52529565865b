"""A few leads with their chances, made up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bench.customer.leads import Leads


def leads_of(
    chance: Sequence[float],
    groups: Sequence[int] | None = None,
    y: Sequence[int] | None = None,
    *,
    names: Sequence[str] | None = None,
    off: float = 0.0,
    features: pd.DataFrame | None = None,
) -> Leads:
    """Return leads whose intervals go ``off`` to each side; named a, b, c, of no company, with a column x."""
    of = np.array(chance, dtype=np.float64)
    return Leads(
        names=tuple(names or (chr(ord("a") + number) for number in range(len(of)))),
        features=pd.DataFrame({"x": np.arange(len(of), dtype=float)}) if features is None else features,
        groups=np.array([-1] * len(of) if groups is None else groups, dtype=np.int64),
        score=of,
        chance=of,
        low=np.maximum(of - off, 0),
        high=np.minimum(of + off, 1),
        y=None if y is None else np.array(y, dtype=np.int8),
    )
