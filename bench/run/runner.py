"""Run every cell of the plan that is not recorded yet."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.errors import ENDING, DataError, EngineError
from bench.plan.grid import Cell, Plan, Trial
from bench.plan.sections import LimitsSection
from bench.record.store import CellResult, Store
from bench.run.cell import fold_part, fold_place, refit, run_cell, submission_part, submission_place
from bench.run.count import Count, Progress
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
        assert piece.place.fold is not None
        return Pieces(dict(given)).make(piece, fold_part(self.dataset, self.folds, *piece.place.fold))

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


def run_plan(
    plan: Plan,
    dataset: Dataset,
    store: Store,
    workers: int,
    watch: Callable[[Progress], None],
    limits: LimitsSection | None = None,
    cluster: str | None = None,
) -> None:
    """Run what is missing and record each cell as it ends; call ``watch`` before the first and after each.

    Parameters
    ----------
    workers : processes; see `bench.run.engine.run_tasks`
    cluster : the address of a scheduler, whose workers run the cells instead
    """
    missing = _Missing(CellJob(dataset, store.folds), plan, store)
    count = Count(plan, store, None if cluster else max(1, workers))
    watch(count.progress())
    charged: set[str] = set()
    scratch = store.folder / "pieces"
    try:
        # Closed here and now, whatever ends the run: a traceback would keep the workers until it is forgotten.
        with closing(_outcomes(missing, workers, limits, scratch, cluster)) as outcomes:
            for task, result in outcomes:
                row = _charge(result, charged)
                with _held_signals():
                    store.append(row)
                    progress = count.after(task.cell, row)
                watch(progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)  # there still if the signal to end came while it was deleted


@contextmanager
def _held_signals() -> Iterator[None]:
    """Let the signals that end a command wait, so that what is on the disk is also counted."""
    if threading.current_thread() is not threading.main_thread():  # signals are not its concern
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in (number for number, handler in before.items() if callable(handler)):
        signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _outcomes(
    missing: _Missing, workers: int, limits: LimitsSection | None, scratch: Path, cluster: str | None
) -> Generator[tuple[CellTask, CellResult], None, None]:
    if cluster is None:
        yield from run_tasks(missing.job, missing, workers, limits, scratch)
    else:
        from bench.run.cluster import run_on_cluster

        yield from run_on_cluster(missing.job, missing, cluster, limits)


class _Missing:
    """The cells of a plan that were not recorded when the run began, in order, as often as they are asked for."""

    def __init__(self, job: CellJob, plan: Plan, store: Store) -> None:
        self.job, self._plan, self._folds, self._done = job, plan, store.folds, store.done()

    def __iter__(self) -> Iterator[CellTask]:
        cells = self._plan.cells(self._folds.repeats, self._folds.count)
        return self.job.tasks(cell for cell in cells if cell.key not in self._done)


def _charge(result: CellResult, charged: set[str]) -> CellResult:
    """Return a result with the seconds of the pieces that no cell before it was charged with."""
    new = [result.costs[key] for key in result.costs if key not in charged]
    charged.update(result.costs)
    return replace(
        result,
        prepare_seconds=sum(cost.seconds for cost in new if not cost.resampling),
        resample_seconds=sum(cost.seconds for cost in new if cost.resampling),
    )


def refit_trials(
    trials: list[Trial], dataset: Dataset, workers: int, limits: LimitsSection | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return by trial id the submission's probabilities, shape (m,), of each fitted on every labelled row."""
    place = submission_place(dataset)
    tasks = [RefitTask(trial, pieces_of(trial, place)) for trial in trials]
    try:
        outcomes = run_tasks(RefitJob(dataset), tasks, workers, limits)
        return {task.trial.id: probability for task, probability in outcomes}
    except OSError as error:
        raise EngineError(
            f"{error.filename}: a refit keeps its pieces there, and cannot ({error.strerror}). "
            "TMPDIR names another folder; what is recorded stays."
        ) from None
