"""Several trials as one: each put on a common scale, then averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.calibration import Calibrator


@dataclass(frozen=True)
class Combination:
    """A weighted mean of trials.

    Attributes
    ----------
    weights : trial -> weight; they sum to 1
    scales : trial -> what makes its probabilities comparable; a trial without one is taken as it is
    """

    weights: dict[str, float]
    scales: dict[str, Calibrator]

    def __call__(self, probability: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return the combined probabilities, of the shape that those of each trial have."""
        (first, *_) = self.weights
        mean = np.zeros(np.shape(probability[first]))
        for trial, weight in self.weights.items():
            scale = self.scales.get(trial)
            mean += weight * (probability[trial] if scale is None else scale(probability[trial]))
        return mean
