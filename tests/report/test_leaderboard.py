"""The leaderboard: finished trials by rank, the others last, every field a scalar."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.ensemble.judge import Verdict, judge
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, Trial
from bench.record.columns import LEADERBOARD
from bench.record.store import CellResult, open_store
from bench.report.board import Board, write_board
from bench.report.leaderboard import Row, leaderboard, shown_columns
from bench.score.objective import Objective
from tests.components.catalogue import choice, trial

PLAN = Plan(tuple(trial(model=name) for name in ("constant", "logistic", "lightgbm", "xgboost")), {}, {})
GOOD, BAD, HALF, NEVER = (one.id for one in PLAN.trials)


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    path = tmp_path / "asked.toml"
    path.write_text(
        'question = "Is <b>this</b> it?"\n[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n'
        '[grid]\nmodel = ["logistic"]\n'
    )
    return read_experiment(path)


def judged(folder: Path, dataset: Dataset, experiment: Experiment) -> tuple[list[Row], Verdict]:
    """Record a good trial, a bad one, one with a failed cell and one without any; return what is made of them."""
    folds = make_folds(dataset, FoldsSection(count=3))
    rng = np.random.default_rng(0)
    with open_store(folder, dataset.data_id, folds) as store:
        for fold in range(3):
            y = dataset.y[folds.held_out(0, fold)]
            good, bad = np.where(y, 0.8, 0.1) * rng.random(len(y)), rng.random(len(y))
            store.append(CellResult(GOOD, 0, fold, "done", fit_seconds=1.5, probability=good))
            store.append(CellResult(BAD, 0, fold, "done", fit_seconds=0.5, probability=bad))
            status = "failed" if fold == 1 else "done"
            store.append(CellResult(HALF, 0, fold, status, probability=None if fold == 1 else good))
        verdict = judge(PLAN, dataset, store, experiment)
        return leaderboard(PLAN, verdict.scores, store, experiment), verdict


def test_finished_trials_rank_first_and_one_with_a_failed_cell_is_last(
    tmp_path: Path, dataset: Dataset, experiment: Experiment
) -> None:
    rows, _ = judged(tmp_path, dataset, experiment)
    assert [(row["rank"], row["trial"], row["status"]) for row in rows] == [
        (1, GOOD, "done"),
        (2, BAD, "done"),
        (3, HALF, "partial"),
    ]
    assert rows[0]["fit_seconds"] == 4.5
    assert "f1" not in rows[2]
    assert NEVER not in [row["trial"] for row in rows]


def test_the_file_has_the_described_columns_and_scalars_only(
    tmp_path: Path, dataset: Dataset, experiment: Experiment
) -> None:
    rows, verdict = judged(tmp_path, dataset, experiment)
    write_board(Board(experiment, PLAN, rows, verdict, []), tmp_path)
    with (tmp_path / "leaderboard.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    assert list(written[0]) == list(LEADERBOARD)
    assert all(isinstance(value, str | int | float) for row in rows for value in row.values())
    markdown = (tmp_path / "leaderboard.md").read_text()
    assert "Is &lt;b>this&lt;/b> it?" in markdown
    ranking, ensemble = markdown.split("## The ensemble")
    assert ranking.count("\n| ") == 2 + len(rows)
    assert ensemble.count("\n| ") >= 2 + len(verdict.members)


def test_precision_shows_the_floor_it_has_to_keep(tmp_path: Path, dataset: Dataset, experiment: Experiment) -> None:
    strict = replace(experiment, objective=Objective(metric="precision", at_recall=0.9))
    rows, verdict = judged(tmp_path, dataset, strict)
    assert {row["floor"] for row in rows} <= {"kept", "missed", ""}
    assert rows[0]["floor"] == ("kept" if rows[0]["recall"] >= 0.9 else "missed")
    assert shown_columns(strict, rows)[:5] == ["rank", "trial", "configuration", "status", "precision"]
    write_board(Board(strict, PLAN, rows, verdict, []), tmp_path)
    assert (tmp_path / "leaderboard.csv").read_text().splitlines()[0].endswith(",floor")


def test_a_component_that_stands_twice_in_a_row_has_its_hyperparameters_apart(
    tmp_path: Path, dataset: Dataset, experiment: Experiment
) -> None:
    pairs = [choice("derived", "cross", columns=pair) for pair in ("a", "b")]
    twice = Trial((*pairs, *PLAN.trials[0].choices[1:]))
    with open_store(tmp_path, dataset.data_id, make_folds(dataset, FoldsSection(count=3))) as store:
        store.append(CellResult(twice.id, 0, 0, "failed"))
        (row,) = leaderboard(Plan((twice,), {}, {}), {}, store, experiment)
    assert row["hyperparameters"] == "cross.columns=a cross (2).columns=b"
