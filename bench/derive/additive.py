"""The additive model that candidates are judged against: every column speaks for itself, none with another."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from bench.components.steps.columns import is_number, text_columns
from bench.components.steps.models.intervals import cuts, interval_of

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

INTERVALS = 16  # of a number
RARE = 20  # training rows from which on a level speaks for itself
GAP, POOL = 0, 1  # codes of a gap, and of rare and unseen levels; numbers have no pool
NEWTON = 8  # steps; the errors halve twice with each


@dataclass(frozen=True)
class Coded:
    """A column as codes from 0, on both sides of a fold, with how many there are."""

    training: Codes
    held_out: Codes
    codes: int


def coded(training: pd.Series[Any], held_out: pd.Series[Any]) -> Coded:
    """Return a column as codes that training decides: levels of a category, intervals of a number or a date."""
    if isinstance(training.dtype, pd.CategoricalDtype):
        counts = training.value_counts()
        known = pd.Index(sorted(str(level) for level in counts.index[counts >= RARE]), dtype=object)
        return Coded(_level_codes(training, known), _level_codes(held_out, known), POOL + 1 + len(known))
    values = _numbers(training)
    at = cuts(values, INTERVALS)
    return Coded(_interval_codes(values, at), _interval_codes(_numbers(held_out), at), 2 + len(at))


def margins(training: pd.DataFrame, held_out: pd.DataFrame, y: NDArray[np.int8], texts: Any) -> tuple[Floats, Floats]:
    """Return the log-odds of both sides of a fold by a logistic regression on the codes of all columns.

    The training side is what the model says of rows it was fitted on, so it never saw the held-out side's outcomes,
    and what is left of the outcomes there owes nothing to any column by itself. Numbers have a place beside their
    interval, from 0 for the least to 1, so that an interval is no step. The penalty is weak (scikit-learn's default,
    C = 1): effects that are held too small would be made up for by any candidate that repeats their column.

    Parameters
    ----------
    training, held_out : DataFrames of shape (n, columns) and (m, columns)
    y : outcomes of the training rows, 0 or 1
    texts : a step that makes a matrix of text columns, not yet fitted; it is not used where there are none
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    # A column of nothing, for tables of texts without a usable word.
    blocks: tuple[list[Any], list[Any]] = ([_nothing(training)], [_nothing(held_out)])
    for name in training:
        if isinstance(training[name].dtype, pd.StringDtype):
            continue
        for side, block in zip(blocks, _indicators(training[name], held_out[name]), strict=True):
            side.append(block)
    if words := text_columns(training):
        blocks[0].append(sparse.csr_matrix(texts.fit_transform(training[words], y)))
        blocks[1].append(sparse.csr_matrix(texts.transform(held_out[words])))
    X, asked = (sparse.hstack(side, format="csr") for side in blocks)
    model = LogisticRegression(max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of a margin decide nothing here
        model.fit(X, y)
    return model.decision_function(X), model.decision_function(asked)


def effects(code: Codes, codes: int, margin: Floats, y: NDArray[np.int8]) -> Floats:
    """Return what each code adds to the log-odds ``margin`` of its rows; shape (codes,), all 0 where nothing is seen.

    Effects are shrunk as draws from a normal distribution around 0, whose variance is estimated from the scores of the
    codes by the method of moments, E[U²] = I + variance · I² (Commenges and Jacqmin-Gadda 1997, J. R. Stat. Soc. B 59,
    157-171): where outcomes scatter about the margin no more than by chance it is 0.
    """
    p = expit(margin)
    score, information = np.bincount(code, y - p, codes), np.bincount(code, p * (1 - p), codes)
    variance = (score**2 - information).sum() / max(float((information**2).sum()), 1e-300)
    found = np.zeros(codes)
    if variance <= 0:
        return found
    for _ in range(NEWTON):
        p = expit(margin + found[code])
        slope = np.bincount(code, y - p, codes) - found / variance
        step = slope / (np.bincount(code, p * (1 - p), codes) + 1 / variance)
        found += np.clip(step, -2.0, 2.0)
    return found


def losses(margin: Floats, y: NDArray[np.int8]) -> Floats:
    """Return the log loss of each row, shape (n,)."""
    return np.asarray(np.logaddexp(0.0, np.where(y == 1, -margin, margin)))


def _nothing(table: pd.DataFrame) -> Any:
    return sparse.csr_matrix((len(table), 1))


def _indicators(training: pd.Series[Any], held_out: pd.Series[Any]) -> tuple[Any, Any]:
    """Return the codes of a column as indicators, of a number with its place among the training rows behind."""
    column = coded(training, held_out)
    sides = []
    values = None if isinstance(training.dtype, pd.CategoricalDtype) else np.sort(_known(_numbers(training)))
    for code, side in ((column.training, training), (column.held_out, held_out)):
        ones = sparse.csr_matrix((np.ones(len(code)), code, np.arange(len(code) + 1)), (len(code), column.codes))
        if values is not None and len(values):
            place = np.searchsorted(values, np.nan_to_num(_numbers(side))) / len(values)
            ones = sparse.hstack([ones, sparse.csr_matrix(np.where(code == GAP, 0.0, place)[:, None])], format="csr")
        sides.append(ones)
    return sides[0], sides[1]


def _level_codes(column: pd.Series[Any], known: pd.Index[Any]) -> Codes:
    """Return the code of each row's level."""
    of_levels = known.get_indexer(pd.Index([str(level) for level in column.cat.categories], dtype=object))
    of_levels = np.where(of_levels < 0, POOL, of_levels + POOL + 1)
    codes: Codes = np.append(of_levels, GAP)[column.cat.codes.to_numpy()].astype(np.intp)
    return codes


def _interval_codes(values: Floats, at: Floats) -> Codes:
    """Return the code of each number's interval."""
    return np.where(np.isnan(values), GAP, 1 + interval_of(values, at)).astype(np.intp)


def _numbers(column: pd.Series[Any]) -> Floats:
    """Return a column of numbers or dates as numbers, shape (n,)."""
    if is_number(column):
        return column.to_numpy(dtype=np.float64)
    seconds = column.to_numpy(dtype="datetime64[s]").astype(np.int64).astype(np.float64)
    return np.where(column.isna(), np.nan, seconds)


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]
