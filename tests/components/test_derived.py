"""What every derived feature that adds columns promises, asked of each by walking the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from bench.components.derived import REGISTRY
from bench.components.steps.derived.added import with_new_columns
from bench.components.steps.in_a_row import fit_transform
from bench.registry import Component

REPLACING = ("location", "normalise")  # these do not keep the columns that they read
EVERY = [component for component in REGISTRY if component.name not in REPLACING]
# Small tables need small thresholds.
SMALL: dict[str, dict[str, Any]] = {
    "code_counts": {"levels": 5},
    "code_bins": {"width": 10},
    "group_stats": {"target": True},
    "cross": {"rare": 5},
    "ratio": {"column": "pages*", "by": "visits"},
}
every = pytest.mark.parametrize("component", EVERY, ids=lambda component: component.name)


def leads(rows: int = 120, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return a table with all kinds of columns, gaps in each, on an index of its own, with outcomes and companies."""
    rng = np.random.default_rng(seed)
    dates = pd.Series(pd.Timestamp("2022-03-31 17:00") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D"))
    table = pd.DataFrame(
        {
            "visits": rng.normal(size=rows),
            "pages, seen": rng.integers(1, 9, rows).astype(float),
            "product": pd.Categorical(rng.choice(["rac", "vrf", "led"], rows)),
            "product model": pd.Categorical(rng.choice(["x1", "x2"], rows)),
            "담당 owner": pd.Categorical([str(code) for code in rng.integers(0, 40, rows)]),
            "when": pd.Categorical(rng.choice(["less than 3 months", "3 months ~ 6 months", "called twice"], rows)),
            "asked": dates.astype("datetime64[s]"),
            "message": pd.Series(
                rng.choice(["Urgent: 20 units, please quote!", "Just looking around"], rows), dtype="str"
            ),
        }
    )
    for name in ("visits", "product", "product model", "when", "asked", "message"):
        table.loc[rng.random(rows) < 0.3, name] = None
    table.index = pd.Index(rng.permutation(rows) * 7)
    return table, (rng.random(rows) < 0.3).astype(np.int8), rng.integers(-1, 30, rows)


def step_of(component: Component, **values: Any) -> Any:
    step = component.factory(**component.settle(SMALL.get(component.name, {}) | values, "test"))
    return step.set_params(random_state=3) if "random_state" in step.get_params() else step


pytestmark = pytest.mark.filterwarnings("ignore:no time is read:UserWarning")


@every
def test_old_columns_stay_first_and_as_they_are_and_new_ones_are_numbers_or_categories_of_str(component: Any) -> None:
    X, y, groups = leads()
    before, fresh = X.copy(), leads(30, seed=1)[0]
    step = step_of(component)
    for table, given in ((fit_transform(step, X, y, groups), X), (step.transform(fresh), fresh)):
        pd.testing.assert_frame_equal(table[list(given)], given)
        assert list(table)[: given.shape[1]] == list(given)
        assert table.columns.is_unique
        new = table.drop(columns=list(given))
        assert (new.shape[1] > 0) == (component.name != "raw")
        for name in new:
            assert isinstance(name, str)
            if new[name].dtype != np.float64:
                assert isinstance(new[name].dtype, pd.CategoricalDtype)
                assert new[name].cat.categories.dtype == "str"
    pd.testing.assert_frame_equal(X, before)


@every
def test_the_traits_that_are_brought_are_those_of_the_new_columns(component: Any) -> None:
    X, y, groups = leads()
    filled = X.copy()
    filled["asked"] = filled["asked"].fillna(pd.Timestamp("2022-01-01"))  # its gaps are the table's own
    filled["visits"] = filled["visits"].fillna(0.0)
    new = fit_transform(step_of(component), filled, y, groups).drop(columns=list(X))
    categories = new.select_dtypes("category")
    if categories.shape[1]:
        assert "categories" in component.brings
    assert new.select_dtypes("number").isna().any(axis=None) == ("number_gaps" in component.brings)
    assert not categories.isna().any(axis=None) or "category_gaps" in component.brings


@every
def test_the_subject_is_what_the_step_works_on(component: Any) -> None:
    X, y, groups = leads()
    if component.subject is None:
        assert component.name == "raw"
        return
    values = component.settle(SMALL.get(component.name, {}), "test")
    found = component.subject(X, **values)
    step = step_of(component)
    fit_transform(step, X, y, groups)
    assert found == step.columns_ != []


@every
def test_without_a_subject_the_table_passes_unchanged(component: Any) -> None:
    _, y, groups = leads()
    full = pd.DataFrame({"visits": np.arange(120.0)}, index=np.arange(120)[::-1])
    if component.subject is not None:
        assert component.subject(full, **component.settle({}, "test")) == []
    step = step_of(component)
    pd.testing.assert_frame_equal(fit_transform(step, full, y, groups), full)
    pd.testing.assert_frame_equal(step.transform(full[:3]), full[:3])


@every
def test_the_same_seed_gives_the_same_columns_and_rows_keep_their_order(component: Any) -> None:
    X, y, groups = leads()
    fresh = leads(40, seed=1)[0]
    one, other = step_of(component), clone(step_of(component))
    pd.testing.assert_frame_equal(fit_transform(one, X, y, groups), fit_transform(other, X, y, groups))
    order = np.random.default_rng(0).permutation(40)
    pd.testing.assert_frame_equal(one.transform(fresh).iloc[order], one.transform(fresh.iloc[order]))


@every
def test_a_rowwise_feature_is_the_same_whatever_the_other_rows(component: Any) -> None:
    X, y, groups = leads()
    together = fit_transform(step_of(component), X, y, groups).astype(object)
    alone = [fit_transform(step_of(component), X[n : n + 1], y[n : n + 1], None).astype(object) for n in range(20)]
    assert all(row.equals(together[n : n + 1]) for n, row in enumerate(alone)) == component.rowwise


@every
def test_levels_gaps_and_texts_unseen_in_training_give_the_same_columns(component: Any) -> None:
    X, y, groups = leads()
    step = step_of(component)
    known = fit_transform(step, X, y, groups)
    strange = X[:4].copy()
    for name in ("product", "product model", "담당 owner", "when"):
        strange[name] = pd.Categorical(["never seen", None, "", "-7.5"])
    strange["message"] = pd.Series(["全く別の言葉", None, "", "\U0001f600 \x00"], dtype="str", index=strange.index)
    strange["visits"], strange["asked"] = np.nan, pd.Series(pd.NaT, index=strange.index, dtype="datetime64[s]")
    table = step.transform(strange)
    assert list(table) == list(known)
    numbers = table.drop(columns=list(X)).select_dtypes("number")
    assert component.name in ("timeline", "date_parts", "ratio", "difference", "deviation") or np.isfinite(numbers).all(
        axis=None
    )


@every
def test_columns_without_a_value_five_positives_and_one_outcome_are_no_failure(component: Any) -> None:
    X, _, groups = leads()
    empty = X.copy()
    for name in ("visits", "asked", "message"):
        empty[name] = pd.Series(np.nan, index=X.index).astype(X[name].dtype)
    for name in ("product", "product model", "when"):
        empty[name] = pd.Categorical([None] * len(X))
    five = (np.arange(120) % 24 == 0).astype(np.int8)
    for y in (five, np.zeros(120, dtype=np.int8)):
        for companies in (groups, None, np.zeros(120, dtype=np.int64)):
            step = step_of(component)
            assert list(fit_transform(step, empty, y, companies)) == list(step.transform(X))


def test_nothing_is_found_in_shares_of_positives_drawn_at_random() -> None:
    areas = []
    for seed in range(5):
        X, y, groups = leads(600, seed)
        X["담당 owner"] = pd.Categorical([str(code) for code in np.random.default_rng(seed).integers(0, 150, 600)])
        step = step_of(REGISTRY["group_stats"], target=True)
        training = fit_transform(step, X[:400], y[:400], groups[:400]).drop(columns=list(X))
        model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(training, y[:400])
        fresh = step.transform(X[400:]).drop(columns=list(X))
        areas.append(roc_auc_score(y[400:], model.predict_proba(fresh)[:, 1]))
    assert np.mean(areas) == pytest.approx(0.5, abs=0.06)


def test_a_name_that_is_taken_gets_a_number() -> None:
    X = pd.DataFrame({"n": [1.0, 2.0], "n (2)": [3.0, 4.0]}, index=[5, 4])
    table = with_new_columns(X, {"n": np.array([7.0, 8.0])})
    assert list(table) == ["n", "n (2)", "n (3)"]
    assert table["n (3)"].tolist() == [7.0, 8.0]
    assert table.index.tolist() == [5, 4]


def test_features_work_one_behind_the_other() -> None:
    X, y, groups = leads()
    steps = [step_of(component) for component in EVERY]
    table = X
    for step in steps:
        table = fit_transform(step, table, y, groups)
    fresh = leads(30, seed=1)[0]
    for step in steps:
        fresh = step.transform(fresh)
    assert list(fresh) == list(table)
    assert table.columns.is_unique


def test_the_parts_of_a_date_are_read_off_it() -> None:
    dates = pd.Series(["2024-02-29 13:45:00", None], index=[3, 1]).astype("datetime64[s]")
    step = step_of(REGISTRY["date_parts"])
    table = fit_transform(step, pd.DataFrame({"asked": dates}), np.array([0, 1]), None)
    assert table.loc[3].tolist()[1:] == [2024, 2, 29, 3, 13]  # a Thursday
    assert table.iloc[1, 1:].isna().all()
    assert list(table)[1:] == [
        "year of asked", "month of asked", "day of the month of asked", "weekday of asked", "hour of asked",
    ]  # fmt: skip
