"""A finished run of one trial whose out-of-fold probabilities are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.data.folds import Folds
from bench.ensemble.blend import Blend
from bench.ensemble.customers import View
from bench.ensemble.judge import Verdict
from bench.plan.experiment import experiment_of
from bench.plan.grid import Plan
from bench.record.store import CellResult, open_store
from bench.report.board import Board
from bench.report.calibrated import calibrated
from bench.report.expected import Foretold
from bench.report.told import Told
from bench.score.ranking import score_trial
from tests.conftest import make_dataset

TRIAL = "m"


def leave_undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw empty plots, for tests that look at none: drawing takes most of their time."""
    monkeypatch.setattr(Figure, "savefig", lambda figure, out, **options: out.write("<svg></svg>"))


def run_of(
    folder: Path,
    y: Sequence[int] | NDArray[np.int8],
    probability: Sequence[Sequence[float]] | NDArray[np.float64],
    objective: str = "",
    groups: Sequence[int] | None = None,
    submission: int = 0,
    foretold: Foretold | None = None,
) -> Told:
    """Return what the report is told.

    Parameters
    ----------
    y : of shape (m,), held out in two folds by turns
    probability : of shape (repeats, m)
    objective : the lines of [objective]
    groups : the company of each row; none by default
    submission : rows to predict; of company 0 where companies are named
    """
    labels, scores = np.array(y, dtype=np.int8), np.array(probability, dtype=np.float64)
    made = make_dataset(len(labels), submission=max(1, submission), texts=False)
    dataset = replace(
        made,
        y=labels,
        groups=None if groups is None else np.array(groups),
        submission=made.submission if submission else None,
        submission_groups=None if groups is None else np.zeros(max(1, submission), dtype=np.int64),
    )
    text = '[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n'
    experiment = experiment_of(f"{text}[objective]\n{objective}\n", folder / "asked.toml")
    fold_of = np.stack([(np.arange(len(labels)) + repeat) // 2 % 2 for repeat in range(len(scores))])
    folds = Folds(fold_of, "made000000", ())
    with open_store(folder, dataset.data_id, folds) as store:
        for repeat, fold in np.ndindex(len(scores), 2):
            held_out = folds.held_out(repeat, fold)
            store.append(CellResult(TRIAL, repeat, fold, "done", probability=scores[repeat, held_out]))
    score = score_trial(labels, scores, fold_of, experiment.objective)
    winner = Blend.of_one(TRIAL, score)
    calibration = calibrated(View(dataset, store), winner.combination)
    verdict = Verdict({TRIAL: score}, winner, winner, winner)
    board = Board(experiment, Plan((), {}, {}), [], verdict, [], calibration=calibration, foretold=foretold)
    return Told(board, dataset, store, None, [], [])


def run_of_many(folder: Path, rows: int = 400, objective: str = "", repeats: int = 1) -> Told:
    """Return a run of a model that tells a third of positives from the others, somewhat."""
    rng = np.random.default_rng(1)
    y = (rng.random(rows) < 1 / 3).astype(np.int8)
    scores = 1 / (1 + np.exp(1 - 1.5 * y - rng.normal(size=(repeats, rows))))
    return run_of(folder, y, scores, objective)
