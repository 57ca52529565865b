"""How each piece is made: derived, imputed, encoded, vectorised, joined, resampled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Both sides of a split, of the same columns, and what was fitted to make them.

    Attributes
    ----------
    held_out : None where nothing is predicted yet
    steps : as `applied` takes them; empty unless the part keeps them
    """

    training: Matrix
    held_out: Matrix
    steps: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Part:
    """One split of the rows: what may be learned from, and the features of what is predicted.

    Attributes
    ----------
    place : names it
    tables : the DataFrames that the two sides are rows of
    y, groups : of the training rows, ndarrays of shape (n,); groups may be None
    training_rows, held_out_rows : numbers of rows of ``tables``; None for all of them
    keeps : whether what is fitted outlives its pieces, to predict rows that come later
    """

    place: Place
    tables: Prepared
    y: NDArray[np.int8]
    groups: NDArray[np.int64] | None
    training_rows: NDArray[np.intp] | None = None
    held_out_rows: NDArray[np.intp] | None = None
    keeps: bool = False

    @cached_property
    def training(self) -> pd.DataFrame:
        """The features of the training rows, shape (n, features)."""
        table: pd.DataFrame = _rows(self.tables.training, self.training_rows)
        return table

    @cached_property
    def held_out(self) -> pd.DataFrame | None:
        """The features of the rows to predict, shape (m, features); None where nothing is predicted yet."""
        if self.tables.held_out is None:
            return None
        table: pd.DataFrame = _rows(self.tables.held_out, self.held_out_rows)
        return table


def applied(kind: Kind, steps: Sequence[Any], table: pd.DataFrame, *behind: Matrix) -> Matrix:
    """Return a piece of rows that nothing was learned from: the held-out ones of a fold, or new ones.

    Parameters
    ----------
    kind : of the piece
    steps : what was fitted for it, in order; None where there was no column to fit on
    table : the features of the rows, shape (m, features)
    behind : the pieces of these rows that it is made of
    """
    if kind == "joined":
        return _join(*behind)
    if kind in ("imputed", "table"):
        rows = behind[0] if behind else table
        if kind == "imputed" or len(steps) > 1:  # else the piece behind was imputed
            rows = _without_texts(rows)
        for step in steps:
            rows = _transformed(step, rows)
        return np.empty((len(rows), 0)) if kind == "table" and steps[-1] is None else rows
    if behind:  # rows of a table that was made as a whole
        return behind[0]
    columns = text_columns(table) if kind.startswith("text") else list(table)
    return _transformed(steps[0], table[columns])


def _step(axis: Axis, kind: Kind, trial: Trial, part: Part, whole: Prepared | None = None) -> Prepared:
    """Apply the step of an axis to both sides, or take their rows of what was made of the whole tables."""
    if whole is not None:
        return Prepared(_rows(whole.training, part.training_rows), _rows(whole.held_out, part.held_out_rows))
    training, step = _fitted(axis, trial, part, part.training[_columns(axis, part.training)])
    return _both(kind, part, training, (step,))


def _row_by_row(axis: Axis, kind: Kind, trial: Trial, part: Part) -> Prepared:
    """Transform whole tables by a step that learns nothing; of one table that is both sides, once."""
    assert part.place.whole is not None
    tables = part.tables
    step, columns = build(trial, axis, part.place.whole), _columns(axis, tables.training)
    training = step.fit_transform(tables.training[columns])
    same = tables.held_out is tables.training
    return Prepared(
        training, training if same else applied(kind, (step,), tables.held_out), (step,) if part.keeps else ()
    )


def _rows(table: Matrix, rows: NDArray[np.intp] | None) -> Matrix:
    return table if rows is None or table is None else take(table, rows)


def _columns(axis: Axis, table: pd.DataFrame) -> list[str]:
    return text_columns(table) if axis == "text" else [str(name) for name in table]


def _imputed(trial: Trial, part: Part, derived: Prepared | None = None) -> Prepared:
    """Impute numbers, dates as days, and categories."""
    rows = _without_texts(derived.training if derived else part.training)
    training, step = _fitted("imputation", trial, part, rows)
    return _both("imputed", part, training, (step,), *([derived] if derived else []))


def _table(trial: Trial, part: Part, behind: Prepared | None = None) -> Prepared:
    """Encode what was imputed before, or what gaps were kept in."""
    rows, kept = behind.training if behind else part.training, []
    if trial.does_nothing("imputation"):
        rows, step = _fitted("imputation", trial, part, _without_texts(rows))
        kept = [step]
    training, step = _fitted("encoding", trial, part, rows)
    training = np.empty((len(rows), 0)) if step is None else training
    return _both("table", part, training, (*kept, step), *([behind] if behind else []))


def _fitted(axis: Axis, trial: Trial, part: Part, rows: Matrix) -> tuple[Matrix, Any]:
    """Fit the step of an axis on the training side; without a column there is nothing to fit, and no step."""
    if not rows.shape[1]:
        return rows, None
    step = build(trial, axis, part.place.name)
    return fit_transform(step, rows, part.y, part.groups), step


def _both(kind: Kind, part: Part, training: Matrix, steps: tuple[Any, ...], *behind: Prepared) -> Prepared:
    """Return the training side with the held-out side made by what was fitted on it."""
    held_out = part.held_out
    if held_out is not None:
        held_out = applied(kind, steps, held_out, *(one.held_out for one in behind))
    return Prepared(training, held_out, steps if part.keeps else ())


def _transformed(step: Any, rows: Matrix) -> Matrix:
    return rows if step is None else step.transform(rows)


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
    return _both("joined", part, _join(table.training, text.training), (), table, text)


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
    "derived rows": partial(_row_by_row, "derived", "derived rows"),
    "text rows": partial(_row_by_row, "text", "text rows"),
    "derived": partial(_step, "derived", "derived"),
    "imputed": _imputed,
    "table": _table,
    "text": partial(_step, "text", "text"),
    "joined": _joined,
    "sets": _sets,
}
