"""Thresholds, worked by hand and against trying every cut."""

import numpy as np
import pytest

from bench.errors import ScoreError
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.thresholds import best_threshold, cross_fitted_calls, flat_region
from tests.leaks import threshold_leaks

# Twelve rows in three folds of four, by hand:
#   fold 0: .9+ .6- .4+ .1-    fold 1: .8+ .7- .3- .2-    fold 2: .95- .5+ .35+ .05-
Y = np.array([1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0], dtype=np.int8)
P = np.array([0.9, 0.6, 0.4, 0.1, 0.8, 0.7, 0.3, 0.2, 0.95, 0.5, 0.35, 0.05])
FOLD_OF = np.repeat([0, 1, 2], 4)


def test_cross_fitted_thresholds_on_twelve_rows() -> None:
    # Folds 1 and 2 hold 3 positives; from the top: .95- .8+ .7- .5+ .35+ .3- ...: calling five gives TP 3, FP 2,
    # F1 6/8, the best. The threshold is half-way between .35 and .3.
    assert best_threshold(Y[4:], P[4:]) == pytest.approx((0.35 + 0.3) / 2)
    # Folds 0 and 2: .95- .9+ .6- .5+ .4+ .35+ .1-: calling six gives TP 4, FP 2, F1 8/10.
    assert best_threshold(Y[FOLD_OF != 1], P[FOLD_OF != 1]) == pytest.approx((0.35 + 0.1) / 2)
    # Folds 0 and 1: .9+ .8+ .7- .6- .4+ .3-: calling two gives 2*2/(2+3) = .8, calling five 2*3/(5+3) = .75.
    assert best_threshold(Y[FOLD_OF != 2], P[FOLD_OF != 2]) == pytest.approx((0.8 + 0.7) / 2)
    called = cross_fitted_calls(Y, P, FOLD_OF)
    # Fold 0 at .325 calls .9 .6 .4; fold 1 at .225 calls .8 .7 .3; fold 2 at .75 calls .95 alone.
    assert called.tolist() == [True, True, True, False, True, True, True, False, True, False, False, False]
    counts = count(Y, called)
    assert (counts.true_positives, counts.false_positives, counts.false_negatives) == (3, 4, 2)
    assert counts.f1 == pytest.approx(6 / 12)
    # Chosen and scored on the same twelve rows it would look better.
    assert count(Y, best_threshold(Y, P) <= P).f1 == pytest.approx(10 / 13)


def test_the_best_threshold_is_as_good_as_any_cut() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        p = rng.integers(0, 12, 40) / 12  # with ties
        y = (rng.random(40) < 0.3).astype(np.int8)
        y[:2] = 0, 1
        tried = [count(y, p >= cut).f1 for cut in np.append(np.unique(p), 2.0)]
        assert count(y, p >= best_threshold(y, p)).f1 == pytest.approx(max(tried))


def test_of_equal_thresholds_the_one_that_calls_fewer_rows_is_chosen() -> None:
    # Calling one: 2*1/(1+2) = 2/3. Calling four: 2*2/(4+2) = 2/3.
    y = np.array([1, 0, 0, 1], dtype=np.int8)
    assert best_threshold(y, np.array([0.9, 0.8, 0.7, 0.6])) == pytest.approx(0.85)


def test_a_constant_calls_every_row_although_it_shifts_a_little_from_fold_to_fold() -> None:
    y = np.array([1, 0, 0, 0] * 3, dtype=np.int8)
    probability = np.repeat([0.2501, 0.2499, 0.25], 4)
    assert cross_fitted_calls(y, probability, FOLD_OF).all()


def test_the_threshold_lies_between_the_last_call_and_the_first_row_left_out() -> None:
    y = np.array([1, 1, 0, 0], dtype=np.int8)
    assert best_threshold(y, np.array([0.8, 0.6, 0.2, 0.1])) == pytest.approx(0.4)
    neighbour = np.nextafter(0.5, 0)
    assert best_threshold(y, np.array([0.5, 0.5, neighbour, neighbour])) == 0.5


def test_precision_keeps_its_recall_on_the_rows_that_choose() -> None:
    y = np.array([1, 0, 1, 1, 0, 1, 0, 0], dtype=np.int8)
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    for floor, precision, recall in ((0.25, 1.0, 0.25), (0.5, 3 / 4, 0.75), (0.75, 3 / 4, 0.75), (1.0, 4 / 6, 1.0)):
        objective = Objective(metric="precision", at_recall=floor)
        counts = count(y, p >= best_threshold(y, p, objective))
        assert counts.precision == pytest.approx(precision)
        assert counts.recall == pytest.approx(recall)


def test_a_threshold_for_a_fold_ignores_that_folds_labels() -> None:
    assert not threshold_leaks(cross_fitted_calls)


def test_a_threshold_chosen_on_its_own_fold_is_caught() -> None:
    def chosen_on_all_rows(y, probability, fold_of):  # type: ignore[no-untyped-def]
        return probability >= best_threshold(y, probability)

    def chosen_on_its_own_fold(y, probability, fold_of):  # type: ignore[no-untyped-def]
        called = np.zeros(len(y), dtype=bool)
        for fold in np.unique(fold_of):
            rows = fold_of == fold
            called[rows] = probability[rows] >= best_threshold(y[rows], probability[rows])
        return called

    assert threshold_leaks(chosen_on_all_rows)
    assert threshold_leaks(chosen_on_its_own_fold)


def test_one_class_and_missing_probabilities_are_refused() -> None:
    with pytest.raises(ScoreError, match="needs both classes, and 3 rows hold 3 positives"):
        best_threshold(np.ones(3, dtype=np.int8), np.array([0.1, 0.2, 0.3]))
    with pytest.raises(ScoreError, match="not a number"):
        best_threshold(Y, np.where(P == 0.9, np.nan, P))


def test_the_flat_region_is_where_little_is_lost() -> None:
    # From the top + + - + + ...: F1 of calling 1, 2, 4, 5 of four positives: 2/5, 4/6, 6/8, 8/9.
    y = np.array([1, 1, 0, 1, 1, 0, 0, 0], dtype=np.int8)
    p = np.array([0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert flat_region(y, p) == pytest.approx((0.35, 0.35))
    assert flat_region(y, p, within=0.2) == pytest.approx((0.35, 0.45))  # 8/9 - 6/8 is 16 % of 8/9
    assert flat_region(y, p, within=0.9) == pytest.approx((0.35, 0.75))
