"""What calls find, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import ScoreError
from bench.score.calls import Others, bands, calls, evenly
from bench.score.interval import wilson, wilson_of_clusters

Y = np.array([1, 0, 1, 0, 0, 0], dtype=np.int8)
FALLING = np.array([0.9, 0.8, 0.7, 0.7, 0.2, 0.1])
OWN = np.arange(6)


def test_rows_are_called_from_the_likeliest_down_and_equal_ones_together() -> None:
    made = calls(Y, FALLING, OWN)
    assert made.thresholds.tolist() == [0.9, 0.8, 0.7, 0.2, 0.1]
    assert made.counts.predicted_positives.tolist() == [1, 2, 4, 5, 6]
    assert made.counts.true_positives.tolist() == [1, 1, 2, 2, 2]
    assert made.counts.precision.tolist() == [1, 1 / 2, 2 / 4, 2 / 5, 2 / 6]
    assert made.counts.recall.tolist() == [1 / 2, 1 / 2, 1, 1, 1]
    assert made.interval(2) == pytest.approx(wilson(2 / 4, 4))
    assert [made.nearest(number) for number in (0, 3, 4, 100)] == [0, 1, 2, 4]


def test_a_constant_calls_all_or_nobody() -> None:
    made = calls(Y, np.full(6, 0.3), OWN)
    assert made.thresholds.tolist() == [0.3]
    assert made.counts.predicted_positives.tolist() == [6]
    (only,) = bands(Y, np.full(6, 0.3), OWN)
    assert (only.rows, only.positives, only.lift, only.reached, only.found) == (6, 2, 1, 1, 1)


def test_every_cut_is_as_sure_as_its_units_alone_would_make_it() -> None:
    rng = np.random.default_rng(3)
    y, units = (rng.random(60) < 0.4).astype(np.int8), rng.integers(0, 15, 60)
    probability = np.round(rng.random(60), 2)
    made = calls(y, probability, units)
    for place, threshold in enumerate(made.thresholds):
        mine = probability >= threshold
        company = np.unique(units[mine], return_inverse=True)[1]
        told = wilson_of_clusters(np.bincount(company, y[mine]).astype(np.int64), np.bincount(company))
        assert (made.counts.precision[place], *made.interval(place)) == pytest.approx(told)


def test_a_row_that_three_repeats_held_out_alike_counts_once() -> None:
    made = calls(np.tile(Y, 3), np.tile(FALLING, 3), np.tile(OWN, 3))
    assert made.counts.predicted_positives.tolist() == [3, 6, 12, 15, 18]
    # Student's t at 97.5 %: 2.2010 for twelve rows, 3.1824 for the four that they are.
    assert made.interval(2) == pytest.approx(wilson(2 / 4, 4 * (2.2010 / 3.1824) ** 2), abs=1e-4)


def standing_for(rows: float, rate: float) -> Others:
    """Let the six rows stand for others of which ``rate`` are positive, each class in equal parts."""
    return Others(np.where(Y == 1, rows * rate / 2, rows * (1 - rate) / 4), Y.astype(np.int64))


def test_rows_that_stand_for_others_count_as_many_as_they_stand_for() -> None:
    made = calls(Y, FALLING, OWN, standing_for(100, 0.6))  # a positive for 30 rows, a negative for 10
    assert made.counts.predicted_positives.tolist() == [30, 40, 80, 90, 100]
    assert made.counts.precision.tolist() == pytest.approx([1, 3 / 4, 6 / 8, 6 / 9, 6 / 10])
    assert made.counts.recall.tolist() == [1 / 2, 1 / 2, 1, 1, 1]


def test_an_interval_of_others_adds_what_is_not_known_and_luck() -> None:
    made = calls(Y, FALLING, OWN, standing_for(100, 0.6))
    # All positives and three quarters of the negatives are called, 90 rows, 2 / 3 of them positive. No residual of
    # positives, of negatives -10 * 2 / 3 * (1/4, 1/4, 1/4, -3/4), over 90; Student's t at 97.5 % for five rows.
    squares = (2.7764 / 1.96) ** 2 * (10 * 2 / 3 / 90) ** 2 * (3 / 16 + 9 / 16)
    low, high = wilson(2 / 3, 1 / (squares / (2 / 9) + 1 / 90 - 1 / 100))
    assert (90 * low, 90 * high) == pytest.approx((42.77, 73.39), abs=0.01)
    assert made.interval(3) == (42 / 90, 74 / 90)  # whole calls


def test_where_all_called_are_positive_a_row_counts_once() -> None:
    low, high = calls(Y, FALLING, OWN, standing_for(100, 0.6)).interval(0)
    # One row tells what the first 30 will show.
    assert 30 * wilson(1, 1 / (1 + 1 / 30 - 1 / 100))[0] == pytest.approx(6.08, abs=0.01)
    assert (low, high) == (6 / 30, 1)


def test_if_all_others_are_called_the_share_is_what_was_assumed() -> None:
    made = calls(Y, FALLING, OWN, standing_for(100, 0.6))
    assert made.interval(4) == pytest.approx((0.6, 0.6))


def test_bands_part_no_equal_rows_and_add_up() -> None:
    first, second, last = bands(Y, FALLING, OWN, 3)
    # From 0.8 and from 0.7 up: the rows nearest above two thirds and one third of the way from the lowest.
    assert [band.rows for band in (first, second, last)] == [2, 2, 2]
    assert [band.positives for band in (first, second, last)] == [1, 1, 0]
    assert [band.lift for band in (first, second, last)] == pytest.approx([1.5, 1.5, 0])
    assert [band.reached for band in (first, second, last)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert [band.found for band in (first, second, last)] == pytest.approx([0.5, 1, 1])
    assert (first.rate, first.low, first.high) == pytest.approx((0.5, *wilson(0.5, 2)))
    assert (last.low, last.lowest) == (0, 0.1)


def test_two_different_probabilities_make_two_bands() -> None:
    probability = np.array([0.6, 0.6, 0.6, 0.1, 0.1, 0.1])
    assert [(band.rows, band.positives) for band in bands(Y, probability, OWN)] == [(3, 2), (3, 0)]


@pytest.mark.parametrize("way", [calls, bands])
def test_nothing_to_find_and_no_number_are_refused(way: object) -> None:
    assert callable(way)
    with pytest.raises(ScoreError, match="no row is positive"):
        way(np.zeros(2, dtype=np.int8), np.array([0.1, 0.2]), np.arange(2))
    with pytest.raises(ScoreError, match="not a number"):
        way(Y[:2], np.array([0.1, np.nan]), np.arange(2))


def test_evenly_keeps_both_ends_and_no_more_than_asked_for() -> None:
    rising = np.concatenate([np.linspace(0, 1, 1000), np.linspace(2, 100, 50)])
    places = evenly(rising, 30)
    assert (places[0], places[-1]) == (0, len(rising) - 1)
    assert len(places) <= 30
    assert evenly(np.array([4.0]), 30).tolist() == [0]
    assert evenly(np.array([4.0, 4.0, 9.0]), 30).tolist() == [0, 2]
