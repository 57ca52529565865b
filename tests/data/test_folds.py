"""Folds: stratified, disjoint, duplicates together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.errors import DataError
from tests.conftest import make_dataset


def with_copies(rows: int, copies: int) -> Dataset:
    """Return a table whose first ``copies`` rows are the same lead."""
    dataset = make_dataset(rows)
    take = np.r_[np.zeros(copies, dtype=int), np.arange(copies, rows)]
    return replace(dataset, features=dataset.features.iloc[take].reset_index(drop=True), y=dataset.y[take])


def test_every_row_is_held_out_once_in_each_repeat(dataset: Dataset) -> None:
    folds = make_folds(dataset, FoldsSection(count=4, repeats=3))
    for repeat in range(3):
        held_out = [folds.held_out(repeat, fold) for fold in range(4)]
        assert sorted(np.concatenate(held_out)) == list(range(len(dataset.y)))
        for fold in range(4):
            assert not set(folds.training(repeat, fold)) & set(held_out[fold])
    assert not np.array_equal(folds.fold_of[0], folds.fold_of[1])


def test_folds_have_the_share_of_positives_of_the_table() -> None:
    dataset = make_dataset(1000)
    folds = make_folds(dataset, FoldsSection(count=5))
    shares = [dataset.y[folds.held_out(0, fold)].mean() for fold in range(5)]
    assert max(shares) - min(shares) < 0.02


def test_the_same_seed_gives_the_same_folds_and_another_seed_others(dataset: Dataset) -> None:
    first, again, other = (make_folds(dataset, FoldsSection(seed=seed)) for seed in (7, 7, 8))
    assert first.folds_id == again.folds_id != other.folds_id


def test_rows_equal_in_every_feature_share_a_fold() -> None:
    dataset = with_copies(1000, 8)
    folds = make_folds(dataset, FoldsSection())
    assert len(set(folds.fold_of[0, :8])) == 1
    assert folds.notices == ("10 rows (1.0%) are equal to another in every feature; equal rows share a fold.",)


def test_equal_rows_stay_apart_when_the_experiment_says_so() -> None:
    folds = make_folds(with_copies(1000, 8), FoldsSection(duplicates="apart"))
    assert len(set(folds.fold_of[0, :8])) > 1
    assert folds.notices == ()


def test_a_cluster_of_more_than_one_percent_stays_apart_with_a_notice() -> None:
    dataset = with_copies(1000, 30)
    folds = make_folds(dataset, FoldsSection())
    assert len(set(folds.fold_of[0, :30])) > 1
    assert "30 of them, in clusters of more than 1% of the rows, stay apart" in folds.notices[1]
    together = make_folds(dataset, FoldsSection(duplicates="together"))
    assert len(set(together.fold_of[0, :30])) == 1


def test_more_than_a_fifth_of_equal_rows_stay_apart_with_a_notice() -> None:
    dataset = make_dataset(1000)
    pairs = np.repeat(np.arange(500), 2)
    dataset = replace(dataset, features=dataset.features.iloc[pairs].reset_index(drop=True))
    folds = make_folds(dataset, FoldsSection())
    assert "more than 20%: they stay apart" in folds.notices[0]
    assert (folds.fold_of[0, ::2] != folds.fold_of[0, 1::2]).any()


def test_equal_rows_with_different_labels_still_share_a_fold() -> None:
    dataset = make_dataset(1000)
    pairs = np.r_[np.repeat(np.arange(50), 2), np.arange(100, 1000)]
    y = dataset.y.copy()
    y[:100] = np.tile([0, 1], 50)
    dataset = replace(dataset, features=dataset.features.iloc[pairs].reset_index(drop=True), y=y)
    fold_of = make_folds(dataset, FoldsSection()).fold_of[0]
    assert (fold_of[:100:2] == fold_of[1:100:2]).all()


def test_fewer_positives_than_folds_are_refused() -> None:
    dataset = make_dataset(100)
    y = np.zeros(100, dtype=np.int8)
    y[:3] = 1
    with pytest.raises(DataError, match=r"\[folds\] count = 5, but the rarer label stands in 3 rows only"):
        make_folds(replace(dataset, y=y), FoldsSection(count=5))


def test_copies_that_leave_a_fold_with_one_label_are_refused() -> None:
    dataset = with_copies(100, 60)
    y = np.r_[np.ones(60), np.zeros(40)].astype(np.int8)
    with pytest.raises(DataError, match="leaves a fold with one label only"):
        make_folds(replace(dataset, y=y), FoldsSection(count=5, duplicates="together"))


def test_a_table_of_text_only_has_folds() -> None:
    dataset = make_dataset(200)
    texts = dataset.features[["message"]]
    assert isinstance(texts, pd.DataFrame)
    folds = make_folds(replace(dataset, features=texts), FoldsSection(count=3, duplicates="apart"))
    assert folds.count == 3


def test_a_pair_in_a_small_table_shares_a_fold() -> None:
    dataset = with_copies(120, 2)
    folds = make_folds(dataset, FoldsSection())
    assert folds.fold_of[0, 0] == folds.fold_of[0, 1]
    assert len(folds.notices) == 1


def test_fewer_different_rows_than_folds_are_refused() -> None:
    dataset = make_dataset(120)
    levels = dataset.features[["source"]].assign(source=pd.Categorical(["web", "mail", "fair"] * 40))
    with pytest.raises(DataError, match=r"\[folds\] count = 5, but equal rows kept together leave 3 rows that differ"):
        make_folds(replace(dataset, features=levels), FoldsSection(duplicates="together"))


def test_the_repeats_of_one_seed_are_not_those_of_the_next(dataset: Dataset) -> None:
    seven, eight = (make_folds(dataset, FoldsSection(seed=seed, repeats=3)).fold_of for seed in (7, 8))
    assert not any(np.array_equal(one, other) for one in seven for other in eight)
