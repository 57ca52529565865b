"""Conformal p-values among negatives, by hand and in simulations that know the truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.errors import ScoreError
from bench.score.conformal import conformal_p_values, promised, q_values

Floats = NDArray[np.float64]
NEGATIVES = np.array([0.4, 0.1, 0.3, 0.2])


def test_p_value_counts_the_negatives_that_score_as_high() -> None:
    p = conformal_p_values(NEGATIVES, np.array([0.35, 0.5, 0.05]))
    assert p.tolist() == [2 / 5, 1 / 5, 5 / 5]


def test_a_negative_of_the_same_score_counts_against() -> None:
    assert conformal_p_values(NEGATIVES, np.array([0.4, 0.3])).tolist() == [2 / 5, 3 / 5]
    assert conformal_p_values(np.full(4, 0.2), np.array([0.2])).tolist() == [1.0]


def test_all_rows_to_call_of_its_company_count_against_a_row() -> None:
    p = conformal_p_values(NEGATIVES, np.array([0.35, 0.35]), np.array([3, 1]))
    assert p.tolist() == [(3 + 1) / (3 + 4), (1 + 1) / (1 + 4)]


@pytest.mark.parametrize("scores", [[0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.2, 0.2, 0.2, 0.5], [0.3] * 5])
def test_whichever_negative_is_the_one_to_call_small_p_values_are_rare(scores: list[float]) -> None:
    pool = np.array(scores)
    p = np.array([conformal_p_values(np.delete(pool, one), pool[one : one + 1])[0] for one in range(5)])
    for t in np.linspace(0, 1, 101):
        assert np.mean(p <= t) <= t + 1e-12


def test_whichever_company_is_the_one_to_call_few_of_its_negatives_get_small_p_values() -> None:
    pool = [np.array([0.9, 0.9, 0.8, 0.9]), np.array([0.5]), np.array([0.2, 0.6]), np.array([0.1])]
    together, alone = [], []
    for one, own in enumerate(pool):
        others = np.concatenate(pool[:one] + pool[one + 1 :])
        together.append(conformal_p_values(others, own, np.full(len(own), len(own))))
        alone.append(conformal_p_values(others, own))
    expected = np.concatenate(together)
    for t in np.linspace(0, 1, 101):
        assert np.mean(expected <= t) <= t + 1e-12
    assert np.mean(np.concatenate(alone) <= 0.2) == 0.5  # its four high scores come as a whole: 1 of 5, each


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    # 0.2 · 4/1, 0.4 · 4/2, 0.4 · 4/3 and 1 · 4/4, each the least from there on.
    assert q_values(np.array([0.4, 1.0, 0.2, 0.4])) == pytest.approx([1.6 / 3, 1.0, 1.6 / 3, 1.6 / 3])
    assert q_values(np.empty(0)).tolist() == []
    assert q_values(np.array([0.3])).tolist() == [0.3]


def test_a_promise_is_kept_at_its_very_edge() -> None:
    assert promised(np.array([0.2, 0.2000001, 0.1]), 0.8).tolist() == [True, False, True]


def test_without_negatives_or_with_a_gap_there_is_no_p_value() -> None:
    with pytest.raises(ScoreError, match="need a negative"):
        conformal_p_values(np.empty(0), np.array([0.5]))
    with pytest.raises(ScoreError, match="not a number"):
        conformal_p_values(np.array([0.1, np.nan]), np.array([0.5]))
    with pytest.raises(ScoreError, match="not a number"):
        conformal_p_values(NEGATIVES, np.array([np.nan]))


@pytest.mark.parametrize(("rate", "decimals"), [*product([0.05, 0.1, 0.4], [1, 8])])
def test_promised_precision_is_kept_over_500_submissions_whatever_the_share_of_positives(
    rate: float, decimals: int
) -> None:
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(500):
        y = rng.random(200) < rate
        negatives = rng.normal(size=300).round(decimals)  # ten to a standard deviation: most scores are tied
        scores = (rng.normal(size=200) + 2 * y).round(decimals)
        shares.append(false_share(y, negatives, scores, 0.8))
    mean, error = np.mean(shares), np.std(shares) / 500**0.5
    assert mean <= 0.2 + 2 * error
    assert mean >= 0.4 * 0.2 * (1 - rate)  # nor is it kept by calling nobody


def test_companies_that_come_as_a_whole_keep_the_promise_only_where_they_count_together() -> None:
    rng = np.random.default_rng(7)
    together, alone = [], []
    for _ in range(300):
        sizes = np.where(rng.random(200) < 0.1, 20, 1)
        company, y = np.repeat(np.arange(200), sizes), np.repeat(rng.random(200) < 0.2, sizes)
        scores = np.repeat(rng.normal(size=200), sizes) + 2 * y + rng.normal(size=len(y)) / 100
        asked = company >= 100
        negatives, counts = scores[~asked & ~y], np.bincount(company)[company[asked]]
        alone.append(false_share(y[asked], negatives, scores[asked], 0.8))
        together.append(false_share(y[asked], negatives, scores[asked], 0.8, counts))
    assert np.mean(together) <= 0.2
    assert np.mean(alone) > 0.2 + 3 * np.std(alone) / 300**0.5


def false_share(
    y: NDArray[np.bool_], negatives: Floats, scores: Floats, precision: float, together: NDArray[np.int64] | None = None
) -> float:
    """Return the share of negatives among those called, 0 where nobody is."""
    called = promised(q_values(conformal_p_values(negatives, scores, together)), precision)
    return float(1 - y[called].mean()) if called.any() else 0.0
