"""The first grid holds what suits the table, and more of it the more time there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.plan.first_grid import Grid, first_grid
from bench.plan.suggest import Suggestions, suggest
from bench.vocabulary import Axis

ROWS = 100


def looked_at(folder: Path, gaps: bool = True, levels: int = 4, texts: bool = False) -> Suggestions:
    """Return what is seen in a table of one number and one category, 200 cells; with texts of 300."""
    rows = np.arange(ROWS)
    table = pd.DataFrame(
        {
            "age": np.where(gaps & (rows % 9 == 0), "", (rows * 7 % 50 + 20).astype(str)),
            "source": [f"shop {row % levels}" for row in rows],
            **({"message": [f"please send offer number {row} today" for row in rows]} if texts else {}),
            "won": np.where(rows % 5 == 0, "yes", "no"),
        }
    )
    table.to_csv(folder / "train.csv", index=False)
    return suggest(folder / "train.csv", "won", submission=None, sample=None, positive=None)


def names(grid: Grid, axis: Axis) -> list[str]:
    return [entry if isinstance(entry, str) else str(entry["name"]) for entry in grid[axis]]


def test_boosters_come_first_and_other_views_of_the_table_with_time(tmp_path: Path) -> None:
    found = looked_at(tmp_path)
    shown = []
    for seconds in (0.01, 0.03, 0.2, 1.0):  # 5e-5, 1.5e-4, 1e-3 and 5e-3 for each cell
        grid = first_grid(found, seconds, hurry=True)
        shown.append((names(grid, "imputation"), names(grid, "encoding"), names(grid, "model")))
    boosters = ["constant", "lightgbm", "xgboost"]
    assert shown == [
        (["keep_gaps"], ["native"], boosters),
        (["keep_gaps"], ["native"], [*boosters, "catboost"]),
        (["keep_gaps"], ["native", "target"], [*boosters, "catboost", "extra_trees"]),
        (["keep_gaps", "median"], ["native", "one_hot"], [*boosters, "catboost", "extra_trees", "logistic"]),
    ]


def test_without_gaps_nothing_is_filled_and_a_linear_model_has_its_place(tmp_path: Path) -> None:
    grid = first_grid(looked_at(tmp_path, gaps=False), 0.2, hurry=True)
    assert (names(grid, "imputation"), names(grid, "encoding")) == (["keep_gaps"], ["native", "one_hot"])
    assert names(grid, "model")[-1] == "logistic"


def test_many_levels_become_shares_of_positives(tmp_path: Path) -> None:
    grid = first_grid(looked_at(tmp_path, gaps=False, levels=60), 1.0, hurry=True)
    assert names(grid, "encoding") == ["native", "target"]


def test_texts_are_read_by_linear_models_and_their_meaning_only_with_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = looked_at(tmp_path, texts=True)
    grid = first_grid(found, 0.5, hurry=True)  # 5e-3 for each row
    assert (names(grid, "text"), names(grid, "encoding")) == (["tfidf"], ["one_hot"])
    assert names(grid, "model") == ["constant", "linear_svm", "naive_bayes", "lightgbm", "logistic"]
    for there, texts in ((object(), ["tfidf", "embedding"]), (None, ["tfidf", "tfidf_svd"])):
        monkeypatch.setattr("bench.plan.first_grid.find_spec", lambda name, there=there: there)
        assert names(first_grid(found, 2.0, hurry=True), "text") == texts


def test_a_gap_in_the_rows_to_predict_alone_is_filled_too(tmp_path: Path) -> None:
    looked_at(tmp_path, gaps=False, texts=True)
    asked = pd.read_csv(tmp_path / "train.csv", dtype=str).drop(columns="won")
    asked.loc[3, "age"] = ""
    asked.to_csv(tmp_path / "asked.csv", index=False)
    found = suggest(tmp_path / "train.csv", "won", submission=tmp_path / "asked.csv", sample=None, positive=None)
    assert names(first_grid(found, 0.5, hurry=True), "imputation") == ["median"]


def test_rows_are_weighed_only_where_nobody_is_in_a_hurry(tmp_path: Path) -> None:
    found = looked_at(tmp_path)
    assert first_grid(found, 600, hurry=True)["resampling"] == ("as_is",)
    assert first_grid(found, 600, hurry=False)["resampling"] == ("as_is", "class_weight")
