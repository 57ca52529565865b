"""Copies, conflicting outcomes and rows in the order of the outcome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.audit.association import coded
from bench.audit.finding import Finding
from bench.audit.rows import check_rows
from bench.data.dataset import Dataset
from tests.audit.tables import dataset_of, outcomes, places


def found(dataset: Dataset) -> list[Finding]:
    return list(check_rows(dataset, coded(dataset.features)))


def different_rows(rows: int = 400) -> Dataset:
    return dataset_of(dict(zip("abc", np.random.default_rng(1).normal(size=(3, rows)), strict=True)), outcomes(rows))


def taken(dataset: Dataset, rows: np.ndarray) -> Dataset:
    return replace(dataset, features=dataset.features.iloc[rows].reset_index(drop=True), y=dataset.y[rows])


def test_rows_that_all_differ_in_random_order_give_no_finding() -> None:
    assert found(different_rows()) == []


def test_copies_are_counted_with_their_positives() -> None:
    dataset = different_rows()
    negatives, positives = np.flatnonzero(dataset.y == 0), np.flatnonzero(dataset.y == 1)
    (finding,) = found(taken(dataset, np.concatenate((np.arange(400), negatives[:8], positives[:2]))))
    assert (finding.code, finding.weight) == ("duplicate-rows", "note")
    assert finding.evidence == (
        "10 rows (2.4%) repeat another in every feature; 2 of them (20.0%) are positive, of the other rows 20.0%."
    )


def test_copied_positives_are_a_leak() -> None:
    dataset = different_rows()
    copied = np.concatenate((np.arange(400), np.flatnonzero(dataset.y == 1)[:20]))
    (finding,) = found(taken(dataset, np.random.default_rng(0).permutation(copied)))
    assert (finding.code, finding.weight) == ("duplicate-rows", "leak")
    assert "20 of them (100.0%) are positive, of the other rows 20.0% (Fisher's exact test: p < 0.001)" in (
        finding.evidence
    )


def test_equal_rows_of_a_table_of_few_values_are_no_copies() -> None:
    rng = np.random.default_rng(2)
    assert found(dataset_of({name: rng.integers(0, 3, 400) for name in "abc"}, outcomes(400))) == []


def test_equal_rows_with_different_outcomes_are_counted() -> None:
    dataset = different_rows()
    copied = taken(dataset, np.append(np.arange(400), [0, 0, 1, 2]))
    y = copied.y.copy()
    y[[0, 400, 401]] = 1, 0, 0  # the row and its two copies
    y[[1, 402]] = 0, 1
    y[[2, 403]] = 1, 1  # these agree
    conflicts = [finding for finding in found(replace(copied, y=y)) if finding.code == "label-conflicts"]
    assert [finding.evidence for finding in conflicts] == [
        "5 rows in 2 sets of equal rows have different outcomes, so no model can be right on 2 of them."
    ]


def test_copies_that_agree_are_no_conflict() -> None:
    dataset = different_rows()
    assert places(found(taken(dataset, np.append(np.arange(400), [0, 1]))), "label-conflicts") == []


def test_rows_sorted_by_outcome_are_found() -> None:
    dataset = different_rows()
    (finding,) = found(taken(dataset, np.argsort(-dataset.y, kind="stable")))
    assert (finding.code, finding.place, finding.weight) == ("ordered-by-target", "rows", "leak")
    assert finding.evidence == (
        "The place in the file tells the outcome with ROC AUC 0.000: 100.0% positives in the first tenth of the rows, "
        "0.0% in the last, and 2 runs of one outcome where a random order has 129."
    )


def test_a_rate_that_rises_along_the_file_is_no_sorting() -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(2000) < np.linspace(0.05, 0.4, 2000)).astype(np.int8)
    assert found(dataset_of({"income": rng.normal(size=2000)}, y)) == []


def test_of_too_few_positives_no_order_is_told() -> None:
    y = (np.arange(400) < 9).astype(np.int8)
    assert found(dataset_of({"income": np.random.default_rng(1).normal(size=400)}, y)) == []
