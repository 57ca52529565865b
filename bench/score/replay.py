"""Replay in draws of the table how a leader and its threshold are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.score.objective import Objective
from bench.score.redraws import Redraws
from bench.score.weighted import Weights, best_thresholds, drawn_score

Trials = Mapping[str, NDArray[np.float64]]
"""Trial -> out-of-fold probabilities of shape (repeats, n); may be read from the disk anew each time."""


@dataclass(frozen=True)
class Choice:
    """What is handed in if the table is as it was drawn.

    Attributes
    ----------
    weights : trial -> weight; they sum to 1
    value : the score that is reported, cross-fitted on the drawn rows
    probability : ndarray of shape (repeats, n), of every row, drawn or left out
    threshold : the exported one
    """

    weights: dict[str, float]
    value: float
    probability: NDArray[np.float64]
    threshold: float


class Rule(Protocol):
    """A way to choose, replayed in many draws at once: yields one choice for each draw, in their order.

    Labels of rows that a draw left out, of weight 0, must not matter for its choice. Shapes: y (n,), fold_of
    (repeats, n), weights (n, draws). ``numbers`` says which draws they are: 0 the table as it is, then from 1.
    """

    def __call__(
        self,
        y: NDArray[np.int8],
        trials: Trials,
        fold_of: NDArray[np.int64],
        objective: Objective,
        weights: Weights,
        numbers: range,
    ) -> Iterator[Choice]: ...


def best_trial(
    y: NDArray[np.int8],
    trials: Trials,
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Weights,
    numbers: range = range(0),
) -> Iterator[Choice]:
    """Choose the trial that `rank` puts first, with its exported threshold. On a draw of every row once: the leader.

    Trials are read one after the other, then the chosen one for each draw.
    """
    names = sorted(trials)
    scored = [drawn_score(y, trials[trial], fold_of, objective, weights) for trial in names]
    value, keeps = (np.stack(parts) for parts in zip(*scored, strict=True))
    yield from _leaders(names, value, keeps, y, trials, objective, weights)


def best_trial_of(redrawn: Redraws) -> Rule:
    """Return `best_trial` where the scores of all trials in the same draws, of the same seed, are known already."""

    def choose(
        y: NDArray[np.int8],
        trials: Trials,
        fold_of: NDArray[np.int64],
        objective: Objective,
        weights: Weights,
        numbers: range,
    ) -> Iterator[Choice]:
        order = np.argsort(redrawn.trials)
        names, rows = [redrawn.trials[one] for one in order], list(numbers)
        value = np.vstack([redrawn.value, redrawn.drawn])[rows][:, order].T
        keeps = np.vstack([redrawn.keeps, redrawn.kept])[rows][:, order].T
        return _leaders(names, value, keeps, y, trials, objective, weights)

    return choose


def _leaders(
    names: list[str],
    value: NDArray[np.float64],
    keeps: NDArray[np.bool_],
    y: NDArray[np.int8],
    trials: Trials,
    objective: Objective,
    weights: Weights,
) -> Iterator[Choice]:
    """Yield the leader of each draw by values and floors of shape (trials, draws); of equals the first by name."""
    worth = np.where(keeps | ~keeps.any(axis=0), objective.sign * np.nan_to_num(value, nan=-np.inf), -np.inf)
    leader = worth.argmax(axis=0)
    thresholds = np.empty(len(leader))
    for one in np.unique(leader):
        mine = leader == one
        thresholds[mine] = best_thresholds(y, trials[names[one]], objective, np.ascontiguousarray(weights[:, mine]))
    for draw, (one, threshold) in enumerate(zip(leader, thresholds, strict=True)):
        yield Choice({names[one]: 1.0}, float(value[one, draw]), trials[names[one]], float(threshold))
