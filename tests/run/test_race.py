"""Who goes on after a round, decided by recorded cells alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.errors import StoreError
from bench.plan.grid import Trial
from bench.plan.sections import RaceSection
from bench.record.store import CellResult, Store, open_store
from bench.run.race import Standing, after_round, race_order
from bench.score.objective import Objective
from tests.components.catalogue import trial
from tests.conftest import make_dataset

GOOD, DOUBLE, POOR = trial(model="logistic"), trial(model="lightgbm"), trial(model="random_forest")
FLOOR, FAILED = trial(model="constant"), trial(model="decision_tree")
TRIALS = (POOR, GOOD, FLOOR, DOUBLE, FAILED)
DATASET = replace(make_dataset(1500), groups=None)


@pytest.fixture
def folds() -> Folds:
    return make_folds(DATASET, FoldsSection(count=3))


def predictions() -> dict[str, NDArray[np.float64]]:
    """Return one probability for each row: two trials say the same, one knows little, the floor nothing."""
    rng = np.random.default_rng(0)
    good, poor = DATASET.y + rng.normal(size=(2, len(DATASET.y))) * np.array([[0.7], [5.0]])
    squeezed = [1 / (1 + np.exp(-score)) for score in (good, good, poor, np.zeros_like(good), good)]
    return dict(zip([one.id for one in (GOOD, DOUBLE, POOR, FLOOR, FAILED)], squeezed, strict=True))


def record(store: Store, cells: Iterable[tuple[Trial, int]], seconds: float = 1.0) -> None:
    made = predictions()
    for one, fold in cells:
        probability = made[one.id][store.folds.held_out(0, fold)]
        store.append(CellResult(one.id, 0, fold, "done", fit_seconds=seconds, probability=probability))


def stand(
    store: Store, trials: Iterable[Trial] = TRIALS, rounds: int = 1, dataset: Dataset = DATASET, metric: str = "f1"
) -> Standing:
    return after_round(
        tuple(trials), dataset, store, Objective.model_validate({"metric": metric}), RaceSection(), rounds
    )


@pytest.mark.parametrize("metric", ["f1", "roc_auc", "log_loss"])
def test_a_clearly_worse_trial_stops_after_the_first_round_and_equals_go_on(
    tmp_path: Path, folds: Folds, metric: str
) -> None:
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, [(one, 0) for one in (GOOD, DOUBLE, POOR, FLOOR)])
        store.append(CellResult(FAILED.id, 0, 0, "failed", "ValueError: no"))
        standing = stand(store, metric=metric)
    best = sorted((GOOD, DOUBLE), key=lambda one: one.id)
    assert standing.going_on == (*best, FLOOR)  # the best first, and the floor however poor it is
    assert standing.stopped == (POOR,)


def test_a_trial_with_a_failed_cell_or_without_one_is_on_neither_side(tmp_path: Path, folds: Folds) -> None:
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, [(one, 0) for one in (GOOD, DOUBLE, FAILED)])
        record(store, [(GOOD, 1)])
        store.append(CellResult(FAILED.id, 0, 1, "timeout", "1 s"))
        assert set(stand(store).going_on) == {GOOD, DOUBLE, FAILED}
        assert stand(store, rounds=2) == Standing((GOOD,), ())
        assert stand(store, rounds=3) == Standing((), ())


def test_decisions_know_neither_the_order_of_trials_nor_seconds_nor_later_folds(tmp_path: Path, folds: Folds) -> None:
    cells = [(one, 0) for one in (GOOD, DOUBLE, POOR, FLOOR)]
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, cells)
        first = stand(store)
        record(store, [(POOR, 1), (GOOD, 1)])
        assert stand(store, reversed(TRIALS)) == first
    with open_store(tmp_path / "slow", DATASET.data_id, folds) as store:
        record(store, reversed(cells), seconds=99.0)
        assert stand(store) == first


def test_nobody_stops_where_no_row_seen_is_positive(tmp_path: Path, folds: Folds) -> None:
    y = DATASET.y.copy()
    y[folds.held_out(0, 0)] = 0
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, [(one, 0) for one in (GOOD, POOR)])
        assert set(stand(store, dataset=replace(DATASET, y=y)).going_on) == {GOOD, POOR}


def test_nobody_stops_after_the_last_round(tmp_path: Path, folds: Folds) -> None:
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, [(one, fold) for one in (GOOD, POOR) for fold in range(3)])
        assert stand(store, rounds=2) == Standing((GOOD,), (POOR,))
        assert stand(store, rounds=3) == Standing((GOOD, POOR), ())


def test_rows_of_one_company_count_as_one(tmp_path: Path, folds: Folds) -> None:
    one = replace(DATASET, groups=np.zeros(len(DATASET.y), dtype=np.int64))  # of a single one nothing can be sure
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, [(each, 0) for each in (GOOD, POOR)])
        assert stand(store).stopped == (POOR,)
        assert stand(store, dataset=one).stopped == ()


def test_damaged_predictions_are_said_in_a_sentence(tmp_path: Path, folds: Folds) -> None:
    with open_store(tmp_path / "race", DATASET.data_id, folds) as store:
        record(store, [(GOOD, 0)])
        (tmp_path / "race" / "predictions" / "repeat0_fold0.f64").write_bytes(b"")
        with pytest.raises(StoreError, match="were damaged while the race ran"):
            stand(store)


def test_a_round_keeps_what_is_shared_together_and_cheap_models_first() -> None:
    def one(encoding: str, resampling: str, model: str) -> Trial:
        return trial(encoding=encoding, resampling=resampling, model=model)

    trials = [
        one(encoding, resampling, model)
        for model in ("random_forest", "logistic", "lightgbm")
        for resampling in ("as_is", "class_weight")
        for encoding in ("one_hot", "target")
    ]
    ordered = [(two.named("encoding"), two.named("resampling"), two.named("model")) for two in race_order(trials)]
    models = sorted(("random_forest", "logistic", "lightgbm"), key=lambda name: COSTS[name])
    assert ordered == [
        (encoding, resampling, model)
        for encoding in ("one_hot", "target")
        for resampling in ("as_is", "class_weight")
        for model in models
    ]
    assert race_order(reversed(trials))[0].named("encoding") == "target"  # the block of the first trial comes first


COSTS = {one.named("model"): one.on("model")[0].component.cost for one in (GOOD, DOUBLE, POOR)}
