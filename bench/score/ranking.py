"""Score trials by their out-of-fold predictions and put them in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.metrics import Counts, count, objective_value
from bench.score.objective import Objective
from bench.score.thresholds import best_threshold, cross_fitted_calls


@dataclass(frozen=True)
class Score:
    """What one trial, or one blend, is worth on rows it did not train on.

    Attributes
    ----------
    counts : pooled over folds (and repeats), each fold at the threshold of the others
    threshold : the exported one, chosen on all out-of-fold rows; ``counts`` is not made with it
    average_precision, roc_auc : mean over folds, since models of different folds need not share one scale
    predicted_positives : rows called positive, mean over repeats
    """

    counts: Counts
    threshold: float
    average_precision: float
    roc_auc: float
    predicted_positives: float

    def value(self, objective: Objective) -> float:
        """Return the number that trials are ranked by."""
        return objective_value(self.counts, objective)

    def keeps_floor(self, objective: Objective) -> bool:
        """Return whether the recall reached is the one asked for; True where none is."""
        return objective.at_recall is None or self.counts.recall >= objective.at_recall


def score_trial(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
) -> Score:
    """Score out-of-fold predictions.

    Thresholds are cross-fitted by fold and counts pooled before F1 is taken: a mean of the folds' F1 is biased for
    rare positives (Forman and Scholz 2010, doi:10.1145/1882471.1882479).

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability, fold_of : ndarray of shape (repeats, n)

    Raises
    ------
    ScoreError
        If a prediction is missing.
    """
    pairs = zip(probability, fold_of, strict=True)
    called = np.stack([cross_fitted_calls(y, scores, folds, objective) for scores, folds in pairs])
    threshold = best_threshold(np.tile(y, len(probability)), probability.ravel(), objective)
    return score_calls(y, called, probability, fold_of, threshold)


def score_calls(
    y: NDArray[np.int8],
    called: NDArray[np.bool_],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    threshold: float,
) -> Score:
    """Score calls that were made without the labels they are scored on.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    called, probability, fold_of : ndarrays of shape (repeats, n)
    threshold : the exported one, carried along
    """
    from sklearn.metrics import average_precision_score, roc_auc_score  # here: planning need not wait for it

    total = Counts(0, 0, 0)
    precision_areas, roc_areas = [], []
    for calls, scores, folds in zip(called, probability, fold_of, strict=True):
        total = total + count(y, calls)
        for fold in np.unique(folds):
            held_out = folds == fold
            precision_areas.append(average_precision_score(y[held_out], scores[held_out]))
            roc_areas.append(roc_auc_score(y[held_out], scores[held_out]))
    return Score(
        counts=total,
        threshold=threshold,
        average_precision=float(np.mean(precision_areas)),
        roc_auc=float(np.mean(roc_areas)),
        predicted_positives=total.predicted_positives / len(called),
    )


def rank(scores: dict[str, Score], objective: Objective) -> list[str]:
    """Return the trials from best to worst: those that keep the recall floor first; ties by id."""
    return sorted(
        scores,
        key=lambda trial: (
            not scores[trial].keeps_floor(objective),
            -scores[trial].value(objective),
            trial,
        ),
    )
