"""Run every cell of the plan that is not recorded yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.errors import DataError
from bench.plan.experiment import LimitsSection
from bench.plan.grid import Cell, Plan, Trial
from bench.record.store import CellResult, Store
from bench.run.cell import fold_part, fold_place, refit, run_cell, submission_part, submission_place
from bench.run.engine import run_tasks
from bench.run.job import Failure, Job
from bench.run.prepared import Made, Piece, Pieces, pieces_of


@dataclass(frozen=True)
class CellTask:
    """A cell, and what it shares with others."""

    cell: Cell
    needs: tuple[Piece, ...]

    @property
    def key(self) -> str:
        """Its name."""
        return "/".join(map(str, self.cell.key))


@dataclass(frozen=True)
class CellJob(Job[CellTask, CellResult]):
    """Runs cells of one table and one set of folds."""

    dataset: Dataset
    folds: Folds

    def make(self, piece: Piece, given: Mapping[str, Made]) -> Made:
        """Make a piece of one fold."""
        repeat, fold = piece.place.fold or (0, 0)  # what belongs to the whole table is made with any of its folds
        return Pieces(dict(given)).make(piece, fold_part(self.dataset, self.folds, repeat, fold))

    def run(self, task: CellTask, given: Mapping[str, Made]) -> CellResult:
        """Run one cell."""
        return run_cell(task.cell, self.dataset, self.folds, Pieces(dict(given)))

    def lost(self, task: CellTask, failure: Failure, seconds: float) -> CellResult:
        """Record the cell as not done."""
        return CellResult(*task.cell.key, failure.status, failure.reason, fit_seconds=seconds)

    def tasks(self, cells: Iterable[Cell]) -> Iterator[CellTask]:
        """Yield the cells with what they share."""
        for cell in cells:
            place = fold_place(self.dataset, self.folds, cell.repeat, cell.fold)
            yield CellTask(cell, pieces_of(cell.trial, place))


@dataclass(frozen=True)
class RefitTask:
    """A trial to fit on every labelled row, and what it shares with others."""

    trial: Trial
    needs: tuple[Piece, ...]

    @property
    def key(self) -> str:
        """Its name."""
        return self.trial.id


@dataclass(frozen=True)
class RefitJob(Job[RefitTask, NDArray[np.float64]]):
    """Fits trials on every labelled row and predicts the submission."""

    dataset: Dataset

    def make(self, piece: Piece, given: Mapping[str, Made]) -> Made:
        """Make a piece of all labelled rows."""
        return Pieces(dict(given)).make(piece, submission_part(self.dataset))

    def run(self, task: RefitTask, given: Mapping[str, Made]) -> NDArray[np.float64]:
        """Refit one trial; what its libraries warn of stands with its cells."""
        return refit(task.trial, self.dataset, Pieces(dict(given)))

    def lost(self, task: RefitTask, failure: Failure, seconds: float) -> NDArray[np.float64]:
        """Nothing can stand in for a member that cannot be fitted."""
        raise DataError(
            f"{task.trial.configuration} was refitted on every labelled row to predict the submission, and failed: "
            f"{failure.reason}. `bench export --trial ID` tries another trial; what is recorded stays."
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


def run_plan(
    plan: Plan,
    dataset: Dataset,
    store: Store,
    workers: int,
    watch: Callable[[Progress], None],
    limits: LimitsSection | None = None,
) -> None:
    """Run what is missing and record each cell as it ends; call ``watch`` before the first and after each.

    Parameters
    ----------
    workers : processes; see `bench.run.engine.run_tasks`
    """
    missing = _Missing(CellJob(dataset, store.folds), plan, store)
    progress = missing.progress()
    watch(progress)
    charged: set[str] = set()
    outcomes = run_tasks(missing.job, missing, workers, limits, store.folder / "pieces")
    for task, result in outcomes:
        store.append(_charge(result, charged))
        progress = replace(
            progress,
            recorded=progress.recorded + 1,
            failed=progress.failed + (result.status != "done"),
            trial=task.cell.trial,
        )
        watch(progress)


class _Missing:
    """The cells of a plan that were not recorded when the run began, in order, as often as they are asked for."""

    def __init__(self, job: CellJob, plan: Plan, store: Store) -> None:
        self.job, self._plan, self._store, self._done = job, plan, store, store.done()

    def __iter__(self) -> Iterator[CellTask]:
        return self.job.tasks(cell for cell in self._cells() if cell.key not in self._done)

    def progress(self) -> Progress:
        """Return how far the run is before it begins."""
        statuses = [self._store.status(cell.key) for cell in self._cells()]
        recorded = [status for status in statuses if status is not None]
        return Progress(len(statuses), len(recorded), sum(status != "done" for status in recorded))

    def _cells(self) -> Iterator[Cell]:
        return self._plan.cells(self._store.folds.repeats, self._store.folds.count)


def _charge(result: CellResult, charged: set[str]) -> CellResult:
    """Return a result with the seconds of the pieces that no cell before it was charged with."""
    prepare = resample = 0.0
    for key, (resampling, seconds) in result.pieces.items():
        if key not in charged:
            charged.add(key)
            prepare, resample = prepare + seconds * (not resampling), resample + seconds * resampling
    return replace(result, prepare_seconds=prepare, resample_seconds=resample)


def refit_trials(trials: list[Trial], dataset: Dataset, workers: int) -> dict[str, NDArray[np.float64]]:
    """Return by trial id the submission's probabilities, shape (m,), of each fitted on every labelled row."""
    place = submission_place(dataset)
    tasks = [RefitTask(trial, pieces_of(trial, place)) for trial in trials]
    return {task.trial.id: probability for task, probability in run_tasks(RefitJob(dataset), tasks, workers)}
