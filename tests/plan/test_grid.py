"""The plan holds every configuration that can work on the table, once, and says why the others are not in it."""

import time
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Column, Dataset
from bench.errors import ExperimentError
from bench.plan.experiment import read_experiment
from bench.plan.grid import Plan, Trial, make_plan, table_traits
from bench.vocabulary import AXES

FLOOR = "keep_gaps/native/drop_text/as_is/constant"
NUMBER = [1.0, 2.0, 3.0, 4.0]
NUMBER_GAP = [1.0, None, 3.0, 4.0]
LEVELS = ["web", "fair", "web", "mail"]
LEVELS_GAP = ["web", None, "web", "mail"]
TEXT = ["a price please", "thanks", "a demo", "an offer"]


def table(submission: pd.DataFrame | None = None, **columns: list[float] | list[str]) -> Dataset:
    """Return a table of number columns, and of category columns (of single words) or text (named ``message``)."""
    features = pd.DataFrame(
        {
            name: pd.Series(cells, dtype="str")
            if name == "message"
            else pd.Categorical(cells)
            if any(isinstance(cell, str) for cell in cells)
            else np.array(cells, dtype=float)
            for name, cells in columns.items()
        }
    )
    y = np.array([0, 1, 0, 1], dtype=np.int8)
    known = tuple(Column(str(name), "number", "made up", 0, 2) for name in features)
    return Dataset(features, y, ("no", "yes"), None, None, submission, None, None, None, known, (), "made000001")


