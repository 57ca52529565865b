"""What a row adds to a score, by numbers worked by hand and by scikit-learn with weights."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from bench.score.influence import influence_of_probabilities, value_of_calls
from bench.score.metrics import count
from bench.score.objective import Objective

# Four positives and six negatives; 3 positives and 1 negative are called: precision 3/4, recall 3/4, F1 3/4.
Y = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], dtype=np.int8)
CALLED = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=bool)
PROBABILITY = np.where(CALLED, 0.9, 0.1)


def values(**objective: object) -> list[float]:
    """Return what a true negative, a false positive, a false negative and a true positive add."""
    made = Objective.model_validate(objective)
    return [float(value) for value in value_of_calls(made, Y, CALLED, PROBABILITY).ravel()]


def test_a_row_adds_to_f1_what_its_own_counts_do_at_that_f1() -> None:
    # 2 TP + FP + FN is 8: a true positive adds (2 - 2 x 3/4) / 8, a false call or a miss takes 3/4 / 8 away.
    assert values() == pytest.approx([0, -0.75 / 8, -0.75 / 8, 0.5 / 8])


def test_a_row_adds_to_precision_recall_and_profit_what_their_definitions_say() -> None:
    # Recall 3/4 of 4 positives; calls that are right among the best k count alone.
    for k in ("precision_at_k", "recall_at_k"):
        assert values(metric=k, k=0.4) == pytest.approx([0, 0, -0.75 / 4, 0.25 / 4])
    # Profit is (9 TP - 1 x calls) / rows = 2.3: each row takes its share of it away.
    assert values(metric="profit", value=9, cost=1) == pytest.approx([-0.23, -0.33, -0.23, 0.57])


def test_other_calls_come_to_more_than_nothing_exactly_where_their_score_is_higher() -> None:
    rng = np.random.default_rng(0)
    for objective in (Objective(), Objective(metric="f_beta", beta=2), Objective(metric="profit", value=9, cost=1)):
        value, base = value_of_calls(objective, Y, CALLED, PROBABILITY), objective.of(count(Y, CALLED))
        assert value[Y, CALLED.astype(int)].sum() == pytest.approx(0, abs=1e-7)
        for called in rng.random((50, 10)) < 0.5:
            better = objective.of(count(Y, called)) - base
            assert abs(better) < 1e-9 or np.sign(value[Y, called.astype(int)].sum()) == np.sign(better)


def test_with_a_floor_more_of_it_is_worth_what_it_costs_along_the_curve() -> None:
    # From recall 1/2 (both right) to 1 (two of four wrong) precision falls from 1 to 2/3: a price of 2/3 for a unit.
    y = np.array([1, 1, 1, 0, 1, 0], dtype=np.int8)
    probability = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    called = probability >= 0.7
    free = value_of_calls(Objective(metric="precision", at_recall=0.2), y, called, probability)
    # Between recall 0.1 and 0.3 precision stays 1: no price, and each of the three calls adds (1 - 1) / 3.
    assert free.ravel().tolist() == pytest.approx([0, -1 / 3, 0, 0], abs=1e-6)
    priced = value_of_calls(Objective(metric="precision", at_recall=0.75), y, called, probability)
    # Between 3/4 (precision 1, the floor 0.65) and 1 (4/5, the floor 0.85) a unit of recall costs 0.2 / 0.25; a miss
    # takes 3/4 / 4 of recall away, a right call adds 1/4 / 4.
    assert priced.ravel().tolist() == pytest.approx([0, -1 / 3, -0.8 * 0.75 / 4, 0.8 * 0.25 / 4], abs=1e-6)


@pytest.mark.parametrize("metric", ["average_precision", "roc_auc", "brier", "log_loss"])
def test_influence_is_the_derivative_by_the_weight_of_a_row(metric: str) -> None:
    rng = np.random.default_rng(3)
    y = (np.arange(30) < 9).astype(np.int8)
    probability = np.round(1 / (1 + np.exp(-(1.5 * y + rng.normal(size=30)))), 1)  # with ties
    probability = np.clip(probability, 0.1, 0.9)
    scorers = {
        "average_precision": average_precision_score,
        "roc_auc": roc_auc_score,
        "brier": brier_score_loss,
        "log_loss": log_loss,
    }

    def moved(row: int, by: float) -> float:
        weights = np.ones(30)
        weights[row] += by
        return float(scorers[metric](y, probability, sample_weight=weights))

    slopes = [(moved(row, 1e-5) - moved(row, -1e-5)) / 2e-5 for row in range(30)]
    found = influence_of_probabilities(metric, y, probability)
    assert found == pytest.approx(slopes, abs=1e-8)
    assert found.sum() == pytest.approx(0, abs=1e-12)
