"""Whether what leads one run is worth more than what leads the other, on the same rows and beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.companies import company_of
from bench.data.dataset import Dataset, read_tables
from bench.data.folds import Folds, scored_rows
from bench.ensemble.blend import Blend
from bench.ensemble.certainty import FEWEST
from bench.ensemble.judge import Verdict, judge
from bench.ensemble.scoreboard import OutOfFold
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.record.store import Store
from bench.score.interval import NORMAL_95
from bench.score.objective import Objective
from bench.score.ranking import score_trial
from bench.score.redraws import redraw

Groups = NDArray[np.int64] | None
Who = Literal["winner", "best single trial"]


@dataclass(frozen=True)
class Side:
    """A run with its table and its predictions."""

    experiment: Experiment
    dataset: Dataset
    folds: Folds
    plan: Plan
    store: Store

    @property
    def objective(self) -> Objective:
        """What the run ranks by, whatever its leaderboard shows beside it."""
        return self.experiment.objective.model_copy(update={"report": ()})


@dataclass(frozen=True)
class Pair:
    """Two scores of the same rows, and how sure their difference is.

    Attributes
    ----------
    corrected : whether the luck of choosing them among others is paid for; else they are the plain scores
    one, other : of A and of B, by ``objective``
    error : standard error of the difference; None where draws of the rows tell nothing
        In 60 simulated tables of 600 rows, with 3 equal trials in A and 40 in B, the corrected F1 differed by 0.000 on
        average with a standard deviation of 0.021, where the error said 0.026; plain scores put B 0.032 ahead.
    """

    who: Who
    objective: Objective
    corrected: bool
    one: float
    other: float
    error: float | None

    @property
    def difference(self) -> float:
        """By how much the number of B is larger."""
        return self.other - self.one

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the difference; None where it has none."""
        if self.error is None:
            return None
        return self.difference - NORMAL_95 * self.error, self.difference + NORMAL_95 * self.error

    @property
    def ahead(self) -> Literal["A", "B"] | None:
        """Which is ahead by more than chance; None where neither is shown to be."""
        if self.error is None or abs(self.difference) <= NORMAL_95 * self.error:
            return None
        return "B" if self.objective.sign * self.difference > 0 else "A"


@dataclass(frozen=True)
class Paired:
    """Scores of the same rows in pairs.

    Attributes
    ----------
    pairs : the one that answers first
    leaders : what wins in A and in B, in words
    missed : whose winner does not keep the objective's floor, A or B
    same_folds : else the splits differ too, and the intervals do not hold what another split does
        On 2,000 made-up leads split in eight ways, the corrected difference of the very same grid to itself moved by
        0.027 (winners) and 0.038 (single trials; standard deviations), where the errors said here were 0.031 and 0.034;
        1 and 2 of 28 pairs lay beyond their interval.
    rows : how many are scored
    units : how many companies, or rows of none, were drawn
    """

    pairs: tuple[Pair, ...]
    leaders: tuple[str, str]
    missed: tuple[str, ...]
    same_folds: bool
    rows: int
    units: int


