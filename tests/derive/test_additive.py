"""The additive model: codes, log-odds, and what codes add to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from bench.components.text import tfidf
from bench.derive.additive import GAP, POOL, coded, effects, losses, margins


def test_codes_are_decided_by_the_training_rows() -> None:
    training = pd.Series(pd.Categorical(["web"] * 20 + ["fair"] * 19 + [None]))
    held_out = pd.Series(pd.Categorical(["web", "fair", "phone", None]))
    column = coded(training, held_out)
    assert column.held_out.tolist() == [2, POOL, POOL, GAP]
    assert column.codes == 3
    assert column.training[[0, 20, 39]].tolist() == [2, POOL, GAP]


def test_a_number_is_cut_by_the_training_rows() -> None:
    column = coded(pd.Series([1.0, 2.0, 3.0, np.nan]), pd.Series([0.0, 2.5, 9.0, np.nan]))
    assert column.training.tolist() == [1, 2, 3, GAP]
    assert column.held_out.tolist() == [1, 2, 3, GAP]


def test_effects_are_those_of_a_normal_prior_with_the_variance_of_the_scores() -> None:
    code, y = np.repeat([0, 1], 8), np.repeat([1, 0], 8).astype(np.int8)
    found = effects(code, 2, np.zeros(16), y)
    variance = 3.5  # U = ±4 and I = 2 of each code: (16 + 16 - 2 - 2) / (4 + 4)
    assert found[0] == pytest.approx(-found[1])
    assert 8 * (1 - expit(found[0])) == pytest.approx(found[0] / variance, abs=1e-8)


def test_outcomes_that_scatter_no_more_than_by_chance_have_no_effects() -> None:
    code, y = np.repeat([0, 1], 8), np.tile([1, 0], 8).astype(np.int8)
    assert effects(code, 2, np.zeros(16), y).tolist() == [0.0, 0.0]


def test_the_loss_of_a_row_is_minus_the_log_of_its_outcomes_probability() -> None:
    found = losses(logit(np.array([0.8, 0.8])), np.array([1, 0], dtype=np.int8))
    assert found == pytest.approx([-np.log(0.8), -np.log(0.2)])


def test_columns_that_speak_for_themselves_leave_nothing_and_a_pair_does() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.normal(size=4000), "b": pd.Categorical(rng.choice(["x", "y"], 4000))})
    curved = np.abs(table["a"].to_numpy()) + 1.0 * (table["b"] == "x") - 1
    together = np.where(table["b"] == "x", 1.0, -1.0) * np.sign(table["a"].to_numpy())
    for log_odds, spoken_for in ((curved, True), (together, False)):
        y = (rng.random(4000) < expit(log_odds)).astype(np.int8)
        said = margins(table[:2000], table[2000:], y[:2000], None)[1]
        lost = losses(said, y[2000:]).mean() - losses(np.asarray(log_odds)[2000:], y[2000:]).mean()
        assert (lost < 0.02) == spoken_for, lost


def test_texts_are_read_by_the_step_that_is_given() -> None:
    words = pd.Series(["urgent tender", "no budget"] * 50, dtype="str")
    y = np.tile([1, 0], 50).astype(np.int8)
    step = tfidf(terms=20, words=1, rare=1)
    said = margins(pd.DataFrame({"t": words}), pd.DataFrame({"t": words[:2]}), y, step)[1]
    assert said[0] > 1 > -1 > said[1]


def test_a_table_of_silent_texts_says_the_share_of_positives() -> None:
    silent = pd.DataFrame({"t": pd.Series([None] * 40, dtype="str")})
    y = (np.arange(40) % 4 == 0).astype(np.int8)
    said = margins(silent, silent[:2], y, tfidf(terms=20, words=1, rare=1))[1]
    assert expit(said) == pytest.approx(0.25, abs=0.01)
