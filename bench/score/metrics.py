"""Counts of right and wrong calls, and the scores made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.objective import Objective


@dataclass(frozen=True)
class Counts:
    """How many rows were called rightly and wrongly. Counts of several folds add up."""

    true_positives: int
    false_positives: int
    false_negatives: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
        )

    @property
    def predicted_positives(self) -> int:
        """How many rows were called positive."""
        return self.true_positives + self.false_positives

    @property
    def precision(self) -> float:
        """Share of the calls that were right; 0 where there was no call, as in scikit-learn."""
        return self.true_positives / self.predicted_positives if self.predicted_positives else 0.0

    @property
    def recall(self) -> float:
        """Share of the positives that were called; 0 where there is none."""
        positives = self.true_positives + self.false_negatives
        return self.true_positives / positives if positives else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN); 0 where all three are 0."""
        weight = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / weight if weight else 0.0


def count(y: NDArray[np.int8], called: NDArray[np.bool_]) -> Counts:
    """Count the calls ``called`` of shape (n,) against the labels ``y`` of shape (n,), 0 or 1."""
    positive = y == 1
    return Counts(int(np.sum(called & positive)), int(np.sum(called & ~positive)), int(np.sum(~called & positive)))


def objective_value(counts: Counts, objective: Objective) -> float:
    """Return the number that trials are ranked by."""
    return counts.precision if objective.metric == "precision" else counts.f1
