"""What each member does for the ensemble: whose errors it shares, and what is lost without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.ensemble.blend import Blend
from bench.score.metrics import share
from bench.score.objective import Objective
from bench.score.ranking import score_trial
from bench.score.thresholds import cross_fitted_calls

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Member:
    """A trial in the ensemble.

    Attributes
    ----------
    value : the objective by itself, cross-fitted
    errors : rows it calls wrongly at cross-fitted thresholds, mean over repeats
    overlap : other member -> errors that both make, as a share of those that either makes
    loss : by how much the ensemble is worse without it, the others' weights in the same proportions; below 0, better
    """

    trial: str
    weight: float
    value: float
    errors: float
    overlap: dict[str, float]
    loss: float | None


def members(
    y: NDArray[np.int8],
    trials: Mapping[str, Floats],
    fold_of: NDArray[np.int64],
    objective: Objective,
    ensemble: Blend,
) -> list[Member]:
    """Describe the members of an ensemble, the heaviest first; ties by id.

    Both scores of a loss are of the exported weights at cross-fitted thresholds: they flatter alike.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    trials : trial -> out-of-fold probabilities of shape (repeats, n)
    fold_of : ndarray of shape (repeats, n)
    """

    def value(probability: Floats) -> float:
        return score_trial(y, probability, fold_of, objective).value(objective)

    weights, combination = ensemble.weights, ensemble.combination
    known = {trial: trials[trial] for trial in sorted(weights, key=lambda trial: (-weights[trial], trial))}
    wrong = {trial: _wrong(y, probability, fold_of, objective) for trial, probability in known.items()}
    whole = value(combination(known))
    alone = len(known) == 1
    return [
        Member(
            trial=trial,
            weight=weights[trial],
            value=value(probability),
            errors=float(wrong[trial].sum()) / len(fold_of),
            overlap={other: _overlap(wrong[trial], wrong[other]) for other in known if other != trial},
            loss=None if alone else objective.sign * (whole - value(combination.without(trial)(known))),
        )
        for trial, probability in known.items()
    ]


def _wrong(
    y: NDArray[np.int8], probability: Floats, fold_of: NDArray[np.int64], objective: Objective
) -> NDArray[np.bool_]:
    """Return which rows are called wrongly; shape (repeats, n)."""
    pairs = zip(probability, fold_of, strict=True)
    return np.stack([cross_fitted_calls(y, scores, folds, objective) != y for scores, folds in pairs])


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(share((one & other).sum(), (one | other).sum()))
