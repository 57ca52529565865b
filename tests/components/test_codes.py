"""Codes counted and put in blocks."""

import numpy as np
import pandas as pd
import pytest

from bench.components.steps.derived.codes import CodeBins, CodeCounts


def column(levels: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"code": pd.Categorical(levels)})


def test_a_training_row_counts_the_other_rows_and_a_new_row_counts_all() -> None:
    X = column(["a", "a", "a", "b", None])
    step = CodeCounts(levels=2)
    assert np.expm1(step.fit_transform(X)["count of code"]).tolist() == pytest.approx([2, 2, 2, 0, 0])
    fresh = column(["a", "b", "new", None])
    assert np.expm1(step.transform(fresh)["count of code"]).tolist() == pytest.approx([3, 1, 0, 0])


def test_only_columns_of_many_training_levels_are_counted() -> None:
    few = pd.Categorical(["a", "b", "a"], categories=["a", "b", "only in other rows"])
    X = pd.DataFrame({"few": few, "many": pd.Categorical(["x", "y", "z"])})
    assert CodeCounts(levels=3).subject(X) == ["many"]


def test_codes_of_one_block_are_one_level() -> None:
    X = column(["7", "99", "100", "0107", "-1", "250.0", None])
    assert CodeBins().fit_transform(X)["block of code"].tolist()[:-1] == [
        "0 to 99",
        "0 to 99",
        "100 to 199",
        "100 to 199",
        "-100 to -1",
        "200 to 299",
    ]
    assert CodeBins().fit_transform(X)["block of code"].isna().tolist() == [False] * 6 + [True]


def test_what_is_no_whole_number_has_no_block() -> None:
    step = CodeBins(width=10).fit(column([str(code) for code in range(40)]))
    fresh = step.transform(column(["31", "3.5", "x", "inf", "1e300", "nan"]))["block of code"]
    assert fresh.astype(object).where(fresh.notna(), None).tolist() == ["30 to 39", None, None, None, None, None]


@pytest.mark.parametrize(
    "levels",
    [
        ["a", "b", "12"],
        ["1", "2", "3"],  # all in one block
        ["100", "200", "300"],  # a block each
        [None, None],
    ],
)
def test_names_and_codes_that_share_no_block_are_left_alone(levels: list[str | None]) -> None:
    assert CodeBins(width=100).subject(column(levels)) == []


def test_one_stray_word_among_many_codes_does_not_hide_them() -> None:
    assert CodeBins(width=10).subject(column([*map(str, range(40)), "unknown"])) == ["code"]
    assert CodeBins(width=10).subject(column([*map(str, range(10, 20)), "unknown"])) == []
    assert CodeBins(width=100).subject(column([*(str(100 * n) for n in range(20)), "unknown"])) == []  # none is shared


def test_the_pattern_says_which_columns_are_looked_at() -> None:
    codes = pd.Categorical([str(code) for code in range(40)])
    X = pd.DataFrame({"owner": codes, "batch": codes})
    assert CodeBins("own*", width=10).subject(X) == ["owner"]
