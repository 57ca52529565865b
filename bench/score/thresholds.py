"""Thresholds chosen on some rows and applied to others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.errors import ScoreError
from bench.score.metrics import Counts, score_of_probabilities
from bench.score.objective import Objective

F1 = Objective()


@dataclass(frozen=True)
class Cuts:
    """The thresholds worth trying, from the one that calls nobody down.

    Each further one calls up to the end of a value that some positive has: a call of negatives alone helps no
    objective. The threshold lies half-way between the last probability called and the first not called (0 where all
    are called), so that a row of another fold that differs from the last called in the sixth digit is not lost:
    models with few different outputs, the constant first of all, shift by that much from fold to fold.

    Attributes
    ----------
    thresholds : ndarray of shape (cuts,), falling
    counts : of shape (cuts,)
    """

    thresholds: NDArray[np.float64]
    counts: Counts

    def best(self, objective: Objective) -> float:
        """Return the threshold that is worth most; of equals, the one that calls the fewest."""
        return float(self.thresholds[np.argmax(self.worth(objective))])

    def worth(self, objective: Objective) -> NDArray[np.float64]:
        """Return what each threshold is worth; shape (cuts,)."""
        return np.asarray(objective.worth(self.counts))


def cuts(y: NDArray[np.int8], probability: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Cuts:
    """Return the thresholds worth trying on some rows, and what each calls.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (n,), in [0, 1]
        Out-of-fold. Scoring these same rows at the result flatters them; see `cross_fitted_calls`.
    weights : ndarray of shape (n,), positive
        How many rows each stands for; one without. With another share of positives where the threshold will be used,
        positives stand for more and negatives for fewer (label shift; Elkan 2001).

    Raises
    ------
    ScoreError
        If ``y`` holds a single class or a probability is not a number.
    """
    return _cuts_of_sorted(y, probability, weights, _descending(probability))


def best_threshold(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    objective: Objective = F1,
    weights: NDArray[np.float64] | None = None,
) -> float:
    """Return the threshold at which the objective is largest; of equals, the one that calls the fewest rows.

    Parameters
    ----------
    y, probability, weights : as in `cuts`, which also says what raises
    objective : Objective
        One that needs no threshold gets the one of F1.

    Returns
    -------
    float in [0, 1], or above 1 if calling nobody is best

    References
    ----------
    Lipton, Elkan and Narayanaswamy (2014), arXiv:1402.1892.
    """
    return cuts(y, probability, weights).best(objective)


def flat_region(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    objective: Objective = F1,
    weights: NDArray[np.float64] | None = None,
    within: float = 0.01,
) -> tuple[float, float]:
    """Return the lowest and the highest threshold around the best that lose at most ``within`` of its worth.

    Parameters
    ----------
    y, probability, objective, weights : as in `best_threshold`
    within : share of the best worth; between the two thresholds nowhere is more lost
    """
    tried = cuts(y, probability, weights)
    worth = tried.worth(objective)
    best = int(worth.argmax())
    poor = np.flatnonzero(worth < worth[best] - within * abs(worth[best]))
    first = int(poor[poor < best].max(initial=-1)) + 1
    last = int(poor[poor > best].min(initial=len(worth))) - 1
    return float(tried.thresholds[last]), float(tried.thresholds[first])


def best_value(y: NDArray[np.int8], probability: NDArray[np.float64], objective: Objective = F1) -> float:
    """Return the objective, at its own best threshold if it needs one; losses with a minus, so that more is better.

    Flattering, but alike for all that are compared.
    """
    return _value_of_sorted(y, probability, _descending(probability), objective)


def best_values_without(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective = F1,
) -> list[float]:
    """Return for each fold the `best_value` of the rows of the other folds."""
    order = _descending(probability)
    return [_value_of_sorted(y, probability, order[fold_of[order] != fold], objective) for fold in np.unique(fold_of)]


def cross_fitted_thresholds(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective = F1,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return for each row the threshold of its fold, chosen on the rows of the other folds.

    Parameters
    ----------
    y, probability, objective, weights : as in `best_threshold`
    fold_of : ndarray of shape (n,)
        The fold in which each row was held out.

    Returns
    -------
    ndarray of shape (n,)
    """
    order = _descending(probability)  # once: leaving a fold out keeps the order of the others
    thresholds = np.empty(len(y))
    for fold in np.unique(fold_of):
        held_out = fold_of == fold
        others = order[~held_out[order]]
        thresholds[held_out] = _cuts_of_sorted(y, probability, weights, others).best(objective)
    return thresholds


def cross_fitted_calls(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective = F1,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.bool_]:
    """Return which rows are called positive, each fold at the threshold chosen on the other folds; shape (n,).

    Parameters as in `cross_fitted_thresholds`.
    """
    return probability >= cross_fitted_thresholds(y, probability, fold_of, objective, weights)


def _descending(probability: NDArray[np.float64]) -> NDArray[np.intp]:
    if np.isnan(probability).any():
        raise ScoreError("a probability is not a number")
    return np.argsort(-probability, kind="stable")


def _value_of_sorted(
    y: NDArray[np.int8], probability: NDArray[np.float64], order: NDArray[np.intp], objective: Objective
) -> float:
    """Return the `best_value` of the rows ``order``, which are sorted."""
    if not objective.needs_threshold:
        return objective.sign * score_of_probabilities(objective.metric, y[order], probability[order])
    return float(_cuts_of_sorted(y, probability, None, order).worth(objective).max())


def _cuts_of_sorted(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    order: NDArray[np.intp],
) -> Cuts:
    """Return the cuts of the rows ``order``, which go from the highest probability down."""
    positive, probability = y[order], probability[order]
    rows, positives = len(order), int(positive.sum())
    if not 0 < positives < rows:
        raise ScoreError(f"a threshold needs both classes, and {rows} rows hold {positives} positives")
    # A cut can only lie where the probability changes: rows of one value are called together.
    last = np.append(np.flatnonzero(np.diff(probability)), rows - 1)
    last = last[np.diff(np.cumsum(positive, dtype=np.int64)[last], prepend=0) > 0]
    here, below = probability[last], np.append(probability, 0.0)[last + 1]
    middle = (here + below) / 2
    middle = np.where((below < middle) & (middle <= here), middle, here)
    nobody = (1 + probability[0]) / 2
    nobody = nobody if nobody > probability[0] else float(np.nextafter(probability[0], 2))
    stands_for = np.ones(rows, dtype=np.int64) if weights is None else weights[order]
    right, called = np.cumsum(stands_for * positive), np.cumsum(stands_for)
    true_positives, wrong = np.append(0, right[last]), np.append(0, (called - right)[last])
    counts = Counts(true_positives, wrong, right[-1] - true_positives, called[-1] - right[-1] - wrong)
    return Cuts(np.append(nobody, middle), counts)
