"""What a trial that was stopped is worth on the folds it has, by numbers worked by hand."""

from __future__ import annotations

import numpy as np

from bench.ensemble.so_far import halves, so_far
from bench.score.objective import Objective

Y = np.array([1, 0, 1, 0, 1, 0, 1, 0], dtype=np.int8)
FOLDS = np.array([[0, 0, 0, 0, 1, 1, 2, 2]])
F1 = Objective()


def test_halves_hold_every_other_row_of_each_class() -> None:
    assert halves(Y).tolist() == [0, 0, 1, 1, 0, 0, 1, 1]


def test_a_single_fold_is_called_half_by_half_at_the_threshold_of_the_other() -> None:
    probability = np.full((1, 8), np.nan)
    probability[0, :4] = [0.9, 0.8, 0.7, 0.1]
    # The half of rows 0 and 1 alone would call from 0.85 on; the other, from 0.4.
    one = so_far(Y, probability, FOLDS, F1)
    assert one.folds == 1
    # Row 0 and 1 are called at 0.4: a hit and a false alarm. Row 2 and 3 at 0.85: a miss.
    assert (one.counts.true_positives, one.counts.false_positives, one.counts.false_negatives) == (1, 1, 1)
    assert one.value == 0.5


def test_several_folds_are_called_at_the_thresholds_of_each_other_and_rows_without_a_prediction_do_not_count() -> None:
    probability = np.full((1, 8), np.nan)
    probability[0, :6] = [0.9, 0.2, 0.8, 0.1, 0.7, 0.3]
    # The first fold is called from 0.5 on, the other from 0.5 on as well: all is right.
    one = so_far(Y, probability, FOLDS, F1)
    assert (one.folds, one.value, float(one.counts.rows)) == (2, 1.0, 6.0)


def test_an_objective_without_a_threshold_is_a_mean_over_the_folds() -> None:
    probability = np.full((1, 8), np.nan)
    probability[0, :6] = [0.9, 0.2, 0.8, 0.1, 0.3, 0.7]
    # The first fold is in order, the second upside down.
    one = so_far(Y, probability, FOLDS, Objective(metric="roc_auc"))
    assert one.value == 0.5


def test_without_a_positive_beside_a_fold_all_rows_are_called_half_by_half() -> None:
    probability = np.full((1, 8), np.nan)
    probability[0, [0, 2, 4, 1, 3, 5]] = [0.9, 0.8, 0.7, 0.3, 0.2, 0.1]
    folds = np.array([[0, 1, 0, 1, 0, 1, 2, 2]])  # the first holds the positives, the second none
    assert so_far(Y, probability, folds, F1).value == 1.0


def test_a_single_positive_is_called_at_the_threshold_that_is_best_for_all_rows() -> None:
    probability = np.full((1, 8), np.nan)
    probability[0, :2] = [0.9, 0.2]
    assert so_far(Y, probability, np.array([[0, 0, 1, 1, 1, 1, 1, 1]]), F1).value == 1.0


def test_rows_of_one_class_alone_are_not_called() -> None:
    probability = np.full((2, 8), np.nan)
    probability[0, :4] = [0.9, 0.2, 0.8, 0.1]
    probability[1, [1, 3]] = [0.9, 0.8]
    folds = np.array([[0, 0, 1, 1, 2, 2, 2, 2], [1, 0, 1, 0, 1, 1, 1, 1]])
    one = so_far(Y, probability, folds, F1)
    assert (float(one.counts.true_positives), float(one.counts.false_positives), float(one.counts.rows)) == (2, 0, 6)


def test_a_fold_of_one_class_is_left_out_of_a_mean() -> None:
    probability = np.full((1, 8), np.nan)
    probability[0, [0, 1, 3, 5]] = [0.9, 0.2, 0.4, 0.3]
    folds = np.array([[0, 0, 2, 1, 2, 1, 2, 2]])
    assert so_far(Y, probability, np.where(np.arange(8) == 3, 1, folds), Objective(metric="roc_auc")).value == 1.0
