"""Small tables with and without something to find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.finding import Finding
from bench.data.dataset import Dataset

Bits = NDArray[np.int8]


def outcomes(rows: int, seed: int = 0, rate: float = 0.2) -> Bits:
    """Outcomes that nothing has to do with, exactly so many of them positive."""
    y = (np.arange(rows) < round(rate * rows)).astype(np.int8)
    return np.random.default_rng(seed).permutation(y)


def dataset_of(
    features: Mapping[str, Any],
    y: Bits,
    *,
    groups: NDArray[np.int64] | None = None,
    submission: Mapping[str, Any] | None = None,
) -> Dataset:
    """Make a dataset of columns: lists of words become categories, series keep their type."""
    train, asked = _typed(features), None if submission is None else _typed(submission)
    for name in train if asked is not None else ():
        if isinstance(train[name].dtype, pd.CategoricalDtype):
            assert asked is not None
            both = pd.CategoricalDtype(sorted({*train[name].cat.categories, *asked[name].cat.categories}))
            train[name], asked[name] = train[name].astype(both), asked[name].astype(both)
    return Dataset(
        features=train,
        y=y,
        labels=("no", "yes"),
        groups=groups,
        time=None,
        submission=asked,
        submission_groups=None,
        ids=None,
        sample=None,
        columns=(),
        notices=(),
        data_id="made",
    )


def text(cells: Any) -> pd.Series[str]:
    """A column of free text."""
    return pd.Series(cells, dtype="str")


def places(findings: list[Finding], code: str) -> list[str]:
    """Where a code was found."""
    return [finding.place for finding in findings if finding.code == code]


def _typed(columns: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({name: _column(cells) for name, cells in columns.items()})


def _column(cells: Any) -> pd.Series[Any]:
    if isinstance(cells, pd.Series):
        return cells
    array = np.asarray(cells)
    return pd.Series(array.astype(float)) if array.dtype.kind in "fiub" else pd.Series(pd.Categorical(list(cells)))
