"""Why a single row gets the probability it gets: what each column of the table adds to its log-odds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals
from scipy import sparse

from bench.bundle.predictor import Predictor
from bench.components.steps.columns import is_number
from bench.components.steps.resampling.training_set import Matrix
from bench.ensemble.additive import Sum, mean_of, needs_extra, probability, seen, taken_apart
from bench.errors import DataError
from bench.run.fitted import FittedTrial
from bench.score.calibration import Calibrator, logit

Floats = NDArray[np.float64]

ROWS = 1_000  # on which is seen what a column moves, and over which a linear model's mean is taken
SEED = 7


@dataclass(frozen=True)
class Reasons:
    """The log-odds of some rows taken apart.

    Attributes
    ----------
    base : ndarray of shape (n,), what is said of a row before it is looked at
        Also what columns add that no column of the table was seen to move.
    contributions : DataFrame of shape (n, features), what each column adds; with ``base`` they sum to the log-odds
    spoken_for : share of the members' weight that could be taken apart, and that this is about
    left_out : configurations of the members that could not
    """

    base: Floats
    contributions: pd.DataFrame
    spoken_for: float
    left_out: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Say how much of the winner they speak for; empty where that is all of it."""
        if not self.left_out:
            return ""
        missing = ", ".join(self.left_out)
        return f"The reasons speak for {self.spoken_for:.0%} of the ensemble's weight, not for {missing}."


def reasons(predictor: Predictor, features: pd.DataFrame, background: pd.DataFrame) -> Reasons:
    """Take the log-odds of rows apart by the columns of the table.

    Trees by SHAP values (Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9), linear models by coefficient × (value -
    mean). What is added belongs to columns that preparation made. It goes to the column of the table which moves them:
    other cells are put into it, and where several move one, each gets a share by how much. Members are combined as in
    the predictor; of models that are averaged, see `Sum.through`.

    Parameters
    ----------
    features : DataFrame of shape (n, features), the rows to give reasons for
    background : DataFrame of shape (m, features), rows like those it was fitted on: the mean, and the other cells

    Raises
    ------
    DataError
        If no member can be taken apart.
    """
    names, tables = [str(name) for name in features], _tables(features, background)
    said = {trial: _of_fits(fits, tables) for trial, fits in predictor.fits.items()}
    told = {trial: parts for trial, parts in said.items() if parts is not None}
    fits = {trial: fits[0] for trial, fits in predictor.fits.items()}
    if not told:
        raise DataError(_nothing_told(list(fits.values())))
    weights = [predictor.combination.weights[trial] for trial in told]
    in_rounds = [[_on_scale(part, predictor.combination.scales.get(trial)) for part in told[trial]] for trial in told]
    rounds = [mean_of(list(members), weights) for members in zip(*in_rounds, strict=True)]
    whole = rounds[0] if len(rounds) == 1 else mean_of([one.through(probability) for one in rounds]).through(logit)
    left_out = tuple(fits[trial].configuration for trial in fits if trial not in told)
    return Reasons(whole.base, pd.DataFrame(whole.parts, columns=names), sum(weights), left_out)


@dataclass(frozen=True)
class _Tables:
    """Rows to give reasons for; ``some``, of which the first ``own`` are of these; and ``some`` with other cells."""

    rows: pd.DataFrame
    some: pd.DataFrame
    own: int
    moved: list[pd.DataFrame]


def _tables(features: pd.DataFrame, background: pd.DataFrame) -> _Tables:
    """Put other cells into each column of some rows.

    Of the cells that differ each is put in once, those of the rows to give reasons for first, as far as there is room:
    a level that few random rows have would move nothing.
    """
    rng = np.random.default_rng(SEED)
    rows = features.reset_index(drop=True)
    every = stacked(rows, background.iloc[rng.permutation(len(background))])
    own = min(len(rows), ROWS)
    some = every.take(np.r_[:own, len(rows) : min(len(rows) + ROWS, len(every))]).reset_index(drop=True)
    moved = []
    for name in every:
        different = np.flatnonzero(~every[name].duplicated())[: len(some)]
        cells = np.concatenate([different, rng.integers(0, len(every), len(some) - len(different))])
        moved.append(some.assign(**{str(name): every[name].take(rng.permutation(cells)).array}))
    return _Tables(rows, some, own, moved)


