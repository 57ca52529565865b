"""The stages of a run: the grid, whole or as a race, batches of tuned trials, and what spare time is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.plan.experiment import Experiment
from bench.plan.grid import Cell, Plan, Trial
from bench.plan.sections import RaceSection
from bench.record.store import Store
from bench.run.job import SecondsLeft
from bench.run.race import after_round, race_order
from bench.vocabulary import AXES, Axis

Stage = Literal["grid", "pilot", "race", "tuning", "spare"]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Round:
    """Cells that run before the next decision is taken.

    Attributes
    ----------
    number, of : which of how many rounds of its race, from 1
    trials : those that are still in it
    cells : in their order; can be gone through again
    """

    stage: Stage
    trials: tuple[Trial, ...]
    cells: Iterable[Cell]
    number: int = 1
    of: int = 1


Limits = Callable[[Round], tuple[SecondsLeft, SecondsLeft]]
"""Says of a round that begins when no further cell of it begins, and when those under way are ended."""


@dataclass(frozen=True)
class Decided:
    """What became of the trials of a round by what is recorded of it.

    Attributes
    ----------
    cells, recorded : of the round, and as many of them as are recorded
    going_on, stopped : those that lack a cell of the round, or failed in it, are in neither
    """

    round: Round
    cells: int
    recorded: int
    going_on: tuple[Trial, ...]
    stopped: tuple[Trial, ...]


@dataclass(frozen=True)
class Whole:
    """Every cell of a plan, in its order, as often as they are asked for."""

    plan: Plan
    folds: Folds

    def __iter__(self) -> Iterator[Cell]:
        return self.plan.cells(self.folds.repeats, self.folds.count)


@dataclass
class Search:
    """The rounds of an experiment, and what was decided after those that are over.

    Every decision is a function of recorded cells. So whoever goes through the rounds again, running what is missing or
    running nothing, meets the same ones.

    Attributes
    ----------
    grid : the plan without tuned trials, or a slice of it
    race : None where every trial runs on every fold
    batches : of tuned trials; the next is asked for when the one before is recorded
    budgeted : whether there must soon be a complete result: then a pilot comes first, and the best so far lead a round
    tuned : the trials asked for so far
    """

    grid: Plan
    dataset: Dataset
    store: Store
    experiment: Experiment
    race: RaceSection | None
    batches: Iterable[Sequence[Trial]] = ()
    budgeted: bool = False
    tuned: list[Trial] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        grid: Plan,
        dataset: Dataset,
        store: Store,
        experiment: Experiment,
        budgeted: bool,
        batches: Iterable[Sequence[Trial]] = (),
    ) -> Search:
        """Return the rounds that an experiment asks for; a budget needs a race, which goes through the whole grid."""
        race = experiment.race or (RaceSection() if budgeted else None)
        return cls(grid, dataset, store, experiment, race, batches, budgeted)

    @property
    def plan(self) -> Plan:
        """The grid and the trials asked for so far."""
        return self.grid.having(self.tuned)

    @property
    def stopped(self) -> dict[str, int]:
        """Trial -> after how many rounds it was stopped; without those that ran to their end nevertheless."""
        return {trial.id: rounds for trial, rounds in self._stopped.items() if not self.store.is_done(trial.id)}

    def rounds(self) -> Iterator[Round]:
        """Yield round after round; the next when the cells of the one before are recorded, or will not be."""
        if self.race is None:
            yield Round("grid", self.grid.trials, Whole(self.grid, self.store.folds))
        else:
            if self.budgeted:
                yield self._pilot()
            yield from self._race("race", self.grid.trials, ())
        for batch in self.batches:
            against = tuple(trial for trial in self.plan.trials if self.store.is_done(trial.id))
            self.tuned += batch
            yield from self._race("tuning", tuple(batch), against)
        if self.budgeted:
            yield from self._spare()

    def _pilot(self) -> Round:
        """Return the floor and the cheapest other trial on all folds: with them there is something to hand in."""
        in_order = in_turns(self.grid.trials)
        floor = [trial for trial in in_order if trial.named("model") == "constant"]
        pilots = (*floor[:1], *[trial for trial in in_order if trial not in floor][:1])
        cells = [Cell(trial, *pair) for trial in pilots for pair in self._pairs]
        return Round("pilot", self.grid.trials, cells)

    def _race(self, stage: Stage, trials: tuple[Trial, ...], against: tuple[Trial, ...]) -> Iterator[Round]:
        """Yield the rounds of some trials, one for each fold; those that ``against`` has finished race along."""
        in_order = tuple(in_turns(trials) if self.budgeted else race_order(trials))
        for number, pair in enumerate(self._pairs, start=1):
            one = Round(stage, in_order, [Cell(trial, *pair) for trial in in_order], number, len(self._pairs))
            yield one
            self.decided.append(self._decide(one, against))
            going_on = self.decided[-1].going_on
            in_order = going_on if self.budgeted else tuple(race_order(going_on))

    def _spare(self) -> Iterator[Round]:
        """Yield a round for each trial that was stopped, those that came farthest first: they may be members still."""
        for trial in sorted(self._stopped, key=lambda trial: -self._stopped[trial]):
            finished = tuple(one for one in self.plan.trials if self.store.is_done(one.id) and one != trial)
            yield Round("spare", (*finished, trial), [Cell(trial, *pair) for pair in self._pairs])

    @property
    def _stopped(self) -> dict[Trial, int]:
        """After how many rounds a trial was stopped; of those of one round the best first."""
        return {trial: one.round.number for one in self.decided for trial in one.stopped}

    def _decide(self, ended: Round, against: tuple[Trial, ...]) -> Decided:
        """Say who goes on after a round."""
        statuses = {cell.trial: self.store.status(cell.key) for cell in ended.cells}
        recorded = sum(status is not None for status in statuses.values())
        if ended.number == ended.of:
            done = tuple(trial for trial, status in statuses.items() if status == "done")
            return Decided(ended, len(statuses), recorded, done, ())
        trials, section = (*against, *ended.trials), self.race or RaceSection()
        standing = after_round(trials, self.dataset, self.store, self.experiment.objective, section, ended.number)
        return Decided(
            ended,
            len(statuses),
            recorded,
            tuple(trial for trial in standing.going_on if trial in statuses),
            tuple(trial for trial in standing.stopped if trial in statuses),
        )

    @property
    def _pairs(self) -> list[Pair]:
        return [*np.ndindex(self.store.folds.repeats, self.store.folds.count)]


def in_turns(trials: Iterable[Trial]) -> list[Trial]:
    """Return the trials in the order of a round that may be cut: models take turns, what is listed first goes first.

    First comes of each model what the file lists first on every axis, then what differs from it by one step on one
    axis or in its own settings, then by two. So wherever the round ends, each model has run, and each choice has been
    tried about as far as the file prefers it. Within a turn it is the order of `race_order`.
    """
    trials = list(trials)
    places: dict[tuple[str, Axis], dict[str, int]] = {}
    for trial in trials:
        for axis in AXES:
            listed = places.setdefault((trial.named("model"), axis), {})
            listed.setdefault(trial.fingerprint(axis), len(listed))

    def steps(trial: Trial) -> int:
        return sum(places[trial.named("model"), axis][trial.fingerprint(axis)] for axis in AXES)

    return sorted(race_order(trials), key=steps)
