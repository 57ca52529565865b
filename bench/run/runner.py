"""Run every cell of the plan that is not recorded yet."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.errors import DataError
from bench.plan.grid import Cell, Plan, Trial
from bench.record.store import CellResult, Store
from bench.run.cell import first_line, refit, run_cell
from bench.run.engine import Job, run_tasks
from bench.run.prepared import Pieces


@dataclass
class CellJob(Job[Cell, CellResult]):
    """Runs cells of one table and one set of folds."""

    dataset: Dataset
    folds: Folds
    pieces: Pieces = field(default_factory=Pieces)

    def run(self, task: Cell) -> CellResult:
        """Run one cell."""
        return run_cell(task, self.dataset, self.folds, self.pieces)

    def lost(self, task: Cell, reason: str) -> CellResult:
        """Record the cell as failed."""
        return CellResult(*task.key, "failed", reason)


@dataclass
class RefitJob(Job[Trial, NDArray[np.float64]]):
    """Fits trials on every labelled row and predicts the submission."""

    dataset: Dataset
    pieces: Pieces = field(default_factory=Pieces)

    def run(self, task: Trial) -> NDArray[np.float64]:
        """Refit one trial."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its cells warned of stands in cells.csv
            try:
                return refit(task, self.dataset, self.pieces)
            except Exception as error:  # any library's, on a table that no cell has seen
                return self.lost(task, first_line(error))

    def lost(self, task: Trial, reason: str) -> NDArray[np.float64]:
        """Nothing can stand in for a member that cannot be fitted."""
        raise DataError(
            f"{task.configuration} was refitted on every labelled row to predict the submission, and failed: {reason}. "
            "`bench export --trial ID` tries another trial; what is recorded stays."
        )


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    cells, recorded, failed : of the whole plan, earlier runs included
    trial : the trial whose cell has just ended; None before the first
    """

    cells: int
    recorded: int
    failed: int
    trial: Trial | None = None


def run_plan(plan: Plan, dataset: Dataset, store: Store, workers: int, watch: Callable[[Progress], None]) -> None:
    """Run what is missing and record each cell as it ends; call ``watch`` before the first and after each.

    Parameters
    ----------
    workers : processes; see `bench.run.engine.run_tasks`
    """
    done = store.done()
    cells = list(plan.cells(store.folds.repeats, store.folds.count))
    missing = [cell for cell in cells if cell.key not in done]
    failed = sum(store.status(cell.key) not in ("done", None) for cell in cells)
    progress = Progress(len(cells), len(cells) - len(missing), failed)
    watch(progress)
    for cell, result in run_tasks(CellJob(dataset, store.folds), missing, min(workers, len(missing))):
        store.append(result)
        progress = replace(
            progress,
            recorded=progress.recorded + 1,
            failed=progress.failed + (result.status != "done"),
            trial=cell.trial,
        )
        watch(progress)


def refit_trials(trials: list[Trial], dataset: Dataset, workers: int) -> dict[str, NDArray[np.float64]]:
    """Return by trial id the submission's probabilities, shape (m,), of each fitted on every labelled row."""
    outcomes = run_tasks(RefitJob(dataset), trials, min(workers, len(trials)))
    return {trial.id: probability for trial, probability in outcomes}
