"""Every encoding: what it makes of gaps and of what it has not seen, and that it survives being stored."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier

from bench.components.encoding import REGISTRY
from bench.components.steps.encoding.counts import LevelCounts
from bench.components.steps.encoding.hashing import HashedLevels
from bench.components.steps.encoding.native import NativeCategories
from bench.components.steps.encoding.similarity import SimilarLevels
from bench.components.steps.in_a_row import fit_transform
from bench.registry import Component

every = pytest.mark.parametrize("component", list(REGISTRY), ids=lambda component: component.name)
FAMILIES = ("bench.components.steps.", "skrub.", "scipy.", "sklearn.", "numpy.")


def leads(n: int = 60, seed: int = 0) -> tuple[pd.DataFrame, NDArray[np.int8], NDArray[np.int64]]:
    """Leads with gaps, on an index of no meaning, in columns with names of all sorts."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "직책, 부서": pd.Categorical(rng.choice(["manager", "Manager", "c-level", "\u200b", None], n)),
            "visits": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
            "empty": pd.Categorical([None] * n),
            "flat": pd.Categorical(["same"] * n),
        },
        index=rng.permutation(n) * 7,
    )
    return X, (np.arange(n) % 12 == 0).astype(np.int8), rng.integers(-1, 9, n)


def made(component: Component, **values: Any) -> Any:
    step = component.factory(**component.settle(values, "test"))
    if "random_state" in step.get_params():
        step.set_params(random_state=3)
    return step


def dense(encoded: Any) -> NDArray[np.float64]:
    """Return whatever an encoding returns as a matrix, levels by their number."""
    if isinstance(encoded, pd.DataFrame):
        codes = {
            name: column.cat.codes if isinstance(column.dtype, pd.CategoricalDtype) else column
            for name, column in encoded.items()
        }
        return pd.DataFrame(codes).to_numpy(dtype=np.float64)
    return np.asarray(encoded.toarray() if sparse.issparse(encoded) else encoded, dtype=np.float64)


@every
def test_a_stored_encoding_encodes_gaps_as_before_and_asks_trust_for_nothing_strange(component: Component) -> None:
    X, y, groups = leads()
    step = clone(made(component))
    fit_transform(step, X, y, groups)
    want = dense(step.transform(X))
    content = skops.io.dumps(step)
    strange = skops.io.get_untrusted_types(data=content)
    assert all(name.startswith(FAMILIES) for name in strange)
    for stored in (skops.io.loads(content, trusted=strange), pickle.loads(pickle.dumps(step))):
        assert np.array_equal(dense(stored.transform(X)), want, equal_nan=True)


@every
def test_the_same_seed_encodes_alike_and_rows_keep_their_order(component: Component) -> None:
    X, y, groups = leads()
    step = made(component)
    first, again = (dense(fit_transform(s, X, y, groups)) for s in (step, made(component)))
    assert np.array_equal(first, again, equal_nan=True)
    turned = X.iloc[::-1]
    assert np.array_equal(dense(step.transform(turned)), dense(step.transform(X))[::-1], equal_nan=True)


@every
def test_unseen_levels_and_gaps_are_defined(component: Component) -> None:
    X, y, groups = leads()
    step = made(component)
    width = fit_transform(step, X, y, groups).shape[1]
    new = pd.DataFrame(
        {
            "직책, 부서": pd.Categorical(["never", None, "also never"]),
            "visits": [0.0, 1.0, 2.0],
            "empty": pd.Categorical(["full", None, None]),
            "flat": pd.Categorical([None, "other", "same"]),
        }
    )
    encoded = dense(step.transform(new))
    assert encoded.shape == (3, width)
    assert np.isfinite(encoded).all()


@every
def test_a_table_of_one_column_or_without_categories_is_encoded(component: Component) -> None:
    X, y, groups = leads()
    for columns in (["flat"], ["empty"], ["visits"]):
        encoded = fit_transform(made(component), X[columns], y, groups)
        assert encoded.shape[0] == len(X)


@every
def test_a_column_that_an_imputer_filled_with_a_number_is_encoded(component: Component) -> None:
    X, y, groups = leads()
    filled = X.assign(empty=pd.Series([0] * len(X), dtype=object, index=X.index))
    assert fit_transform(made(component), filled, y, groups).shape[0] == len(X)


def test_counts_are_shares_of_the_training_rows_and_of_the_unseen_nothing() -> None:
    X = pd.DataFrame({"level": pd.Categorical(["a", "a", "a", None, "b"]), "n": [1.0, 2, 3, 4, 5]})
    new = pd.DataFrame({"level": pd.Categorical(["b", "a", None, "never"]), "n": [9.0, 8, 7, 6]})
    want = [[0.2, 9], [0.6, 8], [0.2, 7], [0.0, 6]]
    assert LevelCounts().fit(X).transform(new) == pytest.approx(np.array(want))
    logs = LevelCounts(scale="log").fit(X).transform(new)[:, 0]
    assert logs == pytest.approx(np.log([2, 4, 2, 1]))


def test_a_hashed_row_holds_one_plus_or_minus_one_for_each_column_and_tells_columns_apart() -> None:
    X = pd.DataFrame({"one": pd.Categorical(["a", "b", None]), "two": pd.Categorical(["a", "b", None])})
    hashed = HashedLevels(width=2**16).fit(X).transform(X).toarray()
    assert (np.abs(hashed).sum(axis=1) == 2).all()
    assert len(np.unique(hashed, axis=0)) == 3
    assert set(np.unique(hashed)) == {-1.0, 0.0, 1.0}
    assert HashedLevels(width=8).fit(X).transform(X).shape == (3, 8)


def test_a_spelling_variant_lies_near_what_it_varies() -> None:
    X = pd.DataFrame({"kind": pd.Categorical(["End Customer"] * 5 + ["Installer"] * 3 + ["Rare", None])})
    encoder = SimilarLevels(prototypes=2).fit(X)
    new = pd.DataFrame({"kind": pd.Categorical(["end customer", "End-Customer", "Installers", None, "#"])})
    customer, installer, gap = encoder.transform(new).T
    assert customer[0] == 1
    assert customer[1] > 0.4 > installer[1]
    assert installer[2] > 0.6 > customer[2]
    assert gap.tolist() == [0, 0, 0, 1, 0]
    assert customer[3:].tolist() == installer[3:].tolist() == [0, 0]


def test_levels_of_white_space_alone_are_no_prototypes() -> None:
    X = pd.DataFrame({"kind": pd.Categorical([" ", "  "] * 5)})
    assert SimilarLevels().fit_transform(X).shape == (10, 0)


def test_native_levels_are_read_by_scikit_learns_booster() -> None:
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 60, 2000)
    X = pd.DataFrame({"level": pd.Categorical([f"l{level}" for level in levels]), "z": rng.normal(size=2000)})
    y = (rng.random(2000) < np.where(levels % 2, 0.8, 0.1)).astype(np.int8)
    encoder = NativeCategories().fit(X[:1900])
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    model.fit(encoder.transform(X[:1900]), y[:1900])
    assert model.is_categorical_.tolist() == [True, False]
    new = X[1900:].assign(level=pd.Categorical(["never"] * 50 + list(X["level"][1950:])))
    unseen = encoder.transform(new)
    assert unseen["x0"].isna().sum() >= 50
    assert (model.predict(unseen)[50:] == y[1950:]).mean() > 0.7
