"""A small run whose report is told: predictions made up, everything behind them as in a run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data.coverage import coverage
from bench.data.folds import FoldsSection, make_folds
from bench.ensemble.judge import judge
from bench.plan.experiment import experiment_of
from bench.plan.grid import Plan, Trial
from bench.record.store import CellResult, open_store
from bench.report.board import Board
from bench.report.leaderboard import leaderboard
from bench.report.told import Told
from bench.score.objective import Objective
from tests.conftest import make_dataset
from tests.report.test_effects import made

NOISE: dict[Trial, float] = {
    made(): 9.0,
    made(model="lightgbm"): 0.5,
    made(model="lightgbm", encoding="target"): 0.4,
    made(model="logistic", encoding="target"): 0.8,
    made(model="logistic", encoding="one_hot"): 2.0,
}
FAILED = made(model="xgboost")
FILE = '[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n'
_FOLDER = TemporaryDirectory()


@cache
def told() -> Told:
    """Return a run of six trials, one of which failed on a fold."""
    dataset = make_dataset(rows=240)
    experiment = experiment_of(FILE, Path("asked.toml"))
    folds = make_folds(dataset, FoldsSection(count=3))
    plan = Plan((*NOISE, FAILED), {}, {})
    with open_store(Path(_FOLDER.name), dataset.data_id, folds) as store:
        rng = np.random.default_rng(0)
        for trial in plan.trials:
            for fold in range(3):
                store.append(_cell(trial, fold, dataset.y[folds.held_out(0, fold)], rng))
        verdict = judge(plan, dataset, store, experiment)
        rows = leaderboard(plan, verdict.scores, store, experiment, ties=verdict.ties)
    board = Board(experiment, plan, rows, verdict, [], coverage=coverage(dataset))
    return Told(board, dataset, store, None, (), ())


def having(told: Told, **parts: Any) -> Told:
    """Return a run with other parts of its board."""
    return replace(told, board=replace(told.board, **parts))


def by(objective: Objective) -> Told:
    """Return the run with another objective, its draws left as they are."""
    run = told()
    return having(run, experiment=replace(run.experiment, objective=objective))


def _cell(trial: Trial, fold: int, y: NDArray[np.int8], rng: np.random.Generator) -> CellResult:
    score = y - 0.5 + NOISE.get(trial, 1.0) * rng.normal(size=len(y))
    if trial is FAILED and fold == 1:
        return CellResult(trial.id, 0, fold, "failed", fit_seconds=0.5)
    return CellResult(trial.id, 0, fold, "done", fit_seconds=0.5, probability=1 / (1 + np.exp(-score)))
