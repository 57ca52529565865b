"""Tests of columns among converted leads and the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.explore.compared import larger_in_pairs
from bench.explore.distributions import distributions
from bench.page.page import page
from tests.explore.tables import all_text, converted, levels, look_of


def test_larger_in_pairs_by_hand() -> None:
    # Positives 2 and 3 against negatives 1, 2 and 0: 5 pairs won, one tie.
    values, y = np.array([2.0, 3.0, 1.0, 2.0, 0.0]), np.array([1, 1, 0, 0, 0], dtype=np.int8)
    share, low, high = larger_in_pairs(values, y, np.arange(5))
    assert share == pytest.approx(5.5 / 6)
    # Components of DeLong: positives 5/6 and 1, negatives 1, 3/4 and 1; squared distances over squared group sizes.
    within_positives = ((5 / 6 - 11 / 12) ** 2 + (1 - 11 / 12) ** 2) / 4
    within_negatives = (2 * (1 - 11 / 12) ** 2 + (3 / 4 - 11 / 12) ** 2) / 9
    error = np.sqrt((within_positives + within_negatives) * 5 / 4)
    odds = 11 * np.exp(-1.959964 * error / (11 / 12 / 12))
    assert low == pytest.approx(odds / (1 + odds))
    assert share < high < 1


def test_a_column_that_parts_both_groups_is_larger_in_every_pair() -> None:
    y = np.array([1, 1, 0, 0], dtype=np.int8)
    assert larger_in_pairs(np.array([3.0, 4.0, 1.0, 2.0]), y, np.arange(4)) == (1.0, 1.0, 1.0)


def test_the_interval_is_wider_where_leads_of_a_company_are_alike() -> None:
    draw = np.random.default_rng(7)
    of = np.repeat(np.arange(50), 8)
    values, y = draw.normal(size=50)[of], (draw.random(50) < 0.3).astype(np.int8)[of]
    _, low, high = larger_in_pairs(values, y, np.arange(400))
    _, lower, higher = larger_in_pairs(values, y, of)
    assert higher - lower > 2 * (high - low)


def test_the_column_that_tells_most_comes_first() -> None:
    draw = np.random.default_rng(7)
    y = converted((200, 400))
    features = pd.DataFrame({"noise": draw.normal(size=600), "spent": draw.normal(size=600) + np.array(y)})
    seen = distributions(look_of(features, y))
    assert seen is not None
    sheet = seen.sheets["distributions"]
    assert sheet["column"].tolist() == ["spent", "noise"]
    assert sheet.loc[0, "larger"] == pytest.approx(0.76, abs=0.03)
    assert sheet["pairs_put_right"].between(0.45, 0.55).tolist() == [False, True]
    assert seen.act[0].startswith("spent is higher where a lead converts, in the middle ")
    assert "so it is in 7" in seen.act[0]
    assert "of the 600 leads that have it" in seen.act[0]
    assert len(seen.act) == 1
    assert "1 column of 2 tells anything alone" in seen.block.sentences[1]


def test_a_column_that_tells_high_and_low_alike_is_seen_to_tell() -> None:
    values = np.r_[np.full(50, -1.0), np.full(50, 1.0), np.linspace(-0.5, 0.5, 300)]
    seen = distributions(look_of(pd.DataFrame({"a": values}), converted((100, 300))))
    assert seen is not None
    sheet = seen.sheets["distributions"]
    assert sheet.loc[0, "larger"] == pytest.approx(0.5)
    assert sheet["pairs_put_right"].tolist() == pytest.approx([1.0], abs=0.1)


def test_what_tells_by_its_gap_or_its_middle_is_no_larger_value_to_rank_by() -> None:
    values = np.r_[np.full(20, np.nan), np.tile([1.0, 2.0], 40), np.full(150, np.nan), np.tile([1.0, 2.0], 75)]
    values += np.r_[np.linspace(0, 0.5, 400)]
    seen = distributions(look_of(pd.DataFrame({"a": values}), converted((100, 300))))
    assert seen is not None
    assert seen.sheets["distributions"].loc[0, "pairs_put_right"] > 0.6
    assert not seen.act


def test_a_quartile_with_fewer_than_five_leads_beyond_it_is_not_told() -> None:
    values = np.r_[np.arange(10.0), np.full(90, np.nan), np.linspace(50, 90, 100)]
    seen = distributions(look_of(pd.DataFrame({"a": values}), converted((100, 100))))
    assert seen is not None
    row = seen.sheets["distributions"].iloc[0]
    assert row["median_converted"] == 4.5
    assert np.isnan(row["lower_quartile_converted"])
    assert row["lower_quartile_not_converted"] == pytest.approx(60, abs=0.1)


def test_a_wide_table_lists_the_columns_that_tell_most() -> None:
    draw = np.random.default_rng(7)
    features = pd.DataFrame({f"c{at}": draw.normal(size=60) for at in range(30)})
    seen = distributions(look_of(features, converted((20, 40))))
    assert seen is not None
    (table,) = seen.block.tables
    assert len(table.rows) == 20
    assert "all are in distributions.csv" in table.caption
    assert len(seen.sheets["distributions"]) == 30


@pytest.mark.parametrize(("columns", "figures"), [(1, 1), (13, 1), (18, 1), (19, 2), (30, 2)])
def test_a_last_column_has_no_figure_of_its_own(columns: int, figures: int) -> None:
    values = np.arange(60.0)
    seen = distributions(look_of(pd.DataFrame({f"c{at}": values for at in range(columns)}), converted((20, 40))))
    assert seen is not None
    captions = [plot.caption for plot in seen.block.plots]
    assert len(captions) == figures
    assert [caption.startswith("Share of the leads") for caption in captions] == [True, *[False] * (figures - 1)]
    assert all(caption.startswith("The next columns, drawn likewise: c12, c13, ") for caption in captions[1:])


def test_shares_of_levels_are_of_either_group() -> None:
    seen = distributions(look_of(pd.DataFrame({"a": levels(("x", 50), ("y", 50))}), converted((20, 30), (5, 45))))
    assert seen is not None
    row = seen.sheets["distributions"].iloc[0]
    assert row["level"] == "x"
    assert row["level_converted"] == pytest.approx(20 / 25)
    assert row["level_not_converted"] == pytest.approx(30 / 75)


def test_dates_have_medians_that_are_dates_and_texts_lengths() -> None:
    days = pd.Series(pd.date_range("2024-01-01", periods=40)).astype("datetime64[s]")
    message = pd.Series(["abc"] * 20 + ["abcdef"] * 20, dtype="str")
    seen = distributions(look_of(pd.DataFrame({"day": days, "message": message}), converted((20, 20))))
    assert seen is not None
    sheet = seen.sheets["distributions"].set_index("column")
    assert sheet.loc["day", "median_converted"] == "2024-01-10"
    assert sheet.loc["message", "median_not_converted"] == 6.0


def test_rare_levels_and_quartiles_of_few_leads_are_not_shown() -> None:
    features = pd.DataFrame({"a": levels(("x", 96), ("Secretville", 4)), "b": [777.25, *[np.nan] * 98, 555.25]})
    seen = distributions(look_of(features, converted((48, 52))))
    assert seen is not None
    for secret in ("Secretville", "777", "555"):
        assert secret not in all_text(seen)


def test_odd_columns_and_few_leads_are_legal() -> None:
    features = pd.DataFrame(
        {
            "gaps": np.full(12, np.nan),
            "<b>$&": levels(("<i>", 6), ("견적", 6)),
            "text": pd.Series([None] * 12, dtype="str"),
            "number": np.arange(12.0),
        }
    )
    seen = distributions(look_of(features, converted((6, 6))))
    assert seen is not None
    assert seen.sheets["distributions"]["pairs_put_right"].isna().all()
    assert not seen.act
    html = page("t", seen.act, [seen.block])
    assert "<i>" not in html
    assert "견적" in html
