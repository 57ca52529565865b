"""An experiment, its table, its folds and its plan: everything that is known before a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import Folds, make_folds
from bench.ensemble.customers import other_folds
from bench.errors import DataError
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, make_plan
from bench.record.tuned import FILE, Asked, read_tuned
from bench.run.studies import trials_of


@dataclass(frozen=True)
class Question:
    """An experiment, its table, its folds and its plan: everything that is known before a fit.

    Attributes
    ----------
    other : folds of the other kind, on which the finalists are scored too; None where there is none
    plan : the grid, and behind it what tuning has asked for so far
    asked : what tuning has asked for; nothing where the file has no [tune]
    notices : what was noticed in the table and its folds
    """

    experiment: Experiment
    dataset: Dataset
    folds: Folds
    other: Folds | None
    grid: Plan
    plan: Plan
    asked: tuple[Asked, ...]
    folder: Path
    notices: tuple[str, ...]

    @property
    def submission(self) -> Path:
        """Where the winner's file goes."""
        return self.folder / "submission.csv"

    @property
    def finals(self) -> Path:
        """Where the finalists' cells on the other folds are recorded."""
        return self.folder / "finalists"

    def asking(self, batch: tuple[Asked, ...]) -> Question:
        """Return the question with more trials of tuning in its plan."""
        return replace(self, plan=self.plan.having(trials_of(batch)[0]), asked=self.asked + batch)


def ask(
    path: Path,
    results: Path,
    limits: Mapping[str, float | None] | None = None,
    positive_rate: str | None = None,
    budget: str | None = None,
) -> Question:
    """Read the experiment file and its table, split the rows and enumerate the grid.

    ``limits``, ``positive_rate`` and ``budget``, where they are given, replace the file's.
    """
    experiment = read_experiment(path).within(limits or {}).assuming(positive_rate).spending(budget)
    return question_of(experiment, read_dataset(experiment.data), results)


def question_of(experiment: Experiment, dataset: Dataset, results: Path) -> Question:
    """Split the rows of a table, enumerate the grid and add what tuning has asked for."""
    experiment = experiment.capacity_among(len(dataset.y if dataset.submission is None else dataset.submission))
    folds = make_folds(dataset, experiment.folds)
    notices = [*dataset.notices, *folds.notices]
    if experiment.derived_by_outcome:
        notices.append(
            "`bench derive` chose variables in the file by the outcomes of these rows: what they gain here is a little "
            "flattered, see docs/derive.md."
        )
    section, other = other_folds(experiment.folds, dataset), None
    if section is not None and experiment.submission.finalists:
        try:
            other = make_folds(dataset, section)
        except DataError as error:
            notices.append(
                f'finalists are not scored with scheme = "{section.scheme}" as well: {str(error).split(". ")[0]}.'
            )
    grid, folder = make_plan(experiment, dataset), results / experiment.name
    asked, unread = read_tuned(folder) if experiment.tune else ((), ())
    trials, unknown = trials_of(asked)
    said = (*notices, *unread, *(f"{folder / FILE}: {notice}" for notice in unknown))
    return Question(experiment, dataset, folds, other, grid, grid.having(trials), asked, folder, said)
