"""Trials scored from out-of-fold predictions and put in order."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bench.errors import ScoreError
from bench.score.metrics import Counts
from bench.score.objective import Objective
from bench.score.ranking import Score, rank, score_trial
from tests.score.test_thresholds import FOLD_OF, P, Y


def score(f1_counts: Counts) -> Score:
    return Score(f1_counts, 0.5, 0.5, 0.5, 0.1, 0.3, 1, (0.5, 0.5), (0.5, 0.5))


def test_a_trial_is_scored_by_pooled_counts_at_the_thresholds_of_the_other_folds() -> None:
    got = score_trial(Y, P[None], FOLD_OF[None], Objective())
    assert got.counts == Counts(3, 4, 2, 3)
    assert got.predicted_positives == 7
    areas = [roc_auc_score(Y[fold == FOLD_OF], P[fold == FOLD_OF]) for fold in range(3)]
    assert got.roc_auc == pytest.approx(np.mean(areas))


def test_repeats_pool_their_counts() -> None:
    once = score_trial(Y, P[None], FOLD_OF[None], Objective())
    twice = score_trial(Y, np.stack([P, P]), np.stack([FOLD_OF, FOLD_OF]), Objective())
    assert twice.counts == once.counts + once.counts
    assert twice.predicted_positives == once.predicted_positives
    assert twice.threshold == once.threshold


def test_models_of_different_folds_need_not_share_a_scale_for_the_areas() -> None:
    shifted = P / 3 + FOLD_OF / 3  # the order inside each fold is as before
    got, before = (score_trial(Y, p[None], FOLD_OF[None], Objective()) for p in (shifted, P))
    assert got.roc_auc == pytest.approx(before.roc_auc)
    assert got.average_precision == pytest.approx(before.average_precision)


def test_a_missing_prediction_is_refused() -> None:
    with pytest.raises(ScoreError, match="not a number"):
        score_trial(Y, np.full((1, 12), np.nan), FOLD_OF[None], Objective())


def test_trials_rank_by_the_objective_and_ties_by_id() -> None:
    scores = {"b": score(Counts(3, 3, 1, 9)), "a": score(Counts(3, 3, 1, 9)), "c": score(Counts(3, 0, 0, 9))}
    assert rank(scores, Objective()) == ["c", "a", "b"]


def test_a_trial_that_misses_the_recall_floor_stands_behind_all_that_keep_it() -> None:
    objective = Objective(metric="precision", at_recall=0.5)
    scores = {"sure": score(Counts(1, 0, 9, 9)), "wide": score(Counts(6, 6, 4, 3))}
    assert not scores["sure"].keeps_floor(objective)
    assert rank(scores, objective) == ["wide", "sure"]


def test_of_losses_the_smaller_ranks_first() -> None:
    sure = np.where(Y == 1, 0.9, 0.1)
    scores = {
        "sure": score_trial(Y, sure[None], FOLD_OF[None], Objective()),
        "p": score_trial(Y, P[None], FOLD_OF[None], Objective()),
    }
    assert scores["sure"].brier == pytest.approx(0.01)
    for metric in ("brier", "log_loss", "roc_auc"):
        assert rank(scores, Objective(metric=metric)) == ["sure", "p"]


def test_a_score_tells_how_far_the_thresholds_of_the_folds_lie_apart() -> None:
    got = score_trial(Y, P[None], FOLD_OF[None], Objective())
    assert got.spread == pytest.approx((0.225, 0.75))  # see test_cross_fitted_thresholds_on_twelve_rows
    assert got.flat[0] <= got.threshold <= got.flat[1]


def test_where_nobody_keeps_the_floor_the_nearest_to_it_is_first() -> None:
    objective = Objective(metric="recall", at_precision=0.9)
    scores = {"everyone": score(Counts(10, 20, 0, 0)), "careful": score(Counts(8, 2, 2, 18))}
    assert rank(scores, objective) == ["careful", "everyone"]
    objective = Objective(metric="precision", at_recall=0.9)
    scores = {"sure": score(Counts(1, 0, 9, 20)), "wide": score(Counts(8, 8, 2, 12))}
    assert rank(scores, objective) == ["wide", "sure"]
