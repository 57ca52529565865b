"""No row of a held-out fold reaches a fit: asked of every component, and shown to be seen when it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from numpy.typing import NDArray
from sklearn.preprocessing import TargetEncoder

from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.plan.grid import Cell, Trial
from bench.run.assemble import build
from bench.run.cell import run_cell
from bench.run.prepared import Pieces
from bench.run.recipes import RECIPES, Part, Prepared
from tests.components.catalogue import EVERY, trial
from tests.conftest import make_dataset
from tests.leaks import held_out_rows_leak


def said_by(one: Trial) -> Any:
    """Return the function that runs ``one`` on fold 0, as a run does."""

    def predict(dataset: Dataset, folds: Folds) -> NDArray[np.float64]:
        result = run_cell(Cell(one, 0, 0), dataset, folds, Pieces())
        assert result.probability is not None, result.reason
        return result.probability

    return predict


@pytest.fixture
def leads() -> Dataset:
    return make_dataset(200)


@pytest.fixture
def folds(leads: Dataset) -> Folds:
    return make_folds(leads, FoldsSection(count=4))


@pytest.mark.parametrize(("axis", "component"), EVERY, ids=lambda value: getattr(value, "name", value))
def test_no_component_learns_from_a_held_out_row(axis: Any, component: Any, leads: Dataset, folds: Folds) -> None:
    assert not held_out_rows_leak(said_by(trial(**{axis: component.name})), leads, folds)


# `ordinal` and `native` learn of a row no more than the names of its levels, so there is nothing to leak.
@pytest.mark.parametrize("encoding", ["one_hot", "target"])
def test_an_encoder_fitted_on_all_rows_is_caught(
    encoding: str, leads: Dataset, folds: Folds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fitted_on_both_sides(one: Trial, part: Part, behind: Prepared | None = None) -> Prepared:
        columns = ["visits", "pages", "source", "owner"]
        both = pd.concat([part.training[columns], part.held_out[columns]], ignore_index=True)
        both = both.astype({"source": "category", "owner": "category"})
        labels = np.r_[part.y, np.zeros(len(part.held_out), dtype=np.int8)]
        for axis in ("imputation", "encoding"):
            step = build(one, axis, part.place.name)
            both = step.fit_transform(both, labels)
        rows = np.arange(both.shape[0])
        take = both.iloc.__getitem__ if isinstance(both, pd.DataFrame) else both.__getitem__
        return Prepared(take(rows < len(part.y)), take(rows >= len(part.y)))

    # Logistic regression has no step in which a small change of its input could vanish.
    one = trial(encoding=encoding, model="logistic")
    assert not held_out_rows_leak(said_by(one), leads, folds)
    monkeypatch.setitem(RECIPES, "table", fitted_on_both_sides)
    assert held_out_rows_leak(said_by(one), leads, folds)


def test_a_target_encoder_fitted_before_the_split_is_caught(leads: Dataset, folds: Folds) -> None:
    def encoded_before_the_split(dataset: Dataset, folds: Folds) -> NDArray[np.float64]:
        levels = dataset.features[["source", "owner"]].astype(object)
        encoded = TargetEncoder().fit(levels, dataset.y).transform(levels)
        features = dataset.features.assign(source=encoded[:, 0], owner=encoded[:, 1])
        said: NDArray[np.float64] = said_by(trial())(replace(dataset, features=features), folds)
        return said

    assert held_out_rows_leak(encoded_before_the_split, leads, folds)


@pytest.mark.parametrize("sampler", [SMOTE(random_state=0), RandomOverSampler(random_state=0)], ids=["smote", "over"])
def test_resampling_before_the_split_is_caught(sampler: Any, leads: Dataset, folds: Folds) -> None:
    def resampled_before_the_split(dataset: Dataset, folds: Folds) -> NDArray[np.float64]:
        numbers = dataset.features[["visits", "pages"]].fillna(0.0)
        more, y = sampler.fit_resample(numbers, dataset.y)
        made = len(y) - len(dataset.y)
        # The new rows, made of rows of every fold, go to training; the old ones keep their fold.
        grown = replace(folds, fold_of=np.c_[folds.fold_of, np.full((1, made), 1)])
        groups = None if dataset.groups is None else np.r_[dataset.groups, np.full(made, -1)]
        said: NDArray[np.float64] = said_by(trial())(replace(dataset, features=more, y=y, groups=groups), grown)
        return said

    assert held_out_rows_leak(resampled_before_the_split, leads, folds)


def test_a_text_vectoriser_fitted_on_all_rows_is_caught(
    leads: Dataset, folds: Folds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fitted_on_both_sides(one: Trial, part: Part, behind: Prepared | None = None) -> Prepared:
        both = pd.concat([part.training[["message"]], part.held_out[["message"]]], ignore_index=True)
        vectors = build(one, "text", part.place.name).fit(both).transform(both)
        return Prepared(vectors[: len(part.y)], vectors[len(part.y) :])

    one = trial(text="tfidf", model="logistic")
    assert not held_out_rows_leak(said_by(one), leads, folds)
    monkeypatch.setitem(RECIPES, "text", fitted_on_both_sides)
    assert held_out_rows_leak(said_by(one), leads, folds)


@pytest.mark.parametrize("text", ["drop_text", "tfidf_svd"])
def test_in_time_no_later_row_and_none_within_the_gap_reaches_a_fit(text: str, leads: Dataset) -> None:
    leads = replace(leads, time=np.arange(200.0))
    folds = make_folds(leads, FoldsSection(scheme="time", count=3, gap_days=10))
    first = folds.held_out(0, 1)[0]
    beyond = np.r_[first - 10 : first, folds.held_out(0, 1)[-1] + 1 : 200]
    messages = leads.features["message"].where(~np.isin(np.arange(200), beyond), "wholly other words")
    other = replace(
        leads,
        y=np.where(np.isin(np.arange(200), beyond), 1 - leads.y, leads.y).astype(np.int8),
        features=leads.features.assign(message=messages, pages=np.where(messages == "wholly other words", 99.0, 1.0)),
    )
    known = replace(leads, features=leads.features.assign(pages=1.0))
    one = trial(encoding="target", text=text, model="logistic")
    assert not _differ(one, folds, known, other)
    assert _differ(one, replace(folds, trained=None), known, other)


def _differ(one: Trial, folds: Folds, *tables: Dataset) -> bool:
    """Return whether what a trial says of fold 1 differs between two tables."""
    said = [run_cell(Cell(one, 0, 1), table, folds, Pieces()).probability for table in tables]
    assert said[0] is not None
    assert said[1] is not None
    return not np.array_equal(*said)


def test_the_held_out_labels_reach_nothing_but_the_score(leads: Dataset, folds: Folds) -> None:
    held_out = folds.held_out(0, 0)
    flipped = leads.y.copy()
    flipped[held_out] = 1 - flipped[held_out]
    for model in ("logistic", "lightgbm"):
        one = trial(encoding="target", resampling="smote", text="tfidf_svd", model=model)
        before, after = (said_by(one)(replace(leads, y=y), folds) for y in (leads.y, flipped))
        assert np.array_equal(before, after)
