"""Replay in draws of the table how a leader and its threshold are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.score.objective import Objective
from bench.score.weighted import Weights, best_thresholds, cross_fitted_counts, scores_of_probabilities

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
    (repeats, n), weights (n, draws).
    """

    def __call__(
        self, y: NDArray[np.int8], trials: Trials, fold_of: NDArray[np.int64], objective: Objective, weights: Weights
    ) -> Iterator[Choice]: ...


def best_trial(
    y: NDArray[np.int8], trials: Trials, fold_of: NDArray[np.int64], objective: Objective, weights: Weights
) -> Iterator[Choice]:
    """Choose the trial that `rank` puts first, with its exported threshold. On a draw of every row once: the leader.

    Trials are read one after the other, then the chosen one for each draw.
    """
    draws = weights.shape[1]
    leader = np.full(draws, min(trials), dtype=object)
    highest, kept = np.full(draws, -np.inf), np.zeros(draws, dtype=bool)
    for trial in sorted(trials):  # of equals the first by id
        value, keeps = drawn_score(y, trials[trial], fold_of, objective, weights)
        better = (keeps & ~kept) | ((keeps == kept) & (objective.sign * value > highest))
        leader[better] = trial
        highest = np.where(better, objective.sign * value, highest)
        kept |= keeps
    thresholds = np.empty(draws)
    for trial in set(leader):
        mine = leader == trial
        thresholds[mine] = best_thresholds(y, trials[trial], objective, np.ascontiguousarray(weights[:, mine]))
    for trial, value, threshold in zip(leader, objective.sign * highest, thresholds, strict=True):
        yield Choice({trial: 1.0}, float(value), trials[trial], float(threshold))


def drawn_score(
    y: NDArray[np.int8],
    probability: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    objective: Objective,
    weights: Weights,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return for each draw the number a trial is ranked by, and whether it keeps the floor; both of shape (draws,)."""
    if not objective.needs_threshold:
        value = scores_of_probabilities(objective.metric, y, probability, fold_of, weights)
        return value, np.ones(len(value), dtype=bool)
    counts = cross_fitted_counts(y, probability, fold_of, objective, weights)
    return np.asarray(objective.of(counts)), np.asarray(objective.keeps(counts))
