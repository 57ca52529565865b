"""Runs: recorded as they go, resumed without a second fit, the same whatever interrupts them."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.errors import DataError
from bench.plan.grid import Cell, Plan
from bench.record.store import open_store
from bench.run import cell as cell_module
from bench.run.cell import run_cell
from bench.run.count import Progress
from bench.run.prepared import Pieces
from bench.run.runner import fit_trials, run_plan
from tests.components.catalogue import trial

PLAN = Plan(
    (
        trial(model="constant"),
        trial(model="logistic", text="tfidf_svd", resampling="smote"),
        trial(model="random_forest", encoding="target"),
    ),
    {},
    {},
)


@pytest.fixture
def folds(dataset: Dataset) -> Folds:
    return make_folds(dataset, FoldsSection(count=3))


def run(
    folder: Path, dataset: Dataset, folds: Folds, workers: int = 0, stop_after: int | None = None
) -> list[Progress]:
    """Run the plan in ``folder``; with ``stop_after``, press Ctrl-C after so many cells."""
    seen: list[Progress] = []

    def watch(progress: Progress) -> None:
        seen.append(progress)
        if stop_after is not None and len(seen) > stop_after:
            raise KeyboardInterrupt("pressed")

    with open_store(folder, dataset.data_id, folds) as store:
        run_plan(PLAN, dataset, store, workers, watch)
    return seen


def predictions(folder: Path, dataset: Dataset, folds: Folds) -> list[np.ndarray]:
    with open_store(folder, dataset.data_id, folds) as store:
        found = [store.out_of_fold(one.id) for one in PLAN.trials]
    assert all(one is not None for one in found)
    return [one for one in found if one is not None]


def test_every_cell_is_recorded_with_its_predictions(tmp_path: Path, dataset: Dataset, folds: Folds) -> None:
    seen = run(tmp_path, dataset, folds)
    assert [progress.recorded for progress in seen] == list(range(10))
    assert {progress.cells for progress in seen} == {9}
    cells = pd.read_csv(tmp_path / "cells.csv")
    assert (cells["status"] == "done").all()
    assert cells["reason"].isna().all()
    for one in predictions(tmp_path, dataset, folds):
        assert one.shape == (1, 120)
        assert ((one >= 0) & (one <= 1)).all()


def test_an_interrupted_run_resumes_without_refitting_and_ends_the_same(
    tmp_path: Path, dataset: Dataset, folds: Folds
) -> None:
    run(tmp_path / "whole", dataset, folds)
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        run(tmp_path / "halves", dataset, folds, stop_after=4)
    recorded = (tmp_path / "halves" / "cells.csv").read_text()
    assert len(recorded.splitlines()) == 1 + 4
    seen = run(tmp_path / "halves", dataset, folds)
    assert len(seen) == 1 + 5
    assert (tmp_path / "halves" / "cells.csv").read_text().startswith(recorded)
    pairs = zip(*(predictions(tmp_path / half, dataset, folds) for half in ("whole", "halves")), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    assert len(run(tmp_path / "halves", dataset, folds)) == 1  # nothing is left to do


def test_worker_processes_give_the_same_predictions(tmp_path: Path, dataset: Dataset, folds: Folds) -> None:
    run(tmp_path / "here", dataset, folds)
    run(tmp_path / "there", dataset, folds, workers=2)
    pairs = zip(*(predictions(tmp_path / place, dataset, folds) for place in ("here", "there")), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_preparing_once_for_many_trials_gives_what_preparing_for_each_gives(dataset: Dataset, folds: Folds) -> None:
    shared = Pieces()
    for one in PLAN.trials:
        together = run_cell(Cell(one, 0, 1), dataset, folds, shared)
        alone = run_cell(Cell(one, 0, 1), dataset, folds, Pieces())
        assert together.probability is not None
        assert np.array_equal(together.probability, alone.probability)


def test_what_a_library_warns_of_stands_in_the_row(
    dataset: Dataset, folds: Folds, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = cell_module._fit

    def warned(*given: Any) -> None:
        warnings.warn("did not converge\nat all", UserWarning, stacklevel=1)
        fit(*given)

    monkeypatch.setattr(cell_module, "_fit", warned)
    result = run_cell(Cell(PLAN.trials[0], 0, 0), dataset, folds, Pieces())
    assert (result.status, result.reason) == ("done", "UserWarning: did not converge")


def test_of_many_warnings_a_row_names_the_first(
    dataset: Dataset, folds: Folds, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = cell_module._fit

    def warned(*given: Any) -> None:
        for number in range(100, 130):
            warnings.warn(f"{number}", UserWarning, stacklevel=1)
        fit(*given)

    monkeypatch.setattr(cell_module, "_fit", warned)
    reason = run_cell(Cell(PLAN.trials[0], 0, 0), dataset, folds, Pieces()).reason
    assert reason.startswith("UserWarning: 100; UserWarning: 101; ")
    assert reason.endswith("; UserWarning: 109; and 20 more")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_refit_uses_every_labelled_row(workers: int, dataset: Dataset) -> None:
    one = trial(model="constant")
    (fitted,) = fit_trials([one], dataset, workers)[one.id]
    assert dataset.submission is not None
    assert fitted.probability(dataset.submission) == pytest.approx(np.full(30, dataset.y.mean()))


@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_fitted_again_on_the_folds_says_what_is_recorded(workers: int, dataset: Dataset) -> None:
    folds = make_folds(dataset, FoldsSection(count=3, repeats=2))
    fits = fit_trials(PLAN.trials, dataset, workers, folds=folds)
    for one in PLAN.trials:
        for (repeat, fold), fitted in zip(np.ndindex(2, 3), fits[one.id], strict=True):
            cell = run_cell(Cell(one, repeat, fold), dataset, folds, Pieces())
            held_out = dataset.features.iloc[folds.held_out(repeat, fold)]
            np.testing.assert_array_equal(fitted.probability(held_out), cell.probability)


def test_members_fitted_on_the_same_rows_share_what_was_prepared(dataset: Dataset) -> None:
    pair = [trial(model="logistic", encoding="target"), trial(model="lightgbm", encoding="target")]
    (one,), (other,) = fit_trials(pair, dataset, 0).values()
    assert one.prepared == other.prepared
    made: dict[str, object] = {}
    one.probability(dataset.features, made)
    before = dict(made)
    other.probability(dataset.features, made)
    assert made.keys() == before.keys()


def test_a_refit_that_fails_is_said_in_a_sentence(dataset: Dataset) -> None:
    huge = replace(dataset, features=dataset.features.assign(pages=1e200))
    one = trial(model="random_forest")
    with pytest.raises(DataError, match=rf"{one.configuration} was fitted again .* and failed: ValueError: "):
        fit_trials([one], huge, 0)
