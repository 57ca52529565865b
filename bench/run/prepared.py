"""Shared prefixes, computed once, keyed by content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from bench.components.resampling import Matrix
from bench.plan.grid import Trial
from bench.run.assemble import build


@dataclass(frozen=True)
class Part:
    """One split of the rows: what may be learned from, and the features of what is predicted.

    Attributes
    ----------
    place : names the split in seeds and keys, such as "fb0f0bad49/0/3"
    training : DataFrame of shape (n, features); y, groups : ndarrays of shape (n,), groups may be None
    held_out : DataFrame of shape (m, features)
    """

    place: str
    training: pd.DataFrame
    y: NDArray[np.int8]
    groups: NDArray[np.int64] | None
    held_out: pd.DataFrame


@dataclass(frozen=True)
class Prepared:
    """Both sides of a split as a model can read them, of the same columns."""

    training: Matrix
    held_out: Matrix


@dataclass
class Pieces:
    """The table blocks and text blocks this process prepared last.

    The two are separate since every text block goes with every table block. Cells come fold after fold, for each pair
    of blocks in turn: a table block returns with the next text choice, a text block with the next table choice.
    """

    tables: int = 8
    texts: int = 24
    _kept: dict[str, OrderedDict[str, Prepared]] = field(
        default_factory=lambda: {"table": OrderedDict(), "text": OrderedDict()}
    )

    def prepare(self, trial: Trial, part: Part) -> Prepared:
        """Return the rows of ``part`` prepared as ``trial`` says, made now or kept from another cell."""
        table_key = f"{trial.fingerprint('imputation', 'encoding')}/{part.place}"
        text_key = f"{trial.fingerprint('text')}/{part.place}"
        table = self._once("table", self.tables, table_key, lambda: _table_block(trial, part))
        text = self._once("text", self.texts, text_key, lambda: _text_block(trial, part))
        return Prepared(_join(table.training, text.training), _join(table.held_out, text.held_out))

    def _once(self, kind: str, most: int, key: str, make: Callable[[], Prepared]) -> Prepared:
        kept = self._kept[kind]
        if key not in kept:
            kept[key] = make()
        kept.move_to_end(key)
        while len(kept) > most:
            kept.popitem(last=False)
        return kept[key]


def _table_block(trial: Trial, part: Part) -> Prepared:
    """Impute and encode numbers and categories; whatever is fitted is fitted on the training rows."""
    columns = part.training.columns.difference(_texts(part.training), sort=False)
    training: Matrix = part.training[columns]
    held_out: Matrix = part.held_out[columns]
    if not len(columns):
        return Prepared(np.empty((len(training), 0)), np.empty((len(held_out), 0)))
    for axis in ("imputation", "encoding"):
        step = build(trial, axis, part.place)
        training = _fit_transform(step, training, part)
        held_out = step.transform(held_out)
    return Prepared(training, held_out)


def _text_block(trial: Trial, part: Part) -> Prepared:
    columns = _texts(part.training)
    step = build(trial, "text", part.place)
    return Prepared(_fit_transform(step, part.training[columns], part), step.transform(part.held_out[columns]))


def _texts(features: pd.DataFrame) -> list[str]:
    return [str(name) for name, dtype in features.dtypes.items() if isinstance(dtype, pd.StringDtype)]


def _fit_transform(step: Any, X: pd.DataFrame, part: Part) -> Any:
    """Fit on the training rows and return them transformed; steps that ask for the companies get them."""
    if "groups" in signature(step.fit_transform).parameters:
        return step.fit_transform(X, part.y, groups=part.groups)
    return step.fit_transform(X, part.y)


def _join(table: Matrix, text: Matrix) -> Matrix:
    """Put the two blocks side by side: sparse if one is, a table if it holds categories, else dense."""
    if not text.shape[1]:
        return table
    if not table.shape[1]:
        return text
    if isinstance(table, pd.DataFrame):
        columns = {f"t{number}": text[:, number] for number in range(text.shape[1])}
        return pd.concat([table, pd.DataFrame(columns, index=table.index)], axis=1)
    if sparse.issparse(table) or sparse.issparse(text):
        return sparse.hstack([table, text], format="csr")
    return np.hstack([table, text])
