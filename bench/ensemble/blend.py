"""Greedy selection of members from out-of-fold predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.metrics import count, objective_value
from bench.score.objective import Objective
from bench.score.ranking import Score, score_trial
from bench.score.thresholds import best_threshold

MOST_DRAWS = 10  # of members, with replacement


@dataclass(frozen=True)
class Blend:
    """A weighted mean of trials.

    Attributes
    ----------
    weights : trial -> weight; they sum to 1
    score : of the whole procedure: members and threshold for each fold chosen on the other folds
    threshold : for the exported blend, chosen with its members on all out-of-fold rows
    """

    weights: dict[str, float]
    score: Score
    threshold: float


def blend(
    y: NDArray[np.int8],
    trials: dict[str, NDArray[np.float64]],
    fold_of: NDArray[np.int64],
    objective: Objective,
    candidates: int,
) -> Blend:
    """Choose members greedily, with replacement, and average their probabilities (Caruana et al. 2004).

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    trials : trial -> out-of-fold probabilities of shape (repeats, n)
    fold_of : ndarray of shape (repeats, n)
    candidates : how many trials, the best by themselves on the rows that choose, may become members

    References
    ----------
    Caruana, Niculescu-Mizil, Crew and Ksikes (2004), doi:10.1145/1015330.1015432.
    """
    stack = np.stack(list(trials.values()))
    blended = np.empty(fold_of.shape)
    for repeat, folds in enumerate(fold_of):
        for fold in np.unique(folds):
            others, held_out = folds != fold, folds == fold
            weights = _select(y[others], stack[:, repeat, others], objective, candidates)
            blended[repeat, held_out] = weights @ stack[:, repeat, held_out]
    score = score_trial(y, blended, fold_of, objective)
    # The members of the export are chosen on every row; so is their threshold, as a trial's is.
    every = stack.reshape(len(stack), -1)
    labels = np.tile(y, len(fold_of))
    weights = _select(labels, every, objective, candidates)
    members = {trial: float(w) for trial, w in zip(trials, weights, strict=True) if w > 0}
    return Blend(members, score, best_threshold(labels, weights @ every, objective))


def _select(
    y: NDArray[np.int8], stack: NDArray[np.float64], objective: Objective, candidates: int
) -> NDArray[np.float64]:
    """Return weights of shape (trials,): draw the candidate that helps the mean most, until none helps."""
    alone = np.array([_value(y, probability, objective) for probability in stack])
    allowed = np.argsort(-alone, kind="stable")[:candidates]
    drawn = [int(allowed[0])]
    best = alone[drawn[0]]
    while len(drawn) < MOST_DRAWS:
        total = stack[drawn].sum(axis=0)
        values = [_value(y, (total + stack[one]) / (len(drawn) + 1), objective) for one in allowed]
        if max(values) <= best:
            break
        best = max(values)
        drawn.append(int(allowed[int(np.argmax(values))]))
    return np.bincount(drawn, minlength=len(stack)) / len(drawn)


def _value(y: NDArray[np.int8], probability: NDArray[np.float64], objective: Objective) -> float:
    """Return the objective at its own best threshold: flattering, but alike for all that are compared."""
    return objective_value(count(y, probability >= best_threshold(y, probability, objective)), objective)
