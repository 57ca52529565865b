"""What every component promises, asked of each by walking the registries."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from skops import io as skops

from bench.components import REGISTRIES
from bench.components.steps.in_a_row import fit_transform
from bench.plan.grid import default_choice, follow, table_traits
from bench.registry import Component
from bench.run.assemble import build, build_resampling, seed_of
from bench.run.cell import fit_predict
from bench.run.prepared import Pieces
from bench.run.recipes import Part, Place, Prepared
from bench.vocabulary import AXES, DO_NOTHING, Axis
from tests.components.catalogue import EVERY, IDS, choice, of_rows, part, part_of, prepared, said, traits_of, trial
from tests.conftest import make_dataset, make_leads

# What a saved step may ask to be trusted beyond what skops trusts by itself: our own classes and the libraries'.
TRUSTED = (
    "bench.components.steps.",
    "catboost.",
    "lightgbm.",
    "sklearn.",
    "skrub.",
    "xgboost.",
    "collections.",
    "functools.",
    "numpy.",
    "scipy.",
)
PREPARING: tuple[Axis, ...] = ("derived", "imputation", "encoding", "text")

every = pytest.mark.parametrize(("axis", "component"), EVERY, ids=IDS)
preparing = pytest.mark.parametrize(
    ("axis", "component"),
    [pair for pair in EVERY if pair[0] in PREPARING],
    ids=[name for name, pair in zip(IDS, EVERY, strict=True) if pair[0] in PREPARING],
)


@pytest.fixture(autouse=True)
def _needs(request: pytest.FixtureRequest) -> None:
    """Leave out a component whose extra is not installed."""
    component = getattr(request.node, "callspec", None) and request.node.callspec.params.get("component")
    if component is not None and component.extra and find_spec(component.extra) is None:
        pytest.skip(f"{component.extra} is not installed")


@pytest.fixture(autouse=True)
def _news() -> Any:
    """Let components tell the user what they did: a UserWarning goes to the cell's record."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def test_what_does_nothing_is_a_component() -> None:
    assert all(name in REGISTRIES[axis] for axis, name in DO_NOTHING.items())


def test_every_component_that_looks_for_columns_finds_some_in_the_test_leads() -> None:
    """Or all that is asked of it below would be asked of a step that does nothing."""
    leads = make_leads().features
    for axis, component in EVERY:
        if component.subject is not None:
            assert component.subject(leads, **component.settle({}, "test")), (axis, component.name)
            assert component.subject(leads[["pages", "visits"]], **component.settle({}, "test")) in (
                [],
                ["visits"],
                ["pages", "visits"],
            )


@every
def test_a_component_runs_and_the_same_seed_gives_the_same_output(axis: Axis, component: Component) -> None:
    one = trial(**{axis: component.name})
    first = said(one, part())
    assert first.shape == (30,)
    assert np.array_equal(first, said(one, part()))


@every
def test_a_component_runs_with_values_drawn_from_its_space(axis: Axis, component: Component) -> None:
    rng = np.random.default_rng(0)
    drawn = {name: parameter.draw(rng) for name, parameter in component.space.items()}
    one = trial(**{axis: choice(axis, component.name, **drawn)})
    assert said(one, part()).shape == (30,)


@every
def test_a_component_takes_levels_gaps_and_texts_unseen_in_training(axis: Axis, component: Component) -> None:
    strange = part().held_out
    strange = strange.assign(
        **{name: pd.Categorical(["never seen"] * 30) for name in strange.select_dtypes("category")}
    )
    strange = strange.assign(visits=np.nan, owner=pd.Categorical([None] * 30, strange["owner"].cat.categories))
    strange["asked on"] = pd.Series(np.full(30, "NaT", dtype="datetime64[s]"))
    strange["message"] = pd.Series([None, "全く別の言葉", ""] * 10, dtype="str")
    known = of_rows(part(), held_out=strange)
    probability = said(trial(**{axis: component.name}), known)
    assert ((probability >= 0) & (probability <= 1)).all()


@every
def test_a_component_takes_five_positives_and_columns_without_a_value(axis: Axis, component: Component) -> None:
    known = part()
    y = np.zeros(120, dtype=np.int8)
    y[::24] = 1
    empty = {name: pd.Categorical([None] * 120) for name in ("source", "country", "timeline", "product model")}
    empty |= {"visits": np.nan, "asked on": np.full(120, "NaT", dtype="datetime64[s]")}
    known = replace(of_rows(known, known.training.assign(**empty)), y=y)
    probability = said(trial(**{axis: component.name}), known)
    assert np.isfinite(probability).all()


