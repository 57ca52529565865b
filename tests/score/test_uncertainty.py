"""The estimate that pays for the choice: by hand, against a slow replay, and where trials are equally good."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from bench.companies import company_of
from bench.errors import ScoreError
from bench.score import uncertainty
from bench.score.bootstrap import draws_of
from bench.score.metrics import Counts
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from bench.score.redraws import redraw
from bench.score.replay import Choice, Trials, best_trial, best_trial_of
from bench.score.thresholds import cuts
from bench.score.uncertainty import Corrected, corrected_estimate
from bench.score.weighted import Weights, scores_of_probabilities

F1 = Objective()
OBJECTIVES = [
    F1,
    Objective(metric="f_beta", beta=2.5),
    Objective(metric="precision", at_recall=0.6),
    Objective(metric="recall", at_precision=0.5),
    Objective(metric="precision_at_k", k=0.2),
    Objective(metric="recall_at_k", k=0.2),
    Objective(metric="profit", value=90.0, cost=31.0),
]
WITHOUT_THRESHOLD = [Objective(metric=m) for m in ("average_precision", "roc_auc", "brier", "log_loss")]

Table = tuple[NDArray[np.int8], dict[str, NDArray[np.float64]], NDArray[np.int64]]


def coarse_table(seed: int, rows: int = 40, trials: int = 4, repeats: int = 2) -> Table:
    """Return labels, trials with many equal probabilities, and three folds of each repeat."""
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < 0.3).astype(np.int8)
    y[:9] = 1
    fold_of = np.stack([np.arange(rows) % 3, np.arange(rows) // 3 % 3])[:repeats]
    made = {f"t{t}": np.clip(rng.integers(0, 9, (repeats, rows)) + 2 * y, 0, 9) / 10 + 0.05 for t in range(trials)}
    return y, made, fold_of


def even_trials(seed: int, trials: int, rows: int = 600, signal: float = 1.5, ahead: float = 0.0) -> Table:
    """Return trials that are all equally good, but for the first, which may be ahead."""
    rng = np.random.default_rng(seed)
    y = (np.arange(rows) % 10 == 0).astype(np.int8)
    scores = {f"t{t:03}": rng.normal(signal * y + ahead * y * (t == 0)) for t in range(trials)}
    fold_of = (np.arange(rows) // 10 % 5)[None]
    return y, {trial: 1 / (1 + np.exp(-score))[None] for trial, score in scores.items()}, fold_of


def test_left_out_rows_are_pooled_over_draws_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    y = np.array([1, 1, 0, 0], dtype=np.int8)
    drawn = np.array([[2, 2, 0, 0], [0, 0, 1, 3], [0, 2, 2, 0]], dtype=np.float32)
    monkeypatch.setattr(uncertainty, "draws_of", lambda *_: iter([drawn]))

    def always(
        y: NDArray[np.int8],
        trials: Trials,
        fold_of: NDArray[np.int64],
        objective: Objective,
        weights: Weights,
        numbers: range,
    ) -> Iterator[Choice]:
        for _ in weights.T:
            yield Choice({"a": 0.5, "b": 0.5}, 0.9, np.array([[0.8, 0.3, 0.7, 0.2]]), 0.5)

    got = corrected_estimate(y, {}, np.zeros((1, 4), dtype=np.int64), F1, always, draws=3)
    # Left out are rows 2 and 3, then 0 and 1, then 0 and 3. Called are 0 and 2: TP 2, FP 1, FN 1, TN 2 of 6.
    assert got.value == pytest.approx(4 / 6)
    assert got.counts == Counts(*(pytest.approx(4 / 6 * n) for n in (2, 1, 1, 2)))
    assert (got.reported, got.optimism) == (0.9, pytest.approx(0.9 - 4 / 6))
    assert got.chosen == {"a": pytest.approx(0.5), "b": pytest.approx(0.5)}
    # One more TP moves F1 by 2/6 - 2*4/36 = 1/9, one more FP or FN by -4/36. Row 0 stands for two TP: 2/9, rows 1 and
    # 2 for -1/9, row 3 for nothing; their mean is 0, and the squares add up to 6/81.
    assert got.low == pytest.approx(4 / 6 - 1.959964 * np.sqrt(6 / 81), abs=1e-6)
    assert got.high == 1


@pytest.mark.parametrize("objective", [*OBJECTIVES, *WITHOUT_THRESHOLD], ids=lambda o: o.metric)
def test_on_the_table_as_it_is_the_replay_chooses_what_the_leaderboard_does(objective: Objective) -> None:
    for seed in range(2):
        y, trials, fold_of = coarse_table(seed, trials=3)
        scores = {trial: score_trial(y, made, fold_of, objective) for trial, made in trials.items()}
        leader = rank(scores, objective)[0]
        (choice,) = best_trial(y, trials, fold_of, objective, np.ones((len(y), 1), dtype=np.float32))
        assert choice.weights == {leader: 1.0}
        assert choice.value == pytest.approx(scores[leader].value(objective))
        assert choice.threshold == scores[leader].threshold


def slow_choice(table: Table, objective: Objective, weights: NDArray[np.float32]) -> tuple[str, float, float]:
    """Return the leader of one draw, its score and its exported threshold, by counting row by row."""

    def counted(y: NDArray[np.int8], called: NDArray[np.bool_], w: NDArray[np.float32]) -> Counts:
        cells = [(y == 1) & called, (y == 0) & called, (y == 1) & ~called, (y == 0) & ~called]
        return Counts(*(float(w[cell].sum()) for cell in cells))

    def best(y: NDArray[np.int8], p: NDArray[np.float64], w: NDArray[np.float32]) -> float:
        thresholds = cuts(y, p).thresholds
        return float(max(thresholds, key=lambda t: float(objective.worth(counted(y, p >= t, w)))))

    y, trials, fold_of = table
    order = []
    for trial, made in trials.items():
        total = Counts(0, 0, 0, 0)
        for p, folds in zip(made, fold_of, strict=True):
            for fold in range(3):
                own = folds == fold
                threshold = best(y[~own], p[~own], weights[~own])
                total += counted(y[own], p[own] >= threshold, weights[own])
        order.append((not objective.keeps(total), -float(objective.of(total)), trial))
    _, value, leader = min(order)
    repeats = len(fold_of)
    return leader, -value, best(np.tile(y, repeats), trials[leader].ravel(), np.tile(weights, repeats))


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: o.metric)
def test_the_replay_is_what_counting_row_by_row_gives(objective: Objective) -> None:
    for seed in range(3):
        table = y, trials, fold_of = coarse_table(seed)
        groups = np.arange(len(y)) // 2 if seed == 2 else None
        drawn = np.concatenate(list(draws_of(company_of(groups, len(y)), 8, seed)))
        slow = [slow_choice(table, objective, weights) for weights in drawn]
        fast = list(best_trial(y, trials, fold_of, objective, np.ascontiguousarray(drawn.T)))
        assert [next(iter(choice.weights)) for choice in fast] == [leader for leader, _, _ in slow]
        assert [choice.value for choice in fast] == pytest.approx([value for _, value, _ in slow])
        assert [choice.threshold for choice in fast] == [threshold for _, _, threshold in slow]
        got = corrected_estimate(y, trials, fold_of, objective, groups=groups, draws=8, seed=seed)
        pooled = np.zeros(4)
        for weights, (leader, _, threshold) in zip(drawn, slow, strict=True):
            for p in trials[leader]:
                out, called = weights == 0, p >= threshold
                pooled += [np.sum(out & (y == yes) & (called == c)) for c in (True, False) for yes in (1, 0)]
        assert got.value == pytest.approx(float(objective.of(Counts(*pooled))))


def test_labels_of_left_out_rows_have_no_part_in_the_choice() -> None:
    for objective in OBJECTIVES:
        y, trials, fold_of = coarse_table(7)
        drawn = next(draws_of(company_of(None, len(y)), 6, seed=1))
        for weights in drawn:
            other = np.where(weights == 0, 1 - y, y).astype(np.int8)
            one, two = (next(best_trial(labels, trials, fold_of, objective, weights[:, None])) for labels in (y, other))
            assert (one.weights, one.value, one.threshold) == (two.weights, two.value, two.threshold)


@pytest.mark.parametrize("metric", ["average_precision", "roc_auc", "brier", "log_loss"])
def test_scores_without_a_threshold_are_scikit_learns_with_weights(metric: str) -> None:
    y, trials, fold_of = coarse_table(3)
    p = trials["t0"]
    drawn = np.concatenate(list(draws_of(company_of(None, len(y)), 6, seed=2)))
    score = {
        "average_precision": metrics.average_precision_score,
        "roc_auc": metrics.roc_auc_score,
        "brier": metrics.brier_score_loss,
        "log_loss": metrics.log_loss,
    }[metric]
    expected = [
        np.mean(
            [
                score(y[rows], p[repeat, rows], sample_weight=weights[rows])
                for repeat in range(2)
                for rows in (fold_of[repeat] == fold for fold in range(3))
            ]
        )
        for weights in drawn
    ]
    assert scores_of_probabilities(metric, y, p, fold_of, np.ascontiguousarray(drawn.T)) == pytest.approx(expected)


def test_a_fold_with_one_class_in_a_draw_is_left_out_of_its_areas() -> None:
    y = np.array([1, 0, 0, 1, 0, 0], dtype=np.int8)
    p = np.array([[0.9, 0.1, 0.2, 0.3, 0.4, 0.2]])
    fold_of = np.array([[0, 0, 0, 1, 1, 1]])
    weights = np.array([[0, 1, 1, 1, 2, 1], [0, 1, 1, 0, 2, 1]], dtype=np.float32).T
    # The first draw holds a positive in fold 1 alone: .4- .4- .3+ .2-, one of three pairs is right.
    got = scores_of_probabilities("roc_auc", y, p, fold_of, weights)
    assert got[0] == pytest.approx(1 / 3)
    assert np.isnan(got[1])


@pytest.mark.parametrize("metric", ["f1", "roc_auc"])
def test_the_estimate_depends_on_the_seed_alone(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    y, trials, fold_of = coarse_table(4)

    def estimate(seed: int) -> Corrected:
        return corrected_estimate(y, trials, fold_of, Objective.model_validate({"metric": metric}), draws=12, seed=seed)

    first = estimate(0)
    assert estimate(0) == first
    assert estimate(1) != first
    monkeypatch.setattr(uncertainty, "AT_ONCE", 5 * len(y))  # five draws at a time
    assert estimate(0) == first


def test_the_best_of_equal_trials_is_corrected_downwards() -> None:
    estimates = [corrected_estimate(*even_trials(seed, 30), F1, draws=40) for seed in range(4)]
    assert min(one.optimism for one in estimates) > 0.03
    # No trial is better than F1 0.46, that of the best threshold for this signal at 10 % positives.
    assert np.mean([one.reported for one in estimates]) > 0.52
    assert np.mean([one.value for one in estimates]) == pytest.approx(0.46, abs=0.04)
    assert all(len(one.chosen) > 3 for one in estimates)


def test_a_trial_far_ahead_of_all_others_is_not_corrected() -> None:
    got = corrected_estimate(*even_trials(0, 30, ahead=2.0), F1, draws=40)
    assert got.chosen == {"t000": pytest.approx(1.0)}
    assert abs(got.optimism) < 0.02
    assert got.low < got.value < got.high


def test_rows_of_one_company_widen_the_interval() -> None:
    y, trials, fold_of = even_trials(1, 3, rows=200)
    y, fold_of = np.repeat(y, 5), np.repeat(fold_of, 5, axis=1)
    trials = {trial: np.repeat(p, 5, axis=1) for trial, p in trials.items()}
    company = np.repeat(np.arange(200), 5)
    alone, whole = (corrected_estimate(y, trials, fold_of, F1, groups=g, draws=60) for g in (None, company))
    assert whole.high - whole.low > 1.6 * (alone.high - alone.low)


@pytest.mark.parametrize("objective", [*OBJECTIVES, *WITHOUT_THRESHOLD], ids=lambda o: o.metric)
def test_every_objective_has_an_estimate_between_its_bounds(objective: Objective) -> None:
    y, trials, fold_of = even_trials(2, 5, rows=300)
    got = corrected_estimate(y, trials, fold_of, objective, draws=20)
    assert got.low < got.value < got.high
    assert got.optimism == pytest.approx(objective.sign * (got.reported - got.value))
    assert got.counts.rows == pytest.approx(300)
    if objective.metric not in ("profit", "log_loss"):
        assert got.low >= 0
        assert got.high <= 1


def test_a_missing_prediction_is_refused() -> None:
    y, trials, fold_of = coarse_table(0)
    trials["t1"] = np.full_like(trials["t1"], np.nan)
    with pytest.raises(ScoreError, match="not a number"):
        corrected_estimate(y, trials, fold_of, F1, draws=2)


def test_scores_that_are_known_from_the_same_draws_give_the_same_estimate() -> None:
    y, trials, fold_of = even_trials(3, trials=6, rows=200)
    groups = np.arange(200) // 4
    scores = {trial: score_trial(y, probability, fold_of, F1) for trial, probability in trials.items()}
    redrawn = redraw(y, trials, scores, fold_of, F1, groups, draws=30, seed=5)
    known = corrected_estimate(y, trials, fold_of, F1, best_trial_of(redrawn), groups, draws=30, seed=5)
    assert known == corrected_estimate(y, trials, fold_of, F1, groups=groups, draws=30, seed=5)


def test_an_estimate_is_surely_worse_by_the_spread_of_paired_draws() -> None:
    """Draws that move together tell more than their spread says: what counts is that of the differences."""
    together = np.array([0.5, 0.7, 0.6, 0.4])
    plain = Corrected(0.55, 0.4, 0.7, 0.6, 0.05, Counts(1, 1, 1, 1), {}, tuple(together), 0.5)
    # Differences of 0.02 ± 0.01 in turn: variance 0.0001, times 0.5 / 0.5; 1.645 standard errors are 0.01645.
    behind = tuple(together - np.array([0.01, 0.03, 0.01, 0.03]))
    assert replace(plain, value=0.533, unseen=behind).surely_worse(plain, Objective())
    assert not replace(plain, value=0.534, unseen=behind).surely_worse(plain, Objective())
    assert not plain.surely_worse(replace(plain, value=0.533, unseen=behind), Objective())
    loss = Objective(metric="log_loss")
    assert plain.surely_worse(replace(plain, value=0.533, unseen=behind), loss)


def test_the_error_of_a_difference_is_of_companies_and_of_choices_in_pairs() -> None:
    """What two estimates have in common falls out of it."""
    rows, choices = np.array([0.1, -0.1, 0.1, -0.1]), (0.5, 0.7, 0.6, 0.4)
    plain = Corrected(0.5, 0.4, 0.6, 0.5, 0.0, Counts(1, 1, 1, 1), {}, (0.5, 0.6), 0.5, influence=rows, on_all=choices)
    assert plain.error_of_difference(plain) == 0
    # Companies: 4 times the variance of ±0.03. Choices: the variance of 0 and 0.08, of the draws that both have.
    other = replace(plain, influence=1.3 * rows, on_all=(0.5, 0.78))
    assert plain.error_of_difference(other) == pytest.approx(np.sqrt(4 * 0.03**2 + 0.04**2))
    assert other.error_of_difference(plain) == plain.error_of_difference(other)


def test_without_counts_the_error_of_a_difference_is_that_of_draws_on_what_they_left_out() -> None:
    plain = Corrected(0.5, 0.4, 0.6, 0.5, 0.0, Counts(1, 1, 1, 1), {}, (0.5, 0.6), 0.2)
    # Differences of 0 and 0.1: a standard deviation of 0.05, times the root of 0.2 / 0.8.
    assert plain.error_of_difference(replace(plain, unseen=(0.5, 0.7))) == pytest.approx(0.025)
