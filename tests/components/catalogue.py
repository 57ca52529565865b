"""Every component, and a trial around each: the other axes are set to what goes with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from bench.components import REGISTRIES
from bench.data.dataset import Dataset
from bench.plan.experiment import Choice
from bench.plan.grid import Trial
from bench.run.prepared import Part
from bench.vocabulary import AXES, Axis
from benchmarks.axes import TREES, beside
from tests.conftest import make_leads

EVERY = [(axis, component) for axis, registry in REGISTRIES.items() for component in registry]
IDS = [f"{axis}-{component.name}" for axis, component in EVERY]


def choice(axis: Axis, name: str, **values: Any) -> Choice:
    component = REGISTRIES[axis][name]
    return Choice(axis, component, tuple(component.settle(values, "test").items()))


def trial(dataset: Dataset | None = None, /, **chosen: str | Choice) -> Trial:
    """Return the trial that has ``chosen`` on the named axes and what goes with it on the others."""
    choices = {
        axis: picked if isinstance(picked, Choice) else choice(axis, picked)
        for axis in AXES
        if (picked := chosen.get(axis)) is not None
    }
    found = beside(choices, TREES, dataset or make_leads())
    assert found is not None, f"nothing goes with {chosen}"
    return found


def part_of(dataset: Dataset) -> Part:
    """Return the labelled rows as training rows and those to predict as held-out rows."""
    assert dataset.submission is not None
    return Part("test", dataset.features, dataset.y, dataset.groups, dataset.submission)


def part(rows: int = 120, seed: int = 0) -> Part:
    return part_of(make_leads(rows, seed))


def traits_of(matrix: Any) -> set[str]:
    """Return the traits that the output of a step really has."""
    if sparse.issparse(matrix):
        gaps = {"number_gaps"} if np.isnan(matrix.data).any() else set()
        return {"sparse"} | gaps | ({"columns"} if matrix.shape[1] else set())
    traits = set()
    for name, column in pd.DataFrame(matrix).items():
        gap = bool(column.isna().any())
        if isinstance(column.dtype, pd.StringDtype) and name in ("message", "t0"):
            traits.add("raw_text")
        elif pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
            traits |= {"columns"} | ({"number_gaps"} if gap else set())
        else:
            traits |= {"columns", "categories"} | ({"category_gaps"} if gap else set())
    return traits
