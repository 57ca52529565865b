"""How far a run is, and how long it will take by what its cells have cost so far."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.plan.grid import Cell, Plan, Trial
from bench.record.store import CellResult, Store
from bench.run.job import SecondsLeft, for_ever


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    cells : recorded, or still to run as far as is known: those that a race has stopped are not counted
    statuses : status -> how many cells are recorded with it, earlier runs included
    ran : the cells that this run has recorded
    elapsed_seconds : since this run began
    seconds_left : estimated; None before anything was measured
    cell, result : what has just ended; None before the first
    """

    cells: int
    statuses: Mapping[str, int]
    ran: int = 0
    elapsed_seconds: float = 0.0
    seconds_left: float | None = None
    cell: Cell | None = None
    result: CellResult | None = None

    @property
    def recorded(self) -> int:
        """How many cells have run, well or not."""
        return sum(self.statuses.values())

    @property
    def failed(self) -> int:
        """How many of them are not done."""
        return self.recorded - self.statuses.get("done", 0)

    @property
    def left(self) -> int:
        """How many cells have not run."""
        return self.cells - self.recorded

    @property
    def cells_per_second(self) -> float:
        """How many cells this run has recorded a second."""
        return self.ran / self.elapsed_seconds if self.elapsed_seconds else 0.0


Kind = tuple[str, ...]
"""What makes cells alike in cost: text and model, the model alone, or nothing."""


@dataclass
class _Cost:
    """What the cells of a kind took."""

    cells: int = 0
    seconds: float = 0.0


@dataclass
class Count:
    """Counts the cells of a run as they end, and estimates the time that is left.

    A cell is taken to cost what those of its text and model took on average, else those of its model, else all: until
    a model has been measured, which the first table blocks of a plan do, the mean of all cells stands in. Counted by
    kind of cell, an estimate costs the same at any number of cells.

    Parameters
    ----------
    plan : the trials that are ahead as far as is known; `expect` says when that has changed
    workers : how many cells run at once; None where only the run itself will show
    most_seconds : gives those that are left at the most
    """

    plan: Plan
    store: Store
    workers: int | None
    most_seconds: SecondsLeft = for_ever
    _kinds: dict[str, Kind] = field(default_factory=dict)
    _statuses: Counter[str] = field(default_factory=Counter)
    _left: Counter[Kind] = field(default_factory=Counter)
    _costs: dict[Kind, _Cost] = field(default_factory=dict)
    _earlier: dict[Kind, _Cost] = field(default_factory=dict)  # of runs before, their fits alone
    _expected: Sequence[Trial] = ()
    _start: float = 0.0

    def __post_init__(self) -> None:
        self._start = time.monotonic()
        self.expect(self.plan.trials)

    def expect(self, trials: Sequence[Trial]) -> None:
        """Take these trials, and no others, to run on the folds on which they have not."""
        if trials is self._expected:
            return
        self._expected = trials
        folds, seconds = self.store.folds, self.store.fit_seconds()
        pairs = [*np.ndindex(folds.repeats, folds.count)]
        self._left.clear()
        for trial in trials:
            statuses = [self.store.status((trial.id, *pair)) for pair in pairs]
            known = trial.id in self._kinds
            kind = self._kinds.setdefault(trial.id, (trial.named("text"), trial.named("model")))
            if left := statuses.count(None):
                self._left[kind] += left
            recorded = [status for status in statuses if status is not None]
            if recorded and not known:
                self._statuses.update(recorded)
                _add(self._earlier, kind, len(recorded), seconds[trial.id])

    def progress(self) -> Progress:
        """Return how far the run is."""
        elapsed = time.monotonic() - self._start
        ran = self._costs[()].cells if self._costs else 0
        cells = self._statuses.total() + self._left.total()
        return Progress(cells, dict(self._statuses), ran, elapsed, self._seconds_left(elapsed))

    def after(self, cell: Cell, result: CellResult) -> Progress:
        """Take note of a cell that has ended and return how far the run is."""
        kind = self._kinds[cell.trial.id]
        self._left[kind] -= 1
        self._statuses[result.status] += 1
        _add(self._costs, kind, 1, seconds_of(result))
        return replace(self.progress(), cell=cell, result=result)

    def _seconds_left(self, elapsed: float) -> float | None:
        left = self._left.total()
        if not left:
            return 0.0
        if not self._costs and not self._earlier:
            return None
        work = sum(cells * self._mean(kind) for kind, cells in self._left.items())
        return min(work / min(self.workers or self._at_once(elapsed), left), max(0.0, self.most_seconds()))

    def _mean(self, kind: Kind) -> float:
        costs = (table[known] for known in _kinds(kind) for table in (self._costs, self._earlier) if known in table)
        cost = next(costs)
        return cost.seconds / cost.cells

    def _at_once(self, elapsed: float) -> float:
        """Return how many cells run at once, by the seconds of those that have ended."""
        return max(1.0, self._costs[()].seconds / elapsed) if self._costs and elapsed else 1.0


def seconds_of(result: CellResult) -> float:
    """Return the seconds that a cell's row counts, what it shares with others included where it is charged with it."""
    return result.prepare_seconds + result.resample_seconds + result.fit_seconds + result.predict_seconds


def _add(costs: dict[Kind, _Cost], kind: Kind, cells: int, seconds: float) -> None:
    for known in _kinds(kind):
        cost = costs.setdefault(known, _Cost())
        cost.cells, cost.seconds = cost.cells + cells, cost.seconds + seconds


def _kinds(kind: Kind) -> tuple[Kind, ...]:
    """Return what a cell is alike to, the closest first: text and model, the model, anything."""
    return kind, kind[1:], ()
