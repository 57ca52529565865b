"""Pairs of components, compared in the same company where there is such."""

from __future__ import annotations

import numpy as np
import pytest

from bench.plan.grid import Trial
from bench.report.crossed import Crossed, crossed, widest
from bench.report.effects import effects
from bench.score.objective import Objective
from tests.report.test_effects import GRID, made, redrawn

BRIER = Objective(metric="brier")


def together(scores: dict[Trial, float], objective: Objective | None = None, most: int = 9) -> Crossed:
    values = {trial.id: score for trial, score in scores.items()}
    found = crossed(scores, values, ("model", "encoding"), objective or Objective(), most)
    assert found is not None
    return found


def test_a_pair_scores_the_mean_over_what_every_pair_was_run_with() -> None:
    found = together(GRID)
    assert list(found.values.index) == ["lightgbm", "logistic"]  # the floor is left out
    assert list(found.values.columns) == ["target", "native"]
    assert found.contexts == 2  # with smote and without
    assert found.values.to_numpy() == pytest.approx(
        np.array([[(0.46 + 0.45) / 2, (0.40 + 0.38) / 2], [(0.43 + 0.40) / 2, np.nan]]), nan_ok=True
    )


def test_what_was_run_with_one_pair_only_does_not_count() -> None:
    found = together({**GRID, made(model="lightgbm", encoding="target", imputation="median"): 0.99})
    assert found.contexts == 2
    assert found.values.loc["lightgbm", "target"] == pytest.approx(0.455)


def test_without_common_company_each_pair_has_its_best() -> None:
    scores = {
        made(model="lightgbm", encoding="target"): 0.4,
        made(model="lightgbm", encoding="target", resampling="smote"): 0.5,
        made(model="logistic", encoding="one_hot", imputation="median"): 0.3,
    }
    assert together(scores).contexts == 0
    assert together(scores).values.loc["lightgbm", "target"] == 0.5
    less = together(scores, BRIER)
    assert less.values.loc["lightgbm", "target"] == 0.4
    assert list(less.values.index) == ["logistic", "lightgbm"]  # 0.3 is best where less is


def test_the_most_frequent_components_are_kept_and_no_pair_at_all_is_none() -> None:
    found = together(GRID, most=1)
    assert found.values.shape == (1, 1)
    assert found.left_out == (1, 1)
    assert crossed([made()], {made().id: 0.1}, ("model", "encoding"), Objective(), 9) is None


def test_the_axes_that_differ_most_come_first_and_the_floor_does_not_count() -> None:
    # encoding 0.065, model 0.040 (0.30 with the floor), resampling 0.020
    assert widest(effects(GRID, redrawn(GRID)), frozenset({"constant"})) == ["encoding", "model", "resampling"]
