"""Ways to weigh candidates."""

from typing import get_args

import numpy as np
import pytest

from bench.ensemble.weigh import MOST_DRAWS, Pool, combine, greedy, mean, stacking
from bench.plan.sections import BlendMethod

N = 400
RNG = np.random.default_rng(0)
Y = (RNG.random(N) < 0.3).astype(np.int8)
ONES = np.ones(N)
METHODS = get_args(BlendMethod)


def noisy(seed: int, noise: float) -> np.ndarray:
    """Logits that know the label up to noise of their own."""
    return 2 * Y - 1.5 + noise * np.random.default_rng(seed).normal(size=N)


def pool(logits: np.ndarray, counts: np.ndarray = ONES) -> Pool:
    names = tuple(f"t{place}" for place in range(len(logits)))
    return Pool(names, Y, 1 / (1 + np.exp(-logits)), counts)


def brier(logits: np.ndarray) -> float:
    return float(np.mean((1 / (1 + np.exp(-logits)) - Y) ** 2))


def loss(logits: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, logits) - Y * logits))


def test_greedy_weights_are_draws_of_which_none_too_many_is_kept() -> None:
    logits = np.stack([noisy(seed, 2.0) for seed in range(1, 5)])
    weights = greedy(Y, logits, ONES).weights
    draws = [k for k in range(1, MOST_DRAWS + 1) if np.allclose(weights * k, (weights * k).round())]
    assert sum(weights) == pytest.approx(1.0)
    assert draws
    assert brier(weights @ logits) < min(brier(one) for one in logits)


def test_greedy_goes_on_where_one_more_draw_weighs_too_much() -> None:
    """As the second draw the poor one would be half of the mean; a small part of it helps."""
    good, poor = 3 * noisy(1, 1.0), noisy(2, 2.5)
    assert brier((good + poor) / 2) > brier(good)
    weights = greedy(Y, np.stack([good, poor]), ONES).weights
    assert 0 < weights[1] < 0.5
    assert brier(weights @ np.stack([good, poor])) < brier(good)


def test_greedy_leaves_alone_what_nothing_helps() -> None:
    logits = np.stack([noisy(1, 0.0) * 10, noisy(2, 3.0)])
    assert greedy(Y, logits, ONES).weights.tolist() == [1.0, 0.0]


def test_of_equal_candidates_the_first_is_drawn() -> None:
    one, other = noisy(1, 2.0), noisy(2, 2.0)
    assert greedy(Y, np.stack([one, other, one, other]), ONES).weights[2:].tolist() == [0.0, 0.0]


def test_stacking_is_the_best_weighted_sum_without_weights_below_zero() -> None:
    helpful, harmful = noisy(1, 1.0), -noisy(2, 1.0)
    many = np.full(N, 1000.0)  # so that the ridge weighs nothing
    found = stacking(Y, np.stack([helpful, harmful]), many)
    assert found.weights.tolist() == [1.0, 0.0]
    at = loss(found.intercept + found.slope * helpful)
    for slope, intercept in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05)):
        assert at < loss(found.intercept + intercept + (found.slope + slope) * helpful)


def test_stacking_of_what_tells_nothing_is_the_first_candidate() -> None:
    assert stacking(Y, np.stack([-noisy(1, 0.1), -noisy(2, 0.1)]), ONES).weights.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("candidates", "weight"), [(2, 0.5), (5, 0.2), (9, 0.2)])
def test_the_mean_is_that_of_the_first_five(candidates: int, weight: float) -> None:
    weights = mean(Y, np.zeros((candidates, N)), ONES).weights
    assert weights.tolist() == [weight] * min(5, candidates) + [0.0] * (candidates - 5)


@pytest.mark.parametrize("method", METHODS)
def test_a_scale_that_a_trial_came_with_does_not_matter(method: BlendMethod) -> None:
    """Class weights shift logits: what is combined is the same."""
    logits = np.stack([noisy(seed, 1.5) for seed in (1, 2, 3)])
    shifted = logits * np.array([[1.0], [0.4], [2.0]]) + np.array([[0.0], [2.0], [-1.0]])
    plain, moved = combine(pool(logits), method), combine(pool(shifted), method)
    assert moved.weights == pytest.approx(plain.weights, abs=0.05)
    said, then = (
        made(dict(zip(given.names, given.probability, strict=True)))
        for made, given in ((plain, pool(logits)), (moved, pool(shifted)))
    )
    assert then == pytest.approx(said, abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_a_row_that_counts_twice_is_two_rows(method: BlendMethod) -> None:
    logits = np.stack([noisy(seed, 1.5) for seed in (1, 2, 3)])
    counts = np.where(np.arange(N) < 150, 2.0, 1.0)
    rows = np.repeat(np.arange(N), counts.astype(int))
    weighted = combine(pool(logits, counts), method)
    named = pool(logits)
    doubled = combine(Pool(named.names, Y[rows], named.probability[:, rows], np.ones(len(rows))), method)
    assert weighted.weights == pytest.approx(doubled.weights, abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_a_useless_trial_is_borne(method: BlendMethod) -> None:
    made = combine(pool(np.stack([noisy(1, 1.0), np.zeros(N)])), method)
    assert np.isfinite(made({"t0": np.array([0.2]), "t1": np.array([0.5])})).all()
    assert made.scales.keys() == (made.weights.keys() if len(made.weights) > 1 else set())
