"""Counts and the scores made of them, worked by hand."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, f1_score, log_loss, precision_score, recall_score

from bench.score.metrics import Counts, count, score_of_probabilities


def test_three_right_of_six_calls_is_a_precision_of_one_half() -> None:
    y = np.array([1, 1, 1, 0, 0, 0, 1, 0], dtype=np.int8)
    called = np.array([1, 1, 1, 1, 1, 1, 0, 0], dtype=bool)
    counts = count(y, called)
    assert counts == Counts(3, 3, 1, 1)
    assert counts.precision == 3 / 6
    assert counts.recall == 3 / 4
    assert counts.f1 == 2 * 3 / (2 * 3 + 3 + 1) == 0.6


def test_f1_over_folds_comes_from_pooled_counts_and_not_from_a_mean() -> None:
    folds = [Counts(1, 0, 0, 2), Counts(1, 3, 1, 0), Counts(0, 0, 2, 1)]
    assert [fold.f1 for fold in folds] == [1.0, 2 / 6, 0.0]
    pooled = folds[0] + folds[1] + folds[2]
    assert pooled == Counts(2, 3, 3, 3)
    assert pooled.f1 == 4 / 10
    assert pooled.f1 != pytest.approx(np.mean([fold.f1 for fold in folds]))  # which is 0.444


def test_scores_without_a_call_or_a_positive_are_zero() -> None:
    assert (Counts(0, 0, 3, 1).precision, Counts(0, 2, 0, 1).recall, Counts(0, 0, 0, 4).f1) == (0.0, 0.0, 0.0)


def test_scores_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    y, called = (rng.random(500) < 0.1).astype(np.int8), rng.random(500) < 0.2
    counts = count(y, called)
    assert counts.f1 == pytest.approx(f1_score(y, called))
    assert counts.precision == pytest.approx(precision_score(y, called))
    assert counts.recall == pytest.approx(recall_score(y, called))


def test_losses_and_areas_are_those_of_scikit_learn() -> None:
    y = np.array([1, 0, 0, 0], dtype=np.int8)
    p = np.array([0.5, 0.5, 0.0, 0.0])
    assert score_of_probabilities("brier", y, p) == pytest.approx(0.5 / 4)
    assert score_of_probabilities("log_loss", y, p) == pytest.approx(2 * np.log(2) / 4)
    for sure in (p, np.array([0.0, 1.0, 0.5, 0.5])):
        assert score_of_probabilities("log_loss", y, sure) == pytest.approx(log_loss(y, sure))
        assert score_of_probabilities("brier", y, sure) == pytest.approx(brier_score_loss(y, sure))
    assert score_of_probabilities("roc_auc", y, p) == pytest.approx(2.5 / 3)
    assert score_of_probabilities("average_precision", y, p) == pytest.approx(1 / 2)


def test_rows_may_stand_for_several() -> None:
    y = np.array([1, 1, 0, 0], dtype=np.int8)
    called = np.array([1, 0, 1, 0], dtype=bool)
    assert count(y, called, np.array([2.5, 1.5, 0.5, 3.0])) == Counts(2.5, 0.5, 1.5, 3.0)


def test_counts_of_arrays_give_scores_of_arrays() -> None:
    counts = Counts(np.array([0, 1]), np.array([0, 3]), np.array([2, 1]), np.array([5, 2]))
    assert counts.precision.tolist() == [0, 0.25]
    assert counts.f1.tolist() == pytest.approx([0, 2 / 6])
