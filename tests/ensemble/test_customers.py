"""Known and new customers told apart, on a table small enough to count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.ensemble.customers import Customers, View, other_folds
from bench.record.store import CellResult, Store, open_store
from bench.score.combine import Combination
from bench.score.objective import Objective
from tests.conftest import make_dataset

F1 = Objective()
# Companies of four rows with one outcome each, six single rows of no company, and one giant of positives.
GROUPS = np.repeat([0, 1, 2, 3, 4, 5, -1, 6], [4, 4, 4, 4, 4, 4, 6, 12])
Y = np.repeat([1, 0, 0, 1, 0, 0, 0, 1], [4, 4, 4, 4, 4, 4, 6, 12]).astype(np.int8)
Y[24:26] = 1


@pytest.fixture
def dataset() -> Dataset:
    made = make_dataset(len(Y), submission=8, texts=False)
    return replace(made, y=Y, groups=GROUPS, submission_groups=np.array([0, 0, 3, 90, 91, 92, -1, -1]))


@pytest.fixture
def records(dataset: Dataset, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Records on mixed folds, where a model knows the companies, and on folds that keep companies apart."""
    fold_of = np.arange(len(Y)) % 3
    mixed = Folds(fold_of[None], "mixed00000", ())
    apart = make_folds(dataset, FoldsSection(count=3, scheme="stratified_group", duplicates="apart"))
    with ExitStack() as stack:
        stores = []
        for name, folds in (("mixed", mixed), ("apart", apart)):
            store = stack.enter_context(open_store(tmp_path / name, dataset.data_id, folds))
            for fold in range(3):
                rows = folds.held_out(0, fold)
                # Of a company that it has met, the model knows the outcome; of others it calls every second row.
                met = np.isin(GROUPS[rows], GROUPS[folds.training(0, fold)]) & (GROUPS[rows] >= 0)
                p = np.where(met, np.where(Y[rows] == 1, 0.9, 0.1), np.where(rows % 2 == 0, 0.9, 0.1))
                store.append(CellResult("m", 0, fold, "done", probability=p))
            stores.append(store)
        yield stores[0], stores[1]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small tables speak."""
    monkeypatch.setattr("bench.ensemble.customers.FEWEST_POSITIVES", 2)


def customers(dataset: Dataset, records: tuple[Store, Store]) -> Customers:
    return Customers.of(dataset, FoldsSection(), *records)


def test_a_row_is_known_if_its_fold_trains_on_its_company(dataset: Dataset, records: tuple[Store, Store]) -> None:
    mixed, apart = (View(dataset, store) for store in records)
    assert mixed.met[0].tolist() == (GROUPS >= 0).tolist()
    assert not apart.met.any()


def test_known_and_new_customers_are_scored_on_rows_of_their_own(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    got = customers(dataset, records).score(Combination.of_one("m"), F1)
    assert got.known is not None
    assert got.new is not None
    assert got.known.f1 == 1.0
    assert got.known.rows == 36
    assert got.new.rows == 42
    assert got.new.f1 == pytest.approx(2 * 22 / (22 + 42))  # of whom nothing is known, everyone is called


def test_giants_are_taken_out_of_a_second_score(dataset: Dataset, records: tuple[Store, Store]) -> None:
    got = customers(dataset, records).score(Combination.of_one("m"), F1)
    assert got.ordinary is not None
    assert (got.ordinary.rows, got.ordinary.positives) == (42 - 12, 22 - 12)
    ungrouped = replace(dataset, groups=None)
    assert Customers.of(ungrouped, FoldsSection(), records[0], None).score(Combination.of_one("m"), F1).ordinary is None


def test_labelled_rows_stand_for_the_rows_to_predict_of_their_kind(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    asked = np.linspace(0.1, 0.8, 8)
    known, new = customers(dataset, records).kinds(Combination.of_one("m"), asked)
    assert (known.name, new.name) == ("known", "new")
    assert known.asked.tolist() == asked[:3].tolist()
    assert new.asked_groups.tolist() == [90, 91, 92, -1, -1]
    assert len(known.y) == 36
    # A company counts once in each class: four rows of one as much as one row of no company.
    assert new.weights[new.groups == -1].tolist() == [1.0] * int((new.groups == -1).sum())
    assert known.weights[known.groups == 6].tolist() == pytest.approx([1 / 12] * 12)


def test_rows_that_a_model_without_the_dominant_company_scored_stand_for_nobody(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    _, new = customers(dataset, records).kinds(Combination.of_one("m"), np.linspace(0, 1, 8))
    fold_of = records[1].folds.fold_of[0]
    (its_fold,) = np.unique(fold_of[GROUPS == 6])
    assert len(new.y) == (fold_of != its_fold).sum()
    assert its_fold not in new.fold_of
    scored = customers(dataset, records).score(Combination.of_one("m"), F1).new
    assert scored is not None
    assert scored.rows == 42  # they are scored all the same


def test_no_threshold_for_a_row_is_chosen_on_it_as_another_kind(dataset: Dataset, records: tuple[Store, Store]) -> None:
    known, new = customers(dataset, records).kinds(Combination.of_one("m"), np.linspace(0, 1, 8))
    apart = records[1].folds.fold_of[0]
    assert known.fold_of.tolist() == apart[GROUPS >= 0].tolist()
    assert set(new.fold_of) < set(apart)


def test_a_kind_with_few_outcomes_leaves_its_rows_to_the_other(
    dataset: Dataset, records: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    companies = customers(dataset, records)
    two = companies.kinds(Combination.of_one("m"), np.linspace(0, 1, 8))
    positives = [int(kind.y.sum()) for kind in two]
    assert positives[0] > positives[1]  # of known and of new customers
    monkeypatch.setattr("bench.ensemble.customers.FEWEST_POSITIVES", positives[1] + 1)
    # All strangers stand for the new ones, those of the dominant company's fold included; if they are too few, all do.
    (new,) = companies.kinds(Combination.of_one("m"), np.linspace(0, 1, 8))
    assert (new.name, len(new.y), len(new.asked)) == ("all", 42, 8)


def test_trials_that_failed_on_the_other_folds_are_judged_by_the_main_ones(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    mixed, apart = records
    mixed.append(CellResult("x", 0, 0, "done", probability=np.full(14, 0.3)))
    mixed.append(CellResult("x", 0, 1, "done", probability=np.full(14, 0.4)))
    mixed.append(CellResult("x", 0, 2, "done", probability=np.full(14, 0.5)))
    apart.append(CellResult("x", 0, 0, "failed", "it did not converge"))
    companies = customers(dataset, records)
    scored = companies.score(Combination.of_one("x"), F1)
    assert scored.known is not None
    assert (scored.new, scored.ordinary) == (None, None)
    (only,) = companies.kinds(Combination.of_one("x"), np.linspace(0, 1, 8))
    assert (only.name, len(only.y), len(only.asked)) == ("all", 42, 8)


def test_without_companies_and_times_every_row_stands_for_every_other(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    alone = Customers.of(replace(dataset, groups=None, submission_groups=None), FoldsSection(), records[0], None)
    (only,) = alone.kinds(Combination.of_one("m"), np.linspace(0, 1, 8))
    assert (only.name, len(only.y), len(only.asked)) == ("all", 42, 8)
    assert only.weights.tolist() == [1.0] * 42


@pytest.mark.parametrize(
    ("scheme", "grouped", "timed", "other"),
    [
        ("stratified", True, True, "stratified_group"),
        ("stratified_group", True, False, "stratified"),
        ("stratified", False, True, "time"),
        ("stratified", False, False, None),
        ("time", True, True, None),
    ],
)
def test_the_other_folds_show_what_the_named_ones_do_not(
    dataset: Dataset, scheme: str, grouped: bool, timed: bool, other: str | None
) -> None:
    given = replace(dataset, groups=GROUPS if grouped else None, time=np.arange(len(Y), dtype=float) if timed else None)
    section = other_folds(FoldsSection.model_validate({"scheme": scheme}), given)
    assert (section.scheme if section else None) == other


def test_of_several_repeats_the_first_stands_for_all(dataset: Dataset, tmp_path: Path) -> None:
    folds = Folds(np.stack([np.arange(len(Y)) % 3, np.arange(len(Y)) // 14]), "twice00000", ())
    with open_store(tmp_path / "twice", dataset.data_id, folds) as store:
        for repeat, fold in np.ndindex(2, 3):
            rows = folds.held_out(repeat, fold)
            store.append(CellResult("m", repeat, fold, "done", probability=np.full(len(rows), 0.1 + 0.1 * repeat)))
        (only,) = Customers.of(replace(dataset, groups=None), FoldsSection(repeats=2), store, None).kinds(
            Combination.of_one("m"), np.linspace(0, 1, 8)
        )
    assert only.fold_of.tolist() == folds.fold_of[0].tolist()
    assert set(only.probability) == {0.1}


def test_sides_without_a_positive_have_no_score(dataset: Dataset, records: tuple[Store, Store]) -> None:
    alone = replace(dataset, groups=np.arange(len(Y)))  # no company is ever met again
    got = Customers.of(alone, FoldsSection(), *records).score(Combination.of_one("m"), F1)
    assert got.known is None
    assert got.new is not None


def test_rows_of_known_customers_that_nobody_stands_for_are_taken_for_new_ones(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    seen_once = replace(dataset, groups=np.arange(len(Y)), submission_groups=np.arange(8))
    (only,) = Customers.of(seen_once, FoldsSection(), *records).kinds(Combination.of_one("m"), np.linspace(0, 1, 8))
    assert only.name == "like new"
