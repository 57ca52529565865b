"""What a race leaves is replayed with the trials that it stopped, and a search knows no truth but by its scores."""

from __future__ import annotations

import numpy as np

from benchmarks.equal_trials import Setting
from benchmarks.race import race, replayable
from benchmarks.searched import asked, raced_errors
from tests.test_race_replay import kept


def test_a_race_that_stops_nobody_is_as_the_full_grid() -> None:
    same = kept((0.0, 0.0, 0.0, 0.0, 0.0))
    fresh = type(same)(
        **{
            **vars(same),
            "oof": np.repeat(same.oof[:1], 5, axis=0),
            "asked": np.repeat(np.repeat(same.oof[:1, None], 6, axis=1), 5, axis=0).astype(np.float32),
            "y_fresh": same.y,
        }
    )
    errors = raced_errors(fresh)
    assert errors["raced"] == errors["full"] == errors["finished"]


def test_what_a_race_leaves_lacks_the_folds_that_did_not_run() -> None:
    made = kept((0.5, 0.5, 0.5, 1.0, 1.0))
    trials = {str(place): one[None] for place, one in enumerate(made.oof)}
    ran = race(made.y, {name: one[0] for name, one in trials.items()}, made.fold_of, None, 0.1)
    winner, other = sorted(ran[-1])
    left = replayable(trials, made.fold_of[None], ran, winner)
    assert list(left) == [winner, other, *sorted(set(trials) - {winner, other})]
    ran_once = made.fold_of == 0
    np.testing.assert_array_equal(left["0"][0, ran_once], trials["0"][0, ran_once])
    assert not np.isclose(left["0"][0, ~ran_once], trials["0"][0, ~ran_once]).all()


def test_without_a_race_the_simulation_is_as_it_was() -> None:
    assert Setting(300, 3, error=None).row(2).split(" | ")[:9] == Setting(300, 3, alone=True).row(2).split(" | ")[:9]


def test_a_search_is_the_same_for_the_same_seed() -> None:
    assert asked(1, 100, 0.0, True, draws=2) == asked(1, 100, 0.0, True, draws=2)
