"""What classes have more of, and how often they convert, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.customer.classes.levels import Levels
from bench.customer.classes.profile import conversions_of, traits_of
from bench.score.interval import wilson

HALVES = np.repeat(np.eye(2), 10, axis=0)  # ten customers of each of two classes


def levels(codes: list[int]) -> Levels:
    return Levels(("kind",), (("shop", "hotel"),), np.array(codes)[:, None])


def test_a_trait_is_the_share_in_the_class_less_the_share_in_the_rest() -> None:
    # 8 of 10 against 2 of 10: variance 0.8 × 0.2 / 10 twice, 0.032 in all, and 1.96 × √0.032 = 0.3506
    first, second = traits_of(HALVES, levels([0] * 8 + [1] * 2 + [0] * 2 + [1] * 8))
    assert [(trait.level, trait.customers) for trait in first] == [("shop", 8)]  # 2 hotels are too few to tell
    (shop,) = first
    assert (shop.share, shop.rest, shop.difference) == pytest.approx((0.8, 0.2, 0.6))
    assert (shop.low, shop.high) == pytest.approx((0.2494, 0.9506), abs=1e-4)
    assert [trait.level for trait in second] == ["hotel"]


def test_customers_count_by_their_posterior() -> None:
    unsure = np.full((20, 2), 0.5)
    (shop, hotel), _ = traits_of(unsure, levels([0] * 12 + [1] * 8))
    assert shop.share == shop.rest == pytest.approx(0.6)
    assert (hotel.difference, hotel.low, hotel.high) == pytest.approx((0, 0, 0))


def test_one_class_has_no_traits() -> None:
    assert traits_of(np.ones((20, 1)), levels([0, 1] * 10)) == ((),)


def test_intervals_of_traits_hold_the_truth_in_95_percent() -> None:
    rng = np.random.default_rng(0)
    posterior = np.repeat([[0.9, 0.1], [0.2, 0.8]], 150, axis=0)
    held = 0
    for _ in range(400):
        of_first = rng.random(300) < posterior[:, 0]
        shop = np.where(of_first, rng.random(300) < 0.7, rng.random(300) < 0.4)
        traits, _ = traits_of(posterior, levels([*np.where(shop, 0, 1)]))
        trait = next(trait for trait in traits if trait.level == "shop")
        # Expected of the weighted shares: of the class 0.7 or 0.4, as often as it is of either.
        first = (0.9 * 0.9 + 0.2 * 0.2) / 1.1
        rest = (0.1 * 0.9 + 0.8 * 0.2) / 0.9
        held += trait.low <= 0.3 * (first - rest) <= trait.high
    assert 0.93 <= held / 400 <= 0.98


def test_a_rate_is_of_leads_and_its_interval_of_customers() -> None:
    posterior = np.repeat(np.eye(2), 2, axis=0)
    first, second = conversions_of(posterior, np.array([5, 0, 0, 0]), np.array([5, 5, 0, 0]))
    # Two customers, all or nothing: their ten leads count for two, and by Student's t, which is 2.262 for ten
    # and 12.706 for two, for 2 × (2.262 / 12.706)² = 0.063 of a lead. Nothing is known.
    assert (first.customers, first.labelled, first.converted, first.rate) == (2, 10, 5, 0.5)
    assert (first.low, first.high) == pytest.approx(wilson(0.5, 0.0634), abs=1e-4)
    assert first.high - first.low > 0.98
    assert (second.customers, second.labelled) == (2, 0)
    assert np.isnan([second.rate, second.low, second.high]).all()


def test_no_conversion_in_thirty_leads_of_three_customers_is_as_sure_as_none_in_three() -> None:
    (of,) = conversions_of(np.ones((3, 1)), np.zeros(3, dtype=np.int64), np.array([10, 10, 10]))
    assert of.low == 0
    assert of.high == wilson(0, 3)[1]


def test_leads_of_customers_of_their_own_count_one_by_one() -> None:
    (of,) = conversions_of(np.ones((101, 1)), np.arange(101) % 2, np.ones(101, dtype=np.int64))
    assert of.rate == pytest.approx(50 / 101)
    assert (of.low, of.high) == pytest.approx(wilson(50 / 101, 101))
