"""Missing cells as information."""

import numpy as np
import pandas as pd

from bench.components.steps.derived.gaps import FilledPattern, MissingIndicators


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": [1.0, np.nan, 3.0],
            "c": pd.Categorical(["a", None, None]),
            "full": [1.0, 2.0, 3.0],
            "empty": [np.nan] * 3,
            "t": pd.Series(["x", "y", None], dtype="str"),
        }
    )


def test_there_is_a_flag_for_each_column_with_gaps_and_a_count_of_all() -> None:
    new = MissingIndicators().fit_transform(table()).drop(columns=list(table()))
    assert new.to_dict("list") == {
        "gap in n": [0.0, 1.0, 0.0],
        "gap in c": [0.0, 1.0, 1.0],
        "gap in t": [0.0, 0.0, 1.0],
        "gaps in the row": [1.0, 3.0, 3.0],
    }


def test_flags_or_the_count_can_be_had_alone() -> None:
    assert list(MissingIndicators("count").fit_transform(table()))[5:] == ["gaps in the row"]
    assert list(MissingIndicators("flags").fit_transform(table()))[5:] == ["gap in n", "gap in c", "gap in t"]


def test_a_gap_in_a_column_that_was_full_in_training_is_counted_but_has_no_flag() -> None:
    step = MissingIndicators().fit(table())
    new = step.transform(table().assign(full=[np.nan, 2.0, 3.0]))
    assert "gap in full" not in new
    assert new["gaps in the row"].tolist() == [2.0, 3.0, 3.0]


def products(*patterns: str) -> pd.DataFrame:
    """Return a table where the letters c, s and m of each pattern say which product column is filled."""
    return pd.DataFrame(
        {
            f"product_{name}": pd.Categorical(["x" if name[0] in pattern else None for pattern in patterns])
            for name in ("category", "sub", "model")
        }
    )


def test_the_pattern_names_the_filled_columns_in_table_order() -> None:
    X = products("cm", "", "csm", "s")
    assert FilledPattern().fit_transform(X)["filled among *product*"].tolist() == [
        "product_category+product_model",
        "none",
        "product_category+product_sub+product_model",
        "product_sub",
    ]


def test_rare_and_unseen_patterns_are_other() -> None:
    step = FilledPattern(patterns=2).fit(products("c", "c", "c", "sm", "sm", "s", ""))
    assert step.transform(products("c", "sm", "s", "csm"))["filled among *product*"].tolist() == [
        "product_category",
        "product_sub+product_model",
        "other",
        "other",
    ]


def test_one_column_with_gaps_makes_no_pattern() -> None:
    X = products("c", "").assign(product_sub=[1.0, 2.0], product_model=[np.nan, np.nan])
    assert FilledPattern().subject(X) == []
    assert list(FilledPattern().fit_transform(X)) == list(X)
