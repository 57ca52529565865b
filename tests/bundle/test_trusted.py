"""The fixed list suffices for whatever Leadbench's components learn, and what comes back says the same."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from bench.bundle.trusted import load, save
from bench.bundle.types import ALLOWED, KEEPS_ROWS, KEEPS_WORDS
from bench.components.steps.in_a_row import InARow, fit_transform
from bench.data.dataset import read_dataset
from bench.data.roles import Demo, Roles
from bench.registry import Component
from bench.run.assemble import build
from bench.run.cell import every_part, fit
from bench.run.prepared import Pieces
from bench.vocabulary import Axis
from benchmarks.axes import LINEAR, TREES, beside, worth_trying
from tests.bundle.bundles import ROWS
from tests.components.catalogue import EVERY, choice, part, prepared, trial

WORDS = ("tender", "urgent", "Lima", "T.V.", "less than 3")  # of texts and categories
ROLES = Roles(
    demo=Demo(rows=1500, seed=7),
    target="is_converted",
    positive="True",
    id="id",
    texts=("message",),
    groups="customer_idx",
    ungrouped=("47466",),
    time="lead_date",
    missing=("none", "//"),
    kinds={"lead_owner": "category", "customer_idx": "category"},
    drop=("customer_country.1",),
)
OURS = [
    pytest.param(axis, component, id=f"{axis}-{component.name}")
    for axis, component in EVERY
    if axis != "resampling" and component.factory.__module__.startswith("bench.")
]


@pytest.fixture(autouse=True)
def _news() -> Iterator[None]:
    """Let components tell what they did."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@pytest.mark.parametrize(("axis", "component"), OURS)
def test_what_a_component_learns_comes_back_the_same_and_tells_what_it_keeps(axis: Axis, component: Component) -> None:
    if component.extra and find_spec(component.extra) is None:
        pytest.skip(f"{component.extra} is not installed")
    fitted, said, held_out = _fitted(axis, component)
    content, asked = save(fitted, "a file")
    _same(_says(load(content, "a file"), held_out), said)
    assert bool(asked.types & KEEPS_ROWS.keys()) == _has_rows(fitted)
    assert asked.types & KEEPS_WORDS or not _has_words(content)


@pytest.mark.parametrize("imputation", ["keep_gaps", "median", "knn"])
def test_marks_of_gaps_come_back(imputation: str) -> None:
    one = choice("imputation", imputation, indicators=True)
    known = part(ROWS)
    rows, held_out = (side[["visits", "source", "product"]] for side in (known.training, known.held_out))
    step = build(trial(imputation=one), "imputation", "test").fit(rows, known.y)
    _same(load(save(step, "a file")[0], "a file").transform(held_out), step.transform(held_out))


def test_steps_in_a_row_come_back() -> None:
    known = part(ROWS)
    steps = [build(trial(derived=name), "derived", "test") for name in ("missing", "date_parts")]
    step = InARow(steps).fit(known.training, known.y)
    _same(load(save(step, "a file")[0], "a file").transform(known.held_out), step.transform(known.held_out))


@pytest.mark.parametrize("model", ["catboost", "linear_svm"])
def test_models_that_found_nothing_to_learn_come_back(model: str) -> None:
    X, y = np.ones((12, 2)), np.array([0] * 10 + [1] * 2, dtype=np.int8)
    fitted = build(trial(model=model), "model", "test").fit(X, y)
    assert "sklearn.dummy.DummyClassifier" in save(fitted, "a file")[1].types
    _same(load(save(fitted, "a file")[0], "a file").predict_proba(X), fitted.predict_proba(X))


def test_a_forest_of_numbers_comes_back() -> None:
    """`related` fills numbers by it."""
    from sklearn.ensemble import RandomForestRegressor

    X = np.random.default_rng(0).normal(size=(30, 2))
    fitted = RandomForestRegressor(3, random_state=0).fit(X, X[:, 0])
    _same(load(save(fitted, "a file")[0], "a file").predict(X), fitted.predict(X))


