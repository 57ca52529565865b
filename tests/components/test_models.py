"""What each model takes, what it makes of the unseen, and that it can be kept."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from bench.components.models import REGISTRY
from bench.components.steps.models.catboost_model import CatBoost
from bench.components.steps.models.histogram import HistogramBoosting
from bench.components.steps.models.indicators import Indicators
from bench.components.steps.models.intervals import cuts, interval_of
from bench.components.steps.models.margins import LinearMargins
from bench.components.steps.models.neighbours import Neighbours
from bench.components.steps.models.one_rule import OneRule

ALL = [component for component in REGISTRY if component.name != "constant"]
NAMES = [component.name for component in ALL]
FAST = {"trees": 8, "depth": 4}


def make(name: str) -> Any:
    component = REGISTRY[name]
    values = component.settle({key: value for key, value in FAST.items() if key in component.space}, "test")
    return component.factory(**values)


def takes(name: str, *traits: str) -> bool:
    return REGISTRY[name].objection({"columns": "", **dict.fromkeys(traits, "")}) is None


def dense(rows: int = 120, seed: int = 0, gaps: bool = False) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    X[:, 3] = rng.integers(0, 3, rows)
    y = (X[:, 0] + X[:, 3] + rng.normal(size=rows) > 2.2).astype(np.int8)
    if gaps:
        X[rng.random(X.shape) < 0.2] = np.nan
    return X, y


def table(rows: int = 120, seed: int = 0) -> tuple[pd.DataFrame, Any]:
    """Return numbers and categories with gaps, the way `native` leaves them."""
    X, y = dense(rows, seed, gaps=True)
    rng = np.random.default_rng(seed)
    levels = pd.Categorical.from_codes(np.where(y == 1, 2, rng.integers(-1, 4, rows)), pd.RangeIndex(4))
    return pd.DataFrame({"x0": X[:, 0], "x1": X[:, 1], "x2": pd.Series(levels)}), y


def inputs(name: str) -> list[Any]:
    """Return one training set of every kind that the model says it takes."""
    X, y = dense()
    found: list[Any] = [(X, y)]
    if takes(name, "number_gaps"):
        found.append(dense(gaps=True))
    if takes(name, "sparse"):
        found.append((sparse.csr_matrix(np.where(abs(X) > 0.5, X, 0)), y))
    if takes(name, "sparse", "number_gaps"):
        gappy, _ = dense(gaps=True)
        found.append((sparse.csr_matrix(np.where(abs(gappy) < 0.5, 0, gappy)), y))
    if takes(name, "categories", "category_gaps", "number_gaps"):
        found.append(table())
    if takes(name, "raw_text"):
        frame, y = table()
        words = np.where(y == 1, "urgent tender, please", "thanks, 견적 only")
        texts = pd.Series(np.where(np.arange(120) % 5 == 0, None, words), dtype="str")
        found.append((frame.assign(t=texts), y))
        found.append((pd.DataFrame({"t": texts}), y))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_model_takes_what_it_does_not_refuse(name: str) -> None:
    for X, y in inputs(name):
        model = clone(make(name)).fit(X, y)
        probability = model.predict_proba(X)
        assert probability.shape == (len(y), 2)
        assert probability.sum(axis=1) == pytest.approx(np.ones(len(y)))


@pytest.mark.parametrize("name", ["logistic", "linear_svm", "knn", "ada_boost", "mlp"])
def test_a_model_that_refuses_gaps_could_not_take_them(name: str) -> None:
    assert not takes(name, "number_gaps")
    with pytest.raises(ValueError, match="NaN"):
        make(name).fit(*dense(gaps=True)).predict_proba(dense(gaps=True)[0])


@pytest.mark.parametrize("name", ["decision_tree", "random_forest", "extra_trees"])
def test_a_tree_could_not_take_gaps_in_a_sparse_matrix(name: str) -> None:
    X, y = dense(gaps=True)
    with pytest.raises(ValueError, match="NaN"):
        make(name).fit(sparse.csr_matrix(X), y)


def test_only_catboost_reads_raw_text_and_only_knn_refuses_weights() -> None:
    assert [name for name in NAMES if takes(name, "raw_text")] == ["catboost"]
    assert [name for name in NAMES if not takes(name, "weights")] == ["knn"]


@pytest.mark.parametrize("name", NAMES)
def test_a_model_finds_a_signal_and_makes_nothing_of_noise(name: str) -> None:
    X, y = dense(800)
    fresh, answer = dense(800, seed=1)
    assert roc_auc_score(answer, make(name).fit(X, y).predict_proba(fresh)[:, 1]) > 0.6
    shuffled, answer = (np.random.default_rng(2).permutation(labels) for labels in (y, answer))
    assert abs(roc_auc_score(answer, make(name).fit(X, shuffled).predict_proba(fresh)[:, 1]) - 0.5) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_a_model_takes_five_positives_a_single_column_and_one_that_never_varies(name: str) -> None:
    X, _ = dense()
    y = np.zeros(120, dtype=np.int8)
    y[::24] = 1
    for columns in (X, X[:, :1], np.full((120, 1), 3.0)):
        probability = make(name).fit(columns, y).predict_proba(columns)[:, 1]
        assert np.isfinite(probability).all()
    assert probability == pytest.approx(np.full(120, 5 / 120), abs=0.1)


def test_cuts_keep_few_different_values_apart_and_share_out_many() -> None:
    assert cuts(np.array([1.0, np.nan, 0.0, 1.0, 4.0]), 3).tolist() == [1.0, 4.0]
    assert interval_of(np.array([0.0, 1.0, 3.9, 9.0]), np.array([1.0, 4.0])).tolist() == [0, 1, 1, 2]
    at = cuts(np.arange(100.0), 4)
    assert np.bincount(interval_of(np.arange(100.0), at)).tolist() == [25, 25, 25, 25]
    assert cuts(np.full(3, np.nan), 4).size == cuts(np.full(3, 7.0), 4).size == 0


def test_the_shares_of_one_rule_are_smoothed_shares_of_positives() -> None:
    y = np.array([1, 1, 0, 0, 0, 0, 0, 1], dtype=np.int8)
    levels = pd.Categorical(["a", "a", "b", "b", "b", "b", None, None], ["a", "b", "c"])
    rule = OneRule(smooth=8.0, random_state=0).fit(pd.DataFrame({"x0": levels}), y)
    # Overall 3/8, that is 3 positives in 8 made-up rows beside the true ones.
    asked = pd.DataFrame({"x0": pd.Categorical(["a", "b", None, "c"], ["a", "b", "c"])})
    assert rule.predict_proba(asked)[:, 1] == pytest.approx([5 / 10, 3 / 12, 4 / 10, 3 / 8])


def test_one_rule_takes_the_column_that_ranks_held_out_rows_and_not_the_one_with_a_level_a_row() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.1).astype(np.int8)
    own = pd.Categorical.from_codes(np.arange(300), pd.RangeIndex(300))
    good = pd.Categorical.from_codes(np.where(rng.random(300) < 0.8, y, 1 - y), pd.RangeIndex(2))
    rule = OneRule(random_state=0).fit(pd.DataFrame({"own": own, "number": rng.normal(size=300), "good": good}), y)
    assert rule.column_ == 2


def test_one_rule_with_a_single_positive_predicts_the_share() -> None:
    y = np.array([1] + [0] * 9, dtype=np.int8)
    assert OneRule().fit(np.arange(10.0).reshape(-1, 1), y).predict_proba(np.zeros((3, 1)))[:, 1].tolist() == [0.1] * 3


def test_the_sigmoid_of_linear_svm_never_turns_the_order_round() -> None:
    """Folds of neighbouring rows did, on a table in the order of time whose share of positives rises."""
    X, y = dense(400)
    order = np.argsort(y, kind="stable")
    model = LinearMargins(random_state=0).fit(X[order], y[order])
    assert roc_auc_score(y, model.predict_proba(X)[:, 1]) == roc_auc_score(y, model.machine_.decision_function(X)) > 0.7
    # Two rows of each class that contradict each other: the margins of rows left out point the wrong way.
    contrary = LinearMargins(C=100.0, random_state=0).fit(
        np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([0, 0, 1, 1])
    )
    assert contrary.predict_proba(np.array([[0.0], [5.0]]))[:, 1] == pytest.approx([0.5, 0.5])


def test_ada_boost_turns_to_the_rows_that_the_tree_before_got_wrong() -> None:
    """Between two cuts: one stump can only cut once, and the next looks at the side that it got wrong."""
    X = np.arange(90.0).reshape(-1, 1)
    y = ((X[:, 0] >= 30) & (X[:, 0] < 60)).astype(np.int8)
    ada_boost = REGISTRY["ada_boost"].factory
    one, many = (ada_boost(trees=trees, learning_rate=1.0, depth=1).fit(X, y) for trees in (1, 20))
    assert roc_auc_score(y, one.predict_proba(X)[:, 1]) < 0.8
    assert roc_auc_score(y, many.predict_proba(X)[:, 1]) == 1.0


def test_linear_svm_says_that_one_row_of_a_class_is_too_few() -> None:
    with pytest.raises(ValueError, match="needs 2 rows of each class"):
        LinearMargins().fit(np.arange(4.0).reshape(-1, 1), np.array([0, 0, 0, 1]))


def test_indicators_count_each_number_once_and_leave_weights_alone() -> None:
    X = np.array([[5.0, 0.3], [7.0, 0.0], [5.0, 0.0], [9.0, 0.0]])
    assert Indicators().fit_transform(X[:, :1]).toarray().tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    both = Indicators().fit_transform(sparse.csr_matrix(X)).toarray()
    assert both[:, -1].tolist() == [0.3, 0.0, 0.0, 0.0]
    assert both[:, :3].sum(axis=1).tolist() == [1, 1, 1, 1]
    unseen = Indicators().fit(sparse.csr_matrix(X)).transform(sparse.csr_matrix([[100.0, -0.5]])).toarray()
    assert unseen.tolist() == [[0, 0, 1, 0]]


def test_indicators_take_hashed_weights_apart_by_sign_and_keep_them_sparse() -> None:
    """Cut into intervals, 512 hashed columns of 59,299 leads took 1.6 gigabytes, and 8,192 more than 9."""
    hashed = sparse.random(200, 3000, density=0.002, format="csr", random_state=0)
    hashed.data = np.where(np.arange(hashed.nnz) % 2, -hashed.data, 2 * hashed.data)
    out = Indicators().fit_transform(hashed)
    assert out.nnz == hashed.nnz
    assert (out.data > 0).all()
    assert out.data.max() == 1
    one = Indicators().fit_transform(sparse.csr_matrix([[0.5], [-0.25], [0.0], [0.0]])).toarray()
    assert one.tolist() == [[0.5, 0.0], [0.0, 0.25], [0.0, 0.0], [0.0, 0.0]]


def test_histogram_boosting_takes_a_number_column_without_a_value_in_training() -> None:
    X, y = dense()
    X[:, 0] = np.nan
    model = make("hist_gradient_boosting").fit(X, y)
    assert np.isfinite(model.predict_proba(X)).all()
    X[:5, 0] = 3.0
    assert np.isfinite(model.predict_proba(X)).all()


def test_wide_sparse_text_is_never_made_dense() -> None:
    wide = sparse.random(60, 20_000, density=1e-3, format="csr", random_state=0)
    y = (np.arange(60) % 4 == 0).astype(np.int8)
    for name in ("naive_bayes", "knn", "logistic", "linear_svm"):
        step = make(name)[0].fit(wide)
        assert sparse.issparse(step.transform(wide))
    assert make("knn").fit(wide, y).predict_proba(wide).shape == (60, 2)


def test_neighbours_takes_all_rows_where_there_are_fewer() -> None:
    model = Neighbours(neighbours=25).fit(np.array([[0.0], [3.0]]), np.array([0, 1]))
    assert model.predict_proba(np.array([[1.0]]))[0].tolist() == pytest.approx([2 / 3, 1 / 3])  # 1/1 against 1/2


def test_histogram_boosting_keeps_the_frequent_of_more_levels_than_it_may_have() -> None:
    rng = np.random.default_rng(0)
    codes = np.r_[np.repeat(np.arange(250), 20), np.arange(250, 400)]
    y = (np.where(codes < 20, 0.8, 0.1) > rng.random(len(codes))).astype(np.int8)
    X = pd.DataFrame({"x0": pd.Categorical.from_codes(codes, pd.RangeIndex(500))})
    model = HistogramBoosting(trees=20, random_state=0).fit(X, y)
    assert len(model.levels_[0]) == 400
    assert len(set(model.levels_[0].values())) == 255
    assert roc_auc_score(y, model.predict_proba(X)[:, 1]) > 0.7
    strange = pd.DataFrame({"x0": pd.Categorical.from_codes([499, -1], pd.RangeIndex(500))})
    unseen, gap = model.predict_proba(strange)[:, 1]
    assert unseen == gap


def test_catboost_learns_from_text_alone_and_leaves_out_a_column_without_a_frequent_word() -> None:
    y = (np.arange(120) % 4 == 0).astype(np.int8)
    said = pd.Series(np.where(y == 1, "A TENDER!", "just looking"), dtype="str", index=np.arange(120)[::-1])
    silent = pd.Series([f"word{n}" for n in range(120)], dtype="str", index=said.index)
    model = CatBoost(trees=20, random_state=0).fit(pd.DataFrame({"said": said, "silent": silent}), y)
    assert model.silent_ == ["silent"]
    asked = pd.DataFrame({"said": ["tender", "looking", None], "silent": [None] * 3}, dtype="str")
    tender, looking, _ = model.predict_proba(asked)[:, 1]
    assert tender > 0.5 > looking
    alone = CatBoost(trees=20, random_state=0).fit(pd.DataFrame({"silent": silent}), y)
    assert alone.predict_proba(asked[["silent"]])[:, 1].tolist() == [0.25] * 3


def test_catboost_that_reads_text_survives_pickle_and_skops() -> None:
    frame, y = table()
    frame = frame.assign(t=pd.Series(["tender please", "thanks"] * 60, dtype="str"))
    model = CatBoost(trees=5, random_state=0).fit(frame, y)
    kept = skops.io.dumps(model)
    asked = skops.io.get_untrusted_types(data=kept)
    for again in (pickle.loads(pickle.dumps(model)), skops.io.loads(kept, trusted=asked)):
        assert np.array_equal(again.predict_proba(frame), model.predict_proba(frame))


def test_catboost_weighs_rows_with_text() -> None:
    frame, y = table()
    frame = frame.assign(t=pd.Series(["tender please", "thanks"] * 60, dtype="str"))
    plain, weighted = (
        CatBoost(trees=20, random_state=0).fit(frame, y, weight).predict_proba(frame)[:, 1].mean()
        for weight in (None, np.where(y == 1, 5.0, 1.0))
    )
    assert weighted > plain
