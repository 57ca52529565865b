"""What each member does for the ensemble."""

import numpy as np
import pytest

from bench.ensemble.blend import Blend
from bench.ensemble.members import Member, members
from bench.score.combine import Combination
from bench.score.objective import Objective
from bench.score.ranking import score_trial

F1 = Objective()
# Twelve rows in two folds that look alike; the first trial misses the first positive of each fold, the second the last.
Y = np.array([1, 1, 1, 0, 0, 0] * 2, dtype=np.int8)
FOLD_OF = np.repeat([0, 1], 6)[None]
FIRST = np.array([0.1, 0.9, 0.9, 0.1, 0.1, 0.1] * 2)[None]
LAST = np.array([0.9, 0.9, 0.1, 0.1, 0.1, 0.1] * 2)[None]


def described(weights: dict[str, float], **trials: np.ndarray) -> dict[str, Member]:
    """Return the members by id."""
    made = Combination(weights, {})
    score = score_trial(Y, made(trials), FOLD_OF, F1)
    return {one.trial: one for one in members(Y, trials, FOLD_OF, F1, Blend(made, score, score.threshold))}


def test_errors_in_common_are_a_share_of_those_that_either_makes() -> None:
    # Each misses a positive of each fold, and no row is missed by both.
    found = described({"a": 0.5, "b": 0.5}, a=FIRST, b=LAST)
    assert [one.errors for one in found.values()] == [2.0, 2.0]
    assert found["a"].overlap == {"b": 0.0}
    # A copy errs on the same rows.
    assert described({"a": 0.5, "c": 0.5}, a=FIRST, c=FIRST)["a"].overlap == {"c": 1.0}


def test_the_loss_is_what_the_others_are_worth_without_it() -> None:
    # Together they find all; either alone finds two thirds: precision 1, recall 2/3, F1 0.8.
    found = described({"a": 0.5, "b": 0.5}, a=FIRST, b=LAST)
    assert found["a"].loss == pytest.approx(1 - 0.8)
    assert found["b"].value == pytest.approx(0.8)


def test_the_heaviest_stands_first_and_equals_by_id() -> None:
    assert list(described({"c": 0.2, "b": 0.4, "a": 0.4}, a=FIRST, b=LAST, c=FIRST)) == ["a", "b", "c"]


def test_without_its_only_member_there_is_no_ensemble_to_compare_with() -> None:
    (only,) = described({"a": 1.0}, a=FIRST).values()
    assert only.loss is None
    assert only.overlap == {}
