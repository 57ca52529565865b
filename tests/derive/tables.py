"""A table whose outcome follows from two categories together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.data.dataset import Dataset


def with_a_pair(rows: int = 1200, seed: int = 0, strength: float = 1.5) -> Dataset:
    """Return three categories and three numbers; ``form`` and ``land`` have an effect together, ``pages`` its own."""
    rng = np.random.default_rng(seed)
    form, land, kind = (rng.choice(list(levels), rows) for levels in ("wfpm", "abc", "xyz"))
    pages, visits, age = rng.normal(size=(3, rows))
    sign = np.where((form == "w") ^ (land == "a"), 1.0, -1.0)
    logit = strength * sign + 0.7 * pages - 0.5
    features = pd.DataFrame(
        {
            "form": pd.Categorical(form.astype(object)),
            "land": pd.Categorical(land.astype(object)),
            "kind": pd.Categorical(kind.astype(object)),
            "pages": pages,
            "visits": visits,
            "age": age,
        }
    )
    y = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int8)
    return Dataset(features, y, ("no", "yes"), None, None, None, None, None, None, (), (), f"pair{seed}")
