"""What every trial scores in the same draws of the rows, its thresholds chosen anew in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.companies import company_of
from bench.score.bootstrap import draws_of
from bench.score.metrics import Counts, share
from bench.score.objective import Objective
from bench.score.ranking import Score
from bench.score.thresholds import cuts

MOST_CUTS = 100  # tried in a draw: a step of a hundredth of the positives is far less than a threshold moves by chance

Draws = NDArray[np.float32]
"""How often each row stands in each draw, shape (n, draws)."""


@dataclass(frozen=True)
class Redraws:
    """Scores of trials, as they rank and in draws of the rows, the same draws for all.

    Attributes
    ----------
    trials : their ids
    units : how many companies, or rows, are drawn
    value, keeps : of shape (trials,); the score, and whether it keeps the objective's floor
    drawn, kept : of shape (draws, trials); likewise, in each draw
    """

    trials: tuple[str, ...]
    units: int
    value: NDArray[np.float64]
    keeps: NDArray[np.bool_]
    drawn: NDArray[np.float64]
    kept: NDArray[np.bool_]


def redraw(
    y: NDArray[np.int8],
    trials: Mapping[str, NDArray[np.float64]],
    scores: Mapping[str, Score],
    fold_of: NDArray[np.int64],
    objective: Objective,
    groups: NDArray[np.int64] | None = None,
    draws: int = 200,
    seed: int = 0,
) -> Redraws:
    """Draw the rows again and again, and score every trial in each draw as it was scored on the table.

    The draws take 4 bytes for each row and draw, the result 9 for each trial and draw.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    trials : trial -> out-of-fold probabilities of shape (repeats, n); read one after the other, once
    scores : trial -> its score
    fold_of : ndarray of shape (repeats, n)
    groups : ndarray of shape (n,)
        The company of each row, -1 for none; companies are drawn whole.
    """
    units = company_of(groups, len(y))
    weights = np.empty((len(y), draws), dtype=np.float32)
    filled = 0
    for block in draws_of(units, draws, seed):
        weights[:, filled : filled + len(block)] = block.T
        filled += len(block)
    drawn, kept = np.empty((draws, len(trials))), np.empty((draws, len(trials)), dtype=bool)
    for place, probability in enumerate(trials.values()):
        drawn[:, place], kept[:, place] = score_in_draws(y, probability, fold_of, objective, weights)
    return Redraws(
        tuple(trials),
        int(units.max()) + 1,
        np.array([scores[trial].value(objective) for trial in trials]),
        np.array([scores[trial].keeps_floor(objective) for trial in trials], dtype=bool),
        drawn,
        kept,
    )


def score_in_draws(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Draws,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a trial's score in each draw and whether it keeps the floor there, both of shape (draws,).

    As `bench.score.ranking.score_trial` does: a fold at the threshold that is best on the draw's rows of the other
    folds, counts pooled; a score without threshold as the mean over the folds that have both classes in the draw.
    Calls held as they were on the table would leave out how much a threshold moves: of equally good trials, 11 %
    to 18 % would then be found worse than the best where it should be 5 %.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability, fold_of : ndarrays of shape (repeats, n)
    weights : ndarray of shape (n, draws)
    """
    pairs = list(zip(probability, fold_of, strict=True))
    if not objective.needs_threshold:
        of_folds = _losses if objective.metric in ("brier", "log_loss") else _areas
        values = np.concatenate([of_folds(y, scores, folds, objective.metric, weights) for scores, folds in pairs])
        defined = ~np.isnan(values)
        return share(np.where(defined, values, 0).sum(axis=0), defined.sum(axis=0)), np.ones(len(values[0]), dtype=bool)
    first, *others = (_cross_fitted_counts(y, scores, folds, objective, weights) for scores, folds in pairs)
    total = sum(others, start=first)
    return np.asarray(objective.of(total)), np.asarray(objective.keeps(total))


