"""Counts and the scores made of them, worked by hand."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from bench.score.metrics import Counts, count, objective_value
from bench.score.objective import Objective


def test_three_right_of_six_calls_is_a_precision_of_one_half() -> None:
    y = np.array([1, 1, 1, 0, 0, 0, 1, 0], dtype=np.int8)
    called = np.array([1, 1, 1, 1, 1, 1, 0, 0], dtype=bool)
    counts = count(y, called)
    assert counts == Counts(3, 3, 1)
    assert counts.precision == 3 / 6
    assert counts.recall == 3 / 4
    assert counts.f1 == 2 * 3 / (2 * 3 + 3 + 1) == 0.6


def test_f1_over_folds_comes_from_pooled_counts_and_not_from_a_mean() -> None:
    folds = [Counts(1, 0, 0), Counts(1, 3, 1), Counts(0, 0, 2)]
    assert [fold.f1 for fold in folds] == [1.0, 2 / 6, 0.0]
    pooled = folds[0] + folds[1] + folds[2]
    assert pooled == Counts(2, 3, 3)
    assert pooled.f1 == 4 / 10
    assert pooled.f1 != pytest.approx(np.mean([fold.f1 for fold in folds]))  # which is 0.444


def test_scores_without_a_call_or_a_positive_are_zero() -> None:
    assert (Counts(0, 0, 3).precision, Counts(0, 2, 0).recall, Counts(0, 0, 0).f1) == (0.0, 0.0, 0.0)


def test_scores_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    y, called = (rng.random(500) < 0.1).astype(np.int8), rng.random(500) < 0.2
    counts = count(y, called)
    assert counts.f1 == pytest.approx(f1_score(y, called))
    assert counts.precision == pytest.approx(precision_score(y, called))
    assert counts.recall == pytest.approx(recall_score(y, called))


def test_the_objective_says_which_number_ranks() -> None:
    counts = Counts(3, 3, 1)
    assert objective_value(counts, Objective()) == 0.6
    assert objective_value(counts, Objective(metric="precision", at_recall=0.5)) == 0.5
