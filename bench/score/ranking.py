"""Score trials by their out-of-fold predictions and put them in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.metrics import Counts, count, score_of_probabilities
from bench.score.objective import WITHOUT_THRESHOLD, Objective
from bench.score.thresholds import best_threshold, cross_fitted_thresholds, flat_region

Range = tuple[float, float]


@dataclass(frozen=True)
class Score:
    """What one trial, or one blend, is worth on rows it did not train on.

    Attributes
    ----------
    counts : pooled over folds (and repeats), each fold at the threshold of the others
    threshold : the exported one, chosen on all out-of-fold rows; ``counts`` is not made with it
    average_precision, roc_auc, brier, log_loss : mean over folds, since models of different folds need not share one
        scale
    predicted_positives : rows called positive, mean over repeats
    spread : the lowest and the highest of the thresholds that the folds were called at
    flat : the lowest and the highest threshold around the exported one that lose at most 1 % of its worth
    """

    counts: Counts
    threshold: float
    average_precision: float
    roc_auc: float
    brier: float
    log_loss: float
    predicted_positives: float
    spread: Range
    flat: Range

    def value(self, objective: Objective) -> float:
        """Return the number that trials are ranked by; of losses less is better."""
        return float(objective.of(self.counts) if objective.needs_threshold else getattr(self, objective.metric))

    def keeps_floor(self, objective: Objective) -> bool:
        """Return whether the recall or precision reached is the one asked for; True where none is."""
        return bool(objective.keeps(self.counts))


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
    thresholds = np.stack([cross_fitted_thresholds(y, scores, folds, objective) for scores, folds in pairs])
    return score_calls(y, probability, thresholds, fold_of, objective)


def score_calls(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    exported: NDArray[np.float64] | None = None,
) -> Score:
    """Score calls at thresholds that were chosen without the labels they are scored on.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability, thresholds, fold_of : ndarrays of shape (repeats, n)
    exported : ndarray of shape (repeats, n)
        The probabilities that the exported threshold is chosen on, where they are others.
    """
    total: Counts | None = None
    means = dict.fromkeys(sorted(WITHOUT_THRESHOLD), 0.0)
    folds = [(repeat, fold) for repeat, row in enumerate(fold_of) for fold in np.unique(row)]
    for repeat, fold in folds:
        held_out = fold_of[repeat] == fold
        labels, scores = y[held_out], probability[repeat, held_out]
        counts = count(labels, scores >= thresholds[repeat, held_out])
        total = counts if total is None else total + counts
        for metric in means:
            means[metric] += score_of_probabilities(metric, labels, scores) / len(folds)
    assert total is not None  # there is no table without a fold
    chosen_on = np.tile(y, len(fold_of)), (probability if exported is None else exported).ravel()
    return Score(
        counts=total,
        threshold=best_threshold(*chosen_on, objective),
        **means,
        predicted_positives=total.predicted_positives / len(fold_of),
        spread=(float(thresholds.min()), float(thresholds.max())),
        flat=flat_region(*chosen_on, objective),
    )


def rank(scores: dict[str, Score], objective: Objective) -> list[str]:
    """Return the trials from best to worst: those that keep the floor first, then the nearest to it; ties by id."""
    return sorted(
        scores,
        key=lambda trial: (
            not scores[trial].keeps_floor(objective),
            0.0 if scores[trial].keeps_floor(objective) else -objective.short(scores[trial].counts),
            -objective.sign * scores[trial].value(objective),
            trial,
        ),
    )
