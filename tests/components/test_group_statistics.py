"""Statistics of a row's group."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io

from bench.components.steps.derived.group_statistics import GroupStatistics


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "owner": pd.Categorical(["a", "a", "a", "b", None]),
            "visits": [1.0, 3.0, np.nan, 8.0, 4.0],
        }
    )


Y = np.array([1, 0, 0, 1, 0], dtype=np.int8)


def test_rows_are_counted_without_a_training_row_itself() -> None:
    step = GroupStatistics()
    training = step.fit_transform(table(), Y)
    assert np.expm1(training["rows of the same owner"]).tolist() == pytest.approx([2, 2, 2, 0, 0])
    fresh = step.transform(table().assign(owner=pd.Categorical(["a", "b", "new", None, "a"])))
    assert np.expm1(fresh["rows of the same owner"]).tolist() == pytest.approx([3, 1, 0, 0, 3])


def test_means_are_shrunk_and_the_same_for_training_and_new_rows_of_a_group() -> None:
    step = GroupStatistics(smooth=1.0)
    training = step.fit_transform(table(), Y)
    # The mean of all is (1 + 3 + 8 + 4) / 4 = 4, and counts as one row: (1 + 3 + 4) / 3 and (8 + 4) / 2.
    assert training["mean visits by owner"].tolist() == pytest.approx([8 / 3, 8 / 3, 8 / 3, 6, 4])
    fresh = step.transform(table().assign(owner=pd.Categorical(["a", "b", "new", None, "a"])))
    assert fresh["mean visits by owner"].tolist() == pytest.approx([8 / 3, 6, 4, 4, 8 / 3])


def test_the_share_of_gaps_is_a_mean_as_well() -> None:
    # Of two cells a row: 0, 0, 1/2 and 0; without a pseudo-count the overall 1/5 is left to the row without an owner.
    training = GroupStatistics(smooth=0.0).fit_transform(table(), Y)
    assert training["share of gaps by owner"].tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 0, 1 / 5])


def test_companies_are_counted_once_and_a_row_without_one_is_its_own() -> None:
    X = pd.DataFrame({"owner": pd.Categorical(["a", "a", "a", "a", "b"])})
    step = GroupStatistics()
    training = step.fit_transform(X, Y, groups=np.array([7, 7, -1, -1, 7]))
    assert np.expm1(training["companies of the same owner"]).tolist() == pytest.approx([2, 2, 2, 2, 0])
    fresh = step.transform(pd.DataFrame({"owner": pd.Categorical(["a", "b", "new"])}))
    assert np.expm1(fresh["companies of the same owner"]).tolist() == pytest.approx([3, 1, 0])
    assert "companies of the same owner" not in step.fit_transform(X, Y)


def test_the_share_of_positives_is_shrunk_and_can_be_left_out() -> None:
    X = pd.DataFrame({"owner": pd.Categorical(["a"] * 4 + ["b"] * 6)})
    y = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=np.int8)
    step = GroupStatistics(target=True, smooth=10.0, folds=2, random_state=0).fit(X, y)
    fresh = step.transform(pd.DataFrame({"owner": pd.Categorical(["a", "b"])}))
    # (3 + 10 * 0.4) / (4 + 10) and (1 + 10 * 0.4) / (6 + 10)
    assert fresh["share of positives by owner"].tolist() == pytest.approx([7 / 14, 5 / 16])
    assert "share of positives by owner" not in GroupStatistics().fit_transform(X, y)


def test_with_the_share_of_positives_it_survives_pickle_and_skops() -> None:
    X = pd.DataFrame({"owner": pd.Categorical(["a"] * 4 + ["b"] * 6)})
    step = GroupStatistics(target=True, random_state=0).fit(X, (np.arange(10) % 3 == 0).astype(np.int8))
    saved = skops.io.dumps(step)
    asked = skops.io.get_untrusted_types(data=saved)
    for again in (pickle.loads(pickle.dumps(step)), skops.io.loads(saved, trusted=asked)):
        pd.testing.assert_frame_equal(again.transform(X), step.transform(X))


def test_no_outcome_of_a_company_reaches_its_own_training_rows() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"owner": pd.Categorical(rng.choice(list("abcdef"), 300)), "n": rng.normal(size=300)})
    groups = rng.integers(0, 20, 300)
    y = (rng.random(300) < 0.3).astype(np.int8)
    before = GroupStatistics(target=True, random_state=1).fit_transform(X, y, groups)
    after = GroupStatistics(target=True, random_state=1).fit_transform(
        X, np.where(groups == 3, 1 - y, y).astype(np.int8), groups
    )
    pd.testing.assert_frame_equal(before[groups == 3], after[groups == 3])
    assert not before.equals(after)


def test_an_owner_that_tells_the_outcome_is_found() -> None:
    rng = np.random.default_rng(0)
    owner = rng.integers(0, 20, 1000)
    y = (rng.random(1000) < np.where(owner < 5, 0.6, 0.05)).astype(np.int8)
    X = pd.DataFrame({"owner": pd.Categorical([f"o{number}" for number in owner])})
    training = GroupStatistics(target=True, random_state=0).fit_transform(X, y, rng.integers(0, 400, 1000))
    share = training["share of positives by owner"]
    assert share[owner < 5].min() > share[owner >= 5].max()


def test_the_group_is_the_column_with_the_most_levels_that_are_large_enough() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "city": pd.Categorical([f"c{number}" for number in rng.integers(0, 400, 1000)]),
            "owner": pd.Categorical([f"o{number}" for number in rng.integers(0, 30, 1000)]),
            "unit": pd.Categorical(rng.choice(["ID", "AS"], 1000)),
        }
    )
    assert GroupStatistics().subject(X) == ["owner"]
    assert GroupStatistics("unit").subject(X) == ["unit"]
    assert GroupStatistics("city").subject(X) == ["city"]  # the only one that is asked for
    assert GroupStatistics("city, unit").subject(X) == ["unit"]
    mostly_empty = X.assign(owner=X["owner"].where(np.arange(1000) % 10 < 4), unit=X["unit"].where(X.index < 100))
    assert GroupStatistics().subject(mostly_empty) == ["owner"]


def test_only_the_most_filled_numbers_have_a_mean() -> None:
    numbers = {f"n{gaps}": np.r_[np.full(gaps, np.nan), np.ones(40 - gaps)] for gaps in (7, 1, 2, 3, 40, 4, 5)}
    X = pd.DataFrame({"owner": pd.Categorical(["a", "b"] * 20), **numbers})
    new = GroupStatistics().fit_transform(X, np.zeros(40, dtype=np.int8))
    assert [name for name in new if name.startswith("mean")] == [f"mean n{gaps} by owner" for gaps in (1, 2, 3, 4, 5)]
