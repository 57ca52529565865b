"""What each metric is, which numbers it needs, and which thresholds it leads to."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import fbeta_score

from bench.score.metrics import Counts, count
from bench.score.objective import Objective, metric_name
from bench.score.thresholds import best_threshold

Y = np.array([1, 0, 1, 1, 0, 1, 0, 0, 0, 0], dtype=np.int8)
P = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1])


def chosen(objective: Objective, rate: float | None = None) -> Counts:
    """Count the calls at the best threshold, chosen as if ``rate`` of the rows were positive."""
    weights = None if rate is None else np.where(Y == 1, rate / 4, (1 - rate) / 6)
    return count(Y, best_threshold(Y, P, objective, weights) <= P)


def test_a_metric_is_named_as_people_write_it() -> None:
    names = [Objective().named, metric_name("roc_auc"), metric_name("brier"), metric_name("precision_at_k")]
    assert names == ["F1", "ROC AUC", "Brier score", "precision at k"]


def test_each_metric_on_one_table_of_counts() -> None:
    counts = Counts(3, 3, 1, 13)  # of 20 rows
    assert Objective().of(counts) == 0.6
    assert Objective(metric="f_beta", beta=2).of(counts) == pytest.approx(5 * 3 / (5 * 3 + 3 + 4 * 1))
    assert Objective(metric="precision", at_recall=0.5).of(counts) == 0.5
    assert Objective(metric="recall", at_precision=0.5).of(counts) == 0.75
    assert Objective(metric="profit", value=100, cost=10).of(counts) == (300 - 60) / 20
    assert Objective(metric="recall_at_k", k=0.3).of(counts) == 0.75
    assert Objective(metric="precision_at_k", k=0.3).of(counts) == 0.5
    # Eight calls could be made and six were: the two that were not are not right.
    assert Objective(metric="precision_at_k", k=0.4).of(counts) == 3 / 8


def test_f_beta_is_that_of_scikit_learn() -> None:
    called = P >= 0.45
    ours = Objective(metric="f_beta", beta=0.5).of(count(Y, called))
    assert ours == pytest.approx(fbeta_score(Y, called, beta=0.5))


def test_recall_keeps_its_precision_on_the_rows_that_choose() -> None:
    # From the top: + 1/1, 1/2, + 2/3, + 3/4, 3/5, + 4/6.
    for floor, recall, precision in ((1.0, 1 / 4, 1.0), (0.7, 3 / 4, 3 / 4), (0.6, 1.0, 4 / 6)):
        counts = chosen(Objective(metric="recall", at_precision=floor))
        assert (counts.recall, counts.precision) == pytest.approx((recall, precision))


def test_a_precision_that_no_threshold_reaches_is_missed_by_as_little_as_can_be() -> None:
    y = np.array([0, 1, 1, 0, 1], dtype=np.int8)
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    objective = Objective(metric="recall", at_precision=0.9)
    counts = count(y, best_threshold(y, p, objective) <= p)
    assert counts.precision == pytest.approx(2 / 3)
    assert not objective.keeps(counts)


def test_no_more_leads_are_called_than_there_is_capacity_for() -> None:
    counts = chosen(Objective(metric="recall_at_k", k=0.4))
    assert (counts.predicted_positives, counts.recall) == (4, 0.75)
    counts = chosen(Objective(metric="precision_at_k", k=3).among(10))
    assert (counts.predicted_positives, counts.precision) == (3, pytest.approx(2 / 3))


def test_who_cannot_be_told_apart_is_not_called_beyond_capacity() -> None:
    objective = Objective(metric="precision_at_k", k=0.2)
    constant = np.full(10, 0.4)
    assert not (constant >= best_threshold(Y, constant, objective)).any()


def test_profit_stops_calling_where_a_call_costs_more_than_it_brings() -> None:
    # Gains from the top at value 30, cost 10: +20, +10, +30, +50, +40, +60.
    counts = chosen(Objective(metric="profit", value=30, cost=10))
    assert counts.predicted_positives == 6
    # At value 15: +5, -5, 0, 5, -5, 0: the first call alone.
    assert chosen(Objective(metric="profit", value=15, cost=10)).predicted_positives == 1
    # At cost 40 no call pays.
    assert chosen(Objective(metric="profit", value=30, cost=40)).predicted_positives == 0


def test_a_higher_rate_of_positives_calls_more_rows() -> None:
    precision = Objective(metric="precision", at_recall=1.0)
    assert chosen(precision).predicted_positives == chosen(precision, rate=0.8).predicted_positives == 6
    # At 5 % positives a wrong call weighs 12.7 times what it does here: only the first row is worth one.
    assert [chosen(Objective(), rate).predicted_positives for rate in (0.05, 0.4, 0.9)] == [1, 6, 6]


def test_a_metric_without_a_threshold_gets_the_one_of_f1() -> None:
    assert best_threshold(Y, P, Objective(metric="brier")) == best_threshold(Y, P)
    assert Objective(metric="log_loss").sign == -1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"metric": "precision"}, "needs 'at_recall', the recall it has to keep, such as at_recall = 0.5"),
        ({"metric": "recall"}, "needs 'at_precision'"),
        ({"metric": "f_beta"}, "needs 'beta'"),
        ({"metric": "profit", "value": 3.0}, "needs 'cost', what a call costs"),
        ({"metric": "recall_at_k"}, "needs 'k', how many leads can be called"),
        ({"at_recall": 0.5}, "'at_recall' goes with metric = \"precision\", not with 'f1'"),
        ({"metric": "f_beta", "beta": 1, "k": 5}, "'k' goes with metric = \"precision_at_k\" or metric"),
        ({"metric": "recall_at_k", "k": 2.5}, "'k' is 2.5; write a whole number of calls, or a share below 1"),
    ],
)
def test_a_metric_says_what_it_needs(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Objective.model_validate(given)
