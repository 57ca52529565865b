"""What the leader is worth once the luck of choosing it is paid for, with an interval."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.companies import company_of
from bench.score.bootstrap import draws_of
from bench.score.interval import NORMAL_95
from bench.score.metrics import Counts
from bench.score.objective import Objective
from bench.score.replay import Choice, Rule, Trials, best_trial
from bench.score.weighted import scores_of_probabilities

AT_ONCE = 16_000_000  # weights of rows in memory, of 4 bytes each
NORMAL_90 = 1.645  # likewise, so that 5 % lie beyond one of them
BOUNDS: Final = {"profit": (-math.inf, math.inf), "log_loss": (0.0, math.inf)}  # all others lie between 0 and 1


@dataclass(frozen=True)
class Corrected:
    """What is to be expected of the leader on new rows like these.

    Attributes
    ----------
    value : the objective on rows that did not choose; of losses less is better
    low, high : its 95 % interval
    reported : the plain score of what is chosen on the whole table
    optimism : how much better ``reported`` is than ``value``
    counts : expected calls among as many rows as the table has; for an objective that needs no threshold those at
        the threshold that is best for F1
    chosen : trial -> its mean weight over the draws, the largest first; they sum to 1
    unseen : score of each draw's choice on the rows left out; they pair with those of another rule, same draws
    rows_unseen : share of rows that a draw leaves out, mean
    influence : of each company on ``value``, shape (companies,); None of a score that is not made of counts
    on_all : likewise the score on the whole table of what each draw chose; empty
    """

    value: float
    low: float
    high: float
    reported: float
    optimism: float
    counts: Counts
    chosen: dict[str, float]
    unseen: tuple[float, ...] = ()
    rows_unseen: float = 0.37
    influence: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    on_all: tuple[float, ...] = field(default=(), compare=False, repr=False)

    def surely_worse(self, other: Corrected, objective: Objective) -> bool:
        """Say whether this is worse than ``other`` by more than chance: beyond 95 % of a paired difference, one-sided.

        By the jackknife of `_jackknifed_error`, which is rather too wide.
        """
        return objective.sign * (other.value - self.value) > NORMAL_90 * _jackknifed_error(self, other)

    def error_of_difference(self, other: Corrected) -> float:
        """Return the standard error of the difference to another one, made with the same draws of the same rows.

        As that of one alone, see `corrected_estimate`: by what each company does to the difference, and by the
        variance of the difference between what the draws chose.
        """
        if self.influence is None or other.influence is None:
            return _jackknifed_error(self, other)
        rows = other.influence - self.influence
        pairs = min(len(self.on_all), len(other.on_all))
        chosen = np.subtract(other.on_all[:pairs], self.on_all[:pairs])
        return math.sqrt(len(rows) * float(rows.var()) + float(chosen.var()))


def corrected_estimate(
    y: NDArray[np.int8],
    trials: Trials,
    fold_of: NDArray[np.int64],
    objective: Objective,
    choose: Rule = best_trial,
    groups: NDArray[np.int64] | None = None,
    draws: int = 200,
    seed: int = 0,
) -> Corrected:
    """Estimate what the chosen is worth: choose anew in each draw of the table, score on the rows it left out.

    The best of many trials was partly lucky, and the rows that showed its luck cannot tell. A row left out of a draw
    had no part in choosing there. Counts of left-out rows are pooled over the draws before the score is taken; a
    score that needs no threshold is averaged over draws. A draw holds 0.63 of the rows, some of them several times, so
    that trial and threshold are chosen worse than on the table: where trials do differ, the estimate is a little low.
    What training on fewer rows costs the models of the folds is not corrected.

    The interval is ``value`` ± 1.96 standard errors. The variance is what rows do, by the delta method on the calls
    each got while it was left out, and what the choice does: the variance, over draws, of the score on the whole table
    of what was chosen. Left-out scores of single draws vary more than both: they see a third of the rows and one
    choice, where the estimate is a mean over many. They have to serve where there are no counts, by the jackknife that
    deletes all but the left-out rows; that interval is rather too wide.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    trials : read one after the other, once for each block of draws
    fold_of : ndarray of shape (repeats, n)
    objective : its ``k`` has to be a share, see `Objective.among`
    choose : the rule to replay
    groups : ndarray of shape (n,), the number of each row's company, drawn whole; below 0 a row of its own

    Raises
    ------
    ScoreError
        If ``y`` holds a single class or a prediction is missing.

    References
    ----------
    BBC-CV: Tsamardinos, Greasidou and Borboudakis (2018), doi:10.1007/s10994-018-5714-4. Delta method after
    bootstrap: Efron and Tibshirani (1997), doi:10.1080/01621459.1997.10474007. Jackknife: Shao and Wu (1989),
    doi:10.1214/aos/1176347263.
    """
    units = company_of(groups, len(y))
    replays = _replays(y, trials, fold_of, objective, choose, _blocks(units, draws, seed))
    reported = next(replays)[1].value
    called, left_out = np.zeros(len(y)), np.zeros(len(y))
    unseen: list[float] = []  # score of each draw's choice on the rows left out
    on_all: list[float] = []  # and on the whole table
    chosen: defaultdict[str, float] = defaultdict(float)
    for weights, choice in replays:
        out = weights == 0
        calls = (choice.probability >= choice.threshold).mean(axis=0)
        called += out * calls
        left_out += out
        if objective.needs_threshold:
            on_all.append(float(objective.of(_counts(y, calls, np.ones(len(y))))))
            unseen.append(float(objective.of(_counts(y, out * calls, out.astype(np.float64)))))
        else:
            once = out[:, None].astype(np.float32)
            unseen += list(scores_of_probabilities(objective.metric, y, choice.probability, fold_of, once))
        for trial, weight in choice.weights.items():
            chosen[trial] += weight / draws
    counts, share_out = _counts(y, called, left_out), float(left_out.mean()) / draws
    influence = _influence(y, called, left_out, units, objective) if objective.needs_threshold else None
    if influence is not None:
        value = float(objective.of(counts))
        variance = len(influence) * float(influence.var()) + float(np.var(on_all))
    else:
        value = float(np.nanmean(unseen))
        variance = float(np.nanvar(unseen)) * share_out / (1 - share_out)
    error = NORMAL_95 * math.sqrt(variance)
    lowest, highest = BOUNDS.get(objective.metric, (0.0, 1.0))
    return Corrected(
        value=value,
        low=max(lowest, value - error),
        high=min(highest, value + error),
        reported=reported,
        optimism=objective.sign * (reported - value),
        counts=counts.scaled(len(y) / left_out.sum()),
        chosen=dict(sorted(chosen.items(), key=lambda pair: (-pair[1], pair[0]))),
        unseen=tuple(unseen),
        rows_unseen=share_out,
        influence=influence,
        on_all=tuple(on_all),
    )


def _jackknifed_error(one: Corrected, other: Corrected) -> float:
    """Return the standard error of a difference of scores on rows left out, by the jackknife that deletes the others.

    Its variance is that of the draws' differences; see `corrected_estimate`. It is rather too wide.
    """
    pairs = min(len(one.unseen), len(other.unseen))
    apart = np.subtract(other.unseen[:pairs], one.unseen[:pairs])
    return math.sqrt(float(np.nanvar(apart)) * one.rows_unseen / (1 - one.rows_unseen))


def _blocks(units: NDArray[np.int64], draws: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Yield the table as it is, and then its draws: as many at once as memory should hold."""
    whole = np.ones((1, len(units)), dtype=np.float32)
    for drawn in draws_of(units, draws, seed, max(1, AT_ONCE // len(units))):
        yield np.concatenate([whole, drawn])
        whole = whole[:0]


def _replays(
    y: NDArray[np.int8],
    trials: Trials,
    fold_of: NDArray[np.int64],
    objective: Objective,
    choose: Rule,
    blocks: Iterator[NDArray[np.float32]],
) -> Iterator[tuple[NDArray[np.float32], Choice]]:
    """Yield each draw, the rows' weights of shape (n,), with what is chosen in it."""
    begun = 0
    for drawn in blocks:
        weights = np.ascontiguousarray(drawn.T)  # as they are added up: those of a row side by side
        numbers = range(begun, begun := begun + len(drawn))
        yield from zip(drawn, choose(y, trials, fold_of, objective, weights, numbers), strict=True)


def _counts(y: NDArray[np.int8], called: NDArray[np.float64], rows: NDArray[np.float64]) -> Counts:
    """Return the counts of rows that stand ``rows`` times and were called ``called`` times."""
    return Counts(*_columns(y, called, rows).sum(axis=1))


def _columns(y: NDArray[np.int8], called: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each row adds to the four counts; shape (4, n)."""
    spared = rows - called
    return np.stack([y * called, (1 - y) * called, y * spared, (1 - y) * spared])


def _influence(
    y: NDArray[np.int8],
    called: NDArray[np.float64],
    left_out: NDArray[np.float64],
    units: NDArray[np.int64],
    objective: Objective,
) -> NDArray[np.float64]:
    """Return by how much each company moves the objective, by its slope in each count; shape (companies,).

    So many times its variance is that of the objective if others had been met.
    """
    columns = _columns(y, called, left_out)
    total = columns.sum(axis=1)
    step = 1e-4 * total.sum()
    up, down = (objective.of(Counts(*(total[:, None] + sign * step * np.eye(4)))) for sign in (1, -1))
    return np.asarray(np.bincount(units, (up - down) / (2 * step) @ columns), dtype=np.float64)