FULL = table(age=NUMBER_GAP, source=LEVELS_GAP, message=TEXT)
PLAIN = table(age=NUMBER)
PRODUCTS = table(
    product=["tv", None, None, "tv"], product_model=["55", None, "65", None], when=["3 months", "a year"] * 2
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def plan_of(grid: str, dataset: Dataset = PLAIN) -> Plan:
    data = '[data]\ntrain = "train.csv"\ntarget = "won"\npositive = "yes"\n'
    Path("leads.toml").write_text(f"{data}[grid]\n{grid}\n", encoding="utf-8")
    return make_plan(read_experiment(Path("leads.toml")), dataset)


def configurations(plan: Plan) -> list[str]:
    return [trial.configuration for trial in plan.trials]


# What of the table a component cannot take, and which component is to blame for it.
DROPPED = {
    "smote and gaps": (
        'imputation = ["keep_gaps"]\nencoding = ["ordinal"]\nresampling = ["as_is", "smote"]\nmodel = ["lightgbm"]',
        "resampling smote cannot take missing cells in number columns (left by imputation keep_gaps)",
    ),
    "smote and categories": (
        'imputation = ["median"]\nencoding = ["native"]\nresampling = ["as_is", "smote"]\nmodel = ["lightgbm"]',
        "resampling smote cannot take columns of named levels (left by encoding native)",
    ),
    "logistic and gaps": (
        'imputation = ["keep_gaps"]\nencoding = ["ordinal"]\nmodel = ["logistic", "lightgbm"]',
        "model logistic cannot take missing cells in number columns (left by imputation keep_gaps)",
    ),
    "logistic and categories": (
        'imputation = ["median"]\nencoding = ["native"]\nmodel = ["logistic", "lightgbm"]',
        "model logistic cannot take columns of named levels (left by encoding native)",
    ),
    "forest, gaps and a sparse matrix": (
        'encoding = ["one_hot"]\nmodel = ["random_forest", "lightgbm"]',
        "model random_forest cannot take a sparse matrix (made by encoding one_hot) "
        "with missing cells in number columns (left by imputation keep_gaps)",
    ),
    "sparse text and categories": (
        'encoding = ["native"]\ntext = ["drop_text", "tfidf"]\nmodel = ["lightgbm"]',
        "text tfidf cannot take columns of named levels (left by encoding native)",
    ),
}


@pytest.mark.parametrize(("grid", "reason"), DROPPED.values(), ids=DROPPED.keys())
def test_what_cannot_work_is_dropped_and_the_guilty_component_named(grid: str, reason: str) -> None:
    plan = plan_of(grid, FULL)
    assert plan.dropped == {reason: 1}
    assert len(plan.trials) == 2  # the floor and the one that works


@pytest.mark.parametrize(
    "grid",
    [
        'encoding = ["ordinal"]\nmodel = ["random_forest", "xgboost", "lightgbm", "catboost"]',
        'encoding = ["native"]\nmodel = ["xgboost", "lightgbm", "catboost"]',
        'imputation = ["median"]\nencoding = ["one_hot"]\nresampling = ["smote"]\nmodel = ["logistic"]',
        'imputation = ["median"]\nencoding = ["one_hot"]\nmodel = ["random_forest"]',
        'encoding = ["native"]\ntext = ["tfidf_svd"]\nmodel = ["lightgbm"]',
        'encoding = ["one_hot"]\ntext = ["tfidf"]\nmodel = ["lightgbm"]',
    ],
)
def test_what_can_work_is_not_dropped(grid: str) -> None:
    assert plan_of(grid, FULL).dropped == {}


def test_a_drop_early_on_the_way_counts_every_combination_behind_it() -> None:
    grid = 'encoding = ["native", "ordinal"]\ntext = ["tfidf"]\nresampling = ["as_is", "random_over", "random_under"]\n'
    plan = plan_of(grid + 'model = ["lightgbm", "catboost"]', FULL)
    assert plan.dropped == {"text tfidf cannot take columns of named levels (left by encoding native)": 3 * 2}
    assert len(plan.trials) == 1 + 3 * 2


def test_nothing_left_to_run_is_refused_with_the_reasons() -> None:
    with pytest.raises(
        ExperimentError, match=r"^leads\.toml: no configuration of \[grid\] can work on this table: "
    ) as e:
        plan_of('imputation = ["keep_gaps"]\nresampling = ["as_is", "random_over"]\nmodel = ["logistic"]', FULL)
    assert "model logistic cannot take missing cells in number columns (left by imputation keep_gaps) (2)" in str(
        e.value
    )


ALL_AXES = (
    'imputation = ["keep_gaps", "median"]\nencoding = ["one_hot", "ordinal"]\ntext = ["drop_text", "tfidf"]\n'
    'model = ["lightgbm"]'
)


def test_axes_with_nothing_to_do_collapse_into_one_choice_with_the_reason() -> None:
    plan = plan_of(ALL_AXES)
    assert configurations(plan) == [FLOOR, "keep_gaps/native/drop_text/as_is/lightgbm"]
    assert plan.dropped == {}
    assert plan.collapsed == {
        "imputation has nothing to do on this table, so keep_gaps stands for every choice": 2 * 2 * 2,
        "encoding has nothing to do on this table, so native stands for every choice": 2 * 2,
        "text has nothing to do on this table, so drop_text stands for every choice": 2,
    }


def test_an_axis_that_already_does_nothing_is_not_called_collapsed() -> None:
    plan = plan_of('imputation = ["keep_gaps"]\nencoding = ["native"]\ntext = ["drop_text"]\nmodel = ["lightgbm"]')
    assert plan.collapsed == {}


def test_axes_with_something_to_do_do_not_collapse() -> None:
    plan = plan_of(ALL_AXES, FULL)
    assert len(plan.trials) == 1 + 2 * 2 * 2
    assert plan.collapsed == {}


@pytest.mark.parametrize(
    ("dataset", "traits"),
    [
        (table(age=NUMBER), {"columns"}),
        (table(age=NUMBER_GAP), {"columns", "number_gaps"}),
        (table(source=LEVELS), {"columns", "categories"}),
        (table(source=LEVELS_GAP), {"columns", "categories", "category_gaps"}),
        (table(message=TEXT), {"raw_text"}),
        (table(message=["hi", None, "you", "there"]), {"raw_text"}),
        (FULL, {"columns", "number_gaps", "categories", "category_gaps", "raw_text"}),
    ],
    ids=["numbers", "number gaps", "categories", "category gaps", "text", "text gaps", "all"],
)
def test_the_traits_of_a_table_are_what_is_in_it(dataset: Dataset, traits: set[str]) -> None:
    assert table_traits(dataset) == traits


def test_a_gap_only_in_the_rows_to_predict_counts_as_a_gap_of_the_table() -> None:
    dataset = table(pd.DataFrame({"age": [1.0, np.nan]}), age=NUMBER)
    assert table_traits(dataset) == {"columns", "number_gaps"}
    plan = plan_of('imputation = ["keep_gaps", "median"]\nmodel = ["logistic"]', dataset)
    assert configurations(plan) == [FLOOR, "median/native/drop_text/as_is/logistic"]


def test_a_table_of_text_alone_needs_text_features() -> None:
    plan = plan_of('text = ["drop_text", "tfidf"]\nmodel = ["logistic"]', table(message=TEXT))
    assert configurations(plan) == [FLOOR, "keep_gaps/native/tfidf/as_is/logistic"]
    assert plan.dropped == {"model logistic needs at least one column a model can read": 1}


@pytest.mark.parametrize("dataset", [PLAIN, FULL], ids=["plain", "full"])
@pytest.mark.parametrize(
    "listed",
    ['["lightgbm"]', '["constant", "lightgbm"]', '["lightgbm", "constant"]', '["constant"]'],
)
def test_the_floor_is_in_every_plan_exactly_once(listed: str, dataset: Dataset) -> None:
    grid = 'imputation = ["median", "keep_gaps"]\nencoding = ["ordinal", "native"]\nresampling = ["smote", "as_is"]\n'
    plan = plan_of(f"{grid}model = {listed}", dataset)
    assert plan.trials[0].configuration == FLOOR
    assert [name for name in configurations(plan) if name.endswith("constant")] == [FLOOR]


def test_the_floor_counts_as_collapsed_for_every_choice_it_does_not_look_at() -> None:
    plan = plan_of('resampling = ["as_is", "random_over", "random_under"]\nencoding = ["native"]\nmodel = ["constant"]')
    assert plan.collapsed == {"constant does not look at derived, imputation, encoding, text, resampling": 3}


SAME = """
[grid]
encoding = ["ordinal"]
imputation = ["median"]
model = [{ name = "lightgbm", trees = 50, leaf = 10 }]
"""
SAME_AGAIN = """
[grid] # the same trial among others, its keys in another order and its defaults written out
model = ["logistic", { leaf = 10, learning_rate = 0.05, trees = [20, 50], leaves = 31, name = "lightgbm" }]
resampling = ["as_is", "random_over"]
imputation = ["keep_gaps", "median"] # both
text = ["drop_text"]
encoding = ["one_hot", "ordinal"]
"""


def test_a_trials_id_is_made_of_its_content_alone() -> None:
    alone = plan_of(SAME.replace("\n[grid]\n", ""), FULL).trials[1]
    others = plan_of(SAME_AGAIN.split("\n", 2)[2], FULL)
    assert alone.id in {trial.id for trial in others.trials}
    assert next(trial for trial in others.trials if trial.id == alone.id).configuration == alone.configuration
    assert len({trial.id for trial in others.trials}) == len(others.trials)


def test_a_whole_number_and_the_same_fraction_are_one_trial() -> None:
    whole, fraction = (plan_of(f'model = [{{ name = "logistic", C = {C} }}]').trials[1] for C in ("2", "2.0"))
    assert whole.id == fraction.id
    assert whole.id != plan_of('model = [{ name = "logistic", C = 2.5 }]').trials[1].id


def test_an_id_stays_the_same_from_version_to_version() -> None:
    assert plan_of('model = ["constant"]').trials[0].id == "a156803ec1bddc29"


def test_a_fingerprint_changes_with_its_own_axes_only() -> None:
    def trial(encoding: str, model: str) -> Trial:
        return plan_of(f'encoding = ["{encoding}"]\nmodel = ["{model}"]', FULL).trials[1]

    one, other = trial("ordinal", "lightgbm"), trial("ordinal", "xgboost")
    assert one.fingerprint("imputation", "encoding") == other.fingerprint("imputation", "encoding")
    assert one.fingerprint("model") != other.fingerprint("model")
    assert one.fingerprint("encoding") != trial("target", "lightgbm").fingerprint("encoding")
    assert one.fingerprint(*AXES) == one.id
    assert len(one.id) == 16
    assert set(one.id) <= set("0123456789abcdef")


def test_the_row_of_a_trial_names_its_components_and_hyperparameters() -> None:
    trial = plan_of('resampling = ["random_over"]\nmodel = [{ name = "xgboost", depth = 3 }]').trials[1]
    assert trial.row() == {
        "trial": trial.id,
        "configuration": "keep_gaps/native/drop_text/random_over/xgboost",
        "derived": "raw",
        "imputation": "keep_gaps",
        "encoding": "native",
        "text": "drop_text",
        "resampling": "random_over",
        "model": "xgboost",
        "imputation.keep_gaps.indicators": False,
        "resampling.random_over.ratio": 1.0,
        "model.xgboost.trees": 200,
        "model.xgboost.learning_rate": 0.05,
        "model.xgboost.depth": 3,
        "model.xgboost.child_weight": 1.0,
        "model.xgboost.l2": 1.0,
        "model.xgboost.rows": 1.0,
        "model.xgboost.columns": 1.0,
    }


def test_cells_of_one_preparation_follow_each_other_fold_by_fold() -> None:
    grid = 'imputation = ["keep_gaps", "median"]\nencoding = ["ordinal", "native"]\nmodel = ["lightgbm", "xgboost"]'
    plan = plan_of(grid, FULL)
    cells = list(plan.cells(repeats=2, folds=3))
    assert len({cell.key for cell in cells}) == len(cells) == len(plan.trials) * 2 * 3

    def preparation(cell_number: int) -> str:
        return cells[cell_number].trial.fingerprint("imputation", "encoding", "text")

    blocks = [(key, list(numbers)) for key, numbers in groupby(range(len(cells)), preparation)]
    assert len({key for key, _ in blocks}) == len(blocks) == 4
    for _, numbers in blocks:
        folds = [(cells[n].repeat, cells[n].fold) for n in numbers]
        assert folds == sorted(folds)  # each fold's rows are prepared once
        for fold in set(folds):
            trials = [cells[n].trial for n in numbers if (cells[n].repeat, cells[n].fold) == fold]
            assert len(set(trials)) == len(trials)


def test_the_order_of_cells_is_the_same_each_time() -> None:
    first, second = ([cell.key for cell in plan_of(ALL_AXES, FULL).cells(1, 5)] for _ in range(2))
    assert first == second


GRID = 'resampling = ["as_is", "random_over"]\nmodel = ["constant", "logistic", "lightgbm"]'


def test_a_slice_keeps_the_components_named_on_each_axis() -> None:
    plan = plan_of(GRID)
    assert configurations(plan.only({"model": {"logistic", "lightgbm"}, "resampling": {"as_is"}})) == [
        "keep_gaps/native/drop_text/as_is/logistic",
        "keep_gaps/native/drop_text/as_is/lightgbm",
    ]
    assert plan.only({}) == plan
    assert set(plan.only({"model": {"logistic"}}).trials) <= set(plan.trials)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"modle": {"logistic"}}, r"--only modle=logistic: not in this plan \(axes are derived, imputation, "),
        ({"model": {"logistc"}}, r"--only model=logistc: not in this plan \(constant, lightgbm, logistic\)\."),
        ({"model": {"xgboost"}}, r"--only model=xgboost: not in this plan \(constant, lightgbm, logistic\)\."),
        (
            {"model": {"constant"}, "resampling": {"random_over"}},
            r"--only: no configuration of the plan has all of these components together\.",
        ),
    ],
    ids=["axis", "component", "not listed", "together"],
)
def test_a_slice_of_what_is_not_there_is_refused(wanted: dict[str, set[str]], sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        plan_of(GRID).only(wanted)


def test_a_grid_too_large_is_refused_before_any_of_it_is_made() -> None:
    values = list(range(5, 205))
    grid = (
        f'model = [{{ name = "lightgbm", trees = {values} }}]\n'
        f'text = [{{ name = "tfidf", terms = {[10 * v for v in values]} }}]\n'
        f'encoding = [{{ name = "one_hot", rare = {values} }}]'
    )
    start = time.perf_counter()
    with pytest.raises(
        ExperimentError, match=r"crosses to 8,000,000 configurations, and 2,000,000 is the most that one"
    ):
        plan_of(grid, FULL)
    assert time.perf_counter() - start < 5  # making them takes minutes


@pytest.mark.parametrize(("folds", "cells"), [("count = 50\nrepeats = 50", "25,000,000"), ("repeats = 50", None)])
def test_folds_count_towards_the_size_of_a_run(folds: str, cells: str | None) -> None:
    grid = f'encoding = [{{ name = "one_hot", rare = {list(range(5, 105))} }}]\n'
    grid += f'model = [{{ name = "lightgbm", trees = {list(range(5, 105))} }}]\n[folds]\n{folds}'
    if cells is None:
        assert len(plan_of(grid, FULL).trials) == 10_001
        return
    said = f"crosses to 10,000 configurations, and the 2,500 folds of .folds. make {cells} cells of them; 20,000,000 is"
    with pytest.raises(ExperimentError, match=said):
        plan_of(grid, FULL)


def test_derived_features_stand_first_in_a_name_and_raw_is_left_out_of_it() -> None:
    plan = plan_of('derived = ["raw", ["missing", "filled"]]\nmodel = ["lightgbm"]', PRODUCTS)
    assert configurations(plan)[1:] == [
        "keep_gaps/ordinal/drop_text/as_is/lightgbm",
        "missing+filled/keep_gaps/ordinal/drop_text/as_is/lightgbm",
    ]
    row = plan.trials[2].row()
    assert row["derived"] == "missing+filled"
    assert row["derived.missing.what"] == "both"
    assert plan.only({"derived": {"missing+filled"}}).trials == plan.trials[2:]


def test_a_component_that_names_columns_may_stand_in_a_row_again_for_others() -> None:
    twice = '{ name = "cross", columns = "*product*" }, { name = "cross", columns = "p*, *subsid*" }'
    plan = plan_of(f'derived = ["raw", [{twice}]]\nmodel = ["lightgbm"]', PRODUCTS)
    assert configurations(plan)[-1] == "cross+cross/keep_gaps/ordinal/drop_text/as_is/lightgbm"
    row = plan.trials[-1].row()
    assert row["derived.cross.columns"] == "*product*"
    assert row["derived.cross (2).columns"] == "p*, *subsid*"


def test_derived_features_bring_traits_to_those_behind_them() -> None:
    grid = 'derived = ["raw", "filled", "timeline"]\nimputation = ["keep_gaps"]\nencoding = ["one_hot"]\n'
    plan = plan_of(grid + 'model = ["logistic"]', PRODUCTS)
    assert plan.dropped == {
        "model logistic cannot take missing cells in number columns (left by imputation keep_gaps)": 1
    }
    assert [trial.named("derived") for trial in plan.trials] == ["raw", "raw", "filled"]


def test_a_component_without_a_column_to_work_on_is_dropped_and_the_reason_names_what_it_looked_for() -> None:
    plan = plan_of('derived = ["raw", "filled", "date_parts"]\nmodel = ["lightgbm"]')
    assert plan.dropped == {
        "derived filled finds no column to work on (columns = '*product*')": 1,
        "derived date_parts finds no column to work on (in this table)": 1,
    }


def test_a_column_that_the_table_does_not_have_is_refused_with_the_nearest() -> None:
    grid = 'imputation = [{ name = "group_median", by = "sourse" }]\nmodel = ["lightgbm"]'
    with pytest.raises(ExperimentError, match=r"'by' of 'group_median' in \[grid\] is 'sourse'.*Did you mean 'source'"):
        plan_of(grid, FULL)
    assert len(plan_of(grid.replace("sourse", "sour*"), FULL).trials) == 2


def test_behind_derived_features_a_column_that_they_may_make_is_not_refused() -> None:
    grid = (
        'derived = ["raw", "filled"]\nimputation = [{ name = "group_median", by = "filled *" }]\nmodel = ["lightgbm"]'
    )
    assert len(plan_of(grid, PRODUCTS).trials) == 3


def test_companies_are_a_trait_of_the_table() -> None:
    grid = 'resampling = ["cap_entities"]\nmodel = ["lightgbm"]'
    with pytest.raises(ExperimentError, match=r"cap_entities needs companies \(groups in \[data\]\)"):
        plan_of(grid)
    assert len(plan_of(grid, replace(PLAIN, groups=np.array([0, 0, 1, 1]))).trials) == 2


def test_an_axis_with_one_component_of_a_name_on_another_keeps_its_hyperparameters_apart() -> None:
    trial = plan_of('imputation = ["knn"]\nmodel = ["knn"]', FULL).trials[1]
    assert (trial.row()["imputation.knn.neighbours"], trial.row()["model.knn.neighbours"]) == (10, 25)
