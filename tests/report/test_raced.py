"""What is said of race, tuning and budget, before a run and after it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bench.plan.experiment import Experiment, experiment_of
from bench.plan.grid import Cell, Trial
from bench.record.allowed import Allowed, read_allowed, write_allowed
from bench.record.store import Store
from bench.report.raced import raced_sentences, stages
from bench.run.search import Decided, Round, Search, Stage
from tests.components.catalogue import trial

TRIALS = tuple(trial(model=name) for name in ("constant", "logistic", "lightgbm", "xgboost"))


def experiment(more: str) -> Experiment:
    text = f'[data]\ndemo = {{ rows = 500 }}\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n{more}'
    return experiment_of(text, Path("asked.toml"))


def decided(number: int, recorded: int, *stopped: Trial, stage: Stage = "race") -> Decided:
    one = Round(stage, TRIALS, [Cell(each, 0, number - 1) for each in TRIALS], number, 5)
    return Decided(one, len(TRIALS), recorded, tuple(each for each in TRIALS if each not in stopped), stopped)


def said(*rounds: Decided, allowed: Allowed | None = None, finished: tuple[Trial, ...] = ()) -> list[str]:
    asked = experiment("[race]\n")
    search = object.__new__(Search)
    search.store = cast(Store, SimpleNamespace(is_done=lambda name: name in [one.id for one in finished]))
    search.race, search.decided, search.tuned = asked.race, list(rounds), []
    search.grid = object.__new__(type("Grid", (), {"having": lambda self, more: self, "trials": TRIALS}))
    return raced_sentences(search, asked, allowed)


def test_a_plan_says_what_race_tuning_and_budget_will_do() -> None:
    assert stages(experiment(""), 5) == []
    race, tune = stages(experiment("[race]\nerror = 0.1\n[tune]\ntrials = 9\nbatch = 3\n"), 5)
    assert race.startswith("race: fold after fold, 5 in all; ")
    assert "(error 0.1)" in race
    assert tune.startswith("tune: up to 9 trials more, 3 at a time, around the best 3 configurations")
    assert len(stages(experiment("").spending("90s"), 5)) == 2  # a budget needs a race


def test_what_the_race_stopped_is_said_with_the_share_of_cells_it_saved() -> None:
    # 1 of 4 trials is spared four folds and 1 three: 7 of 20 cells.
    rounds = decided(1, 4, TRIALS[1]), decided(2, 4, TRIALS[2])
    (sentence,) = said(*rounds)
    assert sentence.startswith("The race stopped 2 of 4 trials (1 after fold 1, 1 after fold 2), which saved 35% of ")
    assert said(decided(1, 4)) == ["The race stopped no trial."]


def test_a_stopped_trial_that_ran_to_its_end_nevertheless_is_not_told_as_stopped() -> None:
    rounds = decided(1, 4, TRIALS[1]), decided(2, 4, TRIALS[2])
    raced, spare = said(*rounds, finished=TRIALS[:2])
    assert raced.startswith("The race stopped 1 of 4 trials (1 after fold 2), which saved 15% of ")
    assert spare == "In time that was left 1 of the trials that the race had stopped ran to the end."
    assert said(*rounds, finished=TRIALS) == [
        "In time that was left 2 of the trials that the race had stopped ran to the end."
    ]


@pytest.mark.parametrize(
    ("allowed", "rounds", "ends"),
    [
        (Allowed(60.0, 25, 200, None), [decided(1, 4)], "The budget of 60 s was enough for all of it."),
        (
            Allowed(60.0, 25, 200, None),
            [decided(1, 3), decided(2, 1, stage="tuning")],
            "The budget of 60 s ended fold 1 of the race after 3 of 4 cells and fold 2 of tuning after 1 of 4 cells.",
        ),
        (
            Allowed(60.0, 2, 0, 1),
            [decided(1, 4)],
            "The budget of 60 s was short: only the best 2 of the trials may be members of the ensemble; no time was "
            "left to correct scores for the choice; 1 of the finalists could be scored on other folds.",
        ),
    ],
    ids=["enough", "cut", "short"],
)
def test_what_a_budget_cut_is_said(allowed: Allowed, rounds: list[Decided], ends: str) -> None:
    assert said(*rounds, allowed=allowed)[-1] == ends


def test_what_was_allowed_is_read_as_it_was_written_and_taken_away_by_a_run_without_a_budget(tmp_path: Path) -> None:
    allowed = Allowed(60.0, 4, 100, None)
    write_allowed(tmp_path, allowed)
    assert read_allowed(tmp_path) == allowed
    write_allowed(tmp_path, None)
    assert read_allowed(tmp_path) is None
    (tmp_path / "budget.json").write_text('{"budget": 60}')
    assert read_allowed(tmp_path) is None
