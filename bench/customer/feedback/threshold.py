"""Whether the threshold should move, by what happened, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.customer.feedback.measures import DRAWS, LEVEL, SEED, Judged
from bench.data.splits import stratified_group
from bench.score.bootstrap import draws_of
from bench.score.metrics import Counts, count
from bench.score.objective import Objective
from bench.score.prior import moved
from bench.score.thresholds import best_threshold
from bench.score.weighted import cross_fitted_counts

FOLDS: Final = 5
FEWEST_EACH: Final = 30  # leads that converted, and that did not: the best threshold of fewer is mostly luck


@dataclass(frozen=True)
class Move:
    """What another threshold would have been worth.

    Attributes
    ----------
    present, best : thresholds; the second is the best on these outcomes
    gain : of the objective, thresholds chosen on other companies than they are judged on
    low, high : its 95 % interval
    by_share : the threshold that would be best if probabilities were right and nothing but the share of positives
        had changed
    share_gain : what that one gains on the one that would be best at the share that was assumed; the rest of ``gain``
        is in scores that mean something else than the present threshold was chosen for
    value : of the objective at the present threshold
    breaks : whether the present threshold breaks the floor or capacity of the objective on these outcomes; ``gain``
        then counts what breaks it as worth less than anything that keeps it
    """

    present: float
    best: float
    gain: float
    low: float
    high: float
    by_share: float
    share_gain: float
    value: float
    breaks: bool

    @property
    def shown(self) -> bool:
        """Whether another threshold is better beyond chance."""
        return self.low > 0


def move(judged: Judged, threshold: float, rate_then: float, objective: Objective, draws: int = DRAWS) -> Move | None:
    """Compare the present threshold with the best, companies drawn whole.

    Each draw chooses anew on its rows, fold by fold, so that the interval pays for rows and for choosing alike
    (`bench.score.weighted.cross_fitted_counts`).

    Parameters
    ----------
    rate_then : share of positives that the bundle's probabilities are made at
    objective : its ``k`` a share

    Returns
    -------
    None where fewer than `FEWEST_EACH` leads converted or did not
    """
    y, probability = judged.y, judged.probability
    if min(int(y.sum()), int((1 - y).sum())) < FEWEST_EACH:
        return None
    folds = stratified_group(y, judged.unit, FOLDS, SEED)[None]
    called = probability >= threshold
    gains = []
    for weights in draws_of(judged.unit, draws, SEED):
        gains.append(_gain(y, probability, folds, called, objective, weights.T))
    low, high = np.percentile(np.concatenate(gains), [100 * LEVEL / 2, 100 - 100 * LEVEL / 2])
    (gain,) = _gain(y, probability, folds, called, objective, np.ones((len(y), 1), dtype=np.float32))
    present = count(y, called)
    by_share = threshold_by_share(moved(probability, rate_then, float(y.mean())), probability, objective)
    by_assumed = threshold_by_share(judged.expected, probability, objective)
    shared, assumed = (_worth(objective, count(y, probability >= one)) for one in (by_share, by_assumed))
    return Move(
        present=threshold,
        best=best_threshold(y, probability, objective),
        gain=float(gain),
        low=float(low),
        high=float(high),
        by_share=by_share,
        share_gain=float(shared - assumed),
        value=float(objective.of(present)),
        breaks=_can_break(objective) and float(objective.worth(present)) < 0,
    )


def threshold_by_share(chance: NDArray[np.float64], probability: NDArray[np.float64], objective: Objective) -> float:
    """Return the threshold on ``probability`` that is best if ``chance`` is true: each lead both ways, so weighted.

    Parameters
    ----------
    chance, probability : ndarrays of shape (n,)
    """
    both = np.repeat(np.array([1, 0], dtype=np.int8), len(probability))
    weights = np.append(chance, 1 - chance)
    held = weights > 0
    return best_threshold(both[held], np.tile(probability, 2)[held], objective, weights[held])


def _gain(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    folds: NDArray[np.int64],
    called: NDArray[np.bool_],
    objective: Objective,
    weights: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return for each draw what thresholds of other folds gain on the present calls; weights of shape (n, draws)."""
    chosen = cross_fitted_counts(y, probability[None], folds, objective, weights)
    kinds = np.stack([y * called, (1 - y) * called, y * ~called, (1 - y) * ~called]).astype(np.float32)
    present = Counts(*(kinds @ weights).astype(np.float64))
    return np.asarray(_worth(objective, chosen) - _worth(objective, present))


def _worth(objective: Objective, counts: Counts) -> NDArray[np.float64]:
    """Return the score; where a floor or a capacity may be broken, what thresholds are chosen by."""
    return np.asarray(objective.worth(counts) if _can_break(objective) else objective.of(counts), dtype=np.float64)


def _can_break(objective: Objective) -> bool:
    return objective.has_floor or objective.k is not None
