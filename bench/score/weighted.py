"""Scores of a trial in many draws of the table at once, rows weighing as often as they were drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.score.metrics import Counts, share
from bench.score.objective import Objective
from bench.score.thresholds import Cuts, cuts

MOST_CUTS = 200  # tried in a draw: half a hundredth of the positives is far less than a threshold moves by chance

Weights = NDArray[np.float32]
"""How often each row counts in each draw; shape (n, draws)."""


def drawn_score(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Weights,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return for each draw the number a trial is ranked by, and whether it keeps the floor; both of shape (draws,)."""
    if not objective.needs_threshold:
        value = scores_of_probabilities(objective.metric, y, probability, fold_of, weights)
        return value, np.ones(len(value), dtype=bool)
    counts = cross_fitted_counts(y, probability, fold_of, objective, weights)
    return np.asarray(objective.of(counts)), np.asarray(objective.keeps(counts))


def cross_fitted_counts(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Weights,
) -> Counts:
    """Count for each draw the calls made of each fold at the threshold that is best on the other folds' drawn rows.

    Thresholds are tried where `cuts` puts them on the whole table, some of them if there are many. Rows are added up
    once, between neighbouring thresholds and by fold: the rows of the other folds are all rows without this fold's.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability, fold_of : ndarrays of shape (repeats, n)

    Returns
    -------
    Counts of shape (draws,), pooled over folds and repeats
    """
    pairs = zip(probability, fold_of, strict=True)
    first, *others = (_counts_of_repeat(y, scores, folds, objective, weights) for scores, folds in pairs)
    return sum(others, first)


def best_thresholds(
    y: NDArray[np.int8], probability: NDArray[np.float64], objective: Objective, weights: Weights
) -> NDArray[np.float64]:
    """Return for each draw the threshold that is exported: chosen on all drawn rows of all repeats; shape (draws,).

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (repeats, n)
    """
    tried = cuts(np.tile(y, len(probability)), probability.ravel()).thresholds
    one_fold = np.zeros(len(y), dtype=np.int64)
    called = np.sum([_sums(y, scores, one_fold, tried, weights)[0] for scores in probability], axis=0)
    best = np.argmax(objective.worth(_counts(called[:, :-1], called[:, -1:])), axis=0)
    return np.asarray(tried[best])


def scores_of_probabilities(
    metric: str,
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    weights: Weights,
) -> NDArray[np.float64]:
    """Return for each draw the mean over folds and repeats of a score that needs no threshold; shape (draws,).

    As scikit-learn's with ``sample_weight``. A fold that holds a single class in a draw is left out there; where all
    do, the result is not a number.

    Parameters
    ----------
    metric : "average_precision", "roc_auc", "brier" or "log_loss"
    y : ndarray of shape (n,), 0 or 1
    probability, fold_of : ndarrays of shape (repeats, n)
    """
    total, defined = np.zeros(weights.shape[1]), np.zeros(weights.shape[1])
    for scores, folds in zip(probability, fold_of, strict=True):
        for fold in np.unique(folds):
            rows = folds == fold
            positives, drawn = y[rows] @ weights[rows], weights[rows].sum(axis=0)
            both = (positives > 0) & (positives < drawn)
            value = _scores_of_fold(metric, y[rows], scores[rows], weights[rows])
            total += np.where(both, value, 0)
            defined += both
    return np.where(defined > 0, share(total, defined), np.nan)


def _counts_of_repeat(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Weights,
) -> Counts:
    number = np.unique(fold_of, return_inverse=True)[1]
    order = np.argsort(-probability, kind="stable")  # once: the others of each fold are sorted then
    ranked = [order[number[order] != fold] for fold in range(number.max() + 1)]
    tried = [_thinned(cuts(y[others], probability[others])) for others in ranked]
    every = np.unique(np.concatenate(tried))[::-1]
    sums = _sums(y, probability, number, every, weights)
    whole, draws = sums.sum(axis=0), np.arange(weights.shape[1])
    calls = []
    for held_out, thresholds in zip(sums, tried, strict=True):
        places = len(every) - 1 - np.searchsorted(every[::-1], thresholds)
        others = whole - held_out
        best = places[np.argmax(objective.worth(_counts(others[:, places], others[:, -1:])), axis=0)]
        calls.append(_counts(held_out[:, best, draws], held_out[:, -1]))
    first, *rest = calls
    return sum(rest, first)


def _thinned(found: Cuts) -> NDArray[np.float64]:
    """Return at most `MOST_CUTS` thresholds, evenly by the positives they call."""
    places = np.linspace(0, len(found.thresholds) - 1, MOST_CUTS).round().astype(int)
    return np.asarray(found.thresholds[np.unique(places)])


def _sums(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    number: NDArray[np.int64],
    thresholds: NDArray[np.float64],
    weights: Weights,
) -> NDArray[np.float32]:
    """Return the weight of the rows called at each threshold, which fall; shape (folds, labels, thresholds + 1, draws).

    The last are all rows. Whole numbers are exact in single precision up to 16,777,216.
    """
    from scipy.sparse import csr_matrix  # here: planning need not wait for it

    shape = (int(number.max()) + 1, 2, len(thresholds) + 1)
    first = len(thresholds) - np.searchsorted(thresholds[::-1], probability, side="right")  # that calls the row
    where = np.ravel_multi_index((number, y, first), shape)
    ones = np.ones(len(y), dtype=np.float32)
    adding = csr_matrix((ones, (where, np.arange(len(y)))), shape=(int(np.prod(shape)), len(y)))
    sums: NDArray[np.float32] = (adding @ weights).reshape(*shape, -1)
    return np.cumsum(sums, axis=2, out=sums)


def _counts(called: NDArray[np.float32], rows: NDArray[np.float32]) -> Counts:
    """Return counts of the rows called and of all rows, each negatives first, then positives."""
    called, rows = called.astype(np.float64), rows.astype(np.float64)
    return Counts(called[1], called[0], rows[1] - called[1], rows[0] - called[0])


def _scores_of_fold(
    metric: str, y: NDArray[np.int8], probability: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    if metric in ("brier", "log_loss"):
        smallest = np.finfo(np.float64).eps  # as scikit-learn keeps an impossible outcome from costing all
        sure = np.clip(np.where(y == 1, probability, 1 - probability), smallest, 1 - smallest)
        loss = (y - probability) ** 2 if metric == "brier" else -np.log(sure)
        return np.asarray(share(loss @ weights, weights.sum(axis=0)))
    values = np.unique(probability)[::-1]
    called = _sums(y, probability, np.zeros(len(y), dtype=np.int64), values, weights)[0].astype(np.float64)
    negatives, positives = np.diff(called[:, :-1], axis=1, prepend=0)  # at each value
    rows = called[:, -1]
    if metric == "roc_auc":
        below = rows[0] - called[0, :-1] + negatives / 2
        return np.asarray(share((positives * below).sum(axis=0), rows[0] * rows[1]))
    precision = share(called[1, :-1], called[:, :-1].sum(axis=0))
    return np.asarray(share((positives * precision).sum(axis=0), rows[1]))
