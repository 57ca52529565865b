"""Target encoding that no row's own outcome reaches, nor its company's."""

import numpy as np
import pandas as pd
import pytest

from bench.components.steps.target import CrossFittedTarget


def column(levels: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"level": pd.Categorical(levels)})


def test_new_rows_get_the_shrunk_share_of_their_level() -> None:
    X = column(["a"] * 4 + ["b"] * 6)
    y = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=np.int8)
    encoder = CrossFittedTarget(smooth=10.0, folds=2, random_state=0).fit(X, y)
    shares = encoder.transform(column(["a", "b"])).ravel()
    # (3 + 10 * 0.4) / (4 + 10) and (1 + 10 * 0.4) / (6 + 10)
    assert shares == pytest.approx([7 / 14, 5 / 16])


def test_a_training_row_is_encoded_without_its_own_outcome() -> None:
    rng = np.random.default_rng(0)
    X = column([f"l{n}" for n in rng.integers(0, 8, 200)])
    y = (rng.random(200) < 0.3).astype(np.int8)
    encoded = CrossFittedTarget(folds=5, random_state=1).fit_transform(X, y)
    for row in range(0, 200, 25):
        flipped = y.copy()
        flipped[row] = 1 - flipped[row]
        splits = CrossFittedTarget(folds=5, random_state=1)._splits(y, np.arange(200), grouped=True)
        own = next(held_out for _, held_out in splits if row in held_out)
        same_folds = CrossFittedTarget(folds=5, random_state=1)
        got = same_folds.fit_transform(X, flipped, groups=np.arange(200))
        want = CrossFittedTarget(folds=5, random_state=1).fit_transform(X, y, groups=np.arange(200))
        assert np.array_equal(got[own], want[own])
    assert encoded.shape == (200, 1)


def test_a_training_row_is_encoded_without_its_companys_outcomes() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 20, 300)
    X = column([f"l{n}" for n in rng.integers(0, 6, 300)])
    y = (rng.random(300) < 0.3).astype(np.int8)
    before = CrossFittedTarget(random_state=1).fit_transform(X, y, groups)
    changed = np.where(groups == 3, 1 - y, y).astype(np.int8)
    after = CrossFittedTarget(random_state=1).fit_transform(X, changed, groups)
    assert np.array_equal(before[groups == 3], after[groups == 3])
    assert not np.array_equal(before, after)


def test_the_company_column_itself_says_nothing_of_a_company() -> None:
    """Encoded by company it was the mean of a fold in training and the company's own outcome on new rows.

    On reviews grouped by article that took logistic regression from an F1 of 0.76 to 0.56.
    """
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 40, 400)
    y = (groups % 4 == 0).astype(np.int8)  # the company fixes the outcome
    X = column([f"c{group}" for group in groups])
    encoder = CrossFittedTarget(random_state=0)
    training = encoder.fit_transform(X, y, groups)
    new = encoder.transform(column(["c0", "c1", "c999"]))
    assert np.ptp(new) == 0  # a known good one, a known bad one, an unknown one
    assert training.min() - 0.05 < new[0, 0] < training.max() + 0.05


def test_rows_without_a_company_are_companies_of_their_own() -> None:
    groups = np.r_[np.full(50, -1), np.arange(50) % 5]
    X = column(["unknown"] * 50 + [f"c{n % 5}" for n in range(50)])
    y = np.r_[np.tile([1, 1, 0, 0, 0], 10), np.zeros(50)].astype(np.int8)
    encoder = CrossFittedTarget(smooth=1.0, random_state=0).fit(X, y, groups)
    # The 50 rows that share no company do tell what "unknown" is worth: (20 + 0.2) / (50 + 1).
    assert encoder.transform(column(["unknown"]))[0, 0] == pytest.approx(20.2 / 51)


def test_a_level_of_one_row_is_encoded_like_an_unseen_one() -> None:
    X = column(["once", "a", "a", "a", "b", "b", None, None])
    y = np.array([1, 0, 1, 0, 0, 0, 1, 0], dtype=np.int8)
    encoder = CrossFittedTarget(folds=2, random_state=0).fit(X, y)
    once, never = encoder.transform(column(["once", "never"])).ravel()
    assert once == never


def test_a_table_of_one_company_is_encoded_by_rows() -> None:
    X = column(["a", "b"] * 20)
    y = np.tile([1, 0, 0, 0], 10).astype(np.int8)
    together = CrossFittedTarget(random_state=0).fit_transform(X, y, groups=np.zeros(40, dtype=np.int64))
    assert np.array_equal(together, CrossFittedTarget(random_state=0).fit_transform(X, y))