@every
@pytest.mark.parametrize("column", ["pages", "visits", "source", "asked on", "message"])
def test_a_component_takes_a_table_of_one_column(axis: Axis, component: Component, column: str) -> None:
    leads = make_leads()
    assert leads.submission is not None
    narrow = replace(leads, features=leads.features[[column]], submission=leads.submission[[column]])
    beside = {"text": "tfidf_svd"} if column == "message" and axis != "text" else {}
    traits = dict.fromkeys(table_traits(narrow), "in the table")
    if follow((default_choice(axis, component.name),), traits)[1] and axis in PREPARING:
        return  # the plan would refuse it on this table
    one = trial(**{**beside, axis: component.name})  # on the whole table, so that more is asked than a plan would
    if "categories" in component.requires and column != "source":
        return
    assert said(one, part_of(narrow)).shape == (30,)


@every
def test_a_component_says_what_it_does_where_it_is_from_and_its_space_is_allowed(
    axis: Axis, component: Component
) -> None:
    assert 10 < len(component.about) <= 120
    assert component.about.endswith(".")
    assert component.source or component.name in DO_NOTHING.values()
    assert component.settle({}, "test") == {name: p.default for name, p in component.space.items()}
    rng = np.random.default_rng(0)
    for parameter in component.space.values():
        assert all(parameter.refusal(parameter.draw(rng)) is None for _ in range(20))
    made = component.factory(**component.settle({}, "test"))
    pickle.loads(pickle.dumps(made))
    if axis != "resampling":
        clone(made)


@preparing
def test_a_fitted_step_survives_pickle_and_skops(axis: Axis, component: Component) -> None:
    step, before, held_out = _fitted(axis, component)
    for again in (pickle.loads(pickle.dumps(step)), _through_skops(step, component)):
        _same(again.transform(held_out), before)


@pytest.mark.parametrize("component", list(REGISTRIES["model"]), ids=lambda c: c.name)
def test_a_fitted_model_survives_pickle_and_skops(component: Component) -> None:
    known = part()
    for one in (trial(model=component.name), *_with_categories(component)):
        rows = prepared(one, known)
        model = build(one, "model", "test").fit(rows.training, known.y)
        before = model.predict_proba(rows.held_out)
        for again in (pickle.loads(pickle.dumps(model)), _through_skops(model, component)):
            assert np.array_equal(again.predict_proba(rows.held_out), before)


@every
def test_declared_traits_are_true_of_what_comes_out(axis: Axis, component: Component) -> None:
    """What is there must be declared, what is cleared must be gone, and what is brought must come."""
    leads = make_leads()
    one = trial(**{axis: component.name})
    declared, _ = follow(one.choices[: AXES.index(axis) + 1], dict.fromkeys(table_traits(leads), ""))
    if axis == "resampling":
        assert ("weights" in component.brings) == _brings_weights(one)
    elif axis == "text":
        found = traits_of(_outputs(one, axis)[0])
        found |= {"columns"} if "raw_text" in found else set()  # to the model that reads texts they are columns
        assert found == component.brings | ({"raw_text"} - component.clears)
    elif axis != "model":
        training, held_out = (traits_of(side) for side in _outputs(one, axis))
        gone = {"groups"} | ({"raw_text"} if axis != "derived" else set())  # texts do not come this way
        # To `native` a level unseen in training is a gap.
        assert training == declared.keys() - gone
        assert held_out - training <= ({"category_gaps"} if component.name == "native" else set())


@preparing
def test_what_works_row_by_row_says_so_truly(axis: Axis, component: Component) -> None:
    """Fitted on other rows and given fewer of them, it says the same of a row."""
    if not component.rowwise:
        return
    leads = make_leads().features
    table = leads[["message"]] if axis == "text" else leads
    one = trial(**{axis: component.name})
    whole = build(one, axis, "test").fit_transform(table)
    some = build(one, axis, "test").fit(table[:10]).transform(table[50:60])
    _same(some, whole.iloc[50:60] if isinstance(whole, pd.DataFrame) else whole[50:60])


