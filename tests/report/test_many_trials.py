"""The report of two thousand trials: small enough to be sent, whatever they score."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.plan.grid import Trial
from bench.record.cells import CellResult
from bench.report.whole import write_report
from tests.components.catalogue import choice, trial
from tests.conftest import make_dataset
from tests.report.recorded import FOLDS, folds_of, told

MOST_BYTES = 3_000_000
TRIALS = 2_000
ROWS = 300


def many() -> tuple[Trial, ...]:
    models = [choice("model", "lightgbm", trees=trees, leaves=leaves) for trees in range(20, 145) for leaves in (7, 15)]
    axes = (models, ("one_hot", "ordinal"), ("as_is", "class_weight"), ("median", "keep_gaps"))
    crossed = [
        trial(model=model, encoding=encoding, resampling=resampling, imputation=imputation)
        for model, encoding, resampling, imputation in product(*axes)
    ]
    return tuple(dict.fromkeys([trial(model="constant"), *crossed]))[:TRIALS]


def recorded(trials: tuple[Trial, ...], dataset: Dataset) -> Iterator[CellResult]:
    """Yield cells of trials that differ in skill and in cost, each its own way; some failed, some warned."""
    folds = folds_of(dataset)
    rng = np.random.default_rng(0)
    for number, one in enumerate(trials):
        skill, seconds = rng.uniform(0.1, 0.6), float(rng.lognormal())
        for fold in range(FOLDS):
            if number % 50 == 7 and fold == 1:
                yield CellResult(one.id, 0, fold, "failed", f"ValueError: bad cell {number}: 'lead {number}'")
                continue
            rows = folds.held_out(0, fold)
            probability = skill * dataset.y[rows] + (1 - skill) * rng.random(len(rows))
            reason = "ConvergenceWarning: did not converge" if number % 9 == 0 else ""
            yield CellResult(
                one.id, 0, fold, "done", reason, 0.1, 0.0, seconds, 0.01, 200 + seconds, probability=probability
            )


@pytest.mark.slow
def test_the_page_of_two_thousand_trials_is_below_three_megabytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # of twelve thousand files the disk need not be sure
    trials = many()
    assert len(trials) == TRIALS
    one = told(
        tmp_path,
        lambda dataset: recorded(trials, dataset),
        judged=True,
        trials=trials,
        dataset=make_dataset(ROWS),
    )
    page = write_report(one).read_text(encoding="utf-8")
    assert len(page.encode()) < MOST_BYTES
    assert "could not be made" not in page
    assert "lead 7" not in page
