"""Prepared pieces: made once, of the rows they belong to, whatever the tables are numbered by."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components import REGISTRIES
from bench.data.cells import in_days
from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.plan.grid import Cell, Trial, default_choice
from bench.run import recipes as module
from bench.run.cell import every_part, fit, fold_part, run_cell
from bench.run.prepared import Pieces
from tests.components.catalogue import choice, of_rows, part_of, trial
from tests.conftest import make_leads

ROW_BY_ROW = [
    (axis, component.name) for axis, registry in REGISTRIES.items() for component in registry if component.rowwise
]


@pytest.fixture
def leads() -> Dataset:
    return make_leads(90)


@pytest.fixture
def folds(leads: Dataset) -> Folds:
    return make_folds(leads, FoldsSection(count=3))


class Counting(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Says of each text its length, and remembers how many rows it was asked about."""

    asked: ClassVar[list[int]] = []

    def fit(self, X: pd.DataFrame, y: object = None) -> Counting:
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        self.asked.append(len(X))
        return X["message"].str.len().fillna(0).to_numpy(dtype=float).reshape(-1, 1)


@pytest.mark.parametrize(("axis", "name"), ROW_BY_ROW)
def test_what_works_row_by_row_says_the_same_made_once_for_all_folds(
    axis: str, name: str, folds: Folds, leads: Dataset
) -> None:
    one = trial(leads, **{axis: name})
    part = fold_part(leads, folds, 0, 1)
    alone = Pieces().prepare(one, replace(part, place=replace(part.place, whole=None)))
    together = Pieces()
    for fold in (0, 1):
        assert run_cell(Cell(one, 0, fold), leads, folds, together).status == "done"
    shared = together.prepare(one, part)
    for side, other in ((alone.training, shared.training), (alone.held_out, shared.held_out)):
        np.testing.assert_array_equal(_plain(side), _plain(other))


def test_what_works_row_by_row_is_asked_once_for_the_table_and_once_for_new_rows(
    monkeypatch: pytest.MonkeyPatch, folds: Folds, leads: Dataset
) -> None:
    one = trial(text="hashing")
    monkeypatch.setattr(Counting, "asked", [])
    real = module.build
    monkeypatch.setattr(module, "build", lambda t, axis, place: Counting() if axis == "text" else real(t, axis, place))
    pieces = Pieces()
    for fold in range(3):
        assert run_cell(Cell(one, 0, fold), leads, folds, pieces).status == "done"
    assert Counting.asked == [90]
    fitted = fit(one, every_part(leads), pieces)
    assert Counting.asked == [90, 90]
    assert leads.submission is not None
    assert len(fitted.probability(leads.submission)) == 30
    assert Counting.asked == [90, 90, 30]


def test_two_that_work_row_by_row_stand_in_a_row(folds: Folds, leads: Dataset) -> None:
    row = (default_choice("derived", "date_parts"), default_choice("derived", "message"))
    one = Trial((*row, *trial().choices[1:]))
    pieces = Pieces()
    result = run_cell(Cell(one, 0, 0), leads, folds, pieces)
    assert result.status == "done", result.reason
    assert leads.submission is not None
    assert fit(one, every_part(leads), pieces).probability(leads.submission).shape == (30,)


def test_one_in_a_row_that_finds_nothing_to_do_says_so(folds: Folds, leads: Dataset) -> None:
    bins = choice("derived", "code_bins", columns="coed")
    one = Trial((default_choice("derived", "missing"), bins, *trial().choices[1:]))
    assert "CodeBins finds no column to work on" in run_cell(Cell(one, 0, 0), leads, folds, Pieces()).reason


def test_a_column_may_have_any_name(folds: Folds, leads: Dataset) -> None:
    named = leads.features.rename(columns={"asked on": "self", "source": "other", "country": "columns"})
    result = run_cell(Cell(trial(derived="normalise"), 0, 0), replace(leads, features=named), folds, Pieces())
    assert result.status == "done", result.reason


def test_without_a_column_left_no_resampling_is_asked(folds: Folds, leads: Dataset) -> None:
    words = pd.Series([f"word{n} once{n}" for n in range(90)], dtype="str")
    silent = replace(leads, features=pd.DataFrame({"message": words}))
    result = run_cell(Cell(trial(text="tfidf", resampling="smote"), 0, 0), silent, folds, Pieces())
    assert result.status == "done", result.reason
    assert "no column is left to learn from" in result.reason


def test_dates_become_days_behind_what_is_derived_from_them() -> None:
    leads = make_leads()
    narrow = replace(leads, features=leads.features[["asked on"]])
    known = part_of(leads)
    known = of_rows(known, narrow.features, known.held_out[["asked on"]])
    plain = Pieces().prepare(trial(imputation="keep_gaps"), known).training
    np.testing.assert_array_equal(plain[:, 0], in_days(narrow.features["asked on"]))
    parts = Pieces().prepare(trial(derived="date_parts", imputation="keep_gaps"), known).training
    assert parts.shape == (120, 6)
    first = narrow.features["asked on"].dropna().iloc[0]
    row = parts[narrow.features["asked on"].notna().to_numpy()][0]
    assert row.tolist()[1:] == [first.year, first.month, first.day, first.day_of_week, 0]


def test_columns_of_both_blocks_with_the_same_name_stay_apart() -> None:
    table = pd.DataFrame({"t0": pd.Categorical(["a", "b"]), "x0": [1.0, 2.0]})
    words = pd.DataFrame({"t0": pd.Series(["one", "two"], dtype="str")})
    joined = module._join(table, words)
    assert joined.shape == (2, 3)
    assert joined.columns.is_unique
    assert joined.iloc[1].tolist() == ["b", 2.0, "two"]


def _plain(matrix: object) -> np.ndarray:
    if isinstance(matrix, pd.DataFrame):
        return matrix.astype("str").to_numpy()
    return matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)
