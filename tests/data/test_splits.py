"""Folds of whole companies, and folds in order of time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import Folds, FoldsSection, make_folds, scored_rows
from bench.data.roles import Demo, Roles
from bench.data.splits import block_of_times, stratified_group, trained_before
from bench.errors import DataError
from tests.conftest import make_dataset

WHOLE = FoldsSection(scheme="stratified_group")
LATER = FoldsSection(scheme="time")


@pytest.fixture(scope="module")
def leads() -> Dataset:
    """2,000 made-up leads: one company holds half of all positives, one code stands for companies nobody knows."""
    return read_dataset(
        Roles(
            demo=Demo(rows=2000),
            target="is_converted",
            positive="True",
            id="id",
            groups="customer_idx",
            ungrouped=("47466",),
            time="lead_date",
            drop=("customer_idx", "message"),
        )
    )


def dated(days: NDArray[np.float64] | list[float], seed: int = 0) -> Dataset:
    return replace(make_dataset(len(days), seed), time=np.array(days, dtype=float))


def dealt(folds: Folds, groups: NDArray[np.int64]) -> list[int]:
    """Return in how many folds each company stands."""
    return [len(np.unique(folds.fold_of[0][groups == one])) for one in np.unique(groups[groups >= 0])]


def test_no_company_stands_in_two_folds(leads: Dataset) -> None:
    assert leads.groups is not None
    assert set(dealt(make_folds(leads, WHOLE), leads.groups)) == {1}
    assert set(dealt(make_folds(leads, FoldsSection()), leads.groups)) > {1}  # else there was nothing to see


def test_rows_of_no_company_are_dealt_one_by_one(leads: Dataset) -> None:
    assert leads.groups is not None
    alone = make_folds(leads, WHOLE).fold_of[0][leads.groups == -1]
    assert len(alone) > 200
    assert np.bincount(alone, minlength=5).min() > 0.05 * len(alone)


def test_folds_have_the_rows_and_the_positives_of_the_table_beside_a_giant(leads: Dataset) -> None:
    assert leads.groups is not None
    folds, known = make_folds(leads, WHOLE), leads.groups >= 0
    rows, positives = (np.bincount(folds.fold_of[0], weights=of) for of in (np.ones(len(leads.y)), leads.y))
    giant = int(np.bincount(leads.groups[known], weights=leads.y[known]).argmax())
    holds = folds.fold_of[0][leads.groups == giant][0]
    assert rows == pytest.approx(np.full(5, 400), abs=2)
    assert positives[holds] > 0.5 * positives.sum()
    # The others share what is left, and the giant's own fold can be scored without it.
    others = np.delete(positives, holds)
    assert others.max() - others.min() <= 2
    assert leads.y[(folds.fold_of[0] == holds) & (leads.groups != giant)].sum() >= 0.4 * others.mean()


def test_without_the_giant_every_fold_has_the_tables_share_of_positives(leads: Dataset) -> None:
    assert leads.groups is not None
    known = leads.groups >= 0
    rest = leads.groups != np.bincount(leads.groups[known], weights=leads.y[known]).argmax()
    fewer = replace(
        leads, features=leads.features[rest].reset_index(drop=True), y=leads.y[rest], groups=leads.groups[rest]
    )
    folds = make_folds(fewer, WHOLE)
    for fold in range(5):
        held_out = folds.held_out(0, fold)
        assert len(held_out) == pytest.approx(rest.sum() / 5, abs=2)
        assert fewer.y[held_out].mean() == pytest.approx(fewer.y.mean(), abs=0.005)


def test_the_same_seed_gives_the_same_folds_of_companies_and_another_others(leads: Dataset) -> None:
    one, again, other = (
        make_folds(leads, FoldsSection(scheme="stratified_group", seed=seed, repeats=2)) for seed in (7, 7, 8)
    )
    assert one.folds_id == again.folds_id != other.folds_id
    assert not np.array_equal(one.fold_of[0], one.fold_of[1])


@pytest.mark.parametrize("seed", range(12))
def test_on_any_table_units_stay_whole_and_folds_differ_by_less_than_a_large_unit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, count = int(rng.integers(100, 600)), int(rng.integers(2, 8))
    unit = rng.choice(1000, n, p=rng.dirichlet(np.full(1000, rng.uniform(0.02, 1))))  # few large, many small
    y = (rng.random(n) < rng.beta(0.3, 1, 1000)[unit]).astype(np.int8)
    fold_of = stratified_group(y, unit, count, seed)
    assert all(len(np.unique(fold_of[unit == one])) == 1 for one in np.unique(unit))
    rows, positives = np.bincount(fold_of, minlength=count), np.bincount(fold_of, weights=y, minlength=count)
    assert rows.max() - rows.min() <= 2 * np.bincount(unit).max()
    assert positives.max() - positives.min() <= 2 * np.bincount(unit, weights=y).max()


def test_five_companies_of_one_size_fill_five_folds() -> None:
    unit = np.repeat(np.arange(5), 6)
    fold_of = stratified_group(np.tile([0, 0, 1], 10).astype(np.int8), unit, 5, 7)
    assert sorted(fold_of[::6]) == [0, 1, 2, 3, 4]


def test_companies_that_are_not_named_cannot_be_kept_together() -> None:
    with pytest.raises(DataError, match=r"names no company. Name its column in groups, or set scheme = \"stratified\""):
        make_folds(replace(make_dataset(), groups=None), WHOLE)


def test_fewer_companies_than_folds_are_refused() -> None:
    dataset = replace(make_dataset(), groups=np.arange(120) % 3)
    with pytest.raises(DataError, match=r"but rows of a company kept together leave 3 companies. Set count to 3 or"):
        make_folds(dataset, WHOLE)


def test_a_company_of_all_positives_leaves_a_fold_without() -> None:
    dataset = make_dataset()
    with pytest.raises(DataError, match=r"keeping rows of a company together leaves a fold with one label only\. Set"):
        make_folds(replace(dataset, groups=np.where(dataset.y == 1, 0, -1)), WHOLE)


def test_blocks_are_of_about_equal_rows_and_no_day_is_cut() -> None:
    # Days 0 to 4 with 1, 4, 1, 2 and 4 of 12 rows: thirds end after rows 4 and 8, the nearest midnights after 5 and 8.
    days = np.repeat([0.0, 1, 2, 3, 4], [1, 4, 1, 2, 4])
    assert block_of_times(days + 0.3 * np.tile([0, 1], 6), 3).tolist() == [0] * 5 + [1] * 3 + [2] * 4  # type: ignore[union-attr]
    shuffled = np.random.default_rng(0).permutation(12)
    assert block_of_times(days[shuffled], 3)[np.argsort(shuffled)].tolist() == [0] * 5 + [1] * 3 + [2] * 4  # type: ignore[index]


@pytest.mark.parametrize("sizes", [[20, 1, 1, 1], [1, 1, 1, 20], [1, 20, 1, 1], [20, 1, 1, 20]])
def test_every_block_has_a_day_however_full_one_of_them_is(sizes: list[int]) -> None:
    block_of = block_of_times(np.repeat([3.0, 5, 8, 9], sizes), 4)
    assert block_of is not None
    assert np.bincount(block_of).tolist() == sizes
    assert block_of_times(np.repeat([3.0, 5, 8, 9], sizes), 5) is None


def test_a_fold_trains_on_what_is_earlier_than_its_first_row_by_more_than_the_gap() -> None:
    time = np.array([0, 1, 2.5, 3, 4, np.nan])
    fold_of = np.array([-1, -1, 0, 0, 1, -1])
    apart = np.arange(6)
    assert trained_before(time, fold_of, 0, apart)[0].astype(int).tolist() == [[1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0]]
    # Two days before 2.5 is 0.5, before 4 it is 2; what lies on it is not before it.
    assert trained_before(time, fold_of, 2, apart)[0].astype(int).tolist() == [[1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]]
    assert trained_before(time, fold_of, 1, apart)[0].astype(int).tolist() == [[1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0]]


def test_a_training_row_equal_to_a_held_out_one_is_left_out_of_that_fold() -> None:
    time, fold_of = np.arange(5.0), np.array([-1, -1, 0, 0, 1])
    cluster = np.array([7, 1, 7, 3, 1])  # row 0 equals one of fold 0, row 1 one of fold 1
    trained, purged = trained_before(time, fold_of, 0, cluster)
    assert trained.astype(int).tolist() == [[0, 1, 0, 0, 0], [1, 0, 1, 1, 0]]
    assert purged == 2


def test_in_time_every_row_is_held_out_once_but_those_of_the_first_block(leads: Dataset) -> None:
    assert leads.time is not None
    folds = make_folds(leads, FoldsSection(scheme="time", count=4, gap_days=14))
    assert (folds.count, folds.repeats) == (4, 1)
    held_out = [folds.held_out(0, fold) for fold in range(4)]
    assert sorted(np.concatenate(held_out)) == np.flatnonzero(folds.scored).tolist()
    assert {round(len(rows) / 400, 1) for rows in (*held_out, np.flatnonzero(~folds.scored))} <= {0.9, 1.0, 1.1}
    for fold, rows in enumerate(held_out):
        training = folds.training(0, fold)
        assert leads.time[training].max() < leads.time[rows].min() - 14
        assert leads.time[rows].max() < min((leads.time[later].min() for later in held_out[fold + 1 :]), default=1e9)
        assert len(training) > (fold + 1) * 350


def test_rows_without_a_time_are_neither_trained_on_nor_held_out() -> None:
    days = np.arange(120.0)
    days[[5, 50, 115]] = np.nan
    folds = make_folds(dated(days), LATER)
    assert not folds.scored[[5, 50, 115]].any()
    assert not any(np.isin([5, 50, 115], folds.training(0, fold)).any() for fold in range(5))
    assert "3 rows without a time: no fold trains on them or holds them out." in folds.notices


def test_copies_of_later_rows_are_said_and_left_out_of_training_unless_they_stay_apart() -> None:
    dataset = dated(np.arange(120.0))
    take = np.r_[119, 118, np.arange(2, 120)]  # the first two rows are the last two
    dataset = replace(dataset, features=dataset.features.iloc[take].reset_index(drop=True))
    folds, apart = make_folds(dataset, LATER), make_folds(dataset, FoldsSection(scheme="time", duplicates="apart"))
    assert folds.training(0, 4).tolist() == list(range(2, 100))
    assert folds.training(0, 3).tolist() == list(range(80))
    assert apart.training(0, 4).tolist() == list(range(100))
    assert "2 training rows left out where the fold holds out an equal row." in folds.notices
    assert folds.notices[0].endswith("; a fold does not train on a row equal to one it holds out.")
    assert len(apart.notices) == 1
    assert folds.fold_of.tolist() == apart.fold_of.tolist()
    assert folds.folds_id != apart.folds_id


def test_a_gap_changes_the_fingerprint_since_it_changes_what_is_trained_on() -> None:
    dataset = dated(np.arange(120.0))
    without, with_gap = make_folds(dataset, LATER), make_folds(dataset, FoldsSection(scheme="time", gap_days=3))
    assert without.fold_of.tolist() == with_gap.fold_of.tolist()
    assert without.folds_id != with_gap.folds_id
    assert with_gap.training(0, 0).tolist() == list(range(17))


def test_what_is_scored_are_the_labels_and_folds_of_the_rows_held_out() -> None:
    dataset = dated(np.arange(120.0)[::-1])  # the last 20 rows are the first in time
    known = scored_rows(dataset, make_folds(dataset, LATER))
    assert known.rows.tolist() == list(range(100))
    assert known.y.tolist() == dataset.y[:100].tolist()
    assert known.fold_of.tolist() == [np.repeat([4, 3, 2, 1, 0], 20).tolist()]
    everything = scored_rows(dataset, make_folds(dataset, FoldsSection()))
    assert everything.rows.tolist() == list(range(120))


EARLY, LATE = np.repeat([1, 0], [20, 100]), np.repeat([0, 1], [100, 20])  # the positives in order of time


@pytest.mark.parametrize(
    ("time", "y", "gap_days", "sentence"),
    [
        (None, None, 0, r'but \[data\] names no time\. Name its column in time, or set scheme = "stratified"\.$'),
        (np.arange(120) % 4, None, 0, r"6 days or more, .*; the table holds 4 days\. Set count to 3 or less\.$"),
        (np.zeros(120), None, 0, r"6 days or more, .*; the table holds 1 day\. Choose another scheme\.$"),
        (
            np.arange(120),
            LATE,
            0,
            r'fold 0 of scheme = "time" trains on 20 rows of one label only\. Set count lower, or s',
        ),
        (np.arange(120), EARLY, 0, r"fold 0 of .* trains on 20 rows of one label"),
        (np.arange(120), EARLY[::-1] | (np.arange(120) < 2), 0, r"fold 0 of .* holds out 20 rows of one label only\."),
        (
            np.arange(120),
            None,
            30,
            r"fold 0 of .* trains on no row at all\. Set count lower, or gap_days shorter, or sch",
        ),
    ],
    ids=["no time", "few days", "one day", "all late", "all early", "none held out", "gap too long"],
)
def test_times_that_make_no_folds_are_refused(
    time: NDArray[np.float64] | None, y: NDArray[np.int8] | None, gap_days: int, sentence: str
) -> None:
    dataset = make_dataset(120) if time is None else dated(time)
    if y is not None:
        dataset = replace(dataset, y=y.astype(np.int8))
    with pytest.raises(DataError, match=sentence):
        make_folds(dataset, FoldsSection(scheme="time", gap_days=gap_days))


def test_a_table_of_the_earlier_schemes_keeps_its_fingerprint() -> None:
    """What is recorded stays valid: these were the fingerprints before there was another scheme."""
    dataset = make_dataset(1000)
    assert make_folds(dataset, FoldsSection()).folds_id == "5d7a2a3b40"
    assert make_folds(dataset, FoldsSection(count=3, repeats=3)).folds_id == "e63585593e"
