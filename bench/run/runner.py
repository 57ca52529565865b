"""Run every cell of the plan that is not recorded yet."""

from __future__ import annotations

import shutil
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.errors import ENDING, DataError, EngineError
from bench.plan.grid import Cell, Plan, Trial
from bench.plan.sections import LimitsSection
from bench.record.store import CellResult, Store
from bench.run.cell import every_part, every_place, fit, fold_part, fold_place, run_cell
from bench.run.count import Count, Progress
from bench.run.engine import run_tasks
from bench.run.fitted import FittedTrial
from bench.run.job import Failure, Job
from bench.run.prepared import Made, Piece, Pieces, pieces_of
from bench.run.recipes import Part, Place


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
class FitTask:
    """A trial to fit on the training rows of a place and to keep, and what it shares with others."""

    trial: Trial
    place: Place
    needs: tuple[Piece, ...]

    @property
    def key(self) -> str:
        """Its name."""
        return f"{self.trial.id} {self.place.name}"


@dataclass(frozen=True)
class FitJob(Job[FitTask, FittedTrial]):
    """Fits trials of one table and keeps them: on every labelled row, or on what folds, or one of them, train on."""

    dataset: Dataset
    folds: Folds | None = None
    only: tuple[int, int] | None = None

    def make(self, piece: Piece, given: Mapping[str, Made]) -> Made:
        """Make a piece, with what is fitted for it."""
        return Pieces(dict(given)).make(piece, replace(self._part(piece.place), keeps=True))

    def run(self, task: FitTask, given: Mapping[str, Made]) -> FittedTrial:
        """Fit one trial; what its libraries warn of stands with its cells."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return fit(task.trial, self._part(task.place), Pieces(dict(given)))

    def lost(self, task: FitTask, failure: Failure, seconds: float) -> FittedTrial:
        """Nothing can stand in for a member that cannot be fitted."""
        rows = "every labelled row" if task.place.fold is None else "the training rows of a fold"
        raise DataError(
            f"{task.trial.configuration} was fitted again on {rows}, and failed: {failure.reason}. "
            "`bench export --trial ID` tries another trial; what is recorded stays."
        )

    def tasks(self, trials: Iterable[Trial]) -> Iterator[FitTask]:
        """Yield the fits of some trials, fold by fold if there are folds."""
        places = [every_place(self.dataset)]
        if self.folds is not None:
            pairs = [self.only] if self.only else np.ndindex(self.folds.repeats, self.folds.count)
            places = [fold_place(self.dataset, self.folds, repeat, fold) for repeat, fold in pairs]
        trials = list(trials)
        for place in places:
            yield from (FitTask(trial, place, pieces_of(trial, place)) for trial in trials)

    def _part(self, place: Place) -> Part:
        if self.folds is None or place.fold is None:
            return every_part(self.dataset)
        return fold_part(self.dataset, self.folds, *place.fold)


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


def fit_trials(
    trials: Sequence[Trial],
    dataset: Dataset,
    workers: int,
    limits: LimitsSection | None = None,
    folds: Folds | None = None,
    only: tuple[int, int] | None = None,
) -> dict[str, tuple[FittedTrial, ...]]:
    """Fit trials on every labelled row, or on the training rows of each of the ``folds``, and keep them.

    Parameters
    ----------
    only : repeat and fold, where one of the ``folds`` is enough

    Returns
    -------
    trial id -> what was fitted: one for all rows, or one for each repeat and fold, in their order
    """
    job = FitJob(dataset, folds, only)
    tasks = list(job.tasks(trials))
    try:
        found = {task.key: fitted for task, fitted in run_tasks(job, tasks, workers, limits)}
    except OSError as error:
        raise EngineError(
            f"{error.filename}: a refit keeps its pieces there, and cannot ({error.strerror}). "
            "TMPDIR names another folder; what is recorded stays."
        ) from None
    return {trial.id: tuple(found[task.key] for task in tasks if task.trial.id == trial.id) for trial in trials}
