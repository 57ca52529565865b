"""Who may be the best: hand-made draws, and small tables."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.score.objective import Objective
from bench.score.ranking import score_trial
from bench.score.redraws import Redraws, redraw
from bench.score.ties import Ties, find_ties

F1 = Objective()
FLOOR = Objective(metric="precision", at_recall=0.5)


def redrawn(*trials: tuple[float, float], kept: list[list[bool]] | None = None) -> Redraws:
    """Return draws of trials by their score and by how far each draw lies above or below it, in turns.

    No two trials move together: the second moves half as often as the first, the third half as often as that.
    """
    draws = np.arange(64)
    moves = [np.where(draws // 2**n % 2 == 0, spread, -spread) for n, (_, spread) in enumerate(trials)]
    value = np.array([score for score, _ in trials])
    marks = np.ones((64, len(trials)), dtype=bool) if kept is None else np.resize(kept, (64, len(trials)))
    names = tuple("abcdef"[: len(trials)])
    return Redraws(names, 1000, value, marks[0], value + np.array(moves).T, marks)


def leads(strengths: list[float], rows: int = 500, seed: int = 0) -> Redraws:
    """Return the draws of trials that tell positives from negatives by some standard deviations."""
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < 0.2).astype(np.int8)
    fold_of = rng.integers(0, 4, (1, rows))
    trials: dict[str, NDArray[np.float64]] = {}
    for name, strength in zip("abcdef", strengths, strict=False):
        score = rng.normal(size=(1, rows)) + strength * y
        trials[name] = 1 / (1 + np.exp(1.5 - score))
    trials["same as a"] = trials["a"]
    scores = {trial: score_trial(y, probability, fold_of, F1) for trial, probability in trials.items()}
    return redraw(y, trials, scores, fold_of, F1, draws=60)


def test_a_trial_is_tied_where_chance_may_have_put_another_above_it() -> None:
    # The second moves by ±0.02 against the first, which is one standard error; so is the largest distance by chance.
    near, far = (find_ties(redrawn((0.50, 0.0), (score, 0.02)), F1) for score in (0.49, 0.45))
    assert near.tied == ("a", "b")
    assert near.at_least == {"a": 0, "b": 0}
    assert far.tied == ("a",)
    assert far.behind == pytest.approx({"a": 0, "b": 0.05})
    assert far.at_least == pytest.approx({"a": 0, "b": 0.03})


def test_a_trial_is_compared_with_all_and_not_with_the_leader_alone() -> None:
    # The leader is lucky: it moves by 0.20. The second is steadily better than the third.
    ties = find_ties(redrawn((0.52, 0.20), (0.50, 0.0), (0.45, 0.02)), F1)
    assert ties.tied == ("a", "b")
    assert ties.at_least["c"] > 0


def test_the_more_trials_there_are_the_more_chance_can_do() -> None:
    three = redrawn((0.50, 0.0), (0.50, 0.02), (0.472, 0.02))
    two = [0, 2]
    alone = Redraws(("a", "c"), 1000, three.value[two], three.keeps[two], three.drawn[:, two], three.kept[:, two])
    assert find_ties(alone, F1).tied == ("a",)
    # It lies 1.4 standard errors below the first, where chance comes to 1. Against the second chance comes to 1.41:
    # in a quarter of the draws they move apart by 0.04, and the standard error is 0.0283.
    assert find_ties(three, F1).tied == ("a", "b", "c")


def test_a_wild_trial_far_below_widens_nothing() -> None:
    steady = redrawn((0.50, 0.0), (0.47, 0.02))
    wild = redrawn((0.50, 0.0), (0.47, 0.02), (0.15, 0.10))
    assert find_ties(steady, F1).tied == ("a",)
    assert find_ties(wild, F1).tied == ("a",)
    assert find_ties(wild, F1).at_least["b"] == pytest.approx(find_ties(steady, F1).at_least["b"], abs=1e-6)


def test_identical_predictions_are_tied_or_beaten_together() -> None:
    first = find_ties(leads([1.5, 1.4]), F1)
    assert {"a", "same as a"} <= set(first.tied)
    last = find_ties(leads([0.2, 2.5]), F1)
    assert last.tied == ("b",)
    assert last.at_least["a"] == last.at_least["same as a"] > 0


def test_the_set_grows_with_the_noise() -> None:
    few, many = (find_ties(leads([1.5, 1.2, 1.0, 0.8], rows=rows), F1).tied for rows in (200, 3000))
    assert len(many) < len(few)


def test_the_same_table_gives_the_same_set() -> None:
    assert find_ties(leads([1.5, 1.4, 1.2]), F1) == find_ties(leads([1.5, 1.4, 1.2]), F1)


def test_of_losses_the_smaller_is_better() -> None:
    ties = find_ties(redrawn((0.20, 0.0), (0.10, 0.02), (0.11, 0.02)), Objective(metric="brier"))
    assert ties.tied == ("b", "c")
    assert ties.behind["a"] == pytest.approx(0.10)


def test_what_never_keeps_the_floor_is_not_tied_however_precise() -> None:
    trials = redrawn((0.50, 0.02), (0.90, 0.02), (0.51, 0.02), kept=[[True, False, False], [True, False, True]])
    ties = find_ties(trials, FLOOR)
    assert ties.tied == ("a", "c")  # the third misses the floor, but keeps it in every other draw
    assert ties.behind["b"] == pytest.approx(-0.40)


def test_where_none_keeps_the_floor_all_are_compared() -> None:
    trials = redrawn((0.50, 0.0), (0.30, 0.02), kept=[[False, False]])
    assert find_ties(trials, FLOOR).tied == ("a",)


def test_one_trial_alone_is_the_best() -> None:
    assert find_ties(redrawn((0.5, 0.02)), F1).tied == ("a",)


def test_the_sentence_names_the_cheapest_and_what_it_saves() -> None:
    ties = Ties(("a", "b", "c"), {}, {})
    named = {"a": "native/catboost", "b": "one_hot/logistic", "c": "native/lightgbm"}
    assert ties.sentence(named, {"a": 60.0, "b": 2.0, "c": 3.0, "d": 0.1}, fits=5) == (
        "3 trials are tied; the cheapest is one_hot/logistic (400 ms a fit against 12 s)."
    )
    assert ties.sentence(named, {"a": 2.0, "b": 2.0, "c": 3.0}, fits=5) == (
        "3 trials are tied; the first is also the cheapest, native/catboost (400 ms a fit)."
    )
    alone = Ties(("a",), {}, {})
    assert alone.sentence(named, {"a": 2.0}, fits=5) == "No other trial is tied with the best, native/catboost."
