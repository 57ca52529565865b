"""Tables become few levels that can be read aloud."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.customer.classes.levels import levels_of, per_customer
from bench.customer.readable import GAP, OTHER


def told(table: pd.DataFrame, column: str) -> list[str]:
    levels = levels_of(table, [column])
    return [levels.levels[0][code] for code in levels.codes[:, 0]]


def test_a_customer_has_its_most_frequent_level_and_the_median_of_its_numbers() -> None:
    leads = pd.DataFrame(
        {
            "kind": pd.Categorical(["a", "b", "b", None, None, "a", "b"]),
            "pages": [1.0, 2.0, 9.0, np.nan, np.nan, 4.0, 6.0],
            "message": pd.Series(["hi", None, "hi", None, None, "x", "x"], dtype="str"),
        }
    )
    found = per_customer(leads, np.array([0, 0, 0, 2, 2, 3, 3]))
    assert len(found) == 4
    assert found["kind"].iloc[0] == "b"
    assert found["kind"].iloc[1:3].isna().all()  # nobody is 1; all cells of 2 are gaps
    assert found["kind"].iloc[3] == "b", "once each: the one that more leads of the table have"
    assert found["pages"].to_list()[::3] == [2.0, 5.0]
    assert found["pages"].iloc[1:3].isna().all()
    assert found["message"].iloc[0] == "hi"
    assert list(found.dtypes) == list(leads.dtypes)


def test_numbers_are_cut_into_thirds_with_many_zeros_and_gaps_apart() -> None:
    pages = pd.DataFrame({"pages": [0.0] * 30 + [*np.arange(1.0, 61.0)] + [np.nan] * 10})
    levels = told(pages, "pages")
    assert levels[0] == "0"
    assert levels[30] == levels[49] == "up to 20.7"
    assert levels[50] == levels[69] == "over 20.7 to 40.3"
    assert levels[70] == levels[89] == "over 40.3"
    assert levels[90] == GAP


def test_a_number_of_few_values_keeps_them() -> None:
    assert told(pd.DataFrame({"share": [0.0, 0.25, 1.0] * 10}), "share")[:3] == ["0", "0.25", "1"]


def test_rare_levels_are_one_and_a_category_of_rare_levels_only_says_if_it_is_given() -> None:
    kinds = ["a"] * 60 + ["b"] * 30 + [f"r{number}" for number in range(10)]
    places = [f"place {number}" for number in range(60)] + [None] * 40
    table = pd.DataFrame({"kind": pd.Categorical(kinds), "place": pd.Categorical(places)})
    assert [*dict.fromkeys(told(table, "kind"))] == ["a", "b", OTHER]
    assert [*dict.fromkeys(told(table, "place"))] == ["given", GAP]


def test_a_text_only_says_if_it_is_given_and_a_date_says_nothing() -> None:
    table = pd.DataFrame(
        {
            "message": pd.Series(["hello", None] * 20, dtype="str"),
            "day": pd.date_range("2024-01-01", periods=40).astype("datetime64[s]"),
        }
    )
    levels = levels_of(table)
    assert levels.columns == ("message",)
    assert levels.levels == (("given", GAP),)


def test_of_columns_that_say_the_same_one_stays_unless_columns_are_named() -> None:
    rng = np.random.default_rng(0)
    area = rng.choice(["office", "shop", "hotel"], 600)
    rate = pd.Series(area).map({"office": 0.1, "shop": 0.2, "hotel": 0.4}).to_numpy()
    table = pd.DataFrame({"rate": rate, "area": pd.Categorical(area), "size": rng.normal(size=600)})
    levels = levels_of(table)
    assert levels.columns == ("area", "size"), "the words stay"
    assert levels.same == (("rate", "area"),)
    assert levels_of(table, ["rate", "area"]).columns == ("rate", "area")


def test_a_column_with_one_level_nearly_everywhere_is_left_out() -> None:
    table = pd.DataFrame({"flag": [0.0] * 96 + [1.0] * 4, "even": [0.0, 1.0] * 50})
    assert levels_of(table).columns == ("even",)
    assert levels_of(table.head(0)).columns == ()
