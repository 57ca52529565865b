"""How a budget is shared, by numbers worked by hand."""

from __future__ import annotations

import pytest

from bench.run.budget import (
    DRAW_SECONDS,
    DRAWS,
    END,
    MARGIN,
    START_SECONDS,
    TRIAL_SECONDS,
    Clock,
    End,
    draws_for,
    end_seconds,
    how_many,
    seconds_for,
)
from bench.run.search import Round, Stage


def a_round(number: int, of: int = 5, stage: Stage = "race") -> Round:
    return Round(stage, (), [], number, of)


def test_the_first_round_gets_half_of_the_race_and_the_others_equal_parts_of_the_rest() -> None:
    assert seconds_for(a_round(1), 80.0, tunes=False) == 40.0
    assert [seconds_for(a_round(n), 40.0, tunes=False) for n in (2, 3, 4, 5)] == pytest.approx([10, 40 / 3, 20, 40])
    assert seconds_for(a_round(1, of=1), 80.0, tunes=False) == 80.0


def test_a_third_is_kept_for_tuning_and_each_of_its_batches_has_time_for_all_of_its_folds() -> None:
    assert seconds_for(a_round(1), 90.0, tunes=True) == pytest.approx(30.0)
    # The last round is an eighth of the race, and tuning half as long as all of it.
    assert seconds_for(a_round(5), 37.5, tunes=True) == pytest.approx(7.5)
    assert seconds_for(a_round(1, stage="tuning"), 30.0, tunes=True) == 6.0
    assert seconds_for(a_round(5, stage="tuning"), 30.0, tunes=True) == 30.0


def test_the_end_is_given_what_it_needs_and_never_more_than_its_share() -> None:
    end = End(rows=1000, candidates=4, finalists=2, folds=3)
    judging = 1000 * (4 * TRIAL_SECONDS + DRAWS[1] * 4 * DRAW_SECONDS)
    # Four members, and two finalists on three folds, at 2 s each.
    needed = MARGIN * (4 * 2 + 2 * 3 * 2 + judging + START_SECONDS)
    assert end_seconds({"a": 1.0, "b": 3.0}, 4, end, 1000.0) == pytest.approx(needed)
    assert end_seconds({"a": 1.0, "b": 3.0}, 4, end, 10.0) == pytest.approx(10 * END)


def test_as_many_of_the_first_fits_as_there_is_time_for() -> None:
    one = MARGIN * 10.0
    assert how_many([10.0] * 4, START_SECONDS + 2.5 * one, workers=1) == 2
    assert how_many([10.0] * 4, START_SECONDS + 2.5 * one, workers=2) == 4
    assert how_many([10.0] * 4, 0.0, workers=1) == 0
    assert how_many([], 0.0, workers=1) == 0


def test_draws_fill_their_time_are_never_too_few_to_say_anything_and_never_more_than_needed() -> None:
    def seconds(draws: float) -> float:
        return MARGIN * 1000 * (10 * TRIAL_SECONDS + draws * 5 * DRAW_SECONDS)

    assert draws_for(seconds(100.5), 10, 5, 1000) == 100
    assert draws_for(seconds(DRAWS[0] - 0.5), 10, 5, 1000) == 0
    assert draws_for(seconds(1e6), 10, 5, 1000) == DRAWS[1]


def test_a_clock_counts_down_from_when_the_command_began() -> None:
    now = 105.0
    clock = Clock(60.0, started=100.0, now=lambda: now)
    left = clock.within(10.0)
    assert (clock.left(), left()) == (55.0, 10.0)
    now = 170.0
    assert (clock.left(), left()) == (-10.0, -55.0)