@preparing
def test_a_transform_of_a_row_does_not_depend_on_the_rows_beside_it(axis: Axis, component: Component) -> None:
    """New leads come in pieces, whose categories have training's levels and those that stand in the piece itself."""
    step, whole, held_out = _fitted(axis, component, _with_news(part()))
    training = _before(trial(**{axis: component.name}), axis, part())[0]
    pieces = [_as_read(held_out[start : start + 7], training) for start in range(0, len(held_out), 7)]
    said = [step.transform(piece) for piece in pieces]
    if axis in ("derived", "imputation"):  # whose levels reach a model through an encoding only
        said, whole = [_words(one) for one in said], _words(whole)
    # In the last digits only, since a matrix product may add in another order for another number of rows.
    _same(_stacked(said), whole, atol=1e-12)


@pytest.mark.parametrize("component", list(REGISTRIES["model"]), ids=lambda c: c.name)
def test_a_probability_of_a_row_does_not_depend_on_the_rows_beside_it(component: Component) -> None:
    known = part()
    for one in (trial(model=component.name), *_with_categories(component)):
        rows = prepared(one, known)
        model = build(one, "model", "test").fit(rows.training, known.y)
        pieces = [model.predict_proba(rows.held_out[start : start + 7]) for start in range(0, 30, 7)]
        _same(_stacked(pieces), model.predict_proba(rows.held_out), atol=1e-12)


@preparing
def test_a_step_keeps_the_rows_and_gives_both_sides_the_same_columns(axis: Axis, component: Component) -> None:
    known = part()
    shuffled = np.random.default_rng(3).permutation(120)
    known = replace(of_rows(known, known.training.iloc[shuffled]), y=known.y[shuffled])
    rows = prepared(trial(**{axis: component.name}), known)
    assert rows.training.shape[0] == 120
    assert rows.held_out.shape == (30, rows.training.shape[1])


def _fitted(axis: Axis, component: Component, known: Part | None = None) -> tuple[Any, Any, Any]:
    """Return the step fitted on leads, what it says of new ones, and these."""
    known, one = known or part(), trial(**{axis: component.name})
    training, held_out = _before(one, axis, known)
    step = build(one, axis, "test")
    fit_transform(step, training, known.y, known.groups)
    return step, step.transform(held_out), held_out


def _before(one: Any, axis: Axis, known: Part) -> tuple[Any, Any]:
    """Return both sides as they reach an axis."""
    if axis == "derived":
        return known.training, known.held_out
    if axis == "text":
        return known.training[["message"]], known.held_out[["message"]]
    plain = known.training.drop(columns=["message", "asked on"]), known.held_out.drop(columns=["message", "asked on"])
    if axis == "imputation":
        return plain
    step = build(one, "imputation", "test")
    return step.fit_transform(plain[0], known.y), step.transform(plain[1])


def _with_news(known: Part) -> Part:
    """Return the part with levels among the rows to predict that training lacks, most of them in one row only."""
    new = known.held_out.copy()
    for number, name in enumerate(new.select_dtypes("category")):
        texts = new[name].astype("str")
        texts[number::9] = [f"new {row} / Chile" for row in range(number, len(new), 9)]
        new[name] = _categories(texts, known.training[name])
    return of_rows(known, held_out=new)


def _as_read(piece: pd.DataFrame, training: pd.DataFrame) -> pd.DataFrame:
    """Return some rows as they are read by themselves: numbered from 0, without levels of other rows to predict."""
    piece = piece.reset_index(drop=True)
    levels = {name: _categories(piece[name], training[name]) for name in piece.select_dtypes("category")}
    return piece.assign(**levels)


def _categories(column: pd.Series, training: pd.Series) -> pd.Series:
    levels = {*column.dropna().astype(str), *training.dropna().astype(str)}
    return column.astype(pd.CategoricalDtype(sorted(levels)))


def _stacked(pieces: list[Any]) -> Any:
    if isinstance(pieces[0], pd.DataFrame):
        return pd.concat(pieces, ignore_index=True)
    return sparse.vstack(pieces, format="csr") if sparse.issparse(pieces[0]) else np.vstack(pieces)


