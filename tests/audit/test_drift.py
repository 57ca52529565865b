"""Drift is seen where it is, and not where chance makes two samples of the same leads differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from bench.audit.adversarial import auc_with_error, tell_apart
from bench.audit.drift import compare_columns, drift, population_stability
from bench.audit.finding import CODES, Finding
from bench.data.dataset import Dataset
from tests.conftest import make_dataset, make_leads

SPLIT = 1_500


def with_column(train: Any, asked: Any, **parts: Any) -> Dataset:
    """Return a table whose only feature is one column, given for train and for the rows to predict."""
    both = pd.Series([*train, *asked])
    if both.dtype == "str" or both.dtype == object:
        both = both.astype("category")
    features = pd.DataFrame({"source": both})
    return replace(
        make_dataset(len(train), submission=len(asked)),
        features=features[: len(train)],
        submission=features[len(train) :].reset_index(drop=True),
        **{"groups": None, "submission_groups": None, **parts},
    )


def codes(found: list[Finding]) -> set[str]:
    return {finding.code for finding in found}


def only(found: list[Finding], code: str) -> Finding:
    """Return the one finding of a code."""
    (finding,) = (finding for finding in found if finding.code == code)
    return finding


def test_nothing_is_found_without_rows_to_predict() -> None:
    assert drift(replace(make_dataset(), submission=None, submission_groups=None)) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("rows", "asked"), [(120, 30), (1_500, 300)])
def test_two_samples_of_the_same_leads_show_no_drift(rows: int, asked: int, seed: int) -> None:
    assert drift(make_leads(rows, seed, submission=asked)) == []


def test_every_finding_has_a_known_code_and_says_what_to_do() -> None:
    dataset = make_dataset(600, submission=300)
    assert dataset.submission is not None
    later = dataset.submission.assign(
        visits=dataset.submission["visits"] + 3, owner=pd.Categorical(["new one"] * 300), message=None, pages=np.nan
    )
    both = pd.CategoricalDtype([*dataset.features["owner"].cat.categories, "new one"])
    found = drift(
        replace(
            dataset,
            features=dataset.features.assign(owner=dataset.features["owner"].astype(both)),
            submission=later.assign(owner=later["owner"].astype(both), message=later["message"].astype("str")),
            groups=None,
            submission_groups=None,
        )
    )
    assert codes(found) == {"adversarial-drift", "drifted-column", "new-values", "vanished-values", "missing-shift"}
    for finding in found:
        assert finding.code in CODES
        assert finding.weight == "drift"
        assert finding.place in {"rows", *dataset.features}
        assert finding.evidence.endswith(".")
        assert finding.advice.endswith(".")


def test_the_stability_index_is_the_one_worked_by_hand() -> None:
    # Half a row added to each: 100 and 300 of 400, then 200 and 200 of 400: 0.25 · ln 2 + (-0.25) · ln(2 / 3).
    train, asked = np.array([99.5, 299.5]), np.array([199.5, 199.5])
    expected = 0.25 * np.log(2) - 0.25 * np.log(2 / 3)
    assert population_stability(train, asked) == pytest.approx(expected)  # type: ignore[arg-type]
    assert population_stability(train, train) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(("moved", "seen"), [(1.0, True), (0.35, False)])
def test_a_number_drifts_when_its_distribution_moves_by_much(moved: float, seen: bool) -> None:
    rng = np.random.default_rng(0)
    dataset = with_column(rng.normal(size=SPLIT), moved + rng.normal(size=500))
    found = [finding for finding in compare_columns(dataset) if finding.code == "drifted-column"]
    assert [finding.place for finding in found] == ["source"] * seen
    if seen:
        assert "its quartiles go from -0." in found[0].evidence


def test_a_date_drifts_and_is_written_as_a_date_but_no_classifier_is_asked_about_it() -> None:
    dates = pd.Series(pd.date_range("2024-01-01", periods=SPLIT + 500))
    dataset = with_column(dates[:SPLIT], dates[SPLIT:])
    (found,) = drift(dataset)
    assert found.code == "drifted-column"
    assert "from 2025-01-09, 2026-01-19, 2027-01-29 in train" in found.evidence


def test_a_small_table_to_predict_does_not_drift_by_chance() -> None:
    """An index of 0.2 is large by custom, but 40 rows reach it by chance."""
    rng = np.random.default_rng(3)
    above = 0
    for _ in range(40):
        train, asked = rng.integers(0, 5, SPLIT), rng.integers(0, 5, 40)
        index = population_stability(np.bincount(train, minlength=5), np.bincount(asked, minlength=5))
        above += index >= 0.2
        dataset = with_column(train.astype(float), asked.astype(float))
        assert "drifted-column" not in codes(compare_columns(dataset))
    assert above >= 3


def test_rows_of_few_companies_count_as_few() -> None:
    """Ten companies of 50 rows, each on one level: another ten are on others by chance."""
    train = np.repeat([*"aaabbbccdd"], 50)
    asked = np.repeat([*"abcccddddd"], 50)
    company = np.repeat(np.arange(20), 50)
    alone = with_column(train, asked)
    of_companies = replace(alone, groups=company[:500], submission_groups=company[500:])
    assert codes(compare_columns(alone)) == {"drifted-column"}
    assert compare_columns(of_companies) == []


def test_new_levels_are_found_with_those_of_five_rows_named() -> None:
    train = ["web", "fair"] * (SPLIT // 2)
    found = compare_columns(with_column(train, ["web"] * 440 + ["chat"] * 56 + ["my own idea"] * 4))
    evidence = only(found, "new-values").evidence
    assert evidence == (
        "12.0% of the rows to predict hold one of 2 levels that train never has, where chance brings 0.0%: 'chat' 56."
    )


def test_levels_that_only_one_row_of_train_holds_promise_as_many_new_ones() -> None:
    """Codes of which half stand once: in a further sample many are new, and that is no drift."""
    rng = np.random.default_rng(0)
    drawn = np.array([f"c{code}" for code in rng.integers(0, 2_000, SPLIT + 500)])
    dataset = with_column(drawn[:SPLIT], drawn[SPLIT:])
    new = ~np.isin(drawn[SPLIT:], drawn[:SPLIT])
    assert new.mean() > 0.3
    assert "new-values" not in codes(compare_columns(dataset))


def test_a_large_level_that_is_gone_is_found_and_one_too_small_to_be_missed_is_not() -> None:
    train = ["web"] * 1_000 + ["fair"] * 440 + ["phone"] * 60
    gone = with_column(train, ["web"] * 500)
    assert only(compare_columns(gone), "vanished-values").evidence == (
        "33.3% of the rows of train hold levels that no row to predict has: 'fair' 440, 'phone' 60."
    )
    few = with_column(train, ["web"] * 10 + ["fair"] * 5)  # 60 of 1,500 are not expected among 15
    assert "vanished-values" not in codes(compare_columns(few))


def test_a_column_that_is_all_gaps_in_one_table_is_a_shift_of_gaps_only() -> None:
    some, none = ["web", "fair"] * 250, [None] * 500
    for train, asked in ((some, none), (none, some)):
        column = pd.Series([*train, *asked], dtype="category")
        dataset = with_column(column[:500], column[500:])
        assert codes(compare_columns(dataset)) - {"new-values"} == {"missing-shift"}


@pytest.mark.parametrize(("missing", "seen"), [(0.40, True), (0.28, False)])
def test_gaps_shift_at_ten_points_and_more(missing: float, seen: bool) -> None:
    train = np.where(np.arange(SPLIT) % 5 == 0, np.nan, 1.0 + np.arange(SPLIT) % 7)
    asked = np.where(np.arange(500) < missing * 500, np.nan, 1.0 + np.arange(500) % 7)
    found = compare_columns(with_column(train, asked))
    assert ("missing-shift" in codes(found)) == seen
    if seen:
        assert only(found, "missing-shift").evidence == (
            "20.0% of the rows of train have a gap and 40.0% of the rows to predict."
        )


def test_gaps_of_a_few_rows_shift_by_chance() -> None:
    train = np.where(np.arange(SPLIT) % 5 == 0, np.nan, 1.0)
    asked = np.where(np.arange(20) < 7, np.nan, 1.0)  # 35 % against 20 %
    assert "missing-shift" not in codes(compare_columns(with_column(train, asked)))


def test_a_classifier_tells_tables_apart_and_names_the_column() -> None:
    dataset = make_dataset(600, submission=300)
    assert dataset.submission is not None
    moved = dataset.submission.assign(visits=dataset.submission["visits"] + 2)
    (found,) = tell_apart(replace(dataset, submission=moved))
    assert found.code == "adversarial-drift"
    assert "it tells them mostly by visits." in found.evidence
    assert tell_apart(dataset) == []


def test_a_classifier_tells_tables_apart_by_the_words_of_a_text() -> None:
    dataset = make_dataset(600, submission=300)
    assert dataset.submission is not None
    messages = dataset.submission["message"].str.replace("price", "cost").str.replace("demo", "trial")
    (found,) = tell_apart(replace(dataset, submission=dataset.submission.assign(message=messages)))
    assert "mostly by message." in found.evidence


def test_company_folds_keep_a_classifier_from_knowing_companies_by_heart() -> None:
    """Each company has a number of its own: random folds tell the table by it, other companies cannot be told."""
    rng = np.random.default_rng(0)
    company = np.repeat(np.arange(200), 10)
    size = rng.normal(size=200)[company]
    alone = with_column(size[:SPLIT], size[SPLIT:])
    assert codes(tell_apart(alone)) == {"adversarial-drift"}
    assert tell_apart(replace(alone, groups=company[:SPLIT], submission_groups=company[SPLIT:])) == []


def test_the_auc_and_its_error_are_the_ones_worked_by_hand() -> None:
    # Positives 3, 1 and negatives 0, 2, 2: above 3, 1 of 3 negatives, so 2/3; below 2, 1, 1 of 2 positives.
    positive = np.array([True, True, False, False, False])
    auc, error = auc_with_error(positive, np.array([3.0, 1, 0, 2, 2]), np.arange(5))
    assert auc == pytest.approx(2 / 3)
    of_positives = 2 * (1 / 3) ** 2 / 2**2
    of_negatives = ((1 - 2 / 3) ** 2 + 2 * (1 / 2 - 2 / 3) ** 2) / 3**2
    assert error == pytest.approx(np.sqrt(of_positives + of_negatives))


def test_the_error_of_the_auc_covers_the_truth_for_rows_in_companies() -> None:
    """Every row four times: the error of the copies is that of the rows, not half of it."""
    rng = np.random.default_rng(0)
    truth, covered = norm.cdf(1 / np.sqrt(2)), 0
    for _ in range(100):
        positive = np.arange(200) < 80
        score = rng.normal(size=200) + positive
        four = np.repeat(np.arange(200), 4)
        auc, error = auc_with_error(positive[four], score[four], four)
        covered += abs(auc - truth) < 1.96 * error
    assert covered >= 88
    assert error == pytest.approx(auc_with_error(positive, score, np.arange(200))[1])
