"""Greedy selection of members from out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bench.score.objective import Objective
from bench.score.ranking import Score, score_calls
from bench.score.thresholds import best_threshold, best_value, best_values_without

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
    trials: Mapping[str, NDArray[np.float64]],
    fold_of: NDArray[np.int64],
    objective: Objective,
    candidates: int,
) -> Blend:
    """Choose members greedily, with replacement, and average their probabilities (Caruana et al. 2004).

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    trials : trial -> out-of-fold probabilities of shape (repeats, n); read one after the other, so that they need
        not all be in memory
    fold_of : ndarray of shape (repeats, n)
    candidates : how many trials, the best by themselves on the rows that choose, may become members

    References
    ----------
    Caruana, Niculescu-Mizil, Crew and Ksikes (2004), doi:10.1145/1015330.1015432.
    """
    names = contenders(y, trials, fold_of, objective, candidates)
    stack = np.stack([trials[name] for name in names])
    pairs = [cross_fitted_blend(y, stack[:, r], folds, objective, candidates) for r, folds in enumerate(fold_of)]
    blended, thresholds = (np.stack(parts) for parts in zip(*pairs, strict=True))
    # The members of the export are chosen on every row; so is their threshold, as a trial's is.
    every = stack.reshape(len(stack), -1)
    labels = np.tile(y, len(fold_of))
    weights = _select(labels, every, objective, candidates)
    members = {trial: float(w) for trial, w in zip(names, weights, strict=True) if w > 0}
    exported = _mean(weights, every).reshape(fold_of.shape)
    score = score_calls(y, blended, thresholds, fold_of, objective, exported)
    return Blend(members, score, score.threshold)


def contenders(
    y: NDArray[np.int8],
    trials: Mapping[str, NDArray[np.float64]],
    fold_of: NDArray[np.int64],
    objective: Objective,
    candidates: int,
) -> list[str]:
    """Return in their order the trials that are candidates for some fold, or for the export; no other can matter."""
    labels = np.tile(y, len(fold_of))
    alone = []
    for probability in trials.values():
        pairs = zip(probability, fold_of, strict=True)
        by_fold = [best_values_without(y, scores, folds, objective) for scores, folds in pairs]
        alone.append(np.array([*chain.from_iterable(by_fold), best_value(labels, probability.ravel(), objective)]))
    chosen = {int(one) for values in np.array(alone).T for one in _best(values, candidates)}
    return [trial for place, trial in enumerate(trials) if place in chosen]


def cross_fitted_blend(
    y: NDArray[np.int8],
    stack: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    candidates: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each row the blended probability and the threshold, by a blend that did not see its label.

    For each fold the members are chosen on the other folds, and so is the threshold, of these members' mean there.
    A threshold chosen afterwards on the blended column would see the fold's labels through the other folds' members.

    Parameters
    ----------
    y, fold_of : ndarrays of shape (n,)
    stack : ndarray of shape (trials, n)
    """
    blended, thresholds = np.empty(len(y)), np.empty(len(y))
    for fold in np.unique(fold_of):
        others, held_out = fold_of != fold, fold_of == fold
        weights = _select(y[others], stack[:, others], objective, candidates)
        blended[held_out] = _mean(weights, stack[:, held_out])
        thresholds[held_out] = best_threshold(y[others], _mean(weights, stack[:, others]), objective)
    return blended, thresholds


def _select(
    y: NDArray[np.int8], stack: NDArray[np.float64], objective: Objective, candidates: int
) -> NDArray[np.float64]:
    """Return weights of shape (trials,): draw the candidate that helps the mean most, until none helps."""
    alone = np.array([best_value(y, probability, objective) for probability in stack])
    allowed = _best(alone, candidates)
    drawn = [int(allowed[0])]
    best = alone[drawn[0]]
    while len(drawn) < MOST_DRAWS:
        total = stack[drawn].sum(axis=0)
        values = [best_value(y, (total + stack[one]) / (len(drawn) + 1), objective) for one in allowed]
        if max(values) <= best:
            break
        best = max(values)
        drawn.append(int(allowed[int(np.argmax(values))]))
    return np.bincount(drawn, minlength=len(stack)) / len(drawn)


def _mean(weights: NDArray[np.float64], stack: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean, added up member by member as in the export.

    A matrix product adds in an order that depends on how many trials there are, and ties of models with few
    different outputs would fall by it.
    """
    mean = np.zeros(stack.shape[1])
    for member in np.flatnonzero(weights):
        mean += weights[member] * stack[member]
    return mean


def _best(values: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return the places of the largest values; of equals, the first."""
    return np.argsort(-values, kind="stable")[:most]
