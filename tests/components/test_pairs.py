"""Crosses, ratios, differences and deviations, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.components.derived import cross, deviation, difference, ratio

GAP = np.nan


def test_a_ratio_by_zero_or_with_a_gap_is_a_gap() -> None:
    table = pd.DataFrame({"pages": [6.0, 1.0, GAP, 5.0, 1e300], "visits": [3.0, 0.0, 2.0, GAP, 1e-300]})
    made = ratio("pages", "visits", log=False).fit_transform(table)
    assert made["pages per visits"].tolist() == pytest.approx([2.0, GAP, GAP, GAP, GAP], nan_ok=True)


def test_a_ratio_on_a_log_scale_keeps_its_sign() -> None:
    table = pd.DataFrame({"a": [4.0, -4.0, 0.0], "b": [2.0, 2.0, 5.0]})
    made = ratio("a", "b", log=True).fit_transform(table)["a per b"]
    assert made.tolist() == pytest.approx([np.log(3), -np.log(3), 0.0])


def test_the_order_of_the_names_decides_what_is_divided_not_that_of_the_table() -> None:
    table = pd.DataFrame({"a": [1.0], "b": [4.0]})
    assert ratio("b", "a", log=False).fit_transform(table)["b per a"].tolist() == [4.0]


def test_a_difference_of_dates_is_in_days() -> None:
    days = pd.Series(["2024-03-01T12:00", None, "2024-03-01T00:00"]).astype("datetime64[s]")
    first = pd.Series(["2024-02-28T00:00", "2024-01-01T00:00", "2024-03-02T00:00"]).astype("datetime64[s]")
    table = pd.DataFrame({"won": days, "asked": first, "number": [1.0, 2.0, 3.0]})
    made = difference("won", "*", log=False).fit_transform(table)
    assert made["won less asked"].tolist() == pytest.approx([2.5, GAP, -1.0], nan_ok=True)  # 2024 has a 29th


def test_a_difference_on_a_log_scale_is_of_the_logs() -> None:
    table = pd.DataFrame({"a": [np.e - 1, -1.0], "b": [0.0, 1.0]})
    made = difference("a", "b", log=True).fit_transform(table)["a less b"]
    assert made.tolist() == pytest.approx([1.0, -2 * np.log(2)])


def test_a_number_and_a_date_make_no_pair() -> None:
    table = pd.DataFrame({"n": [1.0], "d": pd.Series(["2024-01-01"]).astype("datetime64[s]")})
    assert difference("*", "*", log=False).subject(table) == []


def test_rare_and_unseen_combinations_share_a_level_and_a_gap_is_one() -> None:
    def table(form: list[str | None], land: list[str]) -> pd.DataFrame:
        return pd.DataFrame({"form": pd.Categorical(form), "land": pd.Categorical(land), "n": 0.0})

    step = cross("form, land", rare=2)
    training = step.fit_transform(table(["web", "web", "fair", None, None], ["PE", "PE", "PE", "CL", "CL"]))
    assert training["form × land"].tolist() == ["web × PE", "web × PE", "other", "(gap) × CL", "(gap) × CL"]
    fresh = step.transform(table(["web", "mail", "web"], ["PE", "PE", "CL"]))
    assert fresh["form × land"].tolist() == ["web × PE", "other", "other"]


def test_a_deviation_is_from_the_mean_of_the_training_rows_of_the_group() -> None:
    table = pd.DataFrame({"pages": [1.0, 3.0, 10.0, GAP], "land": pd.Categorical(["PE", "PE", "CL", "CL"])})
    step = deviation("pages", "land", smooth=0.0)
    assert step.fit_transform(table)["pages less its mean by land"].tolist() == pytest.approx(
        [-1.0, 1.0, 0.0, GAP], nan_ok=True
    )
    fresh = pd.DataFrame({"pages": [5.0, 5.0, 5.0], "land": pd.Categorical(["PE", "BO", None])})
    overall = 14 / 3
    assert step.transform(fresh)["pages less its mean by land"].tolist() == pytest.approx(
        [3.0, 5 - overall, 5 - overall]
    )


def test_the_mean_of_a_group_is_pulled_to_the_overall_one() -> None:
    table = pd.DataFrame({"pages": [2.0, 2.0, 8.0, 8.0], "land": pd.Categorical(["PE", "PE", "CL", "CL"])})
    made = deviation("pages", "land", smooth=2.0).fit_transform(table)  # means (4 + 10) / 4 and (16 + 10) / 4
    assert made["pages less its mean by land"].tolist() == pytest.approx([-1.5, -1.5, 1.5, 1.5])
