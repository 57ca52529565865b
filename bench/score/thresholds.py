"""Thresholds chosen on some rows and applied to others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import ScoreError
from bench.score.objective import Objective

F1 = Objective()


def best_threshold(y: NDArray[np.int8], probability: NDArray[np.float64], objective: Objective = F1) -> float:
    """Return the threshold at which the objective is largest; of equals, the one that calls the fewest rows.

    Every cut between two different probabilities is tried. The threshold lies half-way between the last
    probability called and the first not called (0 where all are called), so that a row of another fold that
    differs from the last called in the sixth digit is not lost: models with few different outputs, the constant
    first of all, shift by that much from fold to fold.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (n,), in [0, 1]
        Out-of-fold. Scoring these same rows at the result flatters them; see `cross_fitted_calls`.
    objective : Objective
        "f1", or "precision" among the thresholds whose recall is at least ``at_recall``.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ScoreError
        If ``y`` holds a single class or a probability is not a number.

    References
    ----------
    Lipton, Elkan and Narayanaswamy (2014), arXiv:1402.1892.
    """
    order = _descending(probability)
    return _best_of_sorted(y[order], probability[order], objective)[0]


def best_value(y: NDArray[np.int8], probability: NDArray[np.float64], objective: Objective = F1) -> float:
    """Return the objective at its own best threshold: flattering, but alike for all that are compared."""
    order = _descending(probability)
    return _best_of_sorted(y[order], probability[order], objective)[1]


def best_values_without(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective = F1,
) -> list[float]:
    """Return for each fold the `best_value` of the rows of the other folds."""
    order = _descending(probability)
    rows = [order[fold_of[order] != fold] for fold in np.unique(fold_of)]
    return [_best_of_sorted(y[others], probability[others], objective)[1] for others in rows]


def cross_fitted_calls(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective = F1,
) -> NDArray[np.bool_]:
    """Return which rows are called positive, each fold at the threshold chosen on the other folds.

    Parameters
    ----------
    y, probability : as in `best_threshold`
    fold_of : ndarray of shape (n,)
        The fold in which each row was held out.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    order = _descending(probability)  # once: leaving a fold out keeps the order of the others
    called = np.zeros(len(y), dtype=bool)
    for fold in np.unique(fold_of):
        held_out = fold_of == fold
        others = order[~held_out[order]]
        called[held_out] = probability[held_out] >= _best_of_sorted(y[others], probability[others], objective)[0]
    return called


def _descending(probability: NDArray[np.float64]) -> NDArray[np.intp]:
    if np.isnan(probability).any():
        raise ScoreError("a probability is not a number")
    return np.argsort(-probability, kind="stable")


def _best_of_sorted(y: NDArray[np.int8], probability: NDArray[np.float64], objective: Objective) -> tuple[float, float]:
    """Return the best threshold of rows sorted from the highest probability down, and the objective at it."""
    positives = int(y.sum())
    if not 0 < positives < len(y):
        raise ScoreError(f"a threshold needs both classes, and {len(y)} rows hold {positives} positives")
    # A cut can only lie where the probability changes: rows of one value are called together.
    last = np.append(np.flatnonzero(np.diff(probability)), len(y) - 1)
    true_positives = np.cumsum(y, dtype=np.int64)[last]
    called = last + 1
    if objective.metric == "precision":
        value = true_positives / called
        value[true_positives < np.ceil((objective.at_recall or 0) * positives - 1e-9)] = -1
    else:
        value = 2 * true_positives / (called + positives)
    cut = int(value.argmax())  # the first of equals: the fewest rows called
    here = float(probability[last[cut]])
    below = float(probability[last[cut] + 1]) if last[cut] + 1 < len(y) else 0.0
    middle = (here + below) / 2
    return middle if below < middle <= here else here, float(value[cut])
