"""What every component promises, asked of each by walking the registries."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from bench.components import REGISTRIES
from bench.plan.experiment import Choice
from bench.plan.grid import Trial, table_traits
from bench.registry import Component
from bench.run.cell import fit_predict
from bench.run.prepared import Part, Pieces
from bench.vocabulary import AXES, DO_NOTHING, Axis
from tests.conftest import make_dataset

EVERY = [(axis, component) for axis, registry in REGISTRIES.items() for component in registry]
# What the other axes are set to while one component is looked at: choices that go with everything.
BESIDE: dict[Axis, str] = {
    "imputation": "median",
    "encoding": "ordinal",
    "text": "drop_text",
    "resampling": "as_is",
    "model": "lightgbm",
}


def choice(axis: Axis, name: str, **values: Any) -> Choice:
    component = REGISTRIES[axis][name]
    return Choice(component, tuple(component.settle(values, "test").items()))


def trial(**chosen: str) -> Trial:
    """Return the trial that has ``chosen`` on the named axes and `BESIDE` on the others."""
    return Trial(tuple(choice(axis, chosen.get(axis, BESIDE[axis])) for axis in AXES))


def part(rows: int = 120, seed: int = 0) -> Part:
    dataset = make_dataset(rows, seed)
    assert dataset.submission is not None
    return Part("test", dataset.features, dataset.y, dataset.groups, dataset.submission)


def test_do_nothing_and_beside_are_components() -> None:
    assert all(name in REGISTRIES[axis] for axis, name in (DO_NOTHING | BESIDE).items())


@pytest.mark.parametrize(("axis", "component"), EVERY, ids=lambda value: getattr(value, "name", value))
def test_a_component_runs_and_the_same_seed_gives_the_same_output(axis: Axis, component: Component) -> None:
    one = trial(**{axis: component.name})
    first = fit_predict(one, part(), Pieces()).probability
    assert first.shape == (30,)
    assert np.array_equal(first, fit_predict(one, part(), Pieces()).probability)


@pytest.mark.parametrize(("axis", "component"), EVERY, ids=lambda value: getattr(value, "name", value))
def test_a_component_takes_levels_gaps_and_texts_unseen_in_training(axis: Axis, component: Component) -> None:
    strange = part().held_out
    owners = strange["owner"].cat.categories
    strange = strange.assign(
        visits=np.nan, source=pd.Categorical(["never seen"] * 30), owner=pd.Categorical([None] * 30, owners)
    )
    strange["message"] = pd.Series([None, "全く別の言葉", ""] * 10, dtype="str")
    known = part()
    probability = fit_predict(
        trial(**{axis: component.name}),
        Part("test", known.training, known.y, known.groups, strange),
        Pieces(),
    ).probability
    assert ((probability >= 0) & (probability <= 1)).all()


@pytest.mark.parametrize(("axis", "component"), EVERY, ids=lambda value: getattr(value, "name", value))
def test_a_component_takes_five_positives_and_columns_without_a_value(axis: Axis, component: Component) -> None:
    known = part()
    y = np.zeros(120, dtype=np.int8)
    y[::24] = 1
    empty = known.training.assign(visits=np.nan, source=pd.Categorical([None] * 120))
    probability = fit_predict(
        trial(**{axis: component.name}), Part("test", empty, y, known.groups, known.held_out), Pieces()
    ).probability
    assert np.isfinite(probability).all()


@pytest.mark.parametrize(("axis", "component"), EVERY, ids=lambda value: getattr(value, "name", value))
def test_a_component_says_in_a_line_what_it_does_and_its_defaults_are_allowed(axis: Axis, component: Component) -> None:
    assert len(component.about) > 10
    assert component.settle({}, "test") == {name: p.default for name, p in component.space.items()}
    assert all(p.refusal(p.default) is None for p in component.space.values())
    pickle.loads(pickle.dumps(component.factory(**component.settle({}, "test"))))


@pytest.mark.parametrize("component", list(REGISTRIES["encoding"]), ids=lambda c: c.name)
def test_the_traits_of_an_encoding_are_true_of_its_output(component: Component) -> None:
    prepared = Pieces().prepare(trial(imputation="keep_gaps", encoding=component.name), part())
    for side in (prepared.training, prepared.held_out):
        assert sparse.issparse(side) == ("sparse" in component.brings)
        kept = isinstance(side, pd.DataFrame) and len(side.select_dtypes("category").columns) == 2
        assert kept == ("categories" not in component.clears)
    if "category_gaps" in component.clears:
        dense = prepared.training.toarray() if sparse.issparse(prepared.training) else prepared.training
        gaps = np.isnan(dense).any(axis=0).sum()
        assert gaps == 1  # of the number column alone


@pytest.mark.parametrize("component", list(REGISTRIES["imputation"]), ids=lambda c: c.name)
def test_the_traits_of_an_imputation_are_true_of_its_output(component: Component) -> None:
    table = make_dataset(texts=False)
    assert {"number_gaps", "category_gaps"} <= table_traits(table)
    filled = component.factory().fit_transform(table.features, table.y)
    assert filled["visits"].isna().any() == ("number_gaps" not in component.clears)
    assert filled["source"].isna().any() == ("category_gaps" not in component.clears)


@pytest.mark.parametrize("component", list(REGISTRIES["model"]), ids=lambda c: c.name)
def test_a_model_that_takes_weights_is_moved_by_them(component: Component) -> None:
    if "weights" in component.refuses:
        return
    known = part()
    known = replace(known, y=np.where(np.cumsum(known.y) <= 15, known.y, 0).astype(np.int8))  # one in eight
    plain, weighted = (
        fit_predict(trial(model=component.name, resampling=name), known, Pieces()).probability
        for name in ("as_is", "class_weight")
    )
    assert weighted.mean() > plain.mean()


def test_every_pair_of_blocks_joins() -> None:
    for encoding in REGISTRIES["encoding"]:
        for text in REGISTRIES["text"]:
            if "categories" in text.refuses and "categories" not in encoding.clears:
                continue
            prepared = Pieces().prepare(trial(encoding=encoding.name, text=text.name), part())
            assert prepared.training.shape[0] == 120
            assert prepared.held_out.shape == (30, prepared.training.shape[1])


def test_a_table_of_text_only_and_one_of_a_single_column_work() -> None:
    known = part()
    for columns, text in (
        (["message"], "tfidf"),
        (["message"], "tfidf_svd"),
        (["pages"], "drop_text"),
        (["source"], "drop_text"),
    ):
        narrow = Part("test", known.training[columns], known.y, known.groups, known.held_out[columns])
        assert fit_predict(trial(text=text), narrow, Pieces()).probability.shape == (30,)


def test_texts_without_a_single_usable_term_add_no_column() -> None:
    known = part()
    silent = known.training.assign(message=pd.Series([None] * 120, dtype="str"))
    for text in ("tfidf", "tfidf_svd"):
        prepared = Pieces().prepare(trial(text=text), Part("test", silent, known.y, None, known.held_out))
        assert prepared.training.shape[1] == prepared.held_out.shape[1] == 4


@pytest.mark.parametrize("text", [component.name for component in REGISTRIES["text"]])
def test_a_table_of_numbers_and_text_without_a_category_works(text: str) -> None:
    """Without categories the plan keeps `native`, and sparse text could not join the table that it made."""
    known, columns = part(), ["visits", "pages", "message"]
    narrow = Part("test", known.training[columns], known.y, known.groups, known.held_out[columns])
    for model in ("logistic", "lightgbm", "catboost"):
        one = trial(encoding="native", text=text, model=model)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert fit_predict(one, narrow, Pieces()).probability.shape == (30,)


def test_without_a_column_to_learn_from_the_share_of_positives_is_predicted_and_said() -> None:
    known = part()
    silent = known.training[["message"]].assign(message=pd.Series([None] * 120, dtype="str"))
    with pytest.warns(UserWarning, match="no column is left to learn from"):
        fitted = fit_predict(trial(text="tfidf"), Part("test", silent, known.y, None, known.held_out), Pieces())
    assert fitted.probability == pytest.approx(np.full(30, known.y.mean()))


@pytest.mark.parametrize("model", ["logistic", "random_forest", "lightgbm", "xgboost", "catboost"])
def test_a_column_that_never_varies_is_no_failure(model: str) -> None:
    known = part()
    flat = known.training[["pages"]].assign(pages=3.0)
    narrow = Part("test", flat, known.y, None, known.held_out[["pages"]])
    assert fit_predict(trial(model=model), narrow, Pieces()).probability == pytest.approx(
        np.full(30, known.y.mean()), abs=0.1
    )


def test_a_gap_in_a_sparse_matrix_is_refused_where_it_would_be_a_zero() -> None:
    """XGBoost takes what a sparse matrix leaves out for missing; a gap that was the signal became a 0."""
    traits = {"columns": "in the table", "sparse": "made by one_hot", "number_gaps": "left by keep_gaps"}
    assert REGISTRIES["model"]["xgboost"].objection(traits) is not None
    assert REGISTRIES["model"]["lightgbm"].objection(traits) is None
