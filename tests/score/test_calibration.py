"""Calibration: what it repairs, what it may not see, and the figures that tell."""

import numpy as np
import pytest
from scipy.special import expit, logit

from bench.errors import ScoreError
from bench.score.calibration import Method, calibrate, cross_fitted_calibration, reliability

METHODS: tuple[Method, ...] = ("sigmoid", "isotonic")


def too_sure(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, and probabilities whose logits are twice the true ones plus 1."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-2, 1.2, rows)
    return (rng.random(rows) < expit(true)).astype(np.int8), expit(2 * true + 1)


@pytest.mark.parametrize("method", METHODS)
def test_a_probability_too_sure_of_itself_is_calibrated_on_fresh_rows(method: Method) -> None:
    y, probability = too_sure(20_000, seed=1)
    calibrator = calibrate(y, probability, method)
    fresh_y, fresh = too_sure(20_000, seed=2)
    before, after = reliability(fresh_y, fresh), reliability(fresh_y, calibrator(fresh))
    assert before.calibration_error > 0.05
    assert after.calibration_error < 0.01
    assert after.brier < before.brier
    assert before.slope == pytest.approx(0.5, abs=0.03)  # half of the logit less 0.5 is the truth
    assert before.intercept == pytest.approx(-0.5, abs=0.05)
    if method == "sigmoid":
        assert (after.slope, after.intercept) == (pytest.approx(1, abs=0.06), pytest.approx(0, abs=0.1))


@pytest.mark.parametrize("method", METHODS)
def test_a_folds_labels_do_not_reach_its_own_calibration(method: Method) -> None:
    y, probability = too_sure(600, seed=3)
    fold_of = np.arange(600) % 3
    calibrated = cross_fitted_calibration(y, probability, fold_of, method)
    other = np.where(fold_of == 1, 1 - y, y).astype(np.int8)
    again = cross_fitted_calibration(other, probability, fold_of, method)
    assert np.array_equal(calibrated[fold_of == 1], again[fold_of == 1])
    assert not np.array_equal(calibrated[fold_of != 1], again[fold_of != 1])


@pytest.mark.parametrize("method", METHODS)
def test_rows_never_held_out_are_neither_used_nor_calibrated(method: Method) -> None:
    y, probability = too_sure(600, seed=3)
    fold_of = np.arange(600) % 3 - 1
    used = fold_of >= 0
    calibrated = cross_fitted_calibration(y, probability, fold_of, method)
    assert np.isnan(calibrated[~used]).all()
    alone = cross_fitted_calibration(y[used], probability[used], fold_of[used], method)
    assert np.array_equal(calibrated[used], alone)


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_becomes_the_share_of_positives(method: Method) -> None:
    y = np.repeat(np.array([1, 0], dtype=np.int8), [100, 900])
    calibrated = calibrate(y, np.full(1000, 0.5), method)(np.array([0.5]))
    assert calibrated == pytest.approx(0.1, abs=2e-3)


@pytest.mark.parametrize("method", METHODS)
def test_no_order_is_reversed_even_where_the_labels_are(method: Method) -> None:
    y, probability = too_sure(500, seed=4)
    calibrated = calibrate((1 - y).astype(np.int8), probability, method)(np.linspace(0, 1, 101))
    assert (np.diff(calibrated) >= 0).all()
    assert np.isfinite(calibrated).all()


def test_isotonic_on_four_rows_pools_the_pair_in_the_wrong_order() -> None:
    y = np.array([0, 1, 0, 1], dtype=np.int8)
    calibrator = calibrate(y, np.array([0.1, 0.2, 0.3, 0.4]), "isotonic")
    assert calibrator(np.array([0.0, 0.1, 0.2, 0.3, 0.35, 0.9])).tolist() == pytest.approx([0, 0, 0.5, 0.5, 0.75, 1])


def test_sigmoid_stays_within_platts_targets_where_the_classes_do_not_overlap() -> None:
    # Targets 3/4 and 1/4 at two points: the line goes through both.
    y = np.array([0, 0, 1, 1], dtype=np.int8)
    calibrator = calibrate(y, np.array([0.2, 0.2, 0.8, 0.8]), "sigmoid")
    assert calibrator(np.array([0.2, 0.8])) == pytest.approx([0.25, 0.75], abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_a_row_of_weight_two_counts_as_two_rows(method: Method) -> None:
    y, probability = too_sure(400, seed=5)
    weights = np.where(np.arange(400) < 200, 2.0, 1.0)
    twice = np.append(np.arange(400), np.arange(200))
    weighted = calibrate(y, probability, method, weights)(probability)
    assert weighted == pytest.approx(calibrate(y[twice], probability[twice], method)(probability), abs=1e-4)


def test_reliability_of_ten_rows_by_hand() -> None:
    # .2 holds 1 of 5 positives, .6 holds 4 of 5: off by 0 and .2.
    y = np.array([1, 0, 0, 0, 0, 1, 1, 1, 1, 0], dtype=np.int8)
    figures = reliability(y, np.repeat([0.2, 0.6], 5), bins=2)
    assert figures.table["rows"].tolist() == [5, 5]
    assert figures.table["observed"].tolist() == pytest.approx([0.2, 0.8])
    assert figures.calibration_error == pytest.approx(0.1)
    assert figures.miscalibration == pytest.approx(0.02)
    assert figures.resolution == pytest.approx(0.09)
    assert figures.uncertainty == pytest.approx(0.25)
    assert figures.brier == pytest.approx(0.02 - 0.09 + 0.25)
    # Wilson for 1 of 5: (.2 + z²/10 ± z sqrt(.16/5 + z²/100)) / (1 + z²/5) with z = 1.96.
    assert figures.table.loc[0, ["low", "high"]].tolist() == pytest.approx([0.0362, 0.6245], abs=1e-4)
    # Through (logit .2, logit .2) and (logit .6, logit .8).
    assert figures.slope == pytest.approx((logit(0.8) - logit(0.2)) / (logit(0.6) - logit(0.2)), abs=1e-3)


def test_equal_probabilities_share_a_bin() -> None:
    y = np.array([1, 0, 0, 0], dtype=np.int8)
    table = reliability(y, np.full(4, 0.3)).table
    assert table["rows"].tolist() == [4]


def test_a_single_class_is_refused() -> None:
    with pytest.raises(ScoreError, match="4 rows hold 0 positives"):
        calibrate(np.zeros(4, dtype=np.int8), np.full(4, 0.3), "sigmoid")
    with pytest.raises(ScoreError, match="not a number"):
        reliability(np.array([0, 1], dtype=np.int8), np.array([0.3, np.nan]))
