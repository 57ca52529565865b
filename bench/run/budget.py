"""A wall-time budget: the clock, and how its seconds are shared among the stages of a run."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.data.folds import Folds
from bench.plan.grid import Cell, Plan, Trial
from bench.record.allowed import Allowed
from bench.record.store import Store
from bench.run.job import SecondsLeft, for_ever
from bench.run.search import Limits, Round

FIRST_ROUND: Final = 0.5  # of the race's time: all others together run as many cells of survivors
TUNING: Final = 0.5  # as much time as this share of the race's is kept for tuning
END: Final = 0.4  # of the budget at the most is kept for the end
MARGIN: Final = 1.5  # times an estimate: machines are shared, and the last files have to be written
MEMBERS: Final = 6  # that an ensemble has, about
START_SECONDS: Final = 4.0  # for a worker to load its libraries, until the run itself has shown it
# Measured on one core at 2.5 GHz, 36,000 rows, and used until the run itself can be measured: the ensemble of one draw,
# for each row and candidate; all else that judges, for each row and trial.
DRAW_SECONDS: Final = 2.5e-7
TRIAL_SECONDS: Final = 5e-6
DRAWS: Final = (25, 200)  # fewer say nothing; more are not needed
# To load what draws, and to draw the report: 2.0 s of 6,000 rows and 167 trials, 1.7 s of 7,400 rows and 82 trials, and
# 1.5 s of 60,000 rows and 4 trials, as curves are thinned to as many points; with a margin as below `MARGIN`.
PAGE_SECONDS: Final = 3.0
_STEPS: Final = ("prepare", "resample", "fit", "predict")
ITSELF: Final = 10  # draws, about, that the ensemble itself takes as long as: it is made for each fold and for all rows


@dataclass(frozen=True)
class Clock:
    """The time that a run may take.

    Attributes
    ----------
    budget : wall seconds
    started : when the command began, as ``now`` tells the time
    """

    budget: float
    started: float
    now: Callable[[], float] = time.monotonic

    @classmethod
    def starting(cls, budget: float) -> Clock:
        """Return a clock that starts now."""
        return cls(budget, time.monotonic())

    def left(self) -> float:
        """Return how many seconds are left; below 0 how many it is over."""
        return self.started + self.budget - self.now()

    def within(self, seconds: float) -> SecondsLeft:
        """Return what counts these seconds down, from now."""
        end = self.now() + seconds
        return lambda: end - self.now()


@dataclass(frozen=True)
class Pace:
    """Seconds that judging takes.

    Attributes
    ----------
    trial : for each finished trial
    draw : for each draw and candidate
    """

    trial: float
    draw: float

    @classmethod
    def guessed(cls, rows: int) -> Pace:
        """Return what it takes on a usual machine."""
        return cls(rows * TRIAL_SECONDS, rows * DRAW_SECONDS)

    def judging(self, trials: int, candidates: int, draws: int) -> float:
        """Return about how long it takes to rank, to stack and to correct for the choice."""
        return trials * self.trial + (draws + ITSELF) * candidates * self.draw


@dataclass(frozen=True)
class End:
    """What comes when the last trial has run.

    Attributes
    ----------
    rows : of the table, times its repeats
    candidates : trials that may become members, at the most
    finalists : likewise, and the ``folds`` that each runs on
    """

    rows: int
    candidates: int
    finalists: int
    folds: int


def seconds_for(one: Round, left: float, tunes: bool) -> float:
    """Return the seconds that a round may take of those ``left`` for the search.

    The first round of a race gets half of the race's time and the others equal parts of the rest, so that those who
    come through the first can finish. What a round leaves is shared among those that follow. If there is tuning, it
    gets what the race leaves, a third at least; rounds of a batch get equal parts. What is left then is spare.

    Parameters
    ----------
    tunes : whether there is tuning to come
    """
    if one.stage in ("tuning", "spare"):
        return left / (one.of - one.number + 1)
    weights = [1.0] if one.of == 1 else [FIRST_ROUND, *[(1 - FIRST_ROUND) / (one.of - 1)] * (one.of - 1)]
    ahead = weights[one.number - 1 :]
    return left * ahead[0] / (sum(ahead) + (TUNING if tunes else 0.0))


def end_seconds(
    costs: Mapping[str, float], trials: int, end: End, budget: float, start_seconds: float = START_SECONDS
) -> float:
    """Return the seconds to keep for the end: judging, the finalists' other folds, the last fits, the report.

    Parameters
    ----------
    costs : trial -> seconds of a cell, of those that have one
    trials : how many may finish
    start_seconds : of a worker
    """
    typical = sum(costs.values()) / max(1, len(costs))
    members, finalists = min(MEMBERS, end.candidates, trials), min(end.finalists, trials)
    fits = typical * (members + finalists * end.folds)
    judging = Pace.guessed(end.rows).judging(trials, min(end.candidates, trials), DRAWS[1])
    return min(END * budget, MARGIN * (fits + judging + start_seconds + PAGE_SECONDS))


@dataclass
class Shares:
    """Gives each round its time when it begins, by what its trials have cost so far.

    The pilot takes what it takes. Of any other round no cell begins when its share is over, and none goes on when the
    time that is kept for the end begins.

    Attributes
    ----------
    tunes : whether there is tuning to come
    start_seconds : for a worker to load its libraries; the pilot shows it: what it took beyond its cells
    """

    clock: Clock
    store: Store
    end: End
    tunes: bool
    workers: int
    start_seconds: float = START_SECONDS
    _pilot: tuple[float, float] | None = None  # what was left when it began, and what its trials had cost by then

    def __call__(self, one: Round) -> tuple[SecondsLeft, SecondsLeft]:
        """Return when no further cell of a round begins, and when those under way are ended."""
        if one.stage == "pilot":
            self._pilot = self.clock.left(), self._work()
            return for_ever, for_ever
        if self._pilot is not None:
            (left, before), self._pilot = self._pilot, None
            work = self._work() - before
            if work:  # else it was recorded already, and no worker was needed
                self.start_seconds = max(0.0, left - self.clock.left() - work / max(1, self.workers))
        kept = end_seconds(
            cell_seconds(self.store, one.trials), len(one.trials), self.end, self.clock.budget, self.start_seconds
        )
        left = self.clock.left() - kept
        if one.stage == "spare" and left < self._needed(one):
            left = 0.0
        return self.clock.within(seconds_for(one, left, self.tunes)), self.clock.within(left)

    def _needed(self, one: Round) -> float:
        """Return about how many seconds a round takes that is of one trial."""
        missing = [cell for cell in one.cells if self.store.status(cell.key) is None]
        costs = cell_seconds(self.store, [cell.trial for cell in missing])
        seconds = sum(costs.get(cell.trial.id, 0.0) for cell in missing)
        return MARGIN * seconds / max(1, min(self.workers, len(missing)))

    def _work(self) -> float:
        return sum(float(row[f"{what}_seconds"]) for row in self.store.rows() for what in _STEPS)


def what_fits(shares: Shares, ranked: Sequence[Trial], pace: Pace) -> Allowed:
    """Return what there is time for at the end, now that every trial is run that will be.

    A trial that may become a member has to be fitted again if it does; a draw of the rows costs the more, the more of
    them there are. Half of the time is for the fits, a third for judging, the rest for the finalists.

    Parameters
    ----------
    ranked : the finished trials, the best first
    pace : of judging
    """
    clock, end, workers, start_seconds = shares.clock, shares.end, shares.workers, shares.start_seconds
    left, costs = max(0.0, clock.left() - PAGE_SECONDS), cell_seconds(shares.store, ranked)
    fits = [costs[trial.id] for trial in ranked]
    candidates = max(1, min(end.candidates, how_many(fits, left / 2, workers, start_seconds)))
    judged = len(shares.store.fit_seconds())  # the choice is replayed with the trials that were stopped
    while candidates > 1 and draws_for(left / 3, judged, candidates, pace) < 2 * DRAWS[0]:
        candidates -= 1
    draws = draws_for(left / 3, judged, candidates, pace)
    asked = [cost * end.folds for cost in fits[: end.finalists + MEMBERS]]
    finalists = how_many(asked, left / 6, workers, start_seconds) if end.folds else len(asked)
    return Allowed(clock.budget, candidates, draws, finalists if finalists < len(asked) else None)


def how_many(costs: Sequence[float], seconds: float, workers: int, start_seconds: float) -> int:
    """Return how many of the first fits can be done in so many seconds."""
    total = start_seconds
    for number, cost in enumerate(costs):
        total += MARGIN * cost / max(1, min(workers, len(costs)))
        if total > seconds:
            return number
    return len(costs)


def draws_for(seconds: float, trials: int, candidates: int, pace: Pace) -> int:
    """Return how many draws can be judged in so many seconds; 0 if they are too few to say anything."""
    left = seconds / MARGIN - pace.judging(trials, candidates, 0)
    draws = int(left / (candidates * pace.draw)) if candidates else 0
    return 0 if draws < DRAWS[0] else min(draws, DRAWS[1])


def cell_seconds(store: Store, trials: Sequence[Trial]) -> dict[str, float]:
    """Return by trial the mean seconds of a cell of those recorded, what it shares with others included."""
    alone: defaultdict[str, list[float]] = defaultdict(list)
    shared: defaultdict[str, list[float]] = defaultdict(list)
    prefix = {trial.id: trial.fingerprint("derived", "imputation", "encoding", "text") for trial in trials}
    for row in store.rows():
        if row["trial"] not in prefix:
            continue
        alone[row["trial"]].append(sum(float(row[f"{what}_seconds"]) for what in _STEPS[1:]))
        if prepared := float(row["prepare_seconds"]):
            shared[prefix[row["trial"]]].append(prepared)
    mean = {what: sum(seconds) / len(seconds) for table in (alone, shared) for what, seconds in table.items()}
    return {trial: mean[trial] + mean.get(prefix[trial], 0.0) for trial in alone}


def each_alone(trials: Sequence[Trial], folds: Folds) -> list[Round]:
    """Return a round for each trial: those that are run are the first, and whole."""
    pairs = [(repeat, fold) for repeat in range(folds.repeats) for fold in range(folds.count)]
    return [Round("grid", tuple(trials), [Cell(trial, *pair) for pair in pairs]) for trial in trials]


def all_within(clock: Clock, seconds: float) -> Limits:
    """Return what gives all rounds together so many seconds, from now."""
    left = clock.within(seconds)
    return lambda one: (left, left)


def while_there_is_time(
    batches: Iterator[Sequence[Trial]], clock: Clock, store: Store, grid: Plan, end: End, shares: Shares
) -> Iterator[Sequence[Trial]]:
    """Yield batches of tuned trials as long as one of their trials can finish before the end begins."""
    while True:
        costs = cell_seconds(store, grid.trials)
        finished = sum(store.is_done(trial.id) for trial in grid.trials)
        one = store.folds.repeats * store.folds.count * sum(costs.values()) / max(1, len(costs))
        left = clock.left() - end_seconds(costs, finished, end, clock.budget, shares.start_seconds)
        if left < MARGIN * one or (batch := next(batches, None)) is None:
            return
        yield batch
