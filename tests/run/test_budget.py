"""How a budget is shared, by numbers worked by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from bench.plan.grid import Cell
from bench.run.budget import (
    DRAWS,
    END,
    ITSELF,
    MARGIN,
    PAGE_SECONDS,
    START_SECONDS,
    Clock,
    End,
    Pace,
    Shares,
    draws_for,
    end_seconds,
    how_many,
    seconds_for,
)
from bench.run.search import Round, Stage
from tests.components.catalogue import trial

TIMES = ("prepare_seconds", "resample_seconds", "fit_seconds", "predict_seconds")


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
    judging = Pace.guessed(1000).judging(4, 4, DRAWS[1])
    # Four members, and two finalists on three folds, at 2 s each.
    needed = MARGIN * (4 * 2 + 2 * 3 * 2 + judging + START_SECONDS + PAGE_SECONDS)
    assert end_seconds({"a": 1.0, "b": 3.0}, 4, end, 1000.0) == pytest.approx(needed)
    assert end_seconds({"a": 1.0, "b": 3.0}, 4, end, 10.0) == pytest.approx(10 * END)
    slower = end_seconds({"a": 1.0, "b": 3.0}, 4, end, 1000.0, START_SECONDS + 6.0)
    assert slower == pytest.approx(needed + MARGIN * 6.0)


def test_as_many_of_the_first_fits_as_there_is_time_for() -> None:
    one = MARGIN * 10.0
    assert how_many([10.0] * 4, 7.0 + 2.5 * one, 1, start_seconds=7.0) == 2
    assert how_many([10.0] * 4, 7.0 + 2.5 * one, 2, start_seconds=7.0) == 4
    assert how_many([10.0] * 4, 0.0, 1, start_seconds=7.0) == 0
    assert how_many([], 0.0, 1, start_seconds=7.0) == 0


def test_draws_fill_their_time_are_never_too_few_to_say_anything_and_never_more_than_needed() -> None:
    def seconds(draws: float) -> float:
        return MARGIN * (10 * 0.2 + (draws + ITSELF) * 5 * 0.01)

    pace = Pace(trial=0.2, draw=0.01)
    assert draws_for(seconds(100.5), 10, 5, pace) == 100
    assert draws_for(seconds(DRAWS[0] - 0.5), 10, 5, pace) == 0
    assert draws_for(seconds(1e6), 10, 5, pace) == DRAWS[1]
    assert draws_for(seconds(100.5), 10, 5, Pace(trial=0.4, draw=0.02)) < 50  # on a machine half as fast


def test_the_pilot_takes_what_it_takes_and_shows_how_long_a_worker_takes_to_begin() -> None:
    now, rows = 0.0, []
    store = SimpleNamespace(rows=lambda: rows)
    end = End(rows=0, candidates=1, finalists=0, folds=0)
    shares = Shares(Clock(100.0, 0.0, lambda: now), store, end, tunes=False, workers=2)  # type: ignore[arg-type]
    assert [limit() for limit in shares(a_round(1, stage="pilot"))] == [math.inf, math.inf]
    rows = [{"trial": "a"} | dict.fromkeys(TIMES, "2.0")] * 2  # 16 s of work, by two workers
    now = 20.0
    no_more, ended = shares(a_round(1))
    assert shares.start_seconds == 20 - 16 / 2
    left = 80 - MARGIN * (12 + PAGE_SECONDS)
    assert (no_more(), ended()) == pytest.approx((left / 2, left))
    now = 25.0
    assert ended() == pytest.approx(left - 5)


@pytest.mark.parametrize(("budget", "begins"), [(55.0, True), (49.0, False)])
def test_a_stopped_trial_is_taken_to_its_end_only_if_there_is_time_for_all_of_it(budget: float, begins: bool) -> None:
    stopped = trial(model="logistic")
    times = {"trial": stopped.id} | dict.fromkeys(TIMES, "2.5")  # 10 s for one of three folds
    store = SimpleNamespace(rows=lambda: [times], status=lambda key: "done" if key[2] == 0 else None)
    end = End(rows=0, candidates=1, finalists=0, folds=0)
    shares = Shares(Clock(budget, 0.0, lambda: 0.0), store, end, tunes=True, workers=1)  # type: ignore[arg-type]
    no_more, _ = shares(Round("spare", (stopped,), [Cell(stopped, 0, fold) for fold in range(3)]))
    needed, kept = MARGIN * 20, min(END * budget, MARGIN * (10 + START_SECONDS + PAGE_SECONDS))  # the end has its fit
    assert begins == (budget - kept >= needed)
    assert no_more() == (pytest.approx(budget - kept) if begins else 0.0)


def test_a_pilot_that_was_recorded_already_shows_nothing() -> None:
    store = SimpleNamespace(rows=lambda: [{"trial": "a"} | dict.fromkeys(TIMES, "2.0")])
    end = End(rows=0, candidates=1, finalists=0, folds=0)
    shares = Shares(Clock(100.0, 0.0, lambda: 1.0), store, end, tunes=False, workers=2)  # type: ignore[arg-type]
    shares(a_round(1, stage="pilot"))
    shares(a_round(1))
    assert shares.start_seconds == START_SECONDS


def test_a_clock_counts_down_from_when_the_command_began() -> None:
    now = 105.0
    clock = Clock(60.0, started=100.0, now=lambda: now)
    left = clock.within(10.0)
    assert (clock.left(), left()) == (55.0, 10.0)
    now = 170.0
    assert (clock.left(), left()) == (-10.0, -55.0)
