"""How far a run is and how long it will take, by numbers worked by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.plan.grid import Cell, Plan, Trial
from bench.record.store import CellResult, Store, open_store
from bench.run.count import Count, Progress
from bench.vocabulary import Status
from tests.components.catalogue import trial

FLOOR, FOREST = trial(model="constant"), trial(model="random_forest", encoding="target")
PLAIN, WORDS = trial(model="logistic"), trial(model="logistic", text="tfidf_svd")
PLAN = Plan((FLOOR, PLAIN, WORDS, FOREST), {}, {})


@pytest.fixture
def folds(dataset: Dataset) -> Folds:
    return make_folds(dataset, FoldsSection(count=3))


def result(one: Trial, fold: int, seconds: float, status: Status = "done") -> CellResult:
    """Return a cell that took so many seconds, a fourth of them each for four things."""
    part = seconds / 4
    return CellResult(one.id, 0, fold, status, "", part, part, part, part)


def ended(count: Count, one: Trial, fold: int, seconds: float, status: Status = "done") -> Progress:
    return count.after(Cell(one, 0, fold), result(one, fold, seconds, status))


def test_what_is_left_costs_what_its_kind_cost_so_far(tmp_path: Path, dataset: Dataset, folds: Folds) -> None:
    count = Count(PLAN, Store(tmp_path, dataset.data_id, folds), workers=2)
    before = count.progress()
    assert (before.cells, before.recorded, before.left, before.seconds_left) == (12, 0, 12, None)
    # One cell of 1 s: the eleven others are taken to cost as much, two at once.
    assert ended(count, FLOOR, 0, 1.0).seconds_left == pytest.approx(11 * 1 / 2)
    # Logistic regression without the text takes 5 s, so with it as well; forests the mean of both, 3 s.
    assert ended(count, PLAIN, 0, 5.0).seconds_left == pytest.approx((2 * 1 + 2 * 5 + 3 * 5 + 3 * 3) / 2)
    # With the text it takes 9 s; without it is still 5. The mean of all is 5 now.
    assert ended(count, WORDS, 0, 9.0).seconds_left == pytest.approx((2 * 1 + 2 * 5 + 2 * 9 + 3 * 5) / 2)


def test_the_last_cells_do_not_run_on_more_workers_than_there_are_cells(
    tmp_path: Path, dataset: Dataset, folds: Folds
) -> None:
    count = Count(Plan((FLOOR,), {}, {}), Store(tmp_path, dataset.data_id, folds), workers=8)
    assert [ended(count, FLOOR, fold, 2.0).seconds_left for fold in range(3)] == [2.0, 2.0, 0.0]


def test_cells_that_ended_badly_count_as_failed_and_not_as_left(tmp_path: Path, dataset: Dataset, folds: Folds) -> None:
    count = Count(PLAN, Store(tmp_path, dataset.data_id, folds), workers=1)
    statuses: list[Status] = ["done", "failed", "timeout", "memory"]
    for one, status in zip(PLAN.trials, statuses, strict=True):
        state = ended(count, one, 0, 1.0, status)
    assert (state.recorded, state.failed, state.left, state.ran) == (4, 3, 8, 4)
    assert state.statuses == dict.fromkeys(statuses, 1)


def test_what_earlier_runs_measured_counts_until_this_one_has_measured(
    tmp_path: Path, dataset: Dataset, folds: Folds
) -> None:
    with open_store(tmp_path, dataset.data_id, folds) as store:
        store.append(result(FLOOR, 0, 4.0, "failed"))
        store.append(result(FLOOR, 1, 8.0, "failed"))
        store.append(result(trial(model="knn"), 1, 400.0, "failed"))  # of another slice
        count = Count(PLAN, store, workers=1)
        assert count.progress().seconds_left == pytest.approx(10 * 1.5)  # fits of 1 and 2 s
        state = ended(count, FLOOR, 2, 6.0)
    assert (state.recorded, state.ran) == (3, 1)
    assert state.seconds_left == pytest.approx(9 * 6)


def test_of_a_cluster_the_run_shows_how_many_cells_run_at_once(
    tmp_path: Path, dataset: Dataset, folds: Folds, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    count = Count(PLAN, Store(tmp_path, dataset.data_id, folds), workers=None)
    now = 102.0
    state = ended(count, FLOOR, 0, 8.0)  # in 2 s: four at once
    assert state.seconds_left == pytest.approx(11 * 8 / 4)
    assert state.cells_per_second == 0.5


def test_trials_that_a_race_stopped_are_not_ahead_those_of_tuning_are_and_a_budget_bounds_the_time(
    tmp_path: Path, dataset: Dataset, folds: Folds
) -> None:
    count = Count(Plan((FLOOR, PLAIN), {}, {}), Store(tmp_path, dataset.data_id, folds), 1, most_seconds=lambda: 9.0)
    with open_store(tmp_path, dataset.data_id, folds) as count.store:
        for one in (FLOOR, PLAIN):
            count.store.append(result(one, 0, 2.0, "failed"))
            state = ended(count, one, 0, 2.0, "failed")
        assert (state.cells, state.left, state.seconds_left) == (6, 4, 8.0)
        count.expect((PLAIN,))
        state = count.progress()
        assert (state.cells, state.recorded, state.left, state.seconds_left) == (4, 2, 2, 4.0)
        count.expect((PLAIN, FOREST))
        state = count.progress()
        assert (state.cells, state.recorded, state.left, state.seconds_left) == (7, 2, 5, 9.0)
