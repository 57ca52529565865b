"""What a candidate gains: paired, on held-out rows, companies whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from bench.data.folds import FoldsSection, make_folds
from bench.derive.candidates import candidates
from bench.derive.judge import Judging, add, gain, prepare, strengths
from bench.plan.grid import default_choice
from tests.derive.tables import with_a_pair

RAW = (default_choice("derived", "raw"),)


def judging(rows: list[int], margin: list[float]) -> Judging:
    """Return a fold of positive held-out rows with these log-odds."""
    y = np.ones(len(rows), dtype=np.int8)
    nothing: Any = None
    return Judging(nothing, np.array(rows), nothing, (np.array([]), np.array(margin)), (y[:0], y))


def margin_of(gained: float) -> float:
    """Return the log-odds at which a positive row's loss is so much less than log 2."""
    return float(-np.log(np.expm1(np.log(2) - gained)))


def test_a_gain_is_the_mean_of_the_paired_differences() -> None:
    before = [judging([0, 1], [0.0, 0.0]), judging([2, 3], [0.0, 0.0])]
    after = [judging([0, 1], [margin_of(0.1), margin_of(0.2)]), judging([2, 3], [margin_of(0.3), margin_of(0.2)])]
    found = gain(before, after, None)
    error = np.sqrt(0.02 / 3) / 2  # of the differences 0.1, 0.2, 0.3, 0.2: variance 0.02 / 3, four rows
    assert found.mean == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.2 - 1.96 * error, 0.2 + 1.96 * error))


def test_the_p_value_is_of_what_is_added_times_what_was_left_open() -> None:
    before = [judging([0, 1], [0.0, 0.0]), judging([2, 3], [0.0, 0.0])]  # positive rows at 0.5: 0.5 is left open
    after = [judging([0, 1], [0.2, 0.4]), judging([2, 3], [0.6, 0.4])]
    error = np.sqrt(0.02 / 3) / 2  # of 0.1, 0.2, 0.3, 0.2
    assert gain(before, after, None).p_value == pytest.approx(t.sf(0.2 / error, 3))


def test_rows_of_one_company_count_as_one() -> None:
    """Two companies of two equal rows each say as much as two rows."""
    before, margins = [judging([0, 1, 2, 3], [0.0] * 4)], [margin_of(0.1), margin_of(0.3)]
    by_company = gain(before, [judging([0, 1, 2, 3], [*margins, *margins])], np.array([5, 6, 5, 6]))
    two_rows = gain([judging([0, 1], [0.0] * 2)], [judging([0, 1], margins)], None)
    assert (by_company.low, by_company.p_value) == pytest.approx((two_rows.low, two_rows.p_value))


def test_a_row_held_out_in_two_repeats_counts_once() -> None:
    once = gain([judging([0, 1], [0.0] * 2)], [judging([0, 1], [margin_of(0.1), margin_of(0.3)])], None)
    twice = gain(
        [judging([0, 1], [0.0] * 2), judging([1, 0], [0.0] * 2)],
        [judging([0, 1], [margin_of(0.1), margin_of(0.3)]), judging([1, 0], [margin_of(0.3), margin_of(0.1)])],
        None,
    )
    assert (twice.mean, twice.p_value) == pytest.approx((once.mean, once.p_value))


def test_where_nothing_changes_nothing_is_shown() -> None:
    same = [judging([0, 1], [0.3, -0.2])]
    assert gain(same, same, None).p_value == 1.0


def test_no_outcome_of_a_held_out_row_reaches_what_is_said_of_it() -> None:
    dataset = with_a_pair(300)
    folds = make_folds(dataset, FoldsSection(count=3))
    own = folds.held_out(0, 0)
    flipped = dataset.y.copy()
    flipped[own] = 1 - flipped[own]
    said = []
    for table in (dataset, replace(dataset, y=flipped)):
        judged = prepare(table, folds, RAW)
        for candidate in candidates(table.features, dict.fromkeys(table.features, 0.0), RAW):
            judged = (*add(candidate, judged[:1]), *judged[1:])
        said.append(judged[0].margins[1])
    assert np.array_equal(*said)


def test_a_column_is_strong_by_what_it_gains_on_held_out_rows() -> None:
    dataset = with_a_pair(600)
    code = np.random.default_rng(0).permutation(600) // 30  # twenty levels that say nothing
    dataset = replace(dataset, features=dataset.features.assign(code=code.astype(float)))
    strong = strengths(prepare(dataset, make_folds(dataset, FoldsSection(count=3)), RAW))
    assert strong["pages"] > 5
    assert strong["code"] < 0.5
