"""Run every cell of the plan that is not recorded yet."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.errors import DataError, EngineError
from bench.plan.grid import Cell, Plan, Trial
from bench.plan.sections import LimitsSection
from bench.record.store import CellResult, Store
from bench.run.cell import every_part, every_place, fit, fold_part, fold_place, run_cell
from bench.run.count import Count, Progress
from bench.run.engine import run_batches, run_tasks
from bench.run.fitted import FittedTrial
from bench.run.job import Batch, Failure, Job, SecondsLeft, for_ever
from bench.run.prepared import Made, Piece, Pieces, pieces_of
from bench.run.recipes import Part, Place
from bench.run.recorder import Recorder
from bench.run.search import Limits, Round, Whole


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

    def lasts(self, piece: Piece) -> bool:
        """Say whether a piece is of the whole table, and so for the folds of rounds to come."""
        return piece.kind.endswith("rows")

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
    """Run what is missing of a whole plan; parameters as in `run_rounds`."""
    run_rounds(
        [Round("grid", plan.trials, Whole(plan, store.folds))], plan, dataset, store, workers, watch, limits, cluster
    )


def run_rounds(
    rounds: Iterable[Round],
    plan: Plan,
    dataset: Dataset,
    store: Store,
    workers: int,
    watch: Callable[[Progress], None],
    limits: LimitsSection | None = None,
    cluster: str | None = None,
    allowed: Limits | None = None,
    seconds_left: SecondsLeft = for_ever,
) -> None:
    """Run what is missing of each round and record each cell as it ends; call ``watch`` before and after each.

    Parameters
    ----------
    rounds : the next is asked for when the one before is recorded, as far as its time goes
    plan : what is known to be ahead when the run begins
    workers : processes; see `bench.run.engine.run_batches`
    cluster : the address of a scheduler, whose workers run the cells instead
    allowed : gives each round its time; then what is recorded of a round is a prefix of its cells, and all of it if
        there is time enough; cells under way when its time ends may end. None: as long as it takes, and cells are
        recorded as they end.
    seconds_left : of the whole run, for those who watch
    """
    job = CellJob(dataset, store.folds)
    count = Count(plan, store, None if cluster else max(1, workers), seconds_left)
    record = Recorder(store, count, watch)
    watch(record.count.progress())
    batches = _batches(rounds, job, record, allowed)
    scratch = store.folder / "pieces"
    try:
        # Closed here and now, whatever ends the run: a traceback would keep the workers until it is forgotten.
        with closing(_outcomes(job, batches, workers, limits, scratch, cluster)) as outcomes:
            for task, result in outcomes:
                record.take(task.cell, result)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)  # there still if the signal to end came while it was deleted


def _batches(
    rounds: Iterable[Round], job: CellJob, record: Recorder, allowed: Limits | None
) -> Iterator[Batch[CellTask]]:
    """Yield what is missing of each round."""
    for one in rounds:
        record.begin(one, in_order=allowed is not None)
        yield Batch(_Missing(job, one.cells, record.store), *(allowed(one) if allowed else ()))
        record.drop()


def _outcomes(
    job: CellJob,
    batches: Iterator[Batch[CellTask]],
    workers: int,
    limits: LimitsSection | None,
    scratch: Path,
    cluster: str | None,
) -> Generator[tuple[CellTask, CellResult], None, None]:
    if cluster is None:
        yield from run_batches(job, batches, workers, limits, scratch)
    else:
        from bench.run.cluster import run_on_cluster

        yield from run_on_cluster(job, batches, cluster, limits)


class _Missing:
    """The cells that were not recorded when their round began, in order, as often as they are asked for."""

    def __init__(self, job: CellJob, cells: Iterable[Cell], store: Store) -> None:
        self._job, self._cells, self._done = job, cells, store.done()

    def __iter__(self) -> Iterator[CellTask]:
        return self._job.tasks(cell for cell in self._cells if cell.key not in self._done)


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