def _cross_fitted_counts(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Draws,
) -> Counts:
    """Return the counts of one repeat, pooled over its folds, for each draw."""
    tried = cuts(y, probability).thresholds
    tried = tried[np.unique(np.linspace(0, len(tried) - 1, MOST_CUTS).round().astype(int))]
    folds = int(fold_of.max()) + 1
    called_from = np.searchsorted(-tried, -probability)  # the first cut that calls the row; behind the last, none does
    shape = (2, folds, len(tried) + 1)
    negatives, positives = _sums((y, fold_of, called_from), shape, weights).cumsum(axis=2)
    elsewhere = _counts(negatives.sum(axis=0) - negatives, positives.sum(axis=0) - positives)
    chosen = objective.worth(elsewhere).argmax(axis=1)[:, np.newaxis]
    here = _counts(negatives, positives)
    return Counts(
        *(
            np.take_along_axis(amount, chosen, axis=1)[:, 0].sum(axis=0)
            for amount in (here.true_positives, here.false_positives, here.false_negatives, here.true_negatives)
        )
    )


def _counts(negatives: NDArray[np.float32], positives: NDArray[np.float32]) -> Counts:
    """Return the counts at each cut of rows called from a cut on, cumulated, both of shape (folds, cuts + 1, draws)."""
    called, wrongly = positives[:, :-1], negatives[:, :-1]
    return Counts(called, wrongly, positives[:, -1:] - called, negatives[:, -1:] - wrongly)


def _losses(
    y: NDArray[np.int8], probability: NDArray[np.float64], fold_of: NDArray[np.int64], metric: str, weights: Draws
) -> NDArray[np.float64]:
    """Return the mean loss of each fold in each draw, shape (folds, draws); NaN where a draw leaves a fold out."""
    loss = (probability - y) ** 2
    if metric == "log_loss":
        smallest = np.finfo(float).eps  # as scikit-learn clips
        loss = -np.log(np.clip(np.where(y == 1, probability, 1 - probability), smallest, 1 - smallest))
    shape = (int(fold_of.max()) + 1,)
    rows = _sums((fold_of,), shape, weights)
    return np.where(rows > 0, share(_sums((fold_of,), shape, weights, loss), rows), np.nan)


def _areas(
    y: NDArray[np.int8], probability: NDArray[np.float64], fold_of: NDArray[np.int64], metric: str, weights: Draws
) -> NDArray[np.float64]:
    """Return each fold's area under its curve in each draw, shape (folds, draws); NaN without both classes."""
    areas = []
    for fold in range(int(fold_of.max()) + 1):
        rows = np.flatnonzero(fold_of == fold)
        labels, scores, drawn = y[rows], probability[rows], weights[rows]
        tried = cuts(labels, scores)
        shape = (2, len(tried.thresholds) + 1)
        called_from = np.searchsorted(-tried.thresholds, -scores)
        negatives, positives = _sums((labels, called_from), shape, drawn).astype(float)
        above = negatives.cumsum(axis=0)
        if metric == "average_precision":
            found = positives.cumsum(axis=0)
            area = (positives * share(found, found + above)).sum(axis=0)
        else:
            # A positive is worth the negatives below it, and half of those that tie with it.
            level = np.isin(scores, scores[labels == 1])
            tied = _sums((labels, called_from), shape, drawn, level)[0]
            area = share((positives * (above[-1] - above + tied / 2)).sum(axis=0), above[-1])
        both = (positives.sum(axis=0) > 0) & (above[-1] > 0)
        areas.append(np.where(both, share(area, positives.sum(axis=0)), np.nan))
    return np.stack(areas)


def _sums(
    keys: tuple[NDArray[Any], ...], shape: tuple[int, ...], weights: Draws, amounts: NDArray[Any] | None = None
) -> NDArray[np.float32]:
    """Return how many drawn rows have each combination of keys, or their sum of amounts; shape (\\*shape, draws)."""
    from scipy import sparse  # here: planning need not wait for it

    rows = len(weights)
    entries = np.ones(rows, dtype=np.float32) if amounts is None else amounts.astype(np.float32)
    # One entry in each column: the product walks the draws once, row after row, which is the fastest there is.
    keyed = np.ravel_multi_index(tuple(key.astype(np.intp) for key in keys), shape)
    members = sparse.csc_array((entries, keyed, np.arange(rows + 1)), shape=(prod(shape), rows))
    return np.asarray(members @ weights).reshape(*shape, -1)
