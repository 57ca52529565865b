"""What becomes of missing cells, on tables small enough to fill by hand."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io

from bench.components.imputation import REGISTRY
from bench.components.steps.imputation.association import coded, cramers_v, usefulness
from bench.registry import Component
from tests.conftest import make_dataset

EVERY = pytest.mark.parametrize("component", list(REGISTRY), ids=lambda component: component.name)
FILLING = [component.name for component in REGISTRY if component.clears]


def make(name: str, seed: int = 0, **values: Any) -> Any:
    """Return a component's step as the harness builds it: settled hyperparameters, seeds set."""
    component = REGISTRY[name]
    step = component.factory(**component.settle(values, "test"))
    seeds = [name for name in step.get_params() if name.split("__")[-1] == "random_state"]
    return step.set_params(**dict.fromkeys(seeds, seed))


def fit(step: Any, X: pd.DataFrame) -> Any:
    """Fit a step whose warnings are not the question."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="related: masked cells|drop_sparse: left out")
        return step.fit(X)


def leads(rows: int = 120, seed: int = 0) -> pd.DataFrame:
    features = make_dataset(rows, seed, texts=False).features
    return features.set_axis(np.random.default_rng(1).integers(0, rows, rows))  # in no order, with doubles


# What all of them promise.


@EVERY
@pytest.mark.parametrize("indicators", [False, True])
def test_rows_keep_their_order_and_index_and_known_cells_their_values(component: Component, indicators: bool) -> None:
    table = leads()
    filled = fit(make(component.name, indicators=indicators), table).transform(table)
    assert filled.index.equals(table.index)
    for name in table:
        known = table[name].notna().to_numpy()
        assert (filled[name].to_numpy(dtype=object)[known] == table[name].to_numpy(dtype=object)[known]).all()


def test_pickle_and_skops_keep_indicators_as_they_are() -> None:
    table, fresh = leads(), leads(seed=1)
    step = make("keep_gaps", indicators=True).fit(table)
    expected = step.transform(fresh)
    stored = skops.io.dumps(step)
    asked = skops.io.get_untrusted_types(data=stored)
    assert all(name.startswith(("bench.components.steps.", "sklearn.", "numpy.")) for name in asked)
    for again in (pickle.loads(pickle.dumps(step)), skops.io.loads(stored, trusted=asked)):
        pd.testing.assert_frame_equal(again.transform(fresh), expected, check_exact=True)


@EVERY
def test_the_target_makes_no_difference(component: Component) -> None:
    table = leads()
    y = make_dataset(texts=False).y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with_target = make(component.name, indicators=True).fit_transform(table, y)
        with_another = make(component.name, indicators=True).fit_transform(table, 1 - y)
    pd.testing.assert_frame_equal(with_target, with_another, check_exact=True)


@pytest.mark.parametrize("name", FILLING)
def test_no_gap_is_left_and_unseen_levels_pass_where_columns_without_a_value_stay(name: str) -> None:
    table = leads().assign(visits=np.nan, source=pd.Categorical([None] * 120, ["web"]))
    fresh = leads(seed=1).assign(
        owner=pd.Categorical(["never seen"] * 60 + [None] * 60), source=pd.Categorical(["web"] + [None] * 119)
    )
    step = fit(make(name), table)
    for side in (step.transform(table), step.transform(fresh)):
        assert sorted(side) == sorted(table)
        assert not side.isna().any(axis=None)
        assert side[["visits", "pages"]].dtypes.eq("float64").all()
    assert (side["owner"][:60] == "never seen").all()
    assert set(side["source"]) == {"web", "missing"}
    nothing = -1.0 if name == "constant" else 0.0
    assert (step.transform(table)["visits"] == nothing).all()


@EVERY
@pytest.mark.parametrize("kept", [["visits"], ["source"], ["pages"], ["visits", "pages"], ["source", "owner"]])
def test_tables_of_one_column_or_one_kind_work(component: Component, kept: list[str]) -> None:
    table = leads()[kept]
    filled = fit(make(component.name, indicators=True), table).transform(table)
    assert set(kept) <= set(filled)


@EVERY
def test_a_constant_column_stays_constant(component: Component) -> None:
    table = leads().assign(pages=np.where(np.arange(120) % 3, 7.0, np.nan))
    filled = fit(make(component.name), table).transform(table)["pages"].dropna()
    assert set(filled) <= ({7.0, -1.0} if component.name == "constant" else {7.0})


@pytest.mark.parametrize("name", ["knn", "related"])
def test_the_seed_decides_which_rows_are_sampled(name: str) -> None:
    table = leads(400)
    wanted = {"donors": 20} if name == "knn" else {}
    one, same, other = (fit(make(name, seed, **wanted), table).transform(table) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same, check_exact=True)
    assert not one.equals(other)


# Indicators.


def test_an_indicator_says_which_cells_were_missing() -> None:
    table = pd.DataFrame({"a": [1.0, np.nan], "b": [1.0, 2.0], "c, d": pd.Categorical([None, "x"])}, index=[5, 5])
    step = make("constant", indicators=True).fit(table)
    marked = step.transform(table)
    assert list(marked) == ["a", "b", "c, d", "gap in a", "gap in c, d"]
    assert marked["gap in a"].tolist() == [0.0, 1.0]
    assert marked["gap in c, d"].tolist() == [1.0, 0.0]
    fresh = step.transform(table.assign(b=np.nan))  # no gaps there in training, so no column now
    assert list(fresh) == list(marked)


def test_an_indicator_takes_no_name_that_is_taken_and_marks_no_column_without_a_value() -> None:
    table = pd.DataFrame({"a": [1.0, np.nan], "gap in a": [1.0, 2.0], "void": [np.nan, np.nan]})
    assert list(make("keep_gaps", indicators=True).fit_transform(table)) == ["a", "gap in a", "void", "gap in a (2)"]


def test_a_column_left_out_as_sparse_still_has_its_indicator() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [1.0, np.nan, np.nan, np.nan]})
    with pytest.warns(
        UserWarning, match="drop_sparse: left out 1 of 2 columns, with over 50% gaps in training \\(b\\)"
    ):
        marked = make("drop_sparse", share=0.5, indicators=True).fit_transform(table)
    assert list(marked) == ["a", "gap in b"]
    assert marked["gap in b"].tolist() == [0.0, 1.0, 1.0, 1.0]


# One by one.


def test_drop_sparse_goes_by_training_alone_and_keeps_a_column_at_the_limit() -> None:
    table = pd.DataFrame({"half": [1.0, np.nan], "full": [1.0, 2.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        step = make("drop_sparse", share=0.5).fit(table)
    assert list(step.transform(table.assign(full=np.nan))) == ["half", "full"]


def test_drop_sparse_keeps_the_fullest_column_where_all_are_sparse() -> None:
    table = pd.DataFrame({"a": [np.nan, np.nan, np.nan], "b": [np.nan, np.nan, 2.0]})
    with pytest.warns(UserWarning, match="'b' stays as the fullest"):
        assert list(make("drop_sparse", share=0.5).fit_transform(table)) == ["b"]


def test_median_takes_the_alphabetically_first_of_equally_frequent_levels() -> None:
    table = pd.DataFrame({"n": [1.0, 2.0, 9.0, np.nan], "c": pd.Categorical(["b", "a", None, None])})
    filled = make("median").fit_transform(table)
    assert filled["n"].tolist() == [1.0, 2.0, 9.0, 2.0]
    assert filled["c"].tolist() == ["b", "a", "a", "a"]


def grouped() -> pd.DataFrame:
    """Prices that follow the product and not the region, of which one is missing in each product."""
    product = np.repeat(["tv", "sign", "rare"], [12, 12, 2])
    price = np.repeat([10.0, 90.0, 500.0], [12, 12, 2])
    price[[0, 12, 24]] = np.nan
    region = np.array(["north", "south"] * 13)
    return pd.DataFrame({"price": price, "region": pd.Categorical(region), "product": pd.Categorical(product)})


def test_group_median_groups_by_the_column_that_tells_most() -> None:
    step = make("group_median").fit(grouped())
    assert step.by_["price"] == "product"
    filled = step.transform(grouped())["price"]
    assert filled[[0, 12]].tolist() == [10.0, 90.0]


def test_group_median_falls_back_to_the_whole_column_for_rare_unseen_and_missing_groups() -> None:
    step = make("group_median").fit(grouped())
    assert step.transform(grouped())["price"][24] == grouped()["price"].median() == 90.0
    fresh = pd.DataFrame(
        {
            "price": [np.nan, np.nan],
            "region": pd.Categorical(["north", "north"]),
            "product": pd.Categorical(["never seen", None]),
        }
    )
    assert step.transform(fresh)["price"].tolist() == [90.0, 90.0]


def test_group_median_groups_by_the_named_column_and_says_when_there_is_none() -> None:
    assert make("group_median", by="region").fit(grouped()).by_["price"] == "region"
    with pytest.warns(UserWarning, match="no category column of at most 50 levels is named 'product line'"):
        step = make("group_median", by="product line").fit(grouped())
    assert step.transform(grouped())["price"][0] == 90.0


def test_group_median_fills_categories_with_the_groups_most_frequent_level() -> None:
    table = grouped().assign(size=pd.Categorical([None] + ["big"] * 11 + [None] + ["small"] * 13))
    filled = make("group_median", by="product").fit_transform(table)["size"]
    assert filled[[0, 12]].tolist() == ["big", "small"]


def test_a_column_always_missing_together_with_another_is_no_help() -> None:
    """Rate and area are missing in the same rows: where the one is to be filled, the other is a gap too."""
    rng = np.random.default_rng(0)
    area = rng.choice(["office", "shop", "clinic", "plant"], 300)
    unit = np.where(rng.random(300) < 0.7, area, rng.choice(area, 300))
    gone = rng.random(300) < 0.4
    table = pd.DataFrame(
        {
            "area": pd.Categorical(np.where(gone, None, area)),
            "area code": pd.Categorical(np.where(gone, None, area)),
            "unit": pd.Categorical(unit),
        }
    )
    assert make("group_median").fit(table).by_["area"] == "unit"
    step = fit(make("related"), table)
    assert step.inputs_["area"] == ["unit"]
    assert step.masked_["area"][0] < 0.95  # with the code it would be 1, and come to nothing
    right = (step.transform(table)["area"].to_numpy() == area)[gone].mean()
    assert right == pytest.approx(step.masked_["area"][0], abs=0.15)


def test_knn_fills_with_the_mean_of_the_nearest_rows_on_a_common_scale() -> None:
    table = pd.DataFrame({"small": [0.0, 0.1, 1.0, 1.1, 0.05], "large": [1e6, 3e6, 8e6, 9e6, np.nan]})
    assert make("knn", neighbours=2).fit_transform(table)["large"][4] == pytest.approx(2e6)


def test_knn_fills_a_column_that_no_donor_knows_with_its_training_mean() -> None:
    table = pd.DataFrame({"a": np.arange(500.0), "b": [3.0, 5.0] + [np.nan] * 498})
    step = make("knn", donors=10).fit(table)
    assert step.transform(table)["b"].tolist()[2:] == pytest.approx([4.0] * 498)


def test_iterative_finds_a_linear_relation_and_stays_in_the_range_seen() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200))
    table = pd.DataFrame({"a": a, "b": b, "sum": a + b})
    table.loc[:39, "sum"] = np.nan
    step = make("iterative").fit(table)
    assert step.transform(table)["sum"][:40].to_numpy() == pytest.approx(np.clip(a + b, *_range(a + b))[:40], abs=0.3)
    far = step.transform(pd.DataFrame({"a": [50.0], "b": [50.0], "sum": [np.nan]}))
    assert far["sum"][0] == table["sum"].max()


def _range(values: Any) -> tuple[float, float]:
    return values[40:].min(), values[40:].max()


def follows() -> pd.DataFrame:
    """A segment and a size that follow the unit and the age, with a quarter of both missing."""
    rng = np.random.default_rng(0)
    unit, age = rng.choice(["a", "b", "c", "d"], 600), rng.uniform(0, 10, 600)
    segment = np.char.add(unit, np.where(age > 5, "-old", "-new"))
    size = 10 * (unit == "a") + age
    return pd.DataFrame(
        {
            "unit": pd.Categorical(unit),
            "age": age,
            "segment": pd.Categorical(np.where(rng.random(600) < 0.25, None, segment)),
            "size": np.where(rng.random(600) < 0.25, np.nan, size),
            "noise": pd.Categorical(np.where(rng.random(600) < 0.25, None, rng.choice(["x", "y", "z"], 600))),
        }
    )


def test_related_fills_from_the_columns_that_determine_a_gap_and_says_how_well() -> None:
    table = follows()
    with pytest.warns(UserWarning, match=r"related: masked cells filled, best and worst of 3 columns: .*most frequent"):
        step = make("related").fit(table)
    assert step.masked_["segment"][0] > 0.9 > 0.5 > step.masked_["segment"][1]
    assert step.masked_["size"][0] > 0.9 > 0.1 > step.masked_["size"][1]
    gaps = table["segment"].isna()
    filled = step.transform(table)["segment"]
    expected = table["unit"].astype(str) + np.where(table["age"] > 5, "-old", "-new")
    assert (filled == expected)[gaps].mean() > 0.9


def test_related_promises_little_of_noise() -> None:
    value, plain = fit(make("related"), follows()).masked_["noise"]
    assert abs(value - plain) < 0.15


def test_related_fills_with_the_level_missing_where_a_rarer_level_is_likely() -> None:
    """Two levels are told apart; under `unit` c nothing but others occur."""
    unit = np.repeat(["a", "b", "c"], 60)
    kind = np.concatenate([["p"] * 60, ["q"] * 60, [f"r{number}" for number in range(60)]]).astype(object)
    kind[::10] = None
    table = pd.DataFrame({"unit": pd.Categorical(unit), "kind": pd.Categorical(kind)})
    filled = fit(make("related", levels=2), table).transform(table)["kind"].to_numpy()
    assert filled[::10].tolist() == ["p"] * 6 + ["q"] * 6 + ["missing"] * 6


# Association.


def test_codes_are_levels_by_frequency_and_quantile_bins_with_gaps_apart() -> None:
    assert coded(pd.Series(pd.Categorical(["b", "a", "b", None]))).tolist() == [0, 1, 0, -1]
    assert coded(pd.Series([0.0, 1.0, np.nan, 1.0])).tolist() == [1, 0, -1, 0]
    many = coded(pd.Series([*np.arange(100.0), np.nan]))
    assert np.bincount(many[:-1]).tolist() == [10] * 10
    assert many[-1] == -1


def test_cramers_v_is_1_for_equal_columns_and_bias_corrected_near_0_for_unrelated_ones() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 40, (2, 1000))
    assert cramers_v(one, one) == pytest.approx(1.0)
    assert cramers_v(one, other) < 0.06  # uncorrected, 40 × 40 cells of chance make it 0.2
    assert cramers_v(one, np.zeros(1000, dtype=np.int64)) == 0.0
    assert cramers_v(one, np.full(1000, -1)) == 0.0


def test_cramers_v_of_a_table_by_hand() -> None:
    """Cells 30, 10, 10, 30: chi-square 20, phi² 0.25 - 1/79, both sides 2 - 1/79 levels."""
    one = np.repeat([0, 0, 1, 1], [30, 10, 10, 30])
    other = np.repeat([0, 1, 0, 1], [30, 10, 10, 30])
    assert cramers_v(one, other) == pytest.approx(np.sqrt((0.25 - 1 / 79) / (1 - 1 / 79)))


def test_usefulness_counts_the_gaps_where_the_other_column_is_known() -> None:
    column = np.array([0, 1] * 20 + [-1] * 4)
    other = np.array([0, 1] * 20 + [-1, -1, -1, 1])
    assert usefulness(column, other) == pytest.approx(0.25)


def test_related_keeps_the_library_s_doubt_about_many_levels_to_itself() -> None:
    rng = np.random.default_rng(0)
    code = rng.integers(0, 40, 60)
    table = pd.DataFrame(
        {"number": code.astype(float), "level": pd.Categorical(np.where(rng.random(60) < 0.2, None, code.astype(str)))}
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        REGISTRY["related"].factory(columns=3, levels=50, indicators=False).set_params(random_state=0).fit(table)
    assert [str(warning.message)[:8] for warning in caught] == ["related:"]