def paired(one: Side, other: Side) -> Paired | str:
    """Score what leads two runs on the rows that both hold out; a sentence why where that cannot be done.

    Where both have one objective, their choices are replayed in the same draws of the rows, companies whole, and scored
    on the rows left out, see `bench.score.uncertainty.corrected_estimate`: else the larger grid would gain by luck
    alone. The leading trials as they stand are scored in the same draws too, their thresholds chosen anew in each, by
    the objective of each run.
    """
    if reason := _why_not(one, other):
        return reason
    groups = one.dataset.groups if one.dataset.groups is not None else other.dataset.groups
    sides = [replace(side, dataset=replace(side.dataset, groups=groups)) for side in (one, other)]
    verdicts = [judge(side.plan, side.dataset, side.store, side.experiment) for side in sides]
    for name, verdict in zip("AB", verdicts, strict=True):
        if verdict.winner is None:
            return f"No trial of {name} is finished."
    known = scored_rows(one.dataset, one.folds)
    units = company_of(None if groups is None else groups[known.rows], len(known.y))
    enough = all(len(np.unique(units[known.y == label])) >= FEWEST for label in (0, 1))
    objectives = list({repr(side.objective): side.objective for side in sides}.values())
    pairs = _replayed(verdicts, objectives[0]) if len(objectives) == 1 else []
    pairs += [_as_they_stand(sides, verdicts, objective, groups, enough) for objective in objectives]
    leaders = [_named(verdict, side.plan) for verdict, side in zip(verdicts, sides, strict=True)]
    named = zip("AB", verdicts, sides, strict=True)
    missed = [
        name
        for name, verdict, side in named
        if verdict.winner and not verdict.winner.score.keeps_floor(side.experiment.objective)
    ]
    return Paired(
        tuple(pairs),
        (leaders[0], leaders[1]),
        tuple(missed),
        one.folds.folds_id == other.folds.folds_id,
        len(known.y),
        int(units.max()) + 1,
    )


def _why_not(one: Side, other: Side) -> str | None:
    """Say why the scores of two runs are not of the same rows; None where they are."""
    left, right = one.dataset, other.dataset
    if len(left.y) != len(right.y):
        return f"A has {len(left.y):,} labelled rows and B {len(right.y):,}."
    if not np.array_equal(left.y, right.y):
        return "Their rows do not have the same outcomes."
    if left.data_id != right.data_id:
        frames = [read_tables(side.experiment.data)[0].frame for side in (one, other)]
        shared = [name for name in frames[0] if name in frames[1].columns]
        if not shared or not frames[0][shared].equals(frames[1][shared]):
            return "Their tables hold other rows, or the same in another order."
    if not np.array_equal(one.folds.scored, other.folds.scored):
        return "Their folds hold out other rows."
    return None


def _replayed(verdicts: Sequence[Verdict], objective: Objective) -> list[Pair]:
    """Return winners and best single trials, the luck of choosing them paid for."""
    chosen: dict[Who, list[Blend | None]] = {"winner": [verdict.winner for verdict in verdicts]}
    if any(verdict.winner is not verdict.single for verdict in verdicts):
        chosen["best single trial"] = [verdict.single for verdict in verdicts]
    pairs = []
    for who, blends in chosen.items():
        left, right = (verdict.estimate_of(one) if one else None for verdict, one in zip(verdicts, blends, strict=True))
        if left is not None and right is not None:
            pairs.append(Pair(who, objective, True, left.value, right.value, left.error_of_difference(right)))
    return pairs


def _as_they_stand(
    sides: Sequence[Side], verdicts: Sequence[Verdict], objective: Objective, groups: Groups, enough: bool
) -> Pair:
    """Return the best single trials with their plain scores, drawn in pairs where there are enough rows to draw."""
    values, drawn = [], []
    for side, verdict in zip(sides, verdicts, strict=True):
        assert verdict.single is not None  # else there is no winner
        known = scored_rows(side.dataset, side.folds)
        (trial,) = verdict.single.weights
        probability = OutOfFold(side.store, [trial])
        score = score_trial(known.y, probability[trial], known.fold_of, objective)
        values.append(score.value(objective))
        if enough:
            rows = None if groups is None else groups[known.rows]
            every = redraw(known.y, probability, {trial: score}, known.fold_of, objective, rows)
            drawn.append(every.drawn[:, 0])
    error = sqrt(float(np.var(drawn[1] - drawn[0]))) if enough else None
    return Pair("best single trial", objective, False, values[0], values[1], error)


def _named(verdict: Verdict, plan: Plan) -> str:
    assert verdict.winner is not None  # else nothing is compared
    members = verdict.winner.weights
    if len(members) > 1:
        return f"an ensemble of {len(members)}"
    (trial,) = members
    return f"trial {trial}, {next(one.configuration for one in plan.trials if one.id == trial)}"
