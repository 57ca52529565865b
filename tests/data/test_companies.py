"""Companies and equal rows together, and the companies that are too large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from bench.data.companies import giants, join_companies
from bench.data.folds import FoldsSection, make_folds
from tests.conftest import make_dataset


def parts(unit: np.ndarray) -> list[int]:
    """Number what shares a number by its first row."""
    return pd.factorize(unit)[0].tolist()


def test_rows_joined_by_a_company_or_by_being_equal_share_a_unit() -> None:
    company = np.array([0, 0, 1, 2, 3, 3])
    cluster = np.array([10, 11, 11, 12, 13, 14])  # a row of company 0 equals one of company 1
    unit, notices = join_companies(company, cluster, always=False)
    assert parts(unit) == [0, 0, 0, 1, 2, 2]
    assert notices == ()


def test_a_chain_of_companies_beyond_the_largest_goes_its_own_ways_with_a_notice() -> None:
    # Twelve companies of two rows, the second of each equal to the first of the next: a chain of 24 of 50 rows.
    company = np.r_[np.repeat(np.arange(12), 2), 12 + np.arange(26)]
    cluster = np.r_[0, np.repeat(np.arange(1, 12), 2), 12, 13, 13, 14 + np.arange(24)]
    unit, notices = join_companies(company, cluster, always=False)
    assert parts(unit)[:24] == np.repeat(np.arange(12), 2).tolist()
    assert unit[24] == unit[25]  # another pair stays one
    assert notices == (
        "22 rows equal to a row of another company stay apart: they would chain companies to clusters of up to "
        "48.0% of the rows.",
    )
    kept, silent = join_companies(company, cluster, always=True)
    assert (len(set(kept[:24])), silent) == (1, ())


def test_equal_rows_of_two_companies_bring_both_into_one_fold() -> None:
    dataset = make_dataset(400)
    take = np.r_[1, np.arange(1, 400)]  # row 0 is a copy of row 1
    groups = np.arange(400) // 2
    groups[[0, 1]] = [0, 1]
    groups[[2, 3]] = [0, 1]
    dataset = replace(dataset, features=dataset.features.iloc[take].reset_index(drop=True), groups=groups)
    together, apart = (
        {
            len(
                set(
                    make_folds(dataset, FoldsSection(scheme="stratified_group", duplicates=rule, seed=n)).fold_of[0, :4]
                )
            )
            for n in range(5)
        }
        for rule in ("auto", "apart")
    )
    assert (together, apart) == ({1}, {1, 2})


def test_a_giant_is_named_with_its_shares() -> None:
    y = np.r_[np.ones(30), np.zeros(170)].astype(np.int8)
    groups = np.r_[np.zeros(20), np.ones(5), np.full(5, 2), np.full(40, 3), np.full(130, -1)].astype(np.int64)
    # '25096' holds 20 of 30 positives; 'b' and 'c' a sixth each in five rows; '3' a fifth of the rows.
    (said,) = giants(y, groups, ("25096", "b", "c"))
    assert said == (
        "Giant companies, each whole in one fold, decide much of its score: "
        "'25096' 10.0% of the rows and 66.7% of the positives; '3' 20.0% of the rows and 0.0% of the positives; "
        "'b' 2.5% of the rows and 16.7% of the positives; 'c' 2.5% of the rows and 16.7% of the positives."
    )


def test_a_company_of_four_rows_is_never_named_and_of_many_giants_four_are() -> None:
    y = np.r_[np.ones(4), np.zeros(96)].astype(np.int8)
    assert giants(y, np.r_[np.zeros(4), np.full(96, -1)].astype(np.int64), ("secret",)) == ()
    six = giants(y, np.repeat(np.arange(6), [20, 16, 16, 16, 16, 16]), ("a", "b", "c", "d", "e", "f"))
    assert six[0].endswith("'d' 16.0% of the rows and 0.0% of the positives; 2 more are beyond 1% or 10%.")


def test_folds_of_companies_say_who_is_a_giant_and_other_folds_do_not() -> None:
    dataset = make_dataset(200)
    groups = np.where(np.arange(200) < 60, 0, np.arange(200))
    dataset = replace(dataset, groups=groups, group_names=("Acme",))
    (said,) = make_folds(dataset, FoldsSection(scheme="stratified_group")).notices
    assert "'Acme' 30.0% of the rows" in said
    assert make_folds(dataset, FoldsSection()).notices == ()
