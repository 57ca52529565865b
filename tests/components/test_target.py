"""Target encodings that no row's own outcome reaches, nor its company's."""

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from bench.components.steps.encoding.crossfit import TargetStatistic, agreement, worth
from bench.components.steps.encoding.target import JamesStein, OrderedTarget, TargetMean, WeightOfEvidence

EVERY = [TargetMean, JamesStein, WeightOfEvidence, OrderedTarget]
every = pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)


def column(levels: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"level": pd.Categorical(levels)})


def test_new_rows_get_the_shrunk_share_of_their_level() -> None:
    X = column(["a"] * 4 + ["b"] * 6)
    y = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=np.int8)
    encoder = TargetMean(smooth=10.0, folds=2, random_state=0).fit(X, y)
    shares = encoder.transform(column(["a", "b"])).ravel()
    # (3 + 10 * 0.4) / (4 + 10) and (1 + 10 * 0.4) / (6 + 10)
    assert shares == pytest.approx([7 / 14, 5 / 16])


def test_a_training_row_is_encoded_without_its_own_outcome() -> None:
    rng = np.random.default_rng(0)
    X = column([f"l{n}" for n in rng.integers(0, 8, 200)])
    y = (rng.random(200) < 0.3).astype(np.int8)
    encoder, alone = TargetMean(folds=5, random_state=1), np.arange(200)  # so that the folds do not go by outcome
    want = encoder.fit_transform(X, y, alone)
    assert want.shape == (200, 1)
    for row in range(0, 200, 25):
        flipped = y.copy()
        flipped[row] = 1 - flipped[row]
        own = next(held_out for _, held_out in encoder._splits(y, alone, grouped=True) if row in held_out)
        got = encoder.fit_transform(X, flipped, alone)
        assert np.array_equal(got[own], want[own])
        assert not np.array_equal(got, want)


def test_a_training_row_is_encoded_without_its_companys_outcomes() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 20, 300)
    X = column([f"l{n}" for n in rng.integers(0, 6, 300)])
    y = (rng.random(300) < 0.3).astype(np.int8)
    before = TargetMean(random_state=1).fit_transform(X, y, groups)
    changed = np.where(groups == 3, 1 - y, y).astype(np.int8)
    after = TargetMean(random_state=1).fit_transform(X, changed, groups)
    assert np.array_equal(before[groups == 3], after[groups == 3])
    assert not np.array_equal(before, after)


def test_the_company_column_itself_says_nothing_of_a_company() -> None:
    """Encoded by company it was the mean of a fold in training and the company's own outcome on new rows.

    On reviews grouped by article that took logistic regression from an F1 of 0.76 to 0.56.
    """
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 40, 400)
    y = (groups % 4 == 0).astype(np.int8)  # the company fixes the outcome
    X = column([f"c{group}" for group in groups])
    encoder = TargetMean(random_state=0)
    training = encoder.fit_transform(X, y, groups)
    new = encoder.transform(column(["c0", "c1", "c999"]))
    assert np.ptp(new) == 0  # a known good one, a known bad one, an unknown one
    assert training.min() - 0.05 < new[0, 0] < training.max() + 0.05


def test_rows_without_a_company_are_companies_of_their_own() -> None:
    groups = np.r_[np.full(50, -1), np.arange(50) % 5]
    X = column(["unknown"] * 50 + [f"c{n % 5}" for n in range(50)])
    y = np.r_[np.tile([1, 1, 0, 0, 0], 10), np.zeros(50)].astype(np.int8)
    encoder = TargetMean(smooth=1.0, random_state=0).fit(X, y, groups)
    # The 50 rows that share no company do tell what "unknown" is worth: 20 of 50. The five companies, in each of which
    # all rows agree, are worth one row each, so that the mean is 20 of 55.
    assert encoder.transform(column(["unknown"]))[0, 0] == pytest.approx((20 + 20 / 55) / 51)


def test_a_level_of_one_row_is_encoded_like_an_unseen_one() -> None:
    X = column(["once", "a", "a", "a", "b", "b", None, None])
    y = np.array([1, 0, 1, 0, 0, 0, 1, 0], dtype=np.int8)
    encoder = TargetMean(folds=2, random_state=0).fit(X, y)
    once, never = encoder.transform(column(["once", "never"])).ravel()
    assert once == never


def test_a_table_of_one_company_is_encoded_by_rows() -> None:
    X = column(["a", "b"] * 20)
    y = np.tile([1, 0, 0, 0], 10).astype(np.int8)
    together = TargetMean(random_state=0).fit_transform(X, y, groups=np.zeros(40, dtype=np.int64))
    assert np.array_equal(together, TargetMean(random_state=0).fit_transform(X, y))


def ten_rows() -> tuple[pd.DataFrame, NDArray[np.int8]]:
    """Three of four "a" are positive and one of six "b"."""
    return column(["a"] * 4 + ["b"] * 6), np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=np.int8)


