"""Predictions kept for benchmarks are those that the engine would make."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from bench.data.folds import make_folds
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import make_plan
from bench.run.cell import every_part, fit, fit_predict, fold_part
from bench.run.prepared import Pieces
from benchmarks import fresh
from benchmarks.fresh import keep, predict_all, split

GRID = """
[data]
demo = { rows = 600, seed = 7 }
target = "is_converted"
positive = "True"
id = "id"
groups = "customer_idx"
drop = ["customer_idx", "customer_country", "customer_country.1", "lead_date", "message"]
[folds]
count = 2
[grid]
imputation = ["median"]
encoding = ["ordinal", "target"]
model = ["constant", "decision_tree"]
"""


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """A small grid, on splits of a few rows."""
    monkeypatch.setattr(fresh, "LABELLED", 400)
    monkeypatch.setattr(fresh, "MOST_FRESH", 150)
    (tmp_path / "small.toml").write_text(GRID)
    return read_experiment(tmp_path / "small.toml")


def test_kept_predictions_are_those_of_the_cells_and_of_the_refit(experiment: Experiment) -> None:
    inside, dataset, y_fresh = split(experiment, 0)
    kept = predict_all(inside, dataset, y_fresh)
    folds = make_folds(dataset, inside.folds)
    assert dataset.submission is not None
    trials = sorted(make_plan(inside, dataset).trials, key=lambda trial: trial.configuration)
    assert kept.asked.shape == (len(trials), 3, 150)
    for place, trial in enumerate(trials):
        part = fold_part(dataset, folds, 0, 1)
        held_out = fit_predict(trial, part, Pieces()).probability
        np.testing.assert_array_equal(kept.oof[place, part.held_out_rows], held_out)
        refitted = fit(trial, every_part(dataset), Pieces()).probability(dataset.submission)
        np.testing.assert_array_equal(kept.asked[place, 2], refitted.astype(np.float32))


def test_a_split_that_was_kept_is_read_and_not_made_again(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keep(experiment, 3, tmp_path)
    monkeypatch.delattr(fresh, "predict_all")
    read = keep(experiment, 3, tmp_path)
    for field in fields(made):
        np.testing.assert_array_equal(getattr(made, field.name), getattr(read, field.name))
