"""The share of positives among rows without labels: found under label shift, doubted elsewhere."""

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from bench.errors import ScoreError
from bench.score.calibration import calibrate
from bench.score.prior import bbse_rate, em_rate, moved, rate_estimate

Labels = np.ndarray[Any, np.dtype[np.int8]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


def labels(rng: np.random.Generator, rows: int, rate: float) -> Labels:
    return (rng.random(rows) < rate).astype(np.int8)


def scores(rng: np.random.Generator, y: Labels, apart: float = 2.3) -> Floats:
    """Return scores that are no calibrated probabilities; the classes lie ``apart`` standard deviations apart."""
    return np.asarray(expit(rng.normal(0, 1, len(y)) + apart * y - 3))


def companies(rng: np.random.Generator, rows: int, rate: float, apart: float = 2.3) -> tuple[Labels, Floats, Any]:
    """Return rows of companies of 1 to 30 rows that share their label and most of their score."""
    size = np.minimum(np.ceil(rng.pareto(1.3, rows)), 30).astype(int)
    company = np.repeat(np.arange(rows), size)[:rows]
    y = labels(rng, rows, rate)[company]
    own = rng.normal(0, 0.8, rows)[company]
    return y, expit(own + rng.normal(0, 0.6, rows) + apart * y - 3), company


def test_a_probability_moves_to_another_rate_by_bayes_rule() -> None:
    # Odds 1 at a rate of .1 (odds 1/9), asked for at .5 (odds 1): odds 9.
    assert moved(np.array([0.0, 0.5, 1.0]), 0.1, 0.5) == pytest.approx([0, 0.9, 1])
    assert moved(moved(np.array([0.3]), 0.1, 0.5), 0.5, 0.1) == pytest.approx([0.3])


def test_the_likeliest_rate_on_two_kinds_of_rows_by_hand() -> None:
    # Posteriors at even odds: 3/4 and 1/4, so likelihood ratios 3 and 1/3. With a share s of the first kind the slope
    # s * 2 / (1 + 2 r) - (1 - s) * (2/3) / (1 - 2 r / 3) is 0 at r = (4 s - 1) / 2.
    new = np.repeat([0.75, 0.25], [60, 40])
    assert em_rate(new, 0.5) == pytest.approx(0.7)
    assert em_rate(np.array([0.75, 0.25]), 0.5, weights=np.array([60.0, 40.0])) == pytest.approx(0.7)
    assert em_rate(np.full(5, 0.75), 0.5) > 0.999
    assert em_rate(np.full(5, 0.25), 0.5) < 0.001


def test_the_likeliest_rate_is_where_em_comes_to_rest() -> None:
    rng = np.random.default_rng(0)
    new = rng.beta(0.5, 2, 500)
    rate = em_rate(new, 0.1)
    assert moved(new, 0.1, rate).mean() == pytest.approx(rate, abs=1e-6)


def test_black_box_rate_by_hand() -> None:
    # 80 % of the positives and 10 % of the negatives are called: at a rate of .3, .24 + .07.
    assert bbse_rate(0.31, 0.8, 0.1) == pytest.approx(0.3)
    assert bbse_rate(0.05, 0.8, 0.1) == 0
    with pytest.raises(ScoreError, match="does not tell the classes apart"):
        bbse_rate(0.3, 0.2, 0.2)


@pytest.mark.parametrize("rate", [0.02, 0.08, 0.35, 0.7])
def test_label_shift_is_found_and_not_doubted(rate: float) -> None:
    rng = np.random.default_rng(1)
    y, truth = labels(rng, 5000, 0.08), labels(rng, 1000, rate)
    found = rate_estimate(y, scores(rng, y), scores(rng, truth), draws=200)
    assert found.fits
    assert found.rate == found.em == pytest.approx(truth.mean(), abs=0.03)
    assert found.bbse == pytest.approx(truth.mean(), abs=0.05)
    assert found.low <= truth.mean() <= found.high
    assert found.high - found.low < 0.12


def test_em_on_calibrated_probabilities_agrees_with_the_estimate() -> None:
    rng = np.random.default_rng(2)
    y, truth = labels(rng, 5000, 0.08), labels(rng, 1000, 0.35)
    probability, new = scores(rng, y), scores(rng, truth)
    calibrator = calibrate(y, probability, "sigmoid")
    assert em_rate(calibrator(new), float(y.mean())) == pytest.approx(truth.mean(), abs=0.03)
    assert rate_estimate(y, probability, new, draws=2).em == pytest.approx(truth.mean(), abs=0.03)


def test_no_increasing_transformation_of_the_scores_changes_the_estimate() -> None:
    rng = np.random.default_rng(3)
    y, truth = labels(rng, 1000, 0.2), labels(rng, 300, 0.4)
    probability, new = scores(rng, y), scores(rng, truth)
    assert rate_estimate(y, probability**2, new**2, draws=20) == rate_estimate(y, probability, new, draws=20)


def test_under_label_shift_the_mixture_is_seldom_doubted_and_the_interval_holds() -> None:
    rng = np.random.default_rng(4)
    doubts, covered = 0, 0
    for _ in range(40):
        y, truth = labels(rng, 2000, 0.08), labels(rng, 500, 0.35)
        found = rate_estimate(y, scores(rng, y), scores(rng, truth), draws=80)
        doubts += not found.fits
        covered += found.low <= truth.mean() <= found.high
    assert doubts <= 6  # of 40 at 5 %: more in 3 of 1,000 such tests
    assert covered >= 36


def test_under_label_shift_companies_drawn_whole_raise_no_false_alarm() -> None:
    rng = np.random.default_rng(5)
    by_company, by_row = 0, 0
    for _ in range(30):
        y, probability, company = companies(rng, 2000, 0.08)
        _, new, company_new = companies(rng, 500, 0.35)
        by_company += rate_estimate(y, probability, new, company, company_new, draws=60).p_value < 0.05
        by_row += rate_estimate(y, probability, new, draws=60).p_value < 0.05
    assert by_company <= 5  # of 30 at 5 %
    assert by_row > 8  # rows of one company are no independent evidence


@pytest.mark.parametrize("apart", [1.5, 3.5])
def test_positives_that_look_otherwise_are_doubted_and_the_range_widens(apart: float) -> None:
    rng = np.random.default_rng(6)
    y, truth = labels(rng, 5000, 0.08), labels(rng, 1000, 0.35)
    probability, same, other = scores(rng, y), scores(rng, truth), scores(rng, truth, apart)
    shifted, doubted = rate_estimate(y, probability, same, draws=200), rate_estimate(y, probability, other, draws=200)
    assert not doubted.fits
    assert doubted.p_value < 0.05
    assert doubted.rate == doubted.sweep
    assert doubted.low <= doubted.sweep_low
    assert doubted.high >= doubted.sweep_high
    assert doubted.high - doubted.low > 1.5 * (shifted.high - shifted.low)


def test_rows_scored_by_models_that_knew_their_company_bring_the_rate_out_low() -> None:
    # A model that has seen the company tells the classes further apart than it will among new customers.
    rng = np.random.default_rng(7)
    y, truth = labels(rng, 5000, 0.08), labels(rng, 1000, 0.35)
    new = scores(rng, truth)
    straddling, disjoint = (rate_estimate(y, scores(rng, y, apart), new, draws=100) for apart in (3.3, 2.3))
    assert disjoint.em == pytest.approx(truth.mean(), abs=0.03)
    assert straddling.em < truth.mean() - 0.07
    assert not straddling.fits


def test_one_company_with_half_of_the_positives_does_not_decide_how_positives_look() -> None:
    rng = np.random.default_rng(8)
    y, truth = labels(rng, 5000, 0.08), labels(rng, 1000, 0.35)
    giant = np.ones(int(y.sum()), dtype=np.int8)
    both = np.append(y, giant)
    probability = np.append(scores(rng, y), scores(rng, giant, apart=6))  # unlike all others it is plain to see
    company = np.append(np.full(len(y), -1), np.zeros(len(giant), dtype=int))
    new = scores(rng, truth)
    by_company = rate_estimate(both, probability, new, company, draws=100)
    by_row = rate_estimate(both, probability, new, company, weights=np.ones(len(both)), draws=100)
    assert by_company.rate == pytest.approx(truth.mean(), abs=0.03)
    assert by_row.em < truth.mean() - 0.05
    assert by_company.high - by_company.low < 0.7 * (by_row.high - by_row.low)


def test_the_same_seed_gives_the_same_estimate() -> None:
    rng = np.random.default_rng(9)
    y, probability, company = companies(rng, 1000, 0.2)
    _, new, company_new = companies(rng, 300, 0.3)
    first, again, other = (
        rate_estimate(y, probability, new, company, company_new, draws=20, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.em == other.em
    assert (first.low, first.high) != (other.low, other.high)


def test_a_model_with_few_different_outputs_is_estimated_all_the_same() -> None:
    rng = np.random.default_rng(10)
    y, truth = labels(rng, 4000, 0.1), labels(rng, 1000, 0.4)
    called = [np.where(rng.random(len(part)) < np.where(part == 1, 0.8, 0.1), 0.9, 0.2) for part in (y, truth)]
    found = rate_estimate(y, *called, draws=50)
    assert found.em == pytest.approx(truth.mean(), abs=0.05)
    assert found.em == pytest.approx(found.bbse, abs=1e-6)  # one threshold: the same equation
    assert found.fits


def test_what_no_rate_can_be_estimated_from_is_refused() -> None:
    y = np.tile(np.array([1, 0, 1, 0], dtype=np.int8), 5)
    probability = np.tile([0.9, 0.1, 0.8, 0.2], 5)
    with pytest.raises(ScoreError, match="do not tell the classes apart"):
        rate_estimate(y, np.full(20, 0.5), probability)
    with pytest.raises(ScoreError, match="20 rows hold 20 positives"):
        rate_estimate(np.ones(20, dtype=np.int8), probability, probability)
    with pytest.raises(ScoreError, match="needs rows without labels"):
        rate_estimate(y, probability, np.empty(0))
    with pytest.raises(ScoreError, match="not a number"):
        rate_estimate(y, probability, np.array([np.nan]))


def test_few_companies_give_no_estimate() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.3).astype(np.int8)
    p = 1 / (1 + np.exp(1 - 2 * y - rng.normal(size=400)))
    with pytest.raises(ScoreError, match="9 labelled companies or rows are too few"):
        rate_estimate(y, p, p[:200], groups=np.arange(400) % 9)
    with pytest.raises(ScoreError, match="3 new companies or rows are too few"):
        rate_estimate(y, p, p[:3])


def test_thresholds_that_agree_on_the_end_of_the_scale_are_no_fit() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(2000) < 0.3).astype(np.int8)
    p = 1 / (1 + np.exp(1 - 2 * y - rng.normal(size=2000)))
    lowest = rate_estimate(y, p, np.full(300, 0.06), draws=100)
    assert not lowest.fits
    assert 0 < lowest.low <= lowest.rate <= lowest.high < 1
