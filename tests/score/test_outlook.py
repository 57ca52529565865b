"""What is expected of the rows to predict."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from bench.score.objective import Objective
from bench.score.outlook import Kind, expect, rates_of
from tests.score.test_thresholds import FOLD_OF, P, Y

F1 = Objective()


def stands_for(name: str, y: np.ndarray, p: np.ndarray, fold_of: np.ndarray, asked: np.ndarray) -> Kind:
    return Kind(name, y, p, fold_of, np.full(len(y), -1), np.ones(len(y)), asked, np.full(len(asked), -1))


def kind(name: str, asked: int, y: np.ndarray = Y, p: np.ndarray = P) -> Kind:
    return stands_for(name, y, p, FOLD_OF, np.linspace(0, 1, asked))


def test_rows_of_the_same_kind_and_rate_are_expected_as_they_were_scored() -> None:
    # test_cross_fitted_thresholds_on_twelve_rows: TP 3, FP 4, FN 2, TN 3 of twelve rows; here of 24.
    got = expect([kind("all", 24)], F1, 5 / 12)
    assert got.counts.true_positives == pytest.approx(6)
    assert got.counts.false_positives == pytest.approx(8)
    assert got.counts.f1 == pytest.approx(6 / 12)
    assert got.rate == pytest.approx(5 / 12)
    assert got.predicted_positives == (np.linspace(0, 1, 24) >= got.threshold).sum()


def test_f1_comes_from_the_counts_of_both_kinds_together() -> None:
    # Known customers are told apart; of new ones half of those who do not convert look as if they would.
    y = np.array([1, 1, 0, 0] * 3, dtype=np.int8)
    known = stands_for("known", y, np.tile([0.9, 0.8, 0.2, 0.1], 3), FOLD_OF, np.zeros(30))
    new = stands_for("new", y, np.tile([0.9, 0.8, 0.9, 0.1], 3), FOLD_OF, np.zeros(10))
    got = expect([known, new], F1, 0.5)
    assert got.counts.true_positives == pytest.approx(20)  # 15 and 5
    assert got.counts.false_positives == pytest.approx(2.5)
    assert got.counts.f1 == pytest.approx(40 / 42.5)
    assert got.counts.f1 != pytest.approx((30 * 1.0 + 10 * 0.8) / 40)


def test_rates_of_kinds_move_by_the_same_odds() -> None:
    y = np.array([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype=np.int8)  # odds of 1/11
    kinds = [kind("known", 40), kind("new", 60, y)]
    known, new = rates_of(kinds, 0.3)
    assert (40 * known + 60 * new) / 100 == pytest.approx(0.3)
    assert known / (1 - known) / (5 / 7) == pytest.approx(new / (1 - new) / (1 / 11))


def test_an_expected_f1_comes_true_where_only_the_share_of_positives_differs() -> None:
    rng = np.random.default_rng(1)

    def leads(rows: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
        y = (rng.random(rows) < rate).astype(np.int8)
        return y, 1 / (1 + np.exp(2 - 1.5 * y - rng.normal(size=rows)))

    y, p = leads(60_000, 0.08)
    truth, asked = leads(20_000, 0.35)
    kinds = [stands_for("all", y, p, rng.integers(0, 5, 60_000), asked)]
    told = expect(kinds, F1, 0.35)
    came_true = f1_score(truth, asked >= told.threshold)
    assert told.counts.f1 == pytest.approx(came_true, abs=0.02)
    assert told.predicted_positives == pytest.approx(told.counts.predicted_positives, rel=0.05)
    untold = expect(kinds, F1, 0.08)
    assert untold.counts.f1 < came_true - 0.15
    assert f1_score(truth, asked >= untold.threshold) < came_true - 0.05


def test_a_company_can_count_for_less_than_its_rows() -> None:
    y = np.array([1, 1, 1, 1, 0, 0] * 2, dtype=np.int8)
    p = np.array([0.9, 0.9, 0.9, 0.4, 0.5, 0.1] * 2)
    whole = stands_for("new", y, p, np.arange(12) // 6, np.zeros(10))
    weighed = replace(whole, weights=np.array([1 / 3, 1 / 3, 1 / 3, 1, 1, 1] * 2))
    assert whole.rate == pytest.approx(4 / 6)
    assert weighed.rate == pytest.approx(1 / 2)
    # Everyone from .45 up is called, then everyone from .25 up: of four positives, or of two.
    assert expect([whole], Objective(metric="precision", at_recall=0.75), 0.5).counts.recall == pytest.approx(0.75)
    assert expect([weighed], Objective(metric="precision", at_recall=0.75), 0.5).counts.recall == pytest.approx(1.0)


def test_as_many_rows_to_predict_are_called_as_there_is_capacity_for() -> None:
    objective = Objective(metric="recall_at_k", k=0.25)
    assert expect([kind("all", 40)], objective, 0.4).predicted_positives == 10
    tied = replace(kind("all", 40), asked=np.repeat([0.9, 0.5, 0.1], [4, 16, 20]))
    assert expect([tied], objective, 0.4).predicted_positives == 4
    assert expect([replace(tied, asked=np.full(40, 0.5))], objective, 0.4).predicted_positives == 0


def test_by_share_as_many_are_called_although_all_scores_have_moved() -> None:
    lower = replace(kind("all", 24), asked=np.linspace(0, 1, 24) / 3)
    at_threshold, by_share = (expect([lower], F1, 0.4, by_share) for by_share in (False, True))
    # The best threshold lies below .35+ and calls five positives of five and three negatives of seven.
    assert at_threshold.predicted_positives < 5
    assert by_share.predicted_positives == round(24 * (0.4 + 0.6 * 3 / 7))
    assert by_share.counts == at_threshold.counts


def test_rows_of_one_probability_are_called_together_as_near_to_the_wanted_number_as_can_be() -> None:
    blocks = replace(kind("all", 40), asked=np.repeat([0.9, 0.5, 0.1], [4, 26, 10]))
    wanted = round(40 * (0.4 + 0.6 * 3 / 7))  # 26, as above: thirty are nearer than four
    assert wanted == 26
    assert expect([blocks], F1, 0.4, by_share=True).predicted_positives == 30
    capacity = Objective(metric="recall_at_k", k=0.65)
    assert expect([blocks], capacity, 0.4).predicted_positives == 4  # thirty would be too many


def test_a_threshold_between_neighbouring_floats_calls_no_row_too_many() -> None:
    lower = 0.3
    for _ in range(50):
        higher = float(np.nextafter(lower, 1))
        tied = replace(kind("all", 40), asked=np.array([higher, lower]))
        assert expect([tied], Objective(metric="recall_at_k", k=0.5), 0.4).predicted_positives == 1
        lower = higher
