"""Trials scored again in draws of the rows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.score.objective import Objective
from bench.score.ranking import score_trial
from bench.score.redraws import redraw
from bench.score.weighted import drawn_score

OBJECTIVES = (
    Objective(),
    Objective(metric="f_beta", beta=2),
    Objective(metric="precision", at_recall=0.5),
    Objective(metric="recall", at_precision=0.3),
    Objective(metric="precision_at_k", k=0.1),
    Objective(metric="recall_at_k", k=0.1),
    Objective(metric="profit", value=900, cost=40),
    Objective(metric="average_precision"),
    Objective(metric="roc_auc"),
    Objective(metric="brier"),
    Objective(metric="log_loss"),
)


def leads(
    rows: int = 600, seed: int = 0, digits: int = 2
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int64]]:
    """Return labels, probabilities with many ties, and folds, of two repeats."""
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < 0.15).astype(np.int8)
    probability = 1 / (1 + np.exp(2 - 1.5 * y - rng.normal(size=(2, rows))))
    return y, probability.round(digits), rng.integers(0, 3, (2, rows))


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda one: one.metric)
def test_a_draw_of_every_row_once_scores_as_the_table_does(objective: Objective) -> None:
    y, probability, fold_of = leads()
    score = score_trial(y, probability, fold_of, objective)
    values, keeps = drawn_score(y, probability, fold_of, objective, np.ones((600, 1), dtype=np.float32))
    assert values == pytest.approx([score.value(objective)], abs=1e-6)
    assert keeps.tolist() == [score.keeps_floor(objective)]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda one: one.metric)
def test_a_row_drawn_twice_counts_as_two_rows(objective: Objective) -> None:
    y, probability, fold_of = leads(digits=1)
    drawn = np.random.default_rng(1).integers(0, 4, 600)
    twice = np.repeat(np.arange(600), drawn)
    values, _ = drawn_score(y, probability, fold_of, objective, drawn[:, np.newaxis].astype(np.float32))
    score = score_trial(y[twice], probability[:, twice], fold_of[:, twice], objective)
    assert values == pytest.approx([score.value(objective)], abs=1e-6)


def test_thresholds_move_with_the_draw() -> None:
    # Two folds with the same rows. If only the first positive is drawn, its value is the best threshold; if both
    # are, calling down to the second is.
    y = np.tile(np.array([1, 0, 1, 0], dtype=np.int8), 2)
    probability = np.tile([0.9, 0.6, 0.5, 0.1], 2)[np.newaxis]
    fold_of = np.repeat([0, 1], 4)[np.newaxis]
    weights = np.tile([[1, 1], [1, 1], [0, 1], [1, 1]], (2, 1)).astype(np.float32)
    values, _ = drawn_score(y, probability, fold_of, Objective(), weights)
    assert values == pytest.approx([1.0, 0.8])


def test_a_fold_without_both_classes_in_a_draw_has_no_area() -> None:
    y = np.array([1, 0, 1, 0], dtype=np.int8)
    probability, fold_of = np.array([[0.9, 0.1, 0.2, 0.8]]), np.array([[0, 0, 1, 1]])
    weights = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 1, 1]], dtype=np.float32)
    values, _ = drawn_score(y, probability, fold_of, Objective(metric="roc_auc"), weights)
    assert values == pytest.approx([0.5, 1.0, np.nan], nan_ok=True)


def test_companies_are_drawn_whole() -> None:
    y, probability, fold_of = (np.tile(part, 5) for part in leads(rows=120))
    score = score_trial(y, probability, fold_of, Objective())
    spreads = [
        redraw(y, {"a": probability}, {"a": score}, fold_of, Objective(), groups).drawn.std()
        for groups in (None, np.tile(np.arange(120), 5))
    ]
    # Five equal rows tell no more than one: the score moves about as if there were a fifth of them.
    assert spreads[1] / spreads[0] == pytest.approx(np.sqrt(5), rel=0.25)


def test_a_replay_is_the_same_each_time_and_whatever_the_other_trials() -> None:
    y, probability, fold_of = leads()
    trials = {"a": probability, "b": probability[:, ::-1], "c": probability}
    scores = {trial: score_trial(y, p, fold_of, Objective()) for trial, p in trials.items()}
    first = redraw(y, trials, scores, fold_of, Objective(), draws=30, seed=3)
    again = redraw(y, {"b": trials["b"], "a": probability}, scores, fold_of, Objective(), draws=30, seed=3)
    other = redraw(y, trials, scores, fold_of, Objective(), draws=30, seed=4)
    assert first.trials == ("a", "b", "c")
    assert first.units == 600
    assert (first.drawn[:, 0] == first.drawn[:, 2]).all()
    assert (first.drawn[:, [1, 0]] == again.drawn).all()
    assert (first.drawn != other.drawn).any()
    assert first.value.tolist() == [scores[trial].counts.f1 for trial in "abc"]