def _on_scale(said: Sum, scale: Calibrator | None) -> Sum:
    """Return the log-odds of a member's probability, on the scale that makes it comparable."""
    odds = said.through(logit)
    return odds if scale is None else odds.through(lambda raw: scale.intercept + scale.slope * raw)


def _nothing_told(fits: list[FittedTrial]) -> str:
    """Say that no member can be taken apart, and what can be done."""
    extra = any(needs_extra(model) for fit in fits for model in fit.models)
    return f"no reasons can be given for what {', '.join(fit.configuration for fit in fits)} says of a lead. " + (
        "Install the library: pip install 'leadbench[shap]'." if extra else "--trial names a tree or a linear model."
    )


def _of_fits(fits: tuple[FittedTrial, ...], tables: _Tables) -> list[Sum] | None:
    """Return what each round of fits says, by column of the table; None where one of them cannot be taken apart."""
    found = []
    for fit in fits:
        prepared, plain = fit.matrix(tables.rows), fit.matrix(tables.some)
        parts = [taken_apart(model, prepared, plain[tables.own :]) for model in fit.models]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        moved = [fit.matrix(table) for table in tables.moved]
        pairs = zip(fit.models, known, strict=True)
        found.append(mean_of([_by_column(part, model, plain, moved) for model, part in pairs]))
    return found


def _by_column(said: Sum, model: Any, plain: Matrix, moved: list[Matrix]) -> Sum:
    """Give what a model's columns add to the columns of the table that move them."""
    before = seen(model, plain)
    far = np.column_stack([how_much_moved(before, seen(model, one)) for one in moved])
    total = far.sum(axis=1, keepdims=True)
    shares = np.divide(far, total, out=np.zeros(far.shape), where=total > 0)
    unmoved = said.parts[:, total[:, 0] == 0].sum(axis=1)
    return Sum(said.base + unmoved, said.parts @ shares)


def how_much_moved(plain: Matrix, dealt: Matrix) -> Floats:
    """Return how far each column of a matrix is moved, mean over rows; of words and levels the share that changes.

    A gap counts as a number as far below the smallest as the largest is above it.
    """
    if isinstance(plain, pd.DataFrame):
        return np.array([_moved(plain.iloc[:, at], dealt.iloc[:, at]) for at in range(plain.shape[1])])
    if sparse.issparse(plain):
        return np.asarray(abs(plain - dealt).mean(axis=0)).ravel()
    return np.array([_moved(pd.Series(one), pd.Series(other)) for one, other in zip(plain.T, dealt.T, strict=True)])


def _moved(plain: pd.Series[Any], dealt: pd.Series[Any]) -> float:
    if is_number(plain):
        low, high = plain.min(), plain.max()
        gap = 0.0 if plain.isna().all() else low - max(high - low, 1.0)
        return float((plain.fillna(gap) - dealt.fillna(gap)).abs().mean())
    one, other = plain.astype("str").to_numpy(object), dealt.astype("str").to_numpy(object)
    gaps = plain.isna().to_numpy() != dealt.isna().to_numpy()
    same = plain.isna().to_numpy() & dealt.isna().to_numpy()
    return float((gaps | ((one != other) & ~same)).mean())


def stacked(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of two tables of the same columns, with the levels of both."""
    columns = {
        str(name): union_categoricals([one[name], other[name]])
        if isinstance(one[name].dtype, pd.CategoricalDtype)
        else pd.concat([one[name], other[name]], ignore_index=True)
        for name in one
    }
    return pd.DataFrame(columns)
