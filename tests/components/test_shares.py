"""Shares worked by hand, and what is said where little is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from bench.components.steps.derived.shares import (
    ABOVE,
    BELOW,
    LIKE,
    UNTOLD,
    History,
    Prior,
    compared,
    exposure_tells,
    history_of,
    learned_prior,
    posterior,
)

NAN = float("nan")


def seen(*pairs: tuple[float, float]) -> History:
    """Return the history of customers of (rows, rows that count)."""
    exposure, counted = np.array(pairs, dtype=np.float64).T
    return History(exposure, counted)


def one(alpha: float, beta: float) -> Prior:
    return Prior(np.array([alpha]), np.array([beta]), np.ones(1))


def test_a_customer_at_60_percent_among_customers_at_10_on_average_is_50_points_above() -> None:
    table = compared(seen((10, 6), (10, 0), (10, 0), (10, 0), (10, 0), (10, 0)))
    assert table["average"].tolist() == pytest.approx([10.0] * 6)
    assert table["difference"].tolist() == pytest.approx([50.0, -10, -10, -10, -10, -10])
    assert table["state"].iloc[0] == ABOVE


def test_every_customer_counts_once_in_the_average_however_many_rows_it_has() -> None:
    assert compared(seen((1000, 0), (10, 6), (5, 0)))["average"].iloc[0] == pytest.approx(20.0)


def test_amounts_are_worth_as_many_rows_as_equal_ones_that_say_as_much() -> None:
    # The first has 1 + 1 + 2 = 4, squares 1 + 1 + 4 = 6: 16 / 6 rows, of which half count; the second is one row.
    customer, counts, amount = np.array([0, 0, 0, 1, 1]), np.array([0.0, 0, 1, 1, 0]), np.array([1.0, 1, 2, 7, 0])
    history = history_of(customer, counts, 2, amount)
    assert history.exposure.tolist() == pytest.approx([16 / 6, 1.0])
    assert history.counted.tolist() == pytest.approx([8 / 6, 1.0])
    assert history.share.tolist() == pytest.approx([0.5, 1.0])


def test_equal_amounts_are_rows_whatever_their_size() -> None:
    customer, counts = np.array([0, 0, 0, 1]), np.array([1.0, 0, 0, 1])
    rows = history_of(customer, counts, 2)
    for size in (1.0, 1e-200, 1e200):
        history = history_of(customer, counts, 2, np.full(4, size))
        assert history.exposure.tolist() == pytest.approx(rows.exposure.tolist())
        assert history.counted.tolist() == pytest.approx(rows.counted.tolist())


def test_rows_with_a_gap_count_neither_above_nor_below_the_line() -> None:
    customer, counts, amount = np.array([0, 0, 0, 0, 1]), np.array([1.0, NAN, 0, 1, NAN]), np.array([1.0, 1, 1, NAN, 1])
    history = history_of(customer, counts, 3, amount)
    assert history.exposure.tolist() == [2.0, 0.0, 0.0]
    assert history.counted.tolist() == [1.0, 0.0, 0.0]
    assert history.share[0] == 0.5
    assert np.isnan(history.share[1:]).all()


def test_a_posterior_of_a_given_prior_is_that_of_ten_more_rows() -> None:
    """Beta(2, 8) is worth 10 rows of which 2 count."""
    known = posterior(seen((10, 3), (0, 0), (90, 48)), one(2, 8))
    assert known.mean.tolist() == pytest.approx([5 / 20, 2 / 10, 50 / 100])
    assert known.pull.tolist() == pytest.approx([0.5, 1.0, 0.1])
    # Of Beta(1, b) the distribution function is 1 - (1 - p)^b.
    known = posterior(seen((9, 0), (0, 0)), one(1, 1))
    assert known.low.tolist() == pytest.approx([1 - 0.975**0.1, 0.025])
    assert known.high.tolist() == pytest.approx([1 - 0.025**0.1, 0.975])


def test_of_several_priors_the_mixture_counts_its_spread_included() -> None:
    known = posterior(seen((0, 0)), Prior(np.array([1.0, 1.0]), np.array([1.0, 3.0]), np.array([0.5, 0.5])))
    mean, square = (1 / 2 + 1 / 4) / 2, (1 / 3 + 1 / 10) / 2
    worth = mean * (1 - mean) / (square - mean**2) - 1
    assert known.mean.item() == pytest.approx(mean)
    expected = beta(mean * worth, (1 - mean) * worth).ppf([0.025, 0.975])
    assert [known.low.item(), known.high.item()] == pytest.approx(expected.tolist())


def test_what_customers_were_drawn_from_is_found_again() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 60, 3000)
    prior = learned_prior(History(rows.astype(float), rng.binomial(rows, rng.beta(2, 8, 3000)).astype(float)))
    worth = prior.alpha + prior.beta
    assert prior.weight.sum() == pytest.approx(1.0)
    assert prior.weight @ (prior.alpha / worth) == pytest.approx(0.2, abs=0.01)
    assert prior.weight @ worth == pytest.approx(10.0, rel=0.1)


def test_the_order_of_customers_is_of_no_account() -> None:
    table = compared(seen((20, 3), (40, 30), (2, 1), (7, 0)))
    turned = compared(seen((7, 0), (2, 1), (40, 30), (20, 3)))[::-1].reset_index(drop=True)
    assert table.equals(turned)


def test_a_share_is_pulled_to_the_others_the_more_the_shorter_the_history() -> None:
    table = compared(seen((3, 3), (30, 30), (300, 300), *[(50, 10)] * 10, *[(50, 20)] * 10))
    assert table["shrunk"].iloc[0] < table["shrunk"].iloc[1] < table["shrunk"].iloc[2] < 100
    width = table["high"] - table["low"]
    assert width.iloc[0] > width.iloc[1] > width.iloc[2]


def test_states_follow_the_interval_and_a_thin_history_says_nothing() -> None:
    table = compared(seen((60, 58), (60, 2), (60, 29), (2, 1), *[(60, k) for k in range(5, 56, 5)]))
    assert table["state"].tolist()[:4] == [ABOVE, BELOW, LIKE, UNTOLD]
    assert (table["low"] > table["average"]).eq(table["state"] == ABOVE).all()


def test_of_fewer_than_five_rows_nothing_is_told_however_much_one_says() -> None:
    """Where customers are all or nothing, one row tells by the interval."""
    history = seen(*[(8, 0)] * 60, *[(8, 8)] * 30, (1, 0), (1, 1), (4.9, 4.9), (5, 5), (5, 0))
    table = compared(history)
    assert (table["low"] > table["average"]).iloc[-4:-1].all()
    assert (table["high"] < table["average"]).iloc[[-5, -1]].all()
    assert table["state"].tolist()[-5:] == [UNTOLD, UNTOLD, UNTOLD, ABOVE, BELOW]


def test_fewer_than_five_rows_are_never_like_the_average() -> None:
    history = seen(*[(2, 0)] * 60, *[(2, 1)] * 2, *[(2, 2)] * 2, (4, 0), (1, 0))
    assert (posterior(history, learned_prior(history)).pull[-2:] < 0.5).all()
    assert set(compared(history)["state"]) == {UNTOLD}


def test_without_a_customer_of_two_rows_nothing_can_be_told() -> None:
    table = compared(seen((1, 1), *[(1, 0)] * 200))
    assert set(table["state"]) == {UNTOLD}
    assert table["high"].iloc[0] - table["low"].iloc[0] > 50


def test_where_all_shares_are_the_same_none_is_above_or_below() -> None:
    for counted in (0, 25, 50):
        table = compared(seen(*[(50, counted)] * 8))
        assert not set(table["state"]) & {ABOVE, BELOW}
        assert table["percentile"].tolist() == [50.0] * 8
        assert np.isfinite(table.drop(columns="state")).all(axis=None)
    assert set(compared(seen(*[(500, 150)] * 8))["state"]) == {LIKE}


def test_one_customer_is_the_average_and_its_interval_its_own() -> None:
    table = compared(seen((40, 10)))
    assert table["difference"].item() == 0
    assert table["low"].item() < 25 < table["high"].item()


def test_a_percentile_counts_the_customers_below_and_half_of_those_alike() -> None:
    table = compared(seen((50, 5), (50, 20), (50, 20), (50, 45)))
    assert table["percentile"].tolist() == [12.5, 50.0, 50.0, 87.5]


def test_shares_that_differ_in_their_last_digit_have_one_percentile() -> None:
    table = compared(seen((6, 3), (6, 3 * (1 + 1e-15)), (6, 1), (6, 3 * (1 - 1e-15))))
    assert table["percentile"].tolist() == [62.5, 62.5, 12.5, 62.5]


def test_intervals_reach_where_history_is_almost_endless() -> None:
    table = compared(seen((1e6, 3e5), (1e6, 3e5), (1e6, 6e5), (1e6, 6e5)))
    assert table["shrunk"].tolist() == pytest.approx([30, 30, 60, 60], abs=0.01)
    assert table["state"].tolist() == [BELOW, BELOW, ABOVE, ABOVE]


def test_it_is_seen_where_longer_histories_have_larger_shares() -> None:
    rng = np.random.default_rng(1)
    rows = np.ceil(rng.lognormal(2, 1, 800))
    same, rising = rng.beta(2, 5, 800), np.clip(0.1 + 0.1 * np.log(rows), 0, 0.9)
    surer = [exposure_tells(History(rows, rng.binomial(rows.astype(int), p).astype(float))) for p in (same, rising)]
    assert abs(surer[0]) < 3
    assert surer[1] > 8
    assert exposure_tells(seen((3, 1), (3, 2))) == 0
