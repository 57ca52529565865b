"""Ways to weigh candidates on one scale against each other: greedy selection, stacking, the plain mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.plan.sections import BlendMethod
from bench.score.calibration import Calibrator, logit
from bench.score.combine import Combination, scale_of

Floats = NDArray[np.float64]

MOST_DRAWS = 20  # of members, with replacement
FEW = 5  # members of the plain mean
RIDGE = 1.0  # of stacking: weighs like a normal prior of this variance on each coefficient
LEAST = 0.01  # weight of a member of stacking, of 1 for all: less moves no call and costs a refit


@dataclass(frozen=True)
class Pool:
    """Candidates and the labelled rows that may choose among them.

    Attributes
    ----------
    names : of the candidates, the best first; of equals the first is taken
    y : ndarray of shape (n,), 0 or 1
    probability : of shape (candidates, n), out-of-fold
    counts : of shape (n,), above 0: how many rows each stands for
    """

    names: tuple[str, ...]
    y: NDArray[np.int8]
    probability: Floats
    counts: Floats


def combine(pool: Pool, method: BlendMethod) -> Combination:
    """Put the candidates on one scale and weigh them: which become members is learned from the pool's rows alone.

    Whatever the objective, weights are learned by what probabilities are worth: F1 at its best threshold jumps with
    single rows, and gains that greedy selection finds in it come true less often (docs/honesty.md).
    """
    scales = [scale_of(pool.y, probability, pool.counts) for probability in pool.probability]
    pairs = zip(scales, pool.probability, strict=True)
    logits = np.stack([scale.intercept + scale.slope * logit(probability) for scale, probability in pairs])
    weighed = WAYS[method](pool.y, logits, pool.counts)
    members = np.flatnonzero(weighed.weights)
    if len(members) == 1:  # is that trial: nothing has to be made comparable
        return Combination.of_one(pool.names[members[0]])
    slope, intercept = weighed.slope, weighed.intercept
    return Combination(
        {pool.names[one]: float(weighed.weights[one]) for one in members},
        {pool.names[one]: _rescaled(scales[one], slope, intercept) for one in members},
    )


@dataclass(frozen=True)
class Weighed:
    """What the logits of candidates are worth: a mean by ``weights``, of shape (candidates,), times slope, plus."""

    weights: Floats
    slope: float = 1.0
    intercept: float = 0.0


def greedy(y: NDArray[np.int8], logits: Floats, counts: Floats) -> Weighed:
    """Draw with replacement the candidate with which the mean's squared error is least; keep the draws up to its least.

    It goes on where no further candidate helps: a fourth draw may weigh too much where a twelfth does not.

    References
    ----------
    Caruana, Niculescu-Mizil, Crew and Ksikes (2004), doi:10.1145/1015330.1015432.
    """
    total = np.zeros(len(y))
    drawn: list[int] = []
    errors: list[float] = []
    while len(drawn) < MOST_DRAWS:
        then = [_squared_error(y, (total + one) / (len(drawn) + 1), counts) for one in logits]
        drawn.append(int(np.argmin(then)))
        errors.append(then[drawn[-1]])
        total = total + logits[drawn[-1]]
    kept = drawn[: int(np.argmin(errors)) + 1]
    return Weighed(np.bincount(kept, minlength=len(logits)) / len(kept))


def stacking(y: NDArray[np.int8], logits: Floats, counts: Floats) -> Weighed:
    """Return the logistic regression of the label on the candidates' logits, no coefficient below zero, with a ridge.

    References
    ----------
    Wolpert (1992), doi:10.1016/S0893-6080(05)80023-1; no coefficient below zero: Breiman (1996),
    doi:10.1007/BF00117832.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    def loss(at: Floats) -> tuple[float, Floats]:
        z = at[0] + at[1:] @ logits
        missed = counts * (expit(z) - y)
        ridge = at[1:] / RIDGE
        slope = np.append(missed.sum(), logits @ missed + ridge)
        return _log_loss(y, z, counts) + float(ridge @ at[1:]) / 2, slope

    start = np.append(0.0, np.full(len(logits), 1 / len(logits)))
    bounds = [(None, None), *[(0.0, None)] * len(logits)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    slope = float(found[1:].sum())
    if slope <= 0:  # no candidate tells anything: the first stands for all
        return Weighed(np.eye(len(logits))[0])
    weights = np.where(found[1:] < LEAST * slope, 0.0, found[1:])
    return Weighed(weights / weights.sum(), slope, float(found[0]))


def mean(y: NDArray[np.int8], logits: Floats, counts: Floats) -> Weighed:
    """Return equal weights for the first few candidates."""
    few = min(FEW, len(logits))
    return Weighed(np.repeat([1 / few, 0.0], [few, len(logits) - few]))


WAYS: Final[dict[BlendMethod, Callable[[NDArray[np.int8], Floats, Floats], Weighed]]] = {
    "greedy": greedy,
    "stacking": stacking,
    "mean": mean,
}


def _squared_error(y: NDArray[np.int8], logits: Floats, counts: Floats) -> float:
    """Return the squared distance of the probability from the label, summed over rows (Brier 1950)."""
    from scipy.special import expit

    return float(counts @ (expit(logits) - y) ** 2)


def _log_loss(y: NDArray[np.int8], logits: Floats, counts: Floats) -> float:
    """Return the log loss, summed over rows."""
    surprise = np.maximum(logits, 0) - y * logits + np.log1p(np.exp(-np.abs(logits)))
    return float(counts @ surprise)


def _rescaled(scale: Calibrator, slope: float, intercept: float) -> Calibrator:
    """Return a scale whose logit is ``slope`` times as large, plus ``intercept``."""
    return Calibrator("sigmoid", scale.x, scale.y, slope * scale.slope, slope * scale.intercept + intercept)