def test_weight_of_evidence_is_how_far_a_level_moves_the_log_odds() -> None:
    encoder = WeightOfEvidence(smooth=10.0, folds=2, random_state=0).fit(*ten_rows())
    got = encoder.transform(column(["a", "b", "never"])).ravel()
    # Odds with 4 positive and 6 negative pseudo-rows, against 4 : 6 overall.
    assert got == pytest.approx([np.log(7 / 7) - np.log(4 / 6), np.log(5 / 11) - np.log(4 / 6), 0.0])


def test_weight_of_evidence_finds_none_in_outcomes_of_one_kind() -> None:
    X, y = ten_rows()
    encoder = WeightOfEvidence(folds=2, random_state=0)
    assert not encoder.fit_transform(X, np.zeros_like(y)).any()
    assert not encoder.fit_transform(X, np.ones_like(y)).any()


def test_james_stein_shrinks_by_what_chance_would_make_of_the_differences() -> None:
    encoder = JamesStein(folds=2, random_state=0).fit(*ten_rows())
    # chance 0.4 * 0.6 = 0.24; sum of rows * (share - 0.4)**2 = 4 * 0.35**2 + 6 * (7 / 30)**2 = 0.49 + 0.32667;
    # less one time chance, over 10 - (16 + 36) / 10 = 4.8, the shares vary by 0.12014 and smooth is 0.24 / 0.12014.
    smooth = 0.24 / ((0.49 + 6 * (7 / 30) ** 2 - 0.24) / 4.8)
    got = encoder.transform(column(["a", "b", "never"])).ravel()
    assert got == pytest.approx([(3 + smooth * 0.4) / (4 + smooth), (1 + smooth * 0.4) / (6 + smooth), 0.4])


def test_james_stein_gives_all_levels_the_mean_where_they_differ_less_than_chance() -> None:
    X = column(["a", "b"] * 20)
    y = np.repeat([1, 1, 0, 0, 0, 0, 0, 0], 5).astype(np.int8)
    got = JamesStein(random_state=0).fit(X, y).transform(column(["a", "b", "never"]))
    assert got == pytest.approx(np.full((3, 1), 0.25))


def test_an_ordered_row_is_encoded_by_the_rows_of_its_level_before_it() -> None:
    X, y = column(["a"] * 3), np.array([1, 0, 0], dtype=np.int8)
    encoder = OrderedTarget(prior=1.0, random_state=0)
    turn = np.random.default_rng(0).permutation(3)
    want = np.empty(3)
    positive = 0
    for place, row in enumerate(np.argsort(turn)):
        want[row] = (positive + 1 / 3) / (place + 1)
        positive += y[row]
    assert encoder.fit_transform(X, y).ravel() == pytest.approx(want)
    assert encoder.transform(column(["a", "never"])).ravel() == pytest.approx([(1 + 1 / 3) / 4, 1 / 3])


def test_an_ordered_row_is_encoded_without_its_companys_outcomes() -> None:
    rng = np.random.default_rng(0)
    groups = np.arange(300) % 20
    X = column([f"l{n}" for n in rng.integers(0, 6, 300)])
    y = (np.arange(300) // 20 % 3 == 0).astype(np.int8)
    assert agreement(groups, y) == 0  # so that every row weighs one and the mean stays when two rows change places
    own = np.flatnonzero(groups == 3)
    changed = y.copy()
    changed[own] = changed[own][::-1]
    assert not np.array_equal(changed, y)
    for permutations in (1, 3):
        encoder = OrderedTarget(permutations=permutations, random_state=1)
        before, after = encoder.fit_transform(X, y, groups), encoder.fit_transform(X, changed, groups)
        assert np.array_equal(before[own], after[own])
        assert not np.array_equal(before, after)


@pytest.mark.parametrize("kind", [JamesStein, WeightOfEvidence])
def test_the_other_formulas_are_cross_fitted_by_company_too(kind: type[TargetStatistic]) -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 20, 300)
    X = column([f"l{n}" for n in rng.integers(0, 6, 300)])
    y = (rng.random(300) < 0.3 + 0.4 * (X["level"] == "l0")).astype(np.int8)
    changed = np.where(groups == 3, 1 - y, y).astype(np.int8)
    before, after = (kind(random_state=1).fit_transform(X, outcomes, groups) for outcomes in (y, changed))
    assert np.array_equal(before[groups == 3], after[groups == 3])
    assert not np.array_equal(before, after)


@every
def test_levels_of_one_company_unseen_ones_and_rare_gaps_are_one(kind: type[TargetStatistic]) -> None:
    X = column(["once", "a", "a", "a", "b", "b", "b", None])
    y = np.array([1, 0, 1, 0, 0, 0, 1, 0], dtype=np.int8)
    new = kind(random_state=0).fit(X, y).transform(column(["once", "never", None]))
    assert np.ptp(new) == 0
    assert np.isfinite(new).all()


