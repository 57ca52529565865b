"""Columns by kind, and what is known of levels put to rows."""

import numpy as np
import pandas as pd

from bench.components.steps.columns import (
    by_frequency,
    by_level,
    category,
    category_columns,
    levels_and_codes,
    spread,
    text_columns,
)  # fmt: skip


def test_columns_are_found_by_kind_and_pattern() -> None:
    level, text = pd.Categorical(["x"]), pd.Series(["x"], dtype="str")
    X = pd.DataFrame({"number": [1.0], "owner": level, "outlet": level, "note": text})
    assert category_columns(X) == ["owner", "outlet"]
    assert category_columns(X, "own*, n*") == ["owner"]
    assert text_columns(X) == ["note"]


def test_values_that_occur_come_by_frequency_and_of_equals_the_smaller_first() -> None:
    levels = pd.Categorical(["b", "c", "c", "a", None], ["c", "b", "a", "never"])
    assert list(by_frequency(pd.Series(levels)).items()) == [("c", 2), ("a", 1), ("b", 1)]
    assert list(by_frequency(pd.Series([2.0, np.nan, 10.0, 2.0]))) == [2.0, 10.0]


def test_what_is_known_of_levels_is_put_to_rows() -> None:
    column = pd.Series(pd.Categorical(["b", None, "z", "b"], ["z", "unused", "b"]), index=[3, 3, 1, 0])
    assert by_level(column, {"b": 1.0}, 7.0).tolist() == [1.0, 7.0, 7.0, 1.0]
    levels, codes = levels_and_codes(column)
    assert (levels, codes.tolist()) == (["z", "b"], [1, -1, 0, 1])
    assert spread(["Z", None], codes).tolist() == [None, None, "Z", None]
    merged = category(["same", "same"], codes)
    assert merged.tolist()[2:] == ["same", "same"]
    assert merged.isna().tolist() == [False, True, False, False]
    assert list(category(["q", "p"], codes).categories) == ["p", "q"]
