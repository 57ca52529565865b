"""Shrunk shares against known propensities, on few tables; `python -m benchmarks.shrinkage` is the long form."""

from __future__ import annotations

import pytest

from benchmarks.shrinkage import KINDS, measured, washing

NOT_FITTED = ("all alike", "rising with rows")


@pytest.mark.parametrize(("customers", "tables"), [(20, 60), (100, 25)])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOT_FITTED])
def test_shrunk_shares_lie_nearer_and_95_percent_intervals_hold_the_truth(
    kind: str, customers: int, tables: int
) -> None:
    found = measured(KINDS[kind], customers, tables)
    assert found.shrunk < 0.9 * found.raw
    assert 0.93 <= found.held <= 0.97


def test_taking_the_likeliest_prior_for_the_true_one_would_make_intervals_too_short() -> None:
    assert measured(KINDS["skewed"], 20, 60).plainly_held < 0.92


def test_what_the_method_does_not_fit_is_as_documented() -> None:
    alike, rising = (measured(KINDS[kind], 100, 12) for kind in NOT_FITTED)
    assert alike.shrunk < 0.02 * alike.raw
    assert alike.held > 0.98
    assert rising.shrunk < 0.7 * rising.raw
    assert 0.87 < rising.held < 0.94


def test_on_the_washing_log_too() -> None:
    for found in washing(300, 2).values():
        assert found.shrunk < 0.9 * found.raw
        assert 0.93 <= found.held <= 0.97
