"""Rows of one company, and rows of none."""

import numpy as np

from bench.companies import company_of, one_vote_each


def test_rows_without_a_company_are_units_of_their_own() -> None:
    units = company_of(np.array([4, -1, 4, -1, 0]), 5)
    assert units[0] == units[2]
    assert len(set(units)) == 4
    assert sorted(set(units)) == [0, 1, 2, 3]
    assert company_of(None, 3).tolist() == [0, 1, 2]


def test_a_company_counts_once_in_each_class() -> None:
    y = np.array([1, 1, 0, 0, 0, 0, 1], dtype=np.int8)
    groups = np.array([4, 4, 4, 2, 2, -1, -1])
    assert one_vote_each(y, groups).tolist() == [0.5, 0.5, 1, 0.5, 0.5, 1, 1]
    assert one_vote_each(y, None).tolist() == [1] * 7
