"""Counts of right and wrong calls, and the scores made of them or of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Amount = Any
"""A number, or an array of numbers, one for each of several thresholds, trials or draws."""


@dataclass(frozen=True)
class Counts:
    """How many rows were called rightly and wrongly. Counts of several folds add up.

    Each is a number, or all are arrays of one shape: then so is every score. Weighted and expected counts need not
    be whole numbers.
    """

    true_positives: Amount
    false_positives: Amount
    false_negatives: Amount
    true_negatives: Amount

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
            self.true_negatives + other.true_negatives,
        )

    @property
    def rows(self) -> Amount:
        """All rows."""
        return self.positives + self.negatives

    @property
    def positives(self) -> Amount:
        """Rows whose label is positive, called or not."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> Amount:
        """Rows whose label is negative, called or not."""
        return self.false_positives + self.true_negatives

    @property
    def predicted_positives(self) -> Amount:
        """Rows that were called positive."""
        return self.true_positives + self.false_positives

    @property
    def precision(self) -> Amount:
        """Share of the calls that were right; 0 where there was no call, as in scikit-learn."""
        return share(self.true_positives, self.predicted_positives)

    @property
    def recall(self) -> Amount:
        """Share of the positives that were called; 0 where there is none."""
        return share(self.true_positives, self.positives)

    @property
    def f1(self) -> Amount:
        """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN); 0 where all three are 0."""
        return self.f_beta(1.0)

    def f_beta(self, beta: float) -> Amount:
        """Return (1 + b²) TP / ((1 + b²) TP + FP + b² FN): recall weighs b times as much as precision.

        van Rijsbergen (1979), Information Retrieval, chapter 7.
        """
        right = (1 + beta**2) * self.true_positives
        return share(right, right + self.false_positives + beta**2 * self.false_negatives)

    def scaled(self, factor: float) -> Counts:
        """Return the counts of ``factor`` times as many rows."""
        return Counts(
            self.true_positives * factor,
            self.false_positives * factor,
            self.false_negatives * factor,
            self.true_negatives * factor,
        )


def count(y: NDArray[np.int8], called: NDArray[np.bool_], weights: NDArray[np.float64] | None = None) -> Counts:
    """Count the calls ``called`` of shape (n,) against the labels ``y`` of shape (n,), 0 or 1.

    ``weights`` of shape (n,) says how many rows each stands for; one without.
    """
    rows = np.ones(len(y), dtype=np.int64) if weights is None else weights
    right, wrong = rows[called & (y == 1)].sum(), rows[called & (y == 0)].sum()
    missed, spared = rows[~called & (y == 1)].sum(), rows[~called & (y == 0)].sum()
    return Counts(*(amount.item() for amount in (right, wrong, missed, spared)))


def share(part: Amount, whole: Amount) -> Amount:
    """Return part / whole, element by element; 0 where the whole is 0."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    quotient = np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole != 0)
    return quotient if quotient.shape else float(quotient)


def score_of_probabilities(metric: str, y: NDArray[np.int8], probability: NDArray[np.float64]) -> float:
    """Return a score that needs no threshold, as scikit-learn defines it.

    Parameters
    ----------
    metric : "average_precision", "roc_auc", "brier" or "log_loss"
    y : ndarray of shape (n,), 0 or 1, both classes present
    probability : ndarray of shape (n,), in [0, 1]
    """
    if metric == "brier":
        return float(np.mean((probability - y) ** 2))
    if metric == "log_loss":
        of_outcome = np.where(y == 1, probability, 1 - probability)
        return float(-np.mean(np.log(np.maximum(of_outcome, np.finfo(float).eps))))
    from sklearn import metrics  # here: planning need not wait for it

    area = metrics.roc_auc_score if metric == "roc_auc" else metrics.average_precision_score
    return float(area(y, probability))
