"""What a run tells while it goes on: how far it is and who leads, for whoever watches and for other programs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.ensemble.scoreboard import Scoreboard
from bench.plan.grid import Plan, Trial
from bench.record.events import Events
from bench.record.store import Store
from bench.run.count import Progress, seconds_of
from bench.score.ranking import rank


@dataclass(frozen=True)
class Best:
    """The trial that leads, by the experiment's metric."""

    trial: str
    configuration: str
    metric: str
    value: float


@dataclass(eq=False)
class Diary:
    """A run as it goes, written down as events.

    Attributes
    ----------
    plan : of the whole experiment, of which the run may be a slice
    facts : what the first event says of the run, beside its process
    watch : called after each entry
    best : the leader among the trials this run has finished; in the end among all
    progress : how far it is, once it has begun
    """

    plan: Plan
    board: Scoreboard
    store: Store
    events: Events
    facts: dict[str, Any]
    watch: Callable[[Diary], None]
    best: Best | None = None
    progress: Progress = field(init=False)
    _configurations: dict[str, str] = field(default_factory=dict, init=False)  # of the trials of which a cell ran
    _others: int = field(default=0, init=False)  # recorded cells that are not of this run's slice

    @property
    def recorded(self) -> int:
        """How many cells of the run are recorded by now, though it was stopped before it could tell."""
        return len(self.store.done()) - self._others

    def follow(self, progress: Progress) -> None:
        """Take note of how far the run is, before its first cell and after each."""
        self.progress = progress
        if progress.cell is None or progress.result is None:
            self._others = len(self.store.done()) - progress.recorded
            self.events.write("started", pid=os.getpid(), **self.facts, **self._far(progress))
        else:
            trial = progress.cell.trial
            self._configurations[trial.id] = trial.configuration  # of tuned ones the plan does not know yet
            self.board.score(trial.id)
            self.best = self._leader()
            self.events.write(
                "cell",
                **dict(zip(("trial", "repeat", "fold"), progress.cell.key, strict=True)),
                configuration=trial.configuration,
                status=progress.result.status,
                reason=progress.result.reason,
                seconds=round(seconds_of(progress.result), 4),
                **self._far(progress),
            )
        self.watch(self)

    def rank(self) -> None:
        """Take note of who leads when all are scored, trials of earlier runs and other slices included."""
        self.best = self._leader()
        self.events.write("ranked", best=self._best())

    def ranked(self, plan: Plan) -> list[Trial]:
        """Return the finished trials of a plan, the best first."""
        trials = {trial.id: trial for trial in plan.trials}
        return [trials[trial] for trial in rank(self.board.scores(trials), self.board.objective)]

    def _leader(self) -> Best | None:
        leader, objective = self.board.best(), self.board.objective
        if leader is None or not leader[1].keeps_floor(objective):
            return None
        name, score = leader
        if self.best is not None and self.best.trial == name:
            return self.best
        planned = (trial.configuration for trial in self.plan.trials if trial.id == name)
        configuration = self._configurations.get(name) or next(planned)
        return Best(name, configuration, objective.metric, round(score.value(objective), 6))

    def _best(self) -> dict[str, Any] | None:
        return None if self.best is None else asdict(self.best)

    def _far(self, progress: Progress) -> dict[str, Any]:
        left = progress.seconds_left
        return {
            "cells": progress.cells,
            "recorded": progress.recorded,
            "failed": progress.failed,
            "left": progress.left,
            "statuses": progress.statuses,
            "elapsed_seconds": round(progress.elapsed_seconds, 3),
            "cells_per_second": round(progress.cells_per_second, 3),
            "seconds_left": None if left is None else round(left, 3),
            "best": self._best(),
        }
