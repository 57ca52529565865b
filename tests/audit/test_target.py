"""Columns that know the outcome, and columns that only seem to."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from bench.audit.association import coded, company_folds, held_out_auc, in_sample_auc, stratified
from bench.audit.finding import Finding
from bench.audit.target import check_target
from bench.data.dataset import Dataset
from tests.audit.tables import dataset_of, outcomes, places, text


def found(dataset: Dataset, company: str | None = None) -> list[Finding]:
    return list(check_target(dataset, coded(dataset.features), company))


def test_copies_of_the_target_are_found_in_words_numbers_and_texts() -> None:
    y, rng = outcomes(1000), np.random.default_rng(0)
    flipped = np.where(rng.random(1000) < 0.03, 1 - y, y)
    columns = {
        "state": np.array(["open", "closed"])[flipped],
        "revenue": y + rng.normal(scale=0.25, size=1000),
        "gap": pd.Series(np.where(flipped == 1, np.nan, rng.normal(size=1000))),
        "note": text([f"file {n} {'contract signed' if won else 'no answer'}" for n, won in enumerate(flipped)]),
    }
    findings = found(dataset_of(columns, y))
    assert places(findings, "target-copy") == [*columns]
    assert {finding.weight for finding in findings} == {"leak"}


def test_good_predictors_are_no_copies() -> None:
    y, rng = outcomes(1000), np.random.default_rng(0)
    duration = y * 1.2 + rng.normal(size=1000)  # ROC AUC 0.80
    source = np.where(rng.random(1000) < 0.2 + 0.5 * y, "fair", "web")
    praise = text([" ".join(rng.choice(["good", "bad"], 3, p=[0.3 + 0.4 * won, 0.7 - 0.4 * won])) for won in y])
    assert found(dataset_of({"duration": duration, "source": source, "praise": praise}, y)) == []


def test_of_thirty_rows_no_column_is_called_a_copy() -> None:
    y = np.tile(np.array([0, 1], dtype=np.int8), 15)
    assert found(dataset_of({"state": np.array(["open", "closed"])[y]}, y)) == []


def test_a_company_told_by_groups_is_left_to_the_company_checks() -> None:
    y = outcomes(1000)
    assert found(dataset_of({"customer": np.array(["a", "b"])[y]}, y), company="customer") == []


def test_shares_are_counted_on_other_folds_and_a_new_level_scores_as_the_average() -> None:
    codes, y = np.arange(10), np.array([0, 1] * 5, dtype=np.int8)
    folds = np.arange(10) // 2
    assert in_sample_auc(codes, y) == 1.0
    assert held_out_auc(codes, y, folds) == 0.5
    assert held_out_auc(codes % 2, y, folds) == 1.0


def test_a_code_of_few_rows_a_level_memorises() -> None:
    y = outcomes(2000)
    codes = np.random.default_rng(1).permutation(np.arange(2000) % 500)
    (finding,) = found(dataset_of({"street": [f"s{code}" for code in codes]}, y))
    assert (finding.code, finding.place, finding.weight) == ("memorising-code", "street", "note")
    in_sample, held_out = (float(figure) for figure in re.findall(r"0\.\d+", finding.evidence))
    assert in_sample > 0.8 > 0.6 > held_out


def test_a_category_of_many_rows_a_level_does_not_memorise() -> None:
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 25, 5000)
    y = (rng.random(5000) < levels / 50).astype(np.int8)
    assert found(dataset_of({"area": [f"a{level}" for level in levels]}, y)) == []


def test_a_code_that_only_names_companies_is_a_leak_where_they_are_known() -> None:
    company = np.repeat(np.arange(200), 10)
    y = np.repeat(outcomes(200), 10)
    owners = [f"o{number}" for number in company // 2]  # each looks after two companies
    findings = found(dataset_of({"owner": owners}, y, groups=company))
    (finding,) = [finding for finding in findings if finding.code == "memorising-code"]
    assert finding.weight == "leak"
    assert "on rows of companies it has not seen" in finding.evidence
    assert places(found(dataset_of({"owner": owners}, y)), "memorising-code") == []  # a hundred levels that carry over


def test_folds_of_companies_keep_them_whole_and_others_alone() -> None:
    groups = np.array([0, 0, 0, 1, 1, -1, -1, -1, 2, 2, 2, 2])
    folds = company_folds(groups)
    assert all(len(set(folds[groups == number])) == 1 for number in (0, 1, 2))
    assert sorted(np.unique(folds, return_counts=True)[0]) == [0, 1, 2, 3, 4]


def test_folds_have_the_tables_share_of_positives() -> None:
    y = outcomes(100)
    assert [int(y[stratified(y) == fold].sum()) for fold in range(5)] == [4] * 5


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_code_whose_size_goes_with_the_outcome_is_found(upside_down: bool) -> None:
    y, rng = outcomes(1000), np.random.default_rng(0)
    counted = np.argsort(np.argsort(y + rng.normal(size=1000))) // 10
    codes = pd.Series(pd.Categorical((99 - counted if upside_down else counted).astype(str)))
    ordered = [finding for finding in found(dataset_of({"owner": codes}, y)) if finding.code == "ordered-by-target"]
    assert [(finding.place, finding.weight) for finding in ordered] == [("owner", "leak")]
    assert ("the less often" if upside_down else "the more often") in ordered[0].evidence


def test_a_serial_number_in_the_order_of_the_outcome_is_found() -> None:
    y, rng = outcomes(1000), np.random.default_rng(0)
    serial = np.argsort(np.argsort(y + rng.normal(size=1000))).astype(float)
    assert places(found(dataset_of({"row": serial}, y)), "ordered-by-target") == ["row"]
    shuffled = dataset_of({"row": rng.permutation(serial)}, y)
    assert found(shuffled) == []


def test_an_income_that_goes_with_the_outcome_counts_nothing() -> None:
    y, rng = outcomes(1000), np.random.default_rng(0)
    income = np.round(1e6 * (y + rng.normal(size=1000)))
    assert found(dataset_of({"income": income}, y)) == []
