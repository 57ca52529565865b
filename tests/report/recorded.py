"""A run that never ran: cells written down as if they had, and what its report tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from bench import flow
from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.ensemble.judge import Verdict, judge
from bench.plan.experiment import experiment_of
from bench.plan.grid import Plan, Trial
from bench.question import Question
from bench.record.allowed import read_allowed
from bench.record.cells import CellResult
from bench.record.store import open_store, read_store
from bench.report.told import Told
from tests.components.catalogue import trial
from tests.conftest import make_dataset

FOLDS = 3
TRIALS = tuple(
    trial(model=model, encoding=encoding) for model in ("logistic", "lightgbm") for encoding in ("one_hot", "ordinal")
)
"""Of each model one with each encoding."""


def folds_of(dataset: Dataset) -> Folds:
    """Return the folds that all of these are recorded on."""
    return make_folds(dataset, FoldsSection(count=FOLDS))


def done(one: Trial, fold: int, dataset: Dataset, **facts: object) -> CellResult:
    """Return a cell that is done, with probabilities that know the outcome a little."""
    held_out = folds_of(dataset).held_out(0, fold)
    noise = np.random.default_rng([fold, TRIALS.index(one) if one in TRIALS else 9]).random(len(held_out))
    return CellResult(one.id, 0, fold, "done", probability=0.3 * dataset.y[held_out] + 0.7 * noise, **facts)  # type: ignore[arg-type]


def every(trials: Iterable[Trial] = TRIALS, **facts: object) -> Callable[[Dataset], list[CellResult]]:
    """Return what makes all cells of some trials, done."""
    return lambda dataset: [done(one, fold, dataset, **facts) for one in trials for fold in range(FOLDS)]


def told(
    folder: Path,
    cells: Callable[[Dataset], Iterable[CellResult]],
    more: str = "",
    *,
    judged: bool = False,
    trials: Sequence[Trial] = TRIALS,
    dataset: Dataset | None = None,
    findings: Sequence[Finding] = (),
    notices: tuple[str, ...] = (),
    path: str = "experiments/asked.toml",
) -> Told:
    """Return what a report tells of some cells, recorded in ``folder`` / asked.

    Parameters
    ----------
    more : of the experiment file
    judged : whether the trials are scored and the best named, which takes most of the time
    """
    dataset = dataset or make_dataset()
    text = f'[data]\ndemo = {{ rows = 500 }}\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n{more}'
    experiment = experiment_of(text, Path(path))
    folds, plan = folds_of(dataset), Plan(tuple(trials), {}, {})
    question = Question(experiment, dataset, folds, None, plan, plan, (), folder / "asked", notices)
    with open_store(question.folder, dataset.data_id, folds) as store:
        for cell in cells(dataset):
            store.append(cell)
    store = read_store(question.folder, dataset.data_id, folds)
    verdict = judge(plan, dataset, store, experiment) if judged else Verdict({}, allowed=read_allowed(store.folder))
    board = flow.recorded_board(question, verdict, store)
    return flow.told_of(question, board, store, findings)
