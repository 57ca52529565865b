"""Every component, and a trial around each: the other axes are set to what goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from bench.components import REGISTRIES
from bench.data.dataset import Dataset
from bench.plan.experiment import Choice
from bench.plan.grid import Trial
from bench.run import artefact
from bench.run.cell import fit_predict
from bench.run.prepared import Pieces, pieces_of
from bench.run.recipes import Part, Place, Prepared
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
    return Part(Place("test"), Prepared(dataset.features, dataset.submission), dataset.y, dataset.groups)


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


def of_rows(known: Part, training: pd.DataFrame | None = None, held_out: pd.DataFrame | None = None) -> Part:
    """Return a part with other rows on one side or both."""
    sides = (known.training if training is None else training, known.held_out if held_out is None else held_out)
    return replace(known, tables=Prepared(*sides))


def from_disk(one: Trial, known: Part) -> Pieces:
    """Return what a trial is made of as workers get it: read from files."""
    pieces, read = Pieces(), {}
    with TemporaryDirectory() as folder:
        for piece in pieces_of(one, known.place):
            path = Path(folder) / piece.kind
            artefact.write(pieces.get(piece, known), path)
            read[piece.key] = artefact.read(path)
    return Pieces(read)


def prepared(one: Trial, known: Part) -> Prepared:
    """Return the rows as ``one`` prepares them, asserting that no library warns."""
    pieces = from_disk(one, known)
    _assert_only_news(chain.from_iterable(made.warned for made in pieces.at_hand.values()))
    return pieces.prepare(one, known)


def said(one: Trial, known: Part) -> NDArray[np.float64]:
    """Return what ``one`` says of the held-out rows, asserting that no library warns."""
    fitted = fit_predict(one, known, from_disk(one, known))
    _assert_only_news(fitted.warned)
    return fitted.probability


def _assert_only_news(warned: Iterable[str]) -> None:
    """Components tell what they did by a UserWarning, which goes to the cell's record."""
    assert [warning for warning in warned if not warning.startswith("UserWarning: ")] == []
