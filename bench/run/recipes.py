"""How each piece is made: derived, imputed, encoded, vectorised, joined, resampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from bench.components.steps.columns import text_columns
from bench.components.steps.in_a_row import fit_transform
from bench.components.steps.resampling.training_set import Matrix, TrainingSet, all_rows, take
from bench.data.cells import in_days
from bench.plan.grid import Trial
from bench.run.assemble import build, build_resampling, seed_of
from bench.vocabulary import Axis

Kind = Literal["derived rows", "text rows", "derived", "imputed", "table", "text", "joined", "sets"]


@dataclass(frozen=True)
class Place:
    """A split of the rows by name, as it stands in seeds and keys.

    Attributes
    ----------
    name : such as "fb0f0bad49/0/3"
    whole : names the tables that both sides are rows of; None where what works row by row is made for this split alone
    fold : (repeat, fold); None where nothing is held out but the table to predict
    """

    name: str
    whole: str | None = None
    fold: tuple[int, int] | None = None


@dataclass(frozen=True)
class Prepared:
    """Both sides of a split, of the same columns."""

    training: Matrix
    held_out: Matrix


@dataclass(frozen=True)
class Part:
    """One split of the rows: what may be learned from, and the features of what is predicted.

    Attributes
    ----------
    place : names it
    tables : the DataFrames that the two sides are rows of
    y, groups : of the training rows, ndarrays of shape (n,); groups may be None
    training_rows, held_out_rows : numbers of rows of ``tables``; None for all of them
    """

    place: Place
    tables: Prepared
    y: NDArray[np.int8]
    groups: NDArray[np.int64] | None
    training_rows: NDArray[np.intp] | None = None
    held_out_rows: NDArray[np.intp] | None = None

    @cached_property
    def training(self) -> pd.DataFrame:
        """The features of the training rows, shape (n, features)."""
        table: pd.DataFrame = _rows(self.tables.training, self.training_rows)
        return table

    @cached_property
    def held_out(self) -> pd.DataFrame:
        """The features of the rows to predict, shape (m, features)."""
        table: pd.DataFrame = _rows(self.tables.held_out, self.held_out_rows)
        return table


def _step(axis: Axis, trial: Trial, part: Part, whole: Prepared | None = None) -> Prepared:
    """Apply the step of an axis to both sides, or take their rows of what was made of the whole tables."""
    if whole is not None:
        return Prepared(_rows(whole.training, part.training_rows), _rows(whole.held_out, part.held_out_rows))
    columns = _columns(axis, part.training)
    return _fitted(axis, trial, part, Prepared(part.training[columns], part.held_out[columns]))


def _row_by_row(axis: Axis, trial: Trial, part: Part) -> Prepared:
    """Transform whole tables by a step that learns nothing; of one table that is both sides, once."""
    assert part.place.whole is not None
    tables = part.tables
    step, columns = build(trial, axis, part.place.whole), _columns(axis, tables.training)
    training = step.fit_transform(tables.training[columns])
    same = tables.held_out is tables.training
    return Prepared(training, training if same else step.transform(tables.held_out[columns]))


def _rows(table: Matrix, rows: NDArray[np.intp] | None) -> Matrix:
    return table if rows is None else take(table, rows)


def _columns(axis: Axis, table: pd.DataFrame) -> list[str]:
    return text_columns(table) if axis == "text" else [str(name) for name in table]


def _imputed(trial: Trial, part: Part, derived: Prepared | None = None) -> Prepared:
    """Impute numbers, dates as days, and categories."""
    rows = derived or Prepared(part.training, part.held_out)
    return _fitted("imputation", trial, part, Prepared(_without_texts(rows.training), _without_texts(rows.held_out)))


def _table(trial: Trial, part: Part, behind: Prepared | None = None) -> Prepared:
    """Encode what was imputed before, or what gaps were kept in."""
    rows = behind if behind and not trial.does_nothing("imputation") else _imputed(trial, part, behind)
    if not rows.training.shape[1]:
        return Prepared(np.empty((len(rows.training), 0)), np.empty((len(rows.held_out), 0)))
    return _fitted("encoding", trial, part, rows)


def _fitted(axis: Axis, trial: Trial, part: Part, rows: Prepared) -> Prepared:
    """Fit the step of an axis on the training side and transform both; without a column there is nothing to fit."""
    if not rows.training.shape[1]:
        return rows
    step = build(trial, axis, part.place.name)
    training = fit_transform(step, rows.training, part.y, part.groups)
    return Prepared(training, step.transform(rows.held_out))


def _sets(trial: Trial, part: Part, prepared: Prepared) -> list[TrainingSet]:
    """Resample the training rows; without a column there are no neighbours to look for."""
    if not prepared.training.shape[1]:
        return all_rows(prepared.training, part.y, part.groups, 0)
    draw = build_resampling(trial)
    return draw(prepared.training, part.y, part.groups, seed_of(trial, "resampling", part.place.name))


def _without_texts(features: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers and categories, with dates as days since 1970-01-01."""
    table = features.drop(columns=text_columns(features))
    for name in table.select_dtypes("datetime"):
        table[name] = in_days(table[name])
    return table


def _joined(trial: Trial, part: Part, table: Prepared, text: Prepared) -> Prepared:
    return Prepared(_join(table.training, text.training), _join(table.held_out, text.held_out))


def _join(table: Matrix, text: Matrix) -> Matrix:
    """Put the two blocks side by side: sparse if one is, a table if one holds categories or words, else dense."""
    if not text.shape[1]:
        return table
    if not table.shape[1]:
        return text
    if isinstance(table, pd.DataFrame) or isinstance(text, pd.DataFrame):
        blocks = [_as_table(table, "x"), _as_table(text, "t")]
        return pd.concat(blocks, axis=1)
    if sparse.issparse(table) or sparse.issparse(text):
        return sparse.hstack([table, text], format="csr")
    return np.hstack([table, text])


def _as_table(matrix: Matrix, letter: str) -> pd.DataFrame:
    """Return a block as a table whose columns are numbered, since the other block may have the same names."""
    numbered = [f"{letter}{number}" for number in range(matrix.shape[1])]
    if isinstance(matrix, pd.DataFrame):
        return matrix.set_axis(numbered, axis=1).reset_index(drop=True)
    return pd.DataFrame(matrix, columns=numbered)


RECIPES: dict[Kind, Callable[..., Any]] = {
    "derived rows": partial(_row_by_row, "derived"),
    "text rows": partial(_row_by_row, "text"),
    "derived": partial(_step, "derived"),
    "imputed": _imputed,
    "table": _table,
    "text": partial(_step, "text"),
    "joined": _joined,
    "sets": _sets,
}
