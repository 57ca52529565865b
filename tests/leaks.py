"""Guards that see a leak from outside, whatever step it hides in.

What a trial says of a held-out row may depend on the training rows and on that row. So if other held-out rows change,
labels and features, nothing it says of the untouched ones may change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import Folds

Predict = Callable[[Dataset, Folds], NDArray[np.float64]]  # the held-out probabilities of repeat 0, fold 0


def held_out_rows_leak(predict: Predict, dataset: Dataset, folds: Folds) -> bool:
    """Return whether changing one half of fold 0's held-out rows changes what is said of the other half."""
    held_out = folds.held_out(0, 0)
    touched = held_out[::2]
    said = predict(dataset, folds)
    said_then = predict(_changed(dataset, touched), folds)
    untouched = ~np.isin(held_out, touched)
    return not np.array_equal(said[untouched], said_then[untouched])


def threshold_leaks(calls: Callable[[Any, Any, Any], NDArray[np.bool_]]) -> bool:
    """Return whether flipping the labels of a fold changes which of its own rows are called."""
    rng = np.random.default_rng(5)
    leaked = False
    for _ in range(20):
        y = (rng.random(60) < 0.3).astype(np.int8)
        y[:12] = np.tile([0, 1], 6)
        probability = np.clip(0.3 * y + 0.7 * rng.random(60), 0, 1)
        fold_of = np.arange(60) % 3
        own = fold_of == 1
        flipped = np.where(own, 1 - y, y).astype(np.int8)
        leaked |= bool((calls(y, probability, fold_of)[own] != calls(flipped, probability, fold_of)[own]).any())
    return leaked


def _changed(dataset: Dataset, rows: NDArray[np.intp]) -> Dataset:
    """Return the table with the labels of some rows flipped and their features made strange."""
    y = dataset.y.copy()
    y[rows] = 1 - y[rows]
    features = dataset.features.copy()
    for name, column in features.items():
        values = column.astype(object).to_numpy(copy=True)
        if pd.api.types.is_numeric_dtype(column.dtype):
            values[rows] = 1e3 + np.arange(len(rows))
            features[name] = values.astype(float)
        elif pd.api.types.is_datetime64_any_dtype(column.dtype):
            features[name] = column.where(~np.isin(np.arange(len(column)), rows), pd.Timestamp("1990-05-05"))
        elif isinstance(column.dtype, pd.CategoricalDtype):
            values[rows] = "never seen"
            features[name] = pd.Categorical(values)
        else:
            values[rows] = "wholly other words"
            features[name] = pd.Series(values, dtype="str", index=features.index)
    return replace(dataset, features=features, y=y)