@pytest.mark.parametrize(("model", "beside"), [("catboost", {"text": "native"}), ("lightgbm", {"encoding": "native"})])
def test_models_of_texts_and_categories_come_back(model: str, beside: dict[str, Any]) -> None:
    known, one = part(ROWS), trial(model=model, **beside)
    rows = prepared(one, known)
    fitted = build(one, "model", "test").fit(rows.training, known.y)
    again = load(save(fitted, "a file")[0], "a file")
    _same(again.predict_proba(rows.held_out), fitted.predict_proba(rows.held_out))


def test_topics_of_many_words_come_back() -> None:
    """Of few words no decomposition is made."""
    texts = pd.DataFrame({"message": [f"word{n} word{n % 7} other{n % 11} more{n % 13}" for n in range(90)]})
    one = choice("text", "tfidf_svd", components=3, rare=1)
    step = build(trial(text=one), "text", "test").fit(texts.astype("str"), np.zeros(90))
    assert "sklearn.decomposition._truncated_svd.TruncatedSVD" in save(step, "a file")[1].types
    _same(load(save(step, "a file")[0], "a file").transform(texts), step.transform(texts))


@pytest.mark.slow
def test_every_component_that_is_worth_trying_on_made_up_leads_can_be_saved() -> None:
    """On a table of some size components build what they do without on a small one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset, pieces = read_dataset(ROLES), Pieces()
        for one in worth_trying(dataset):
            for reference in (TREES, LINEAR):
                tried = beside({one.axis: one}, reference, dataset)
                if tried is not None:
                    fitted = fit(tried, every_part(dataset), pieces)
                    for steps in (fitted.models, *(piece.steps for piece in fitted.pieces.values())):
                        save(list(steps), tried.configuration)


def test_every_type_of_the_list_is_there() -> None:
    """A library that moves a class would otherwise leave a name that says nothing."""
    from importlib import import_module

    for name in frozenset().union(*ALLOWED.values()):
        module, _, kind = name.rpartition(".")
        assert hasattr(import_module(module), kind), name
    assert KEEPS_ROWS.keys() | KEEPS_WORDS <= frozenset().union(*ALLOWED.values())


def _fitted(axis: Axis, component: Component) -> tuple[Any, Any, Any]:
    """Return a fitted step or small model, what it says of new leads, and these."""
    known = part(ROWS)
    few = {"trees": 5} if "trees" in component.space else {}
    one = trial(**{axis: choice(axis, component.name, **few)})
    if axis == "model":
        rows = prepared(one, known)
        fitted, held_out = build(one, axis, "test").fit(rows.training, known.y), rows.held_out
    else:
        training, held_out = _before(one, axis, known)
        fitted = build(one, axis, "test")
        fit_transform(fitted, training, known.y, known.groups)
    return fitted, _says(fitted, held_out), held_out


def _before(one: Any, axis: Axis, known: Any) -> tuple[Any, Any]:
    """Return both sides as they reach an axis."""
    sides = known.training, known.held_out
    if axis == "derived":
        return sides
    if axis == "text":
        return sides[0][["message"]], sides[1][["message"]]
    plain = [side.drop(columns=["message", "asked on"]) for side in sides]
    if axis == "imputation":
        return plain[0], plain[1]
    step = build(one, "imputation", "test")
    return step.fit_transform(plain[0], known.y), step.transform(plain[1])


def _says(fitted: Any, rows: Any) -> Any:
    return fitted.predict_proba(rows) if hasattr(fitted, "predict_proba") else fitted.transform(rows)


def _has_rows(fitted: Any) -> bool:
    """Look for a table or an array with a row for each row of training, whatever it is called."""
    left, seen = [fitted], set()
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, str | int | float | None):
            continue
        seen.add(id(thing))
        if getattr(thing, "ndim", 0) == 2 and thing.shape[0] == ROWS:
            return True
        if isinstance(thing, dict):
            left.extend(thing.values())
        elif isinstance(thing, list | tuple):
            left.extend(thing)
        if hasattr(thing, "__dict__") and not isinstance(thing, type):
            left.extend(vars(thing).values())
    return False


def _has_words(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    return any(word.encode(code) in held for word in WORDS for code in ("utf-8", "utf-32-le"))


def _same(one: Any, other: Any) -> None:
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other)
    elif sparse.issparse(one):
        assert one.shape == other.shape
        assert (one != other).nnz == 0
    else:
        np.testing.assert_array_equal(one, other)
