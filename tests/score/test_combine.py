"""Trials put on one scale and averaged."""

import numpy as np
import pytest

from bench.errors import ScoreError
from bench.score.calibration import Calibrator, calibrate
from bench.score.combine import Combination, scale_of

NOTHING = np.empty(0)


def sigmoid(slope: float, intercept: float) -> Calibrator:
    return Calibrator("sigmoid", NOTHING, NOTHING, slope, intercept)


def test_a_single_trial_says_exactly_what_it_says() -> None:
    probability = np.array([0.0, 1e-300, 0.1 + 0.2, 1.0])
    assert np.array_equal(Combination.of_one("a")({"a": probability}), probability)


def test_logits_are_averaged_by_weight() -> None:
    # Odds of 9 and of 1: their geometric mean by weights 0.5 and 0.5 is 3.
    mean = Combination({"a": 0.5, "b": 0.5}, {})({"a": np.array([0.9]), "b": np.array([0.5])})
    assert mean[0] == pytest.approx(0.75)


def test_each_member_is_put_on_its_scale_first() -> None:
    # Twice the logit of odds 3 are odds 9; minus ln 9 takes odds 9 to 1.
    combination = Combination({"a": 0.5, "b": 0.5}, {"a": sigmoid(2.0, 0.0), "b": sigmoid(1.0, -np.log(9))})
    assert combination({"a": np.array([0.75]), "b": np.array([0.9])})[0] == pytest.approx(0.75)


def test_any_shape_is_taken_and_others_than_members_are_not_looked_at() -> None:
    combination = Combination({"a": 0.25, "b": 0.75}, {})
    square = np.full((2, 3), 0.2)
    assert combination({"a": square, "b": square, "c": np.empty(0)}) == pytest.approx(square)


def test_how_many_other_trials_there_are_changes_no_bit() -> None:
    rng = np.random.default_rng(0)
    trials = {f"t{n}": rng.random(50) for n in range(30)}
    weights = {"t3": 0.1, "t7": 0.2, "t20": 0.7}
    few = {name: trials[name] for name in weights}
    assert np.array_equal(Combination(weights, {})(trials), Combination(weights, {})(few))


def test_a_sure_member_is_not_infinitely_sure() -> None:
    mean = Combination({"a": 0.5, "b": 0.5}, {})({"a": np.array([0.0, 1.0]), "b": np.array([0.5, 0.5])})
    assert np.isfinite(mean).all()
    assert 0 < mean[0] < mean[1] < 1


def test_without_a_member_the_others_keep_their_proportions() -> None:
    left = Combination({"a": 0.5, "b": 0.3, "c": 0.2}, {}).without("a")
    assert left.weights == pytest.approx({"b": 0.6, "c": 0.4})


@pytest.mark.parametrize("weighted", [False, True])
def test_rows_counted_together_have_the_scale_of_rows_one_by_one(weighted: bool) -> None:
    rng = np.random.default_rng(1)
    y = (rng.random(5000) < 0.2).astype(np.int8)
    probability = 1 / (1 + np.exp(2 - 1.5 * y - rng.normal(size=5000)))
    weights = rng.integers(1, 4, 5000).astype(float) if weighted else None
    exact, quick = calibrate(y, probability, "sigmoid", weights), scale_of(y, probability, weights)
    assert quick.slope == pytest.approx(exact.slope, abs=0.002)
    assert quick.intercept == pytest.approx(exact.intercept, abs=0.002)


def test_a_trial_that_says_one_thing_of_all_has_a_scale() -> None:
    y = np.repeat([0, 1], [900, 100]).astype(np.int8)
    assert scale_of(y, np.full(1000, 0.5))(np.array([0.5]))[0] == pytest.approx(0.1, abs=0.001)


def test_a_missing_prediction_has_no_scale() -> None:
    probability = np.full(1000, 0.5)
    probability[7] = np.nan
    with pytest.raises(ScoreError, match="a probability is not a number"):
        scale_of(np.repeat([0, 1], 500).astype(np.int8), probability)
