"""Replay in draws of the table how the ensemble is made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.ensemble.blend import Blend, pool_of
from bench.ensemble.weigh import combine
from bench.plan.sections import EnsembleSection
from bench.score.objective import Objective
from bench.score.redraws import Redraws
from bench.score.replay import Choice, Rule, Trials
from bench.score.thresholds import best_threshold
from bench.score.weighted import Weights


def blend_of(made: Blend, redrawn: Redraws, section: EnsembleSection) -> Rule:
    """Return the rule by which ``made`` came about: candidates, scales, members, weights and threshold anew in a draw.

    Candidates are the first of that draw's ranking, so that the luck of being among them is paid for too. Only what is
    exported is replayed: the blends of the folds serve to score it on the whole table, and a draw's choice has no
    value. A draw that holds a single class says nothing, and leaves the ensemble what it is.

    Parameters
    ----------
    redrawn : the scores of all trials in the same draws
    """

    def choose(
        y: NDArray[np.int8],
        trials: Trials,
        fold_of: NDArray[np.int64],
        objective: Objective,
        weights: Weights,
        numbers: range,
    ) -> Iterator[Choice]:
        known: dict[str, NDArray[np.float64]] = {}  # read once: most draws have most candidates in common
        for number, drawn in zip(numbers, weights.T, strict=True):
            counts = drawn.astype(np.float64)
            if number == 0 or not 0 < counts @ y < counts.sum():
                value = made.score.value(objective) if number == 0 else np.nan
                own = made.combination({trial: trials[trial] for trial in made.weights})
                yield Choice(made.weights, value, own, made.threshold)
                continue
            candidates = _leaders(redrawn, number - 1, objective, section.candidates)
            known |= {trial: trials[trial] for trial in candidates if trial not in known}
            pool = pool_of(y, known, candidates, counts)
            combination = combine(pool, section.method)
            here = dict(zip(pool.names, pool.probability, strict=True))
            threshold = best_threshold(pool.y, combination(here), objective, pool.counts)
            yield Choice(combination.weights, np.nan, combination(known), threshold)

    return choose


def _leaders(redrawn: Redraws, draw: int, objective: Objective, most: int) -> list[str]:
    """Return the first trials of a draw, those that keep the floor first; ties by id."""
    worth = dict(zip(redrawn.trials, objective.sign * redrawn.drawn[draw], strict=True))
    keeps = dict(zip(redrawn.trials, redrawn.kept[draw], strict=True))
    return sorted(worth, key=lambda trial: (not keeps[trial], -worth[trial], trial))[:most]
