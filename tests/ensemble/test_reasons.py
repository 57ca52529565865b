"""Reasons add up to what the winner says, and belong to the columns of the table that they come from."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from bench.bundle.predictor import Predictor
from bench.components.steps.columns import text_columns
from bench.data.dataset import Dataset
from bench.ensemble import additive
from bench.ensemble.additive import Sum, probability
from bench.ensemble.reasons import _on_scale, how_much_moved, reasons, stacked
from bench.errors import DataError
from bench.plan.grid import Trial
from bench.run.runner import fit_trials
from bench.score.calibration import Calibrator, logit
from bench.score.combine import Combination
from tests.audit.tables import dataset_of, text
from tests.components.catalogue import trial
from tests.conftest import make_dataset

NEEDS_SHAP = pytest.mark.skipif(find_spec("shap") is None, reason="the extra shap is not installed")

LINEAR_AND_BOOSTED = [
    trial(model="lightgbm"),
    trial(model="lightgbm", encoding="one_hot", text="tfidf"),
    trial(model="lightgbm", resampling="balanced_bagging"),
    trial(model="xgboost"),
    trial(model="catboost"),
    trial(model="catboost", text="native"),
    trial(model="logistic", imputation="median", encoding="one_hot", text="tfidf"),
    trial(model="logistic", imputation="median", encoding="target", text="tfidf_svd"),
    trial(model="linear_svm", imputation="median", encoding="one_hot"),
    trial(model="naive_bayes", imputation="median", encoding="one_hot"),
    trial(model="one_rule", imputation="keep_gaps", encoding="native"),
    trial(model="constant"),
]
SKLEARN = [
    trial(model="decision_tree", imputation="median", encoding="ordinal"),
    trial(model="random_forest", imputation="median", encoding="one_hot", text="tfidf"),
    trial(model="extra_trees", imputation="median", encoding="ordinal"),
    trial(model="hist_gradient_boosting", encoding="ordinal"),
]


def predictor_of(trials: list[Trial], dataset: Dataset, scales: dict[str, Calibrator] | None = None) -> Predictor:
    weights = {one.id: 1 / len(trials) for one in trials}
    return Predictor(Combination(weights, scales or {}), fit_trials(trials, dataset, 0))


def check_sum(one: Trial, dataset: Dataset) -> None:
    predictor = predictor_of([one], dataset)
    assert dataset.submission is not None
    found = reasons(predictor, dataset.submission, dataset.features)
    said = logit(predictor.probability(dataset.submission))
    assert np.abs(found.base + found.contributions.sum(axis=1) - said).max() < 1e-5
    assert list(found.contributions) == list(dataset.features)
    assert (found.spoken_for, found.left_out, found.sentence) == (1.0, (), "")


@pytest.mark.parametrize("one", LINEAR_AND_BOOSTED, ids=lambda one: one.configuration)
def test_base_and_contributions_sum_to_the_log_odds(one: Trial, dataset: Dataset) -> None:
    check_sum(one, dataset)


@NEEDS_SHAP
@pytest.mark.parametrize("one", SKLEARN, ids=lambda one: one.configuration)
def test_base_and_contributions_of_forests_sum_to_the_log_odds(one: Trial, dataset: Dataset) -> None:
    check_sum(one, dataset)


@NEEDS_SHAP
def test_values_that_do_not_add_up_are_not_used() -> None:
    rng = np.random.default_rng(9)
    levels = rng.choice(list("abcdefgh"), 400)
    dataset = dataset_of({"c": levels}, (np.isin(levels, ["a", "d", "g"]) ^ (rng.random(400) < 0.1)).astype(np.int8))
    predictor = predictor_of([trial(model="hist_gradient_boosting", encoding="native")], dataset)
    with pytest.raises(DataError, match=r"^no reasons can be given for what .*hist_gradient_boosting says of a lead\."):
        reasons(predictor, dataset.features[:40], dataset.features)


def test_a_linear_model_is_coefficient_times_distance_from_the_mean() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=200), rng.normal(size=200)
    y = (a + rng.normal(size=200) > 0.8).astype(np.int8)
    dataset = dataset_of({"a": a, "b": b}, y)
    one = trial(model="logistic")
    predictor = predictor_of([one], dataset)
    (model,) = predictor.fits[one.id][0].models
    found = reasons(predictor, dataset.features[:5], dataset.features)
    by_hand = model[-1].coef_[0] * (dataset.features[:5] - dataset.features.mean()) / dataset.features.std(ddof=0)
    assert np.allclose(found.contributions, by_hand)


def test_reasons_name_the_column_that_decides_and_none_that_the_model_cannot_see() -> None:
    rng = np.random.default_rng(2)
    decides, noise = rng.integers(0, 2, 400), rng.normal(size=400)
    words = np.where(rng.random(400) < 0.5, "please send a price", "we would like to thank you")
    dataset = dataset_of(
        {"noise": noise, "decides": np.where(decides == 1, "x", "z"), "message": text(words)}, decides.astype(np.int8)
    )
    predictor = predictor_of([trial(model="lightgbm", encoding="one_hot")], dataset)
    found = reasons(predictor, dataset.features[:20], dataset.features).contributions
    assert (np.sign(found["decides"]) == np.where(decides[:20] == 1, 1, -1)).all()
    assert (found["decides"].abs() > 50 * found["noise"].abs()).all()
    assert (found["message"] == 0).all()


def test_all_terms_of_a_text_are_one_column() -> None:
    rng = np.random.default_rng(3)
    words = [" ".join(rng.choice(["tender", "price", "hello", "demo", "thanks"], 3)) for _ in range(300)]
    y = np.array(["tender" in one for one in words]).astype(np.int8)
    dataset = dataset_of({"pages": rng.integers(1, 9, 300), "message": text(words)}, y)
    one = trial(model="logistic", text="tfidf")
    found = reasons(predictor_of([one], dataset), dataset.features[:40], dataset.features).contributions
    assert list(found) == ["pages", "message"]
    assert (np.sign(found["message"]) == np.where(y[:40] == 1, 1, -1)).all()


def test_what_several_columns_move_is_shared_by_how_much_each_does() -> None:
    plain, dealt = np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[2.0, 1.0], [0.0, 1.0]])
    assert how_much_moved(plain, dealt).tolist() == [2.0, 0.0]
    gaps = np.array([[np.nan, 1.0], [1.0, np.nan]])
    assert how_much_moved(gaps, gaps[::-1]).tolist() == [1.0, 1.0]  # 1 and a gap, which is 1 below it
    table = pd.DataFrame({"x": pd.Categorical(["a", None, "b"]), "t": text(["u", "v", None])})
    assert how_much_moved(table, table.iloc[[1, 0, 2]].reset_index(drop=True)) == pytest.approx([2 / 3, 2 / 3])


def test_members_are_weighed_on_their_scales_and_those_left_out_are_named(dataset: Dataset) -> None:
    pair = [trial(model="lightgbm"), trial(model="logistic", imputation="median", encoding="one_hot")]
    other = trial(model="knn", imputation="median", encoding="one_hot")
    scale = Calibrator("sigmoid", np.empty(0), np.empty(0), 0.5, -1.0)
    predictor = predictor_of([*pair, other], dataset, {pair[0].id: scale})
    found = reasons(predictor, dataset.features[:9], dataset.features)
    first, second = (logit(predictor.fits[one.id][0].probability(dataset.features[:9])) for one in pair)
    assert np.allclose(found.base + found.contributions.sum(axis=1), (0.5 * first - 1.0 + second) / 2)
    assert found.spoken_for == pytest.approx(2 / 3)
    assert found.sentence == (f"The reasons speak for 67% of the ensemble's weight, not for {other.configuration}.")


def test_fits_of_several_folds_are_averaged_as_the_predictor_does(dataset: Dataset) -> None:
    one = trial(model="lightgbm")
    (fit,) = fit_trials([one], dataset, 0)[one.id]
    half = replace(dataset, features=dataset.features[:60], y=dataset.y[:60], groups=None, data_id="half")
    (other,) = fit_trials([one], half, 0)[one.id]
    predictor = Predictor(Combination({one.id: 1.0}, {}), {one.id: (fit, other)})
    found = reasons(predictor, dataset.features[:9], dataset.features)
    said = logit(predictor.probability(dataset.features[:9]))
    assert np.allclose(found.base + found.contributions.sum(axis=1), said)


def test_a_winner_that_cannot_be_taken_apart_is_refused(dataset: Dataset) -> None:
    predictor = predictor_of([trial(model="knn", imputation="median", encoding="one_hot")], dataset)
    with pytest.raises(
        DataError, match=r"^no reasons can be given for what median/one_hot/.*/knn says of a lead\. --tr"
    ):
        reasons(predictor, dataset.features[:3], dataset.features)


def test_without_its_extra_a_forest_asks_for_it(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additive, "find_spec", lambda name: None)
    predictor = predictor_of([trial(model="decision_tree", imputation="median", encoding="ordinal")], dataset)
    with pytest.raises(DataError, match=r"Install the library: pip install 'leadbench\[shap\]'\.$"):
        reasons(predictor, dataset.features[:3], dataset.features)


def test_a_function_of_a_sum_is_taken_apart_in_the_same_proportions() -> None:
    one = Sum(np.array([0.0, 0.0, 0.0]), np.array([[1.0, 2.0], [-1.0, 0.0], [0.5, -0.5]]))
    found = one.through(lambda x: 2 * x + 1)
    assert found.base.tolist() == [1, 1, 1]
    assert np.allclose(found.parts, [[2, 4], [-2, 0], [1, -1]])
    back = one.through(probability).through(logit)
    assert np.allclose(back.parts, one.parts, atol=1e-5)


def test_stacked_rows_have_the_levels_of_both_tables() -> None:
    one, other = (pd.DataFrame({"c": pd.Categorical(levels)}) for levels in (["a", None], ["b", "a"]))
    both = stacked(one, other)["c"]
    assert both.astype(object).tolist()[0] == "a"
    assert both.isna().tolist() == [False, True, False, False]
    assert set(both.cat.categories) == {"a", "b"}


def test_the_tables_of_these_tests_hold_a_text() -> None:
    assert text_columns(make_dataset().features) == ["message"]


def test_a_text_that_catboost_cannot_read_adds_nothing() -> None:
    rng = np.random.default_rng(6)
    unread = text([f"w{number}" for number in range(80)])
    dataset = dataset_of({"visits": rng.normal(size=80), "unread": unread}, (np.arange(80) % 3 == 0).astype(np.int8))
    predictor = predictor_of([trial(model="catboost", text="native")], dataset)
    found = reasons(predictor, dataset.features[:9], dataset.features)
    said = logit(predictor.probability(dataset.features[:9]))
    assert np.allclose(found.base + found.contributions.sum(axis=1), said)
    assert (found.contributions["unread"] == 0).all()


def test_what_a_sure_member_adds_is_not_cut_off_by_its_scale() -> None:
    """As in the combination: from logit to scaled logit, not by way of a probability of nearly 1."""
    sure = Sum(np.array([0.9999]), np.zeros((1, 1)))
    scale = Calibrator("sigmoid", np.empty(0), np.empty(0), 2.0, 0.0)
    assert _on_scale(sure, scale).total == pytest.approx(2 * logit(np.array([0.9999])))
