"""Several trials as one: probabilities put on one scale, then their weighted mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.calibration import WEAK_PENALTY, Calibrator, check_labelled, logit

Floats = NDArray[np.float64]

GRAINS = 500  # of the logit, in which rows are counted before a scale is fitted: two numbers need no more
MOST_STEPS, NEAR_ENOUGH = 50, 1e-12  # of Newton's method


@dataclass(frozen=True)
class Combination:
    """A weighted mean, on the scale of logits, of trials that were put on one scale.

    The mean of logits is a logistic regression's sum (the logarithmic opinion pool: Genest and Zidek 1986,
    doi:10.1214/ss/1177013825), so that what stacking learns is a combination like any other.

    Attributes
    ----------
    weights : trial -> weight, above 0; they sum to 1
    scales : trial -> its sigmoid
        Probabilities of models that weigh or drop rows do not mean what those of others mean. A trial without one is
        taken as it is.
    """

    weights: dict[str, float]
    scales: dict[str, Calibrator]

    @classmethod
    def of_one(cls, trial: str) -> Combination:
        """Return a single trial, whose probabilities stay exactly as they are."""
        return cls({trial: 1.0}, {})

    def __call__(self, probability: Mapping[str, Floats]) -> Floats:
        """Return the combined probability of each row, member after member in the order of ``weights``.

        A matrix product would add in an order that depends on how many members there are, and ties of models with
        few different outputs would fall by it.

        Parameters
        ----------
        probability : trial -> ndarray of any shape, the same for all members
        """
        (first, *others) = self.weights
        if not others:
            return self._scaled(first, probability[first])
        from scipy.special import expit  # here: planning need not wait for it

        total = np.zeros(probability[first].shape)
        for trial, weight in self.weights.items():
            total += weight * self._logit(trial, probability[trial])
        return np.asarray(expit(total))

    def without(self, trial: str) -> Combination:
        """Return the combination of the other members, their weights in the same proportions."""
        rest = {member: weight for member, weight in self.weights.items() if member != trial}
        total = sum(rest.values())
        return Combination({member: weight / total for member, weight in rest.items()}, self.scales)

    def _scaled(self, trial: str, probability: Floats) -> Floats:
        return self.scales[trial](probability) if trial in self.scales else probability

    def _logit(self, trial: str, probability: Floats) -> Floats:
        scale = self.scales.get(trial)
        if scale is not None and scale.method == "sigmoid":
            return scale.intercept + scale.slope * logit(probability)  # no way to 0 or 1 and back
        return logit(self._scaled(trial, probability))


def scale_of(y: NDArray[np.int8], probability: Floats, weights: Floats | None = None) -> Calibrator:
    """Fit the sigmoid of a trial, as `calibrate` does, in a tenth of the time: an ensemble needs thousands.

    Rows of nearly equal logit are counted together, and Newton's method finds the two numbers.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (n,), in [0, 1]
        Of rows that the model did not train on.
    weights : ndarray of shape (n,), what each row counts for

    Raises
    ------
    ScoreError
        If ``y`` holds a single class or a probability is not a number.
    """
    check_labelled(y, probability)
    place, counts = logit(probability), np.ones(len(y)) if weights is None else weights
    low, high = float(place.min()), float(place.max())
    grain = ((place - low) * ((GRAINS - 1) / max(high - low, 1e-9))).astype(np.int64)
    rows, positives = (np.bincount(grain, each, GRAINS).astype(np.float64) for each in (counts, counts * y))
    some = rows > 0
    mean = np.bincount(grain, counts * place, GRAINS)[some] / rows[some]
    whole, right = float(rows.sum()), float(positives.sum())
    # Platt's targets: a row is a little of the other class too.
    sure, unsure = (right + 1) / (right + 2), 1 / (whole - right + 2)
    target = unsure + (sure - unsure) * positives[some] / rows[some]
    slope, intercept = _newton(mean, target, rows[some])
    if slope < 0:  # the best of those that reverse no order is a constant
        slope, intercept = 0.0, _odds(target, rows[some])
    return Calibrator("sigmoid", np.empty(0), np.empty(0), slope, intercept)


def _newton(place: Floats, target: Floats, rows: Floats) -> tuple[float, float]:
    """Return slope and intercept of the logistic regression of ``target``, from 0 to 1, on ``place``."""
    from scipy.special import expit

    middle = np.average(place, weights=rows)
    inputs = np.stack([place - middle, np.ones(len(place))])
    penalty = np.diag([1 / WEAK_PENALTY, 0.0])

    def loss(at: Floats) -> float:
        z = at @ inputs
        return float(rows @ (np.logaddexp(0, z) - target * z) + at @ penalty @ at / 2)

    at = np.array([0.0, _odds(target, rows)])
    here = loss(at)
    for _ in range(MOST_STEPS):
        said = expit(at @ inputs)
        step = np.linalg.solve(
            (inputs * (rows * said * (1 - said))) @ inputs.T + penalty, inputs @ (rows * (said - target)) + penalty @ at
        )
        while (there := loss(at - step)) > here and np.abs(step).max() > NEAR_ENOUGH:
            step = step / 2  # beyond the lowest place
        if not there < here:
            break
        at, here = at - step, there
    return float(at[0]), float(at[1] - at[0] * middle)


def _odds(target: Floats, rows: Floats) -> float:
    """Return the logit of the mean target."""
    return float(logit(np.average(target, weights=rows, keepdims=True))[0])
