"""What components are worth, on grids small enough to count by hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.plan.experiment import Choice
from bench.plan.grid import Trial
from bench.record.columns import EFFECTS
from bench.report.effects import Effect, ablation, effects, effects_markdown, write_effects
from bench.score.objective import Objective
from bench.score.redraws import Redraws
from bench.vocabulary import AXES, DO_NOTHING
from tests.components.catalogue import choice

F1 = Objective()


def made(**chosen: str | Choice) -> Trial:
    """Return a trial that does nothing but what is chosen; without a model it is the constant."""
    names = {**DO_NOTHING, "model": "constant", **chosen}
    return Trial(tuple(one if isinstance(one := names[axis], Choice) else choice(axis, one) for axis in AXES))


def redrawn(scores: dict[Trial, float], noise: float = 0.0, rows: int = 100) -> Redraws:
    """Return draws in which every trial moves by itself, the less the more rows there are."""
    value = np.array(list(scores.values()))
    drawn = value + noise / np.sqrt(rows) * np.random.default_rng(0).normal(size=(400, len(scores)))
    every = np.ones(drawn.shape, dtype=bool)
    return Redraws(tuple(trial.id for trial in scores), rows, value, every[0], drawn, every)


def found(scores: dict[Trial, float]) -> dict[tuple[str, str], Effect]:
    return {(effect.axis, effect.component): effect for effect in effects(scores, redrawn(scores))}


GRID = {
    made(): 0.15,
    made(model="lightgbm"): 0.40,
    made(model="lightgbm", resampling="smote"): 0.38,
    made(model="lightgbm", encoding="target"): 0.46,
    made(model="lightgbm", encoding="target", resampling="smote"): 0.45,
    made(model="logistic", encoding="target"): 0.43,
    made(model="logistic", encoding="target", resampling="smote"): 0.40,
}


def test_a_component_is_worth_the_mean_difference_over_pairs_equal_but_for_it() -> None:
    smote = found(GRID)["resampling", "smote"]
    assert (smote.reference, smote.pairs) == ("as_is", 3)
    assert smote.difference == pytest.approx((-0.02 - 0.01 - 0.03) / 3)
    # The logistic has no partner without the encoding: a mean over all trials would give 0.045.
    target = found(GRID)["encoding", "target"]
    assert (target.reference, target.pairs) == ("native", 2)
    assert target.difference == pytest.approx((0.06 + 0.07) / 2)


def test_models_are_held_against_the_most_frequent_and_the_constant_against_every_trial() -> None:
    logistic, constant = (found(GRID)["model", name] for name in ("logistic", "constant"))
    assert (logistic.reference, logistic.pairs) == ("lightgbm", 2)
    assert logistic.difference == pytest.approx((-0.03 - 0.05) / 2)
    assert (constant.reference, constant.pairs) == ("lightgbm", 4)
    assert constant.difference == pytest.approx(0.15 - (0.40 + 0.38 + 0.46 + 0.45) / 4)


def test_an_incomplete_grid_states_how_many_pairs_are_left() -> None:
    plan = list(GRID)
    finished = {trial: score for trial, score in GRID.items() if trial != made(model="lightgbm", resampling="smote")}
    smote, *_ = (one for one in effects(plan, redrawn(finished)) if one.component == "smote")
    assert smote.pairs == 2
    assert smote.difference == pytest.approx((-0.01 - 0.03) / 2)


def test_a_component_without_a_partner_is_listed_as_such() -> None:
    lonely = made(model="naive_bayes", encoding="one_hot", imputation="median")
    effect = found({**GRID, lonely: 0.3})["encoding", "one_hot"]
    assert (effect.difference, effect.low, effect.high, effect.pairs) == (None, None, None, 0)
    assert effect.sentence("F1") == "one_hot against native: no pair of trials that are equal but for encoding"


def test_an_axis_with_one_choice_has_no_effect() -> None:
    assert {axis for axis, _ in found(GRID)} == {"encoding", "resampling", "model"}


def test_an_axis_on_which_no_two_trials_are_equal_elsewhere_still_stands_there() -> None:
    scores = {made(model="lightgbm"): 0.4, made(model="logistic", encoding="target"): 0.5}
    assert [(one.axis, one.component, one.pairs) for one in effects(scores, redrawn(scores))] == [
        ("encoding", "target", 0),
        ("model", "logistic", 0),
    ]


def test_each_setting_of_a_component_makes_a_pair_and_settings_elsewhere_have_to_be_equal() -> None:
    few, many = (choice("model", "lightgbm", trees=trees) for trees in (50, 400))
    half, full = (choice("resampling", "smote", ratio=ratio) for ratio in (0.5, 1.0))
    scores = {
        made(model=few): 0.40,
        made(model=few, resampling=half): 0.41,
        made(model=few, resampling=full): 0.44,
        made(model=many): 0.50,
    }
    smote = found(scores)["resampling", "smote"]
    assert smote.pairs == 2
    assert smote.difference == pytest.approx(0.025)
    assert ("model", "lightgbm") not in found(scores)


def test_several_derived_components_in_a_row_are_one_choice() -> None:
    row = (choice("derived", "location"), choice("derived", "missing"))
    plain = made(model="lightgbm")
    both = Trial((*row, *plain.choices[1:]))
    effect = found({plain: 0.40, both: 0.43})["derived", "location+missing"]
    assert (effect.reference, effect.pairs) == ("raw", 1)
    assert effect.difference == pytest.approx(0.03)


def test_the_interval_shrinks_with_more_rows() -> None:
    few, many = (effects(GRID, redrawn(GRID, noise=1.0, rows=rows))[-1] for rows in (100, 10_000))
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert few.high - few.low == pytest.approx(10 * (many.high - many.low), rel=0.01)


def test_the_interval_takes_what_trials_have_in_common_out() -> None:
    # Two trials move by 1.96 · √2 · 0.01 against each other, and not at all where they move together.
    pair = {made(model="lightgbm"): 0.40, made(model="lightgbm", resampling="smote"): 0.38}
    apart = redrawn(pair, noise=0.1)
    effect = effects(pair, apart)[0]
    assert effect.difference is not None
    assert effect.high == pytest.approx(effect.difference + 1.96 * np.sqrt(2) * 0.01, abs=0.003)
    together = Redraws(apart.trials, 100, apart.value, apart.keeps, apart.value + apart.drawn[:, :1], apart.kept)
    assert effects(pair, together)[0].high == pytest.approx(-0.02)


def test_the_way_from_the_floor_to_the_winner_takes_one_choice_after_another() -> None:
    winner = made(model="lightgbm", encoding="target")
    steps = ablation(GRID, redrawn(GRID), F1, winner.id)
    # The model goes back first, since the logistic loses only 0.03; then nothing is left but the floor.
    assert [step.changed for step in steps] == [
        (),
        ("encoding native → target", "model constant → logistic"),
        ("model logistic → lightgbm",),
    ]
    assert [step.value for step in steps] == [0.15, 0.43, 0.46]
    assert [step.gain for step in steps[1:]] == pytest.approx([0.28, 0.03])


def test_what_can_be_spared_goes_first() -> None:
    winner = made(model="logistic", encoding="target", resampling="smote")
    steps = ablation(GRID, redrawn(GRID), F1, winner.id)
    assert [step.trial for step in steps] == [
        made().id,
        made(model="logistic", encoding="target").id,
        winner.id,
    ]
    assert steps[-1].changed == ("resampling as_is → smote",)
    assert steps[-1].gain == pytest.approx(-0.03)


def test_a_step_that_was_not_run_is_jumped_over_to_the_nearest_that_was() -> None:
    winner = made(model="lightgbm", encoding="target", resampling="smote")
    scores = {one: GRID[one] for one in (made(), made(model="lightgbm"), winner)}
    steps = ablation(GRID, redrawn(scores), F1, winner.id)
    assert [step.value for step in steps] == [0.15, 0.40, 0.45]
    assert steps[-1].changed == ("encoding native → target", "resampling as_is → smote")


def test_the_way_of_a_loss_spares_what_raises_it_least() -> None:
    losses = {trial: 1 - score for trial, score in GRID.items()}
    winner = made(model="lightgbm", encoding="target")
    values = [step.value for step in ablation(losses, redrawn(losses), Objective(metric="brier"), winner.id)]
    assert values == pytest.approx([0.85, 0.57, 0.54])


def test_trials_that_predict_alike_differ_by_nothing_whatever_sums_are_rounded_by() -> None:
    scores = {
        made(model=model, encoding=encoding): 0.3
        for model in ("lightgbm", "logistic")
        for encoding in ("native", "target")
    }
    tiny = replace(redrawn(scores), value=np.array([0.3, 0.3 - 6e-17, 0.3, 0.3 - 6e-17]))
    (target,) = [one for one in effects(scores, tiny) if one.component == "target"]
    assert (target.difference, target.low, target.high) == (0.0, 0.0, 0.0)
    assert "+0.000 ± 0.000" in target.sentence("F1")


def test_the_way_to_the_floor_itself_is_one_step_long() -> None:
    steps = ablation(GRID, redrawn(GRID), F1, made().id)
    assert [(step.trial, step.changed, step.gain) for step in steps] == [(made().id, (), None)]


def test_effects_are_written_as_csv_and_said_in_words(tmp_path: Path) -> None:
    lonely = made(model="naive_bayes", encoding="one_hot", imputation="median")
    scores = {**GRID, lonely: 0.3}
    draws = redrawn(scores, noise=0.02)
    every = effects(scores, draws)
    write_effects(every, tmp_path)
    with (tmp_path / "effects.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(EFFECTS)
    assert len(rows) == len(every)
    smote = next(row for row in rows if row["component"] == "smote")
    assert (smote["reference"], smote["difference"], smote["pairs"]) == ("as_is", "-0.020000", "3")
    assert next(row for row in rows if row["component"] == "one_hot")["difference"] == ""
    winner = made(model="lightgbm", encoding="target")
    text = "\n".join(effects_markdown(every, ablation(scores, draws, F1, winner.id), F1))
    assert "- resampling: smote against as_is: -0.020 ± 0.00" in text
    assert "F1 (3 pairs)" in text
    assert "| the floor | 0.150 |  |" in text
    assert "| model logistic → lightgbm | 0.460 | +0.030 ± 0.00" in text
