"""What trials that a race stopped are worth on the folds they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.record.store import Store
from bench.score.metrics import Counts, count, score_of_probabilities
from bench.score.objective import Objective
from bench.score.thresholds import best_threshold, cross_fitted_calls


@dataclass(frozen=True)
class SoFar:
    """A trial on some of the folds.

    Attributes
    ----------
    folds : on which it is done
    counts : pooled over them, each called at the threshold of the others of its repeat
    value : the objective
    """

    folds: int
    counts: Counts
    value: float


def scores_so_far(trials: Iterable[str], dataset: Dataset, store: Store, objective: Objective) -> dict[str, SoFar]:
    """Return by trial what it is worth so far; those without a fold that is done, and finished ones, are left out."""
    pairs = [(repeat, fold) for repeat in range(store.folds.repeats) for fold in range(store.folds.count)]
    found = {}
    for trial in trials:
        done = [pair for pair in pairs if store.status((trial, *pair)) == "done"]
        probability = store.out_of_fold(trial, done) if 0 < len(done) < len(pairs) else None
        if probability is not None:
            found[trial] = so_far(dataset.y, probability, store.folds.fold_of, objective)
    return found


def so_far(
    y: NDArray[np.int8], probability: NDArray[np.float64], fold_of: NDArray[np.int64], objective: Objective
) -> SoFar:
    """Score the folds of which there are predictions.

    A single fold of a repeat is called half by half, each at the threshold of the other, and so are several where the
    others of one hold one class alone. Where a half does too, all rows are called at the threshold that is best for
    them; rows of one class alone are not called.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (repeats, n), NaN where there is none
    fold_of : ndarray of shape (repeats, n)
    """
    total, values = Counts(0, 0, 0, 0), []
    for scores, folds in zip(probability, fold_of, strict=True):
        rows = np.flatnonzero(~np.isnan(scores))
        if not len(rows):
            continue
        total = total + count(y[rows], _calls(y[rows], scores[rows], folds[rows], objective))
        if not objective.needs_threshold:
            parts = [rows[folds[rows] == fold] for fold in np.unique(folds[rows])]
            both = [part for part in parts if _both_classes(y[part])]
            values += [score_of_probabilities(objective.metric, y[part], scores[part]) for part in both]
    done = sum(len(np.unique(folds[~np.isnan(scores)])) for scores, folds in zip(probability, fold_of, strict=True))
    return SoFar(done, total, float(np.mean(values)) if values else float(objective.of(total)))


def halves(y: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return 0 or 1 for each row: every other one of each class, in the order of the rows."""
    half = np.empty(len(y), dtype=np.int64)
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        half[rows] = np.arange(len(rows)) % 2
    return half


def _calls(
    y: NDArray[np.int8], probability: NDArray[np.float64], fold_of: NDArray[np.int64], objective: Objective
) -> NDArray[np.bool_]:
    for sides in (fold_of, halves(y)):
        if all(_both_classes(y[sides != side]) for side in np.unique(sides)):
            return cross_fitted_calls(y, probability, sides, objective)
    if not _both_classes(y):
        return np.zeros(len(y), dtype=bool)
    return np.asarray(probability >= best_threshold(y, probability, objective))


def _both_classes(y: NDArray[np.int8]) -> bool:
    return bool(0 < y.sum() < len(y))