@every
def test_a_gap_that_many_rows_share_is_a_level(kind: type[TargetStatistic]) -> None:
    X = column([None] * 30 + ["a"] * 70)
    y = np.r_[np.tile([1, 1, 0], 10), np.tile([1, 0, 0, 0, 0, 0, 0], 10)].astype(np.int8)
    gap, a, never = kind(random_state=0).fit(X, y).transform(column([None, "a", "never"])).ravel()
    assert gap > never > a


def test_agreement_is_the_intraclass_correlation_of_the_outcomes() -> None:
    company = np.repeat([0, 1, 2], 2)
    assert agreement(company, np.array([1, 1, 0, 0, 1, 1], dtype=np.int8)) == 1
    assert agreement(company, np.array([1, 0, 1, 0, 1, 0], dtype=np.int8)) == 0
    # Between: 2 * (0.25 + 0.25 + 0) / 2 = 1/2; within: (0 + 0 + 1/2) / 3 = 1/6; (1/2 - 1/6) / (1/2 + 1/6) = 1/2.
    assert agreement(company, np.array([1, 1, 0, 0, 1, 0], dtype=np.int8)) == pytest.approx(0.5)
    assert agreement(np.arange(6), np.array([1, 1, 0, 0, 1, 0], dtype=np.int8)) == 0  # rows of their own
    assert worth(np.array([1, 4]), 0.5) == pytest.approx([1.0, 0.4])


@every
def test_a_company_with_most_positives_does_not_decide_what_its_level_is_worth(kind: type[TargetStatistic]) -> None:
    """Its rows, encoded without it, lay below the others of their level, and a model learned the reverse."""
    groups = np.r_[np.zeros(100, dtype=int), np.repeat(np.arange(1, 101), 4)]
    y = np.r_[np.ones(100), np.tile(np.repeat([1, 0, 0, 0, 0], 4), 20)].astype(np.int8)
    X = column(["a"] * 300 + ["b"] * 200)
    a, b = kind(random_state=0).fit(X, y, groups).transform(column(["a", "b"])).ravel()
    fair_a, fair_b = kind(random_state=0).fit(X[100:], y[100:], groups[100:]).transform(column(["a", "b"])).ravel()
    assert abs(a - b) < 0.1 + abs(fair_a - fair_b)


def fresh_auc(kind: type[TargetStatistic], X: pd.DataFrame, y: NDArray[np.int8], groups: object = None) -> float:
    """Return the ROC AUC of a booster trained on the first half, on the second."""
    half = len(y) // 2
    encoder = kind(random_state=0)
    training = encoder.fit_transform(X[:half], y[:half], None if groups is None else np.asarray(groups)[:half])
    model = LGBMClassifier(n_estimators=30, n_jobs=1, verbose=-1, min_child_samples=5, random_state=0)
    model.fit(training, y[:half])
    return float(roc_auc_score(y[half:], model.predict_proba(encoder.transform(X[half:]))[:, 1]))


@every
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_shuffled_outcomes_leave_nothing_to_find_and_a_copy_of_them_is_found(kind: type[TargetStatistic]) -> None:
    rng = np.random.default_rng(0)
    n = 4000
    y = (rng.random(n) < 0.2).astype(np.int8)
    X = pd.DataFrame(
        {
            "row": pd.Categorical([f"r{row}" for row in range(n)]),
            "rare": pd.Categorical([f"l{level}" for level in rng.integers(0, n // 6, n)]),
            "often": pd.Categorical([f"l{level}" for level in rng.integers(0, 20, n)]),
        }
    )
    groups = rng.integers(-1, 300, n)
    assert fresh_auc(kind, X, y) == pytest.approx(0.5, abs=0.05)
    assert fresh_auc(kind, X, y, groups) == pytest.approx(0.5, abs=0.05)
    telling = X.assign(copy=pd.Categorical(np.where(y == 1, "won", "lost")))
    assert fresh_auc(kind, telling, y) > 0.95
    assert fresh_auc(kind, telling, y, groups) > 0.95


def test_without_companies_the_mean_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    X = column([f"l{n}" for n in rng.integers(0, 8, 200)])
    y = (rng.random(200) < 0.3).astype(np.int8)
    encoder = TargetMean(smooth=10.0, folds=5, random_state=2)
    folds = StratifiedKFold(5, shuffle=True, random_state=2)
    theirs = TargetEncoder(smooth=10.0, cv=list(folds.split(y, y)))
    assert encoder.fit_transform(X, y) == pytest.approx(theirs.fit_transform(X, y))
    assert encoder.transform(X) == pytest.approx(theirs.transform(X))
