"""Which trials may be the best one, as far as these rows can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from bench.score.objective import Objective
from bench.score.redraws import Redraws


@dataclass(frozen=True)
class Ties:
    """How each trial compares with the best.

    Attributes
    ----------
    tied : the trials that may be the best, the leader first, the others by score
    behind : trial -> how far its score lies behind the leader's; below 0 only for one that misses a floor
    at_least : trial -> how far it lies behind the best at the least; 0 where nothing is shown
    """

    tied: tuple[str, ...]
    behind: dict[str, float]
    at_least: dict[str, float]

    def cheapest(self, fit_seconds: Mapping[str, float]) -> str:
        """Return the tied trial whose fits took the least time; of equals, the better."""
        return min(self.tied, key=lambda trial: fit_seconds[trial])

    def sentence(self, configurations: Mapping[str, str], fit_seconds: Mapping[str, float], fits: int) -> str:
        """Say how many are tied and which of them is the cheapest.

        Parameters
        ----------
        configurations : trial -> its configuration
        fit_seconds : trial -> seconds of all its fits
        fits : how many that were: repeats times folds
        """
        leader, cheapest = self.tied[0], self.cheapest(fit_seconds)
        if len(self.tied) == 1:
            return f"No other trial is tied with the best, {configurations[leader]}."
        named, spent = configurations[cheapest], _duration(fit_seconds[cheapest] / fits)
        if cheapest == leader:
            return f"{len(self.tied)} trials are tied; the first is also the cheapest, {named} ({spent} a fit)."
        against = _duration(fit_seconds[leader] / fits)
        return f"{len(self.tied)} trials are tied; the cheapest is {named} ({spent} a fit against {against})."


def find_ties(redrawn: Redraws, objective: Objective, level: float = 0.95) -> Ties:
    """Compare every trial with all others at once, and tie those that no other beats beyond chance.

    A trial is tied unless some other lies further above it, in standard errors of the two's difference, than the
    largest such distance comes to by chance in ``level`` of the draws. So the truly best is tied with a chance of
    ``level``, however many trials there are and whichever of them leads (Hsu's comparison with the best). Others that
    lie clearly below a trial cannot be above it by chance and do not widen that quantile.

    With a floor, only trials that keep it are compared with. One that misses it is tied if it keeps it in enough of
    the draws: a threshold chosen to just keep a floor misses it on other rows about as often as not.

    Parameters
    ----------
    redrawn : of one trial at least

    References
    ----------
    Hsu (1981), Annals of Statistics 9, 1026-1034; the bootstrap of the studentised maximum: Romano and Wolf (2005),
    doi:10.1111/j.1468-0262.2005.00615.x; leaving out the clearly worse: Hansen (2005), doi:10.1198/073500105000000063.
    """
    value, keeps = objective.sign * redrawn.value, redrawn.keeps | ~redrawn.keeps.any()
    order = sorted(range(len(value)), key=lambda one: (not keeps[one], -value[one], redrawn.trials[one]))
    chance = 1 - level
    if objective.has_floor:
        chance /= 2  # the best may be missed by its score or by its floor
    may_keep = keeps | (redrawn.kept.mean(axis=0) > chance)
    drawn = np.ascontiguousarray((objective.sign * redrawn.drawn).T, dtype=np.float32)
    clearly = sqrt(2 * log(log(max(redrawn.units, 20))))
    at_least = np.fromiter(_at_least(value, drawn, np.flatnonzero(keeps), clearly, 1 - chance), float)
    return Ties(
        tuple(redrawn.trials[one] for one in order if may_keep[one] and at_least[one] == 0),
        {redrawn.trials[one]: float(value[order[0]] - value[one]) for one in order},
        {redrawn.trials[one]: float(at_least[one]) for one in order},
    )


def _at_least(
    value: NDArray[np.float64],
    drawn: NDArray[np.float32],
    rivals: NDArray[np.intp],
    clearly: float,
    level: float,
) -> Iterator[float]:
    """Yield for each trial how far it lies behind the best rival at the least.

    Parameters
    ----------
    value : ndarray of shape (trials,), more is better
    drawn : ndarray of shape (trials, draws), the same in each draw
    rivals : the trials compared with
    clearly : a rival so many standard errors below is left out of what chance can do
    """
    theirs, beside = value[rivals], drawn[rivals]
    for one in range(len(value)):
        ahead, ahead_drawn = theirs - value[one], beside - drawn[one]
        error = ahead_drawn.std(axis=1)  # 0 where the draws tell no difference: the trial itself, and its doubles
        near = np.flatnonzero((error > 0) & (ahead > -clearly * error))
        distance = (ahead_drawn[near] - ahead[near, np.newaxis].astype(np.float32)) / error[near, np.newaxis]
        by_chance = np.quantile(distance.max(axis=0, initial=0), level, method="weibull")
        yield max(0.0, float((ahead[near] - by_chance * error[near]).max(initial=0)))


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:,.0f} s"
