"""Shared prefixes, computed once, keyed by content."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from bench.components.steps.columns import text_columns
from bench.components.steps.in_a_row import fit_transform
from bench.components.steps.resampling.training_set import Matrix, take
from bench.data.cells import in_days
from bench.plan.grid import Trial
from bench.run.assemble import build
from bench.vocabulary import Axis


@dataclass(frozen=True)
class Part:
    """One split of the rows: what may be learned from, and the features of what is predicted.

    Attributes
    ----------
    place : names the split in seeds and keys, such as "fb0f0bad49/0/3"
    training : DataFrame of shape (n, features); y, groups : ndarrays of shape (n,), groups may be None
    held_out : DataFrame of shape (m, features)
    whole : the tables that the two sides are rows of, or None
        With it, what is made row by row is made once for all splits; the sides' indexes are its row numbers.
    """

    place: str
    training: pd.DataFrame
    y: NDArray[np.int8]
    groups: NDArray[np.int64] | None
    held_out: pd.DataFrame
    whole: Whole | None = None


@dataclass(frozen=True)
class Whole:
    """The tables that the training rows and the held-out rows are taken from; ``name`` says which data they are."""

    name: str
    training: pd.DataFrame
    held_out: pd.DataFrame


@dataclass(frozen=True)
class Prepared:
    """Both sides of a split as a model can read them, of the same columns."""

    training: Matrix
    held_out: Matrix


MOST = {"derived": 3, "table": 8, "text": 24, "rowwise": 4}  # pieces of each kind that are kept


@dataclass
class Pieces:
    """The pieces this process prepared last: derived tables, table blocks, text blocks, and what is made row by row.

    Table and text are separate since every text block goes with every table block. Cells come fold after fold, for
    each pair of blocks in turn: a table block returns with the next text choice, a text block with the next table
    choice.
    """

    _kept: dict[str, OrderedDict[str, Any]] = field(default_factory=lambda: defaultdict(OrderedDict))

    def prepare(self, trial: Trial, part: Part) -> Prepared:
        """Return the rows of ``part`` prepared as ``trial`` says, made now or kept from another cell."""
        axes: tuple[Axis, ...] = ("derived", "imputation", "encoding")
        table = self._once("table", trial, axes, part.place, lambda: self._table_block(trial, part))
        text = self._once("text", trial, ("text",), part.place, lambda: self._text_block(trial, part))
        return Prepared(_join(table.training, text.training), _join(table.held_out, text.held_out))

    def _table_block(self, trial: Trial, part: Part) -> Prepared:
        """Derive, impute and encode; whatever is fitted is fitted on the training rows."""
        derived = self._once("derived", trial, ("derived",), part.place, lambda: self._derived(trial, part))
        training, held_out = (_without_texts(side) for side in (derived.training, derived.held_out))
        if not training.shape[1]:
            return Prepared(np.empty((len(training), 0)), np.empty((len(held_out), 0)))
        for axis in ("imputation", "encoding"):
            step = build(trial, axis, part.place)
            training = fit_transform(step, training, part.y, part.groups)
            held_out = step.transform(held_out)
        return Prepared(training, held_out)

    def _derived(self, trial: Trial, part: Part) -> Prepared:
        return self._step("derived", trial, part, [str(name) for name in part.training])

    def _text_block(self, trial: Trial, part: Part) -> Prepared:
        return self._step("text", trial, part, text_columns(part.training))

    def _step(self, axis: Axis, trial: Trial, part: Part, columns: list[str]) -> Prepared:
        """Apply the step of an axis to some columns of both sides: once for all splits if it works row by row."""
        whole = part.whole
        if whole and all(choice.component.rowwise for choice in trial.on(axis)):
            made = self._once("rowwise", trial, (axis,), whole.name, lambda: _row_by_row(axis, trial, whole, columns))
            return Prepared(
                take(made.training, part.training.index.to_numpy()), take(made.held_out, part.held_out.index.to_numpy())
            )
        step = build(trial, axis, part.place)
        training = fit_transform(step, part.training[columns], part.y, part.groups)
        return Prepared(training, step.transform(part.held_out[columns]))

    def _once(
        self, kind: str, trial: Trial, axes: tuple[Axis, ...], place: str, make: Callable[[], Prepared]
    ) -> Prepared:
        kept, key = self._kept[kind], f"{trial.fingerprint(*axes)}/{place}"
        if key not in kept:
            kept[key] = make()
        kept.move_to_end(key)
        while len(kept) > MOST[kind]:
            kept.popitem(last=False)
        made: Prepared = kept[key]
        return made


def _row_by_row(axis: Axis, trial: Trial, whole: Whole, columns: list[str]) -> Prepared:
    """Transform whole tables by a step that learns nothing; of one table that is both sides, once."""
    step = build(trial, axis, whole.name)
    training = step.fit_transform(whole.training[columns])
    same = whole.held_out is whole.training
    return Prepared(training, training if same else step.transform(whole.held_out[columns]))


def _without_texts(features: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers and categories, with dates as days since 1970-01-01."""
    table = features.drop(columns=text_columns(features))
    for name in table.select_dtypes("datetime"):
        table[name] = in_days(table[name])
    return table


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