def _words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its categories as plain texts, so that levels which do not occur make no difference."""
    return table.astype(dict.fromkeys(table.select_dtypes("category"), object))


def _outputs(one: Any, axis: Axis) -> tuple[Any, Any]:
    known = part()
    training, held_out = _before(one, axis, known)
    step = build(one, axis, "test")
    return fit_transform(step, training, known.y, known.groups), step.transform(held_out)


def _brings_weights(one: Any) -> bool:
    known = part()
    rows = prepared(one, known)
    sets = build_resampling(one)(rows.training, known.y, known.groups, seed_of(one, "resampling", "test"))
    return any(made.weights is not None for made in sets)


def _with_categories(component: Component) -> list[Any]:
    return [] if "categories" in component.refuses else [trial(model=component.name, encoding="native")]


def _through_skops(step: Any, component: Component) -> Any:
    saved = skops.dumps(step)
    asked = skops.get_untrusted_types(data=saved)
    assert all(name.startswith((*TRUSTED, f"{component.factory.__module__}.")) for name in asked), asked
    return skops.loads(saved, trusted=asked)


def _same(one: Any, other: Any, atol: float = 0.0) -> None:
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, rtol=0.0, atol=atol)
    elif sparse.issparse(one):
        assert one.shape == other.shape
        assert abs(one - other).max() <= atol
    else:
        np.testing.assert_allclose(one, other, rtol=0.0, atol=atol)


@pytest.mark.parametrize("component", list(REGISTRIES["model"]), ids=lambda c: c.name)
def test_a_model_that_takes_weights_is_moved_by_them(component: Component) -> None:
    if "weights" in component.refuses:
        return
    known = part()
    known = replace(known, y=np.where(np.cumsum(known.y) <= 15, known.y, 0).astype(np.int8))  # one in eight
    plain, weighted = (said(trial(model=component.name, resampling=name), known) for name in ("as_is", "class_weight"))
    assert weighted.mean() > plain.mean()


def test_every_pair_of_blocks_joins() -> None:
    for encoding in REGISTRIES["encoding"]:
        for text in REGISTRIES["text"]:
            choices = (default_choice("encoding", encoding.name), default_choice("text", text.name))
            if follow(choices, dict.fromkeys(("categories", "raw_text", "columns"), ""))[1] is None:
                one = trial(encoding=encoding.name, text=text.name)
                rows = prepared(one, part())
                assert rows.training.shape[0] == 120
                assert rows.held_out.shape == (30, rows.training.shape[1])


def test_texts_without_a_single_usable_term_add_no_column() -> None:
    known = part()
    silent = known.training.assign(message=pd.Series([None] * 120, dtype="str"))
    for text in ("tfidf", "tfidf_svd"):
        rows = prepared(trial(text=text), of_rows(known, silent))
        assert rows.training.shape[1] == rows.held_out.shape[1] == known.training.shape[1] - 1


@pytest.mark.parametrize("text", [component.name for component in REGISTRIES["text"]])
def test_a_table_of_numbers_and_text_without_a_category_works(text: str) -> None:
    """Without categories the plan keeps `native`, and sparse text could not join the table that it made."""
    leads, columns = make_dataset(), ["visits", "pages", "message"]
    assert leads.submission is not None
    narrow = replace(leads, features=leads.features[columns], submission=leads.submission[columns])
    traits = dict.fromkeys(table_traits(narrow) - {"number_gaps"}, "")
    for model in ("logistic", "lightgbm", "catboost"):
        if follow((default_choice("text", text), default_choice("model", model)), traits)[1] is None:
            one = trial(narrow, encoding="native", text=text, model=model)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert said(one, part_of(narrow)).shape == (30,)


def test_without_a_column_to_learn_from_the_share_of_positives_is_predicted_and_said() -> None:
    known = part()
    silent = known.training[["message"]].assign(message=pd.Series([None] * 120, dtype="str"))
    narrow = Part(Place("test"), Prepared(silent, known.held_out), known.y, None)
    fitted = fit_predict(trial(text="tfidf"), narrow, Pieces())
    assert any("no column is left to learn from" in warning for warning in fitted.warned)
    assert fitted.probability == pytest.approx(np.full(30, known.y.mean()))


@pytest.mark.parametrize("model", ["logistic", "random_forest", "lightgbm", "xgboost", "catboost"])
def test_a_column_that_never_varies_is_no_failure(model: str) -> None:
    known = part()
    flat = known.training[["pages"]].assign(pages=3.0)
    narrow = Part(Place("test"), Prepared(flat, known.held_out[["pages"]]), known.y, None)
    assert said(trial(model=model), narrow) == pytest.approx(np.full(30, known.y.mean()), abs=0.1)


def test_a_gap_in_a_sparse_matrix_is_refused_where_it_would_be_a_zero() -> None:
    """XGBoost takes what a sparse matrix leaves out for missing; a gap that was the signal became a 0."""
    traits = {"columns": "in the table", "sparse": "made by one_hot", "number_gaps": "left by keep_gaps"}
    assert REGISTRIES["model"]["xgboost"].objection(traits) is not None
    assert REGISTRIES["model"]["lightgbm"].objection(traits) is None
