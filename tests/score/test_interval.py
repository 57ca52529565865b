"""Intervals of shares, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.score.interval import wilson, wilson_of_clusters


def test_rows_of_clusters_of_their_own_count_one_by_one() -> None:
    hits = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    assert wilson_of_clusters(hits, np.ones(10, dtype=np.int64)) == pytest.approx((0.2, *wilson(0.2, 10)))


def test_rows_of_clusters_that_agree_count_for_less_than_one_for_each_cluster() -> None:
    share, low, high = wilson_of_clusters(np.array([4, 0, 4, 0, 0]), np.full(5, 4))
    assert share == 0.4
    # Student's t at 97.5 %: 2.0930 for twenty rows, 2.7764 for five clusters.
    assert (low, high) == pytest.approx(wilson(0.4, 5 * (2.0930 / 2.7764) ** 2), abs=1e-4)


def test_clusters_less_alike_than_chance_make_no_row_worth_more() -> None:
    share, low, high = wilson_of_clusters(np.full(200, 1), np.full(200, 2))  # one of two in each
    few = (1.9659 / 1.9720) ** 2  # of 400 rows, of 200 clusters
    assert (share, low, high) == pytest.approx((0.5, *wilson(0.5, 400 * few)), abs=1e-4)


@pytest.mark.parametrize(("hits", "rows", "clusters"), [([0, 0, 0], [9, 1, 0], 2), ([7, 3, 5], [7, 3, 5], 3)])
def test_where_all_rows_have_one_outcome_a_cluster_counts_once(hits: list[int], rows: list[int], clusters: int) -> None:
    share = float(hits[0] > 0)
    assert wilson_of_clusters(np.array(hits), np.array(rows)) == (share, *wilson(share, clusters))


def test_one_cluster_of_both_outcomes_is_as_sure_as_one_row() -> None:
    assert wilson_of_clusters(np.array([3]), np.array([9])) == (1 / 3, *wilson(1 / 3, 1))


def test_no_rows_tell_nothing() -> None:
    assert np.isnan(wilson_of_clusters(np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64))).all()


def test_the_ends_are_exact_where_none_or_all_did() -> None:
    assert wilson(0, 3)[0] == 0
    assert wilson(1, 3)[1] == 1
