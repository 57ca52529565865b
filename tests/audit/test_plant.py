"""A planted leak is what its name says, in a copy of the table; the hunt reports who notices it, and who does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from bench.audit.finding import Finding
from bench.audit.plant import LEAKS, Hunted, hunt, hunted_rows, plant
from bench.data.dataset import Dataset
from tests.conftest import make_leads

EVERY_KIND = pytest.mark.parametrize("kind", LEAKS)


@pytest.fixture(scope="module")
def leads() -> Dataset:
    """600 leads, about one in eight of them positive."""
    made = make_leads(600, submission=200)
    return replace(made, y=np.where(np.arange(600) % 3 == 0, made.y, 0).astype(np.int8))


def without_companies(dataset: Dataset) -> Dataset:
    return replace(dataset, groups=None, submission_groups=None)


def whole_rows(dataset: Dataset) -> NDArray[np.uint64]:
    """Return a hash of each training row, its label and its company."""
    assert dataset.groups is not None
    return pd.util.hash_pandas_object(dataset.features.assign(y=dataset.y, g=dataset.groups), index=False).to_numpy()


@EVERY_KIND
@pytest.mark.parametrize("strip", ["", "companies", "submission"])
def test_a_planted_table_is_a_table_like_any_other(leads: Dataset, kind: str, strip: str) -> None:
    dataset = without_companies(leads) if strip == "companies" else leads
    if strip == "submission":
        dataset = replace(leads, submission=None, submission_groups=None)
    planted = plant(dataset, kind, 0)
    rows = len(planted.y)
    assert len(planted.features) == rows >= len(dataset.y)
    assert planted.features.index.equals(pd.RangeIndex(rows))
    assert planted.y.dtype == np.int8
    assert (planted.groups is None) == (dataset.groups is None)
    assert planted.groups is None or len(planted.groups) == rows
    assert [column.name for column in planted.columns[len(dataset.columns) :]] == [
        name for name in planted.features if name not in dataset.features
    ]
    assert (planted.submission is None) == (dataset.submission is None)
    if planted.submission is not None:
        assert len(planted.submission) == 200
        assert planted.submission.dtypes.equals(planted.features.dtypes)
    for name in dataset.features:
        assert planted.features[name].dtype == dataset.features[name].dtype


@EVERY_KIND
def test_the_users_table_stays_as_it_is(leads: Dataset, kind: str) -> None:
    features, y, rows = leads.features.copy(), leads.y.copy(), whole_rows(leads)
    planted = plant(leads, kind, 0)
    pd.testing.assert_frame_equal(leads.features, features)
    assert np.array_equal(leads.y, y)
    assert np.array_equal(whole_rows(leads), rows)
    assert planted.data_id != leads.data_id


@EVERY_KIND
def test_the_same_seed_plants_the_same_and_another_seed_another(leads: Dataset, kind: str) -> None:
    first, again, other = (whole_rows(plant(leads, kind, seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_target_copy_is_nearly_the_target_and_says_nothing_of_the_rows_to_predict(leads: Dataset) -> None:
    planted = plant(leads, "target copy", 0)
    closed = (planted.features["planted copy"] == "closed").to_numpy()
    assert 0.96 <= (closed == planted.y).mean() < 1
    assert planted.submission is not None
    assert (planted.submission["planted copy"] == "closed").mean() == pytest.approx(leads.y.mean(), abs=0.1)


def test_an_order_by_target_moves_whole_rows(leads: Dataset) -> None:
    planted = plant(leads, "order by target", 0)
    assert sorted(whole_rows(planted)) == sorted(whole_rows(leads))
    assert roc_auc_score(planted.y, -np.arange(600)) > 0.95 > roc_auc_score(leads.y, -np.arange(600))


def test_duplicates_are_of_positives_and_the_others_keep_their_order(leads: Dataset) -> None:
    planted = plant(leads, "duplicated positives", 0)
    rows = pd.Series(whole_rows(planted))
    copies = rows.duplicated().to_numpy()
    assert copies.sum() == 2 * round(leads.y.sum() / 3)
    assert (planted.y[copies] == 1).all()
    assert np.array_equal(
        rows[~rows.isin(rows[copies])], [row for row in whole_rows(leads) if row not in set(rows[copies])]
    )


def test_companies_that_fix_the_label_have_one_outcome_and_rows_of_none_keep_theirs(leads: Dataset) -> None:
    planted = plant(leads, "company that fixes the label", 0)
    assert planted.groups is not None
    alone = planted.groups < 0
    outcomes = pd.Series(planted.y[~alone]).groupby(planted.groups[~alone]).nunique()
    assert (outcomes == 1).all()
    assert np.array_equal(planted.y[alone], leads.y[alone])
    assert pd.Series(leads.y[~alone]).groupby(leads.groups[~alone]).nunique().max() == 2  # type: ignore[index]
    assert planted.y.mean() == pytest.approx(leads.y.mean(), abs=0.1)


def test_without_companies_codes_of_one_outcome_are_added_and_those_to_predict_have_others(leads: Dataset) -> None:
    planted = plant(without_companies(leads), "company that fixes the label", 0)
    codes = planted.features["planted company"]
    outcomes = pd.Series(planted.y).groupby(codes, observed=True).nunique()
    assert (outcomes == 2).sum() <= 1
    assert 600 / 20 <= codes.nunique() <= 200
    assert planted.submission is not None
    assert planted.submission["planted company"].isin(codes.unique()).sum() < 20  # the company that the tables share


@pytest.mark.parametrize("seed", range(4))
def test_notes_tell_the_outcome_of_training_rows_only(leads: Dataset, seed: int) -> None:
    planted = plant(leads, "text after the outcome", seed)
    notes = planted.features["planted notes"]
    won = notes.str.contains("order|contract", regex=True).fillna(False).to_numpy(dtype=bool)
    lost = notes.str.contains("lost").fillna(False).to_numpy(dtype=bool)
    assert (planted.y[won] == 1).all()
    assert (planted.y[lost] == 0).all()
    assert won.sum() > 0.7 * planted.y.sum()
    assert 0.3 < notes.isna().mean() < 0.7
    assert planted.submission is not None
    assert set(planted.submission["planted notes"].dropna()) <= {"new request, to be called"}


def test_a_column_of_the_planted_name_is_left_alone(leads: Dataset) -> None:
    mine = replace(leads, features=leads.features.assign(**{"planted copy": leads.features["pages"]}))
    planted = plant(mine, "target copy", 0)
    pd.testing.assert_series_equal(planted.features["planted copy"], mine.features["planted copy"])
    assert "planted copy again" in planted.features


def finding(code: str, place: str, evidence: str = "so many.", weight: str = "leak") -> Finding:
    return Finding(code, place, evidence, "look.", weight)  # type: ignore[arg-type]


def by_kind(hunted: list[Hunted]) -> dict[str, Hunted]:
    return {each.kind: each for each in hunted}


def counts_copies(dataset: Dataset) -> list[Finding]:
    """An audit that sees nothing but equal rows."""
    copies = int(dataset.features.duplicated().sum())
    return [finding("duplicate-rows", "rows", f"{copies} rows.")] if copies else []


def test_the_hunt_says_what_an_audit_sees_and_what_it_does_not(leads: Dataset) -> None:
    hunted = by_kind(hunt(leads, counts_copies))
    assert [kind for kind in LEAKS if hunted[kind].seen] == ["duplicated positives"]
    seen = hunted["duplicated positives"]
    assert seen.guards == ("audit: duplicate-rows", "folds: equal rows share one")
    assert not seen.already
    assert hunted["order by target"].guards == ("folds: rows are shuffled",)
    assert hunted["target copy"].guards == ()


def test_what_was_there_already_counts_only_with_more_evidence(leads: Dataset) -> None:
    doubled = plant(leads, "duplicated positives", 5)
    more = by_kind(hunt(doubled, counts_copies))["duplicated positives"]
    assert more.already
    assert more.seen
    same = by_kind(hunt(doubled, lambda table: [finding("duplicate-rows", "rows")]))["duplicated positives"]
    assert same.already
    assert not same.seen


@pytest.mark.parametrize(
    ("place", "weight", "seen"),
    [("planted copy", "leak", True), ("pages", "leak", False), ("planted copy", "note", False)],
)
def test_a_planted_column_is_seen_by_a_leak_found_in_it(leads: Dataset, place: str, weight: str, seen: bool) -> None:
    def audit(table: Dataset) -> list[Finding]:
        return [finding("target-copy", place, weight=weight)] if "planted copy" in table.features else []

    assert by_kind(hunt(leads, audit))["target copy"].seen == seen


def test_too_many_duplicates_are_not_said_to_be_kept_together(leads: Dataset) -> None:
    """Above 20 % of the rows, the folds let equal rows go apart."""
    many = replace(leads, y=np.where(np.arange(600) < 400, 1, 0).astype(np.int8))
    assert by_kind(hunt(many, counts_copies))["duplicated positives"].guards == ("audit: duplicate-rows",)


def test_the_table_for_the_terminal_names_what_is_not_seen(leads: Dataset) -> None:
    header, rows = hunted_rows(hunt(leads, counts_copies))
    assert header == ["leak", "planted", "verdict", "seen by"]
    assert [row[0] for row in rows] == list(LEAKS)
    assert rows[0][2:] == ["NOT SEEN", "nothing"]
    assert rows[2][2:] == ["seen", "audit: duplicate-rows, folds: equal rows share one"]


def test_a_table_too_small_for_folds_can_be_hunted() -> None:
    tiny = make_leads(40)
    rare = replace(tiny, y=(np.arange(40) < 3).astype(np.int8))
    assert len(hunt(rare, lambda table: [])) == len(LEAKS)
