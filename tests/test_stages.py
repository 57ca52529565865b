"""Races, tuning and budgets from a file to a submission: decided by the record alone, wherever they were cut."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench import flow
from bench.ensemble.verify import verify
from bench.plan.grid import Trial
from bench.question import Question, ask
from bench.record.allowed import read_allowed
from bench.report.diary import Diary
from bench.run.budget import Clock
from bench.run.job import Batch
from bench.run.race import Standing
from bench.run.runner import CellJob
from tests.conftest import page_of

FOLDS = 3
TUNE = "[tune]\ntrials = 4\nbatch = 2\nconfigurations = 1\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    visits = rng.normal(size=140)
    table = pd.DataFrame(
        {
            "visits": visits.round(3),
            "source": rng.choice(["web", "fair", "mail"], 140),
            "won": np.where(rng.random(140) < 1 / (1 + np.exp(-2 * visits)), "yes", "no"),
        }
    )
    table[:120].to_csv("train.csv", index=False)
    table[120:].drop(columns="won").to_csv("asked.csv", index=False)


@pytest.fixture(autouse=True)
def _rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop a trial after one fold or after two by its id: of those with an even digit in the place of the round."""

    def after_round(
        trials: Sequence[Trial], dataset: Any, store: Any, objective: Any, section: Any, rounds: int
    ) -> Any:
        pairs = [(0, fold) for fold in range(rounds)]
        there = [one for one in trials if all(store.status((one.id, *pair)) == "done" for pair in pairs)]
        there.sort(key=lambda one: one.id)
        goes = [one for one in there if int(one.id[rounds], 16) % 2 or one.named("model") == "constant"]
        return Standing(tuple(goes), tuple(one for one in there if one not in goes))

    monkeypatch.setattr("bench.run.search.after_round", after_round)
    monkeypatch.setattr("bench.ensemble.judge.DRAWS", 10)  # how sure the ranking is stands in other tests
    monkeypatch.setattr("bench.run.budget.DRAWS", (5, 10))


def asked(results: str, more: str = "[race]\n") -> Question:
    path = Path("leads.toml")
    path.write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\ntarget = "won"\npositive = "yes"\n'
        f"[folds]\ncount = {FOLDS}\n[submission]\nfinalists = 2\n"
        '[grid]\nencoding = ["one_hot", "target"]\nresampling = ["as_is", "class_weight"]\n'
        f'model = ["constant", {{ name = "logistic", C = [0.1, 1.0] }}]\n{more}'
    )
    return ask(path, Path(results))


def run(
    question: Question,
    stop_after: int | None = None,
    only: dict[str, set[str]] | None = None,
    clock: Clock | None = None,
    workers: int = 0,
) -> flow.Board:
    def watch(diary: Diary) -> None:
        if diary.progress.ran == stop_after:
            raise KeyboardInterrupt("pressed")

    return flow.answer(question, only or {}, False, workers, watch, clock=clock)


def cells(folder: str) -> list[tuple[str, int]]:
    rows = pd.read_csv(f"{folder}/leads/cells.csv")
    return list(zip(rows["trial"], rows["fold"], strict=True))


def board(folder: str) -> list[dict[str, str]]:
    with Path(folder, "leads", "leaderboard.csv").open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "fit_seconds"} for row in csv.DictReader(file)]


def over() -> Clock:
    """Return the clock of a command whose time is over before it begins."""
    return Clock(1.0, 0.0, now=lambda: 100.0)


def ticking(budget: float) -> Clock:
    """Return a clock on which a second passes whenever somebody looks."""
    ticks = count()
    return Clock(budget, 0.0, now=lambda: float(next(ticks)))


def test_a_race_stops_trials_and_ranks_them_below_the_finished_ones() -> None:
    question = asked("results")
    found = run(question)
    rows, ran = board("results"), cells("results")
    statuses = [row["status"] for row in rows]
    assert statuses == sorted(statuses)  # done, then stopped
    assert set(statuses) == {"done", "stopped"}
    for row in rows:
        assert int(row["folds"]) == sum(trial == row["trial"] for trial, _ in ran)
        assert (int(row["folds"]) == FOLDS) == (row["status"] == "done")
        assert 0 <= float(row["f1"]) <= 1
    stopped = [row for row in rows if row["status"] == "stopped"]
    assert {row["folds"] for row in stopped} == {"1", "2"}
    standing = [(-int(row["folds"]), -float(row["f1"])) for row in stopped]
    assert standing == sorted(standing)
    assert not any(row["tied"] or row["threshold"] for row in stopped)
    saved = 1 - len(ran) / (len(rows) * FOLDS)
    assert any(
        sentence.startswith(f"The race stopped {len(stopped)} of {len(rows)} trials (")
        and f"saved {saved:.0%} of all cells" in sentence
        for sentence in found.sentences
    )
    again = flow.recorded(question)
    assert (again.rows, again.sentences) == (found.rows, found.sentences)
    assert [link for link in verify(question.folder / "bundle", 0) if link.holds is False] == []


def test_what_is_left_is_counted_without_the_cells_of_stopped_trials() -> None:
    seen: list[tuple[int, int]] = []
    flow.answer(asked("results"), {}, False, 0, lambda now: seen.append((now.progress.ran, now.progress.left)))
    trials = len(board("results"))
    assert seen[0] == (0, FOLDS * trials)
    assert seen[-1] == (len(cells("results")), 0)


@pytest.mark.parametrize(("stop_after", "more"), [(15, ""), (22, TUNE)])
def test_a_race_that_is_cut_goes_on_and_ends_as_one_that_was_not(stop_after: int, more: str) -> None:
    more = f"[race]\n{more}"
    run(asked("whole", more))
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        run(asked("cut", more), stop_after=stop_after)
    run(asked("cut", more))
    assert sorted(cells("cut")) == sorted(cells("whole"))
    assert board("cut") == board("whole")
    assert Path("cut/leads/submission.csv").read_bytes() == Path("whole/leads/submission.csv").read_bytes()


def test_tuned_trials_stand_on_the_board_and_are_exported_and_verified_like_others() -> None:
    question = asked("results", f"[race]\n{TUNE}")
    run(question)
    trials = {row["trial"] for row in board("results")}
    tuned = trials - {trial.id for trial in question.grid.trials}
    assert len(tuned) == 4
    assert tuned <= set(pd.read_csv("results/leads/trials.csv")["trial"])
    again = ask(Path("leads.toml"), Path("results"))
    finished = [row["trial"] for row in board("results") if row["status"] == "done" and row["trial"] in tuned]
    assert finished
    flow.export(again, finished[0], False, None, 0)
    assert [link for link in verify(question.folder / "bundle", 0) if link.holds is False] == []
    page = page_of(again)
    assert all(trial in page for trial in tuned)


def test_slices_race_among_themselves() -> None:
    question = asked("results")
    run(question, only={"encoding": {"target", "native"}})
    assert {trial for trial, _ in cells("results")} == {
        trial.id for trial in question.plan.only({"encoding": {"target", "native"}}).trials
    }


def test_a_slice_runs_no_tuned_trials_of_another_one() -> None:
    run(asked("first", TUNE), only={"encoding": {"one_hot"}})
    Path("second/leads").mkdir(parents=True)
    shutil.copy("first/leads/tuned.jsonl", "second/leads")  # asked for, and none of it run
    question = asked("second", TUNE)
    assert len(question.asked) == 4
    run(question, only={"model": {"constant"}})
    assert len(cells("second")) == FOLDS


@pytest.mark.slow
def test_worker_processes_race_to_the_same_end() -> None:
    run(asked("here"))
    run(asked("there"), workers=2)
    assert board("there") == board("here")


def test_a_budget_that_is_over_at_once_ends_with_a_complete_result() -> None:
    question = asked("results", "")
    found = run(question, clock=over())
    assert [row["status"] for row in found.rows[:2]] == ["done", "done"]
    assert "constant" in {row["model"] for row in found.rows[:2]}
    assert len(pd.read_csv("results/leads/submission.csv")) == 20
    assert (question.folder / "bundle").is_dir()
    assert any("no time was left to correct" in sentence for sentence in found.sentences)
    allowed = read_allowed(question.folder)
    assert allowed is not None
    assert (allowed.candidates, allowed.draws) == (1, 0)
    assert flow.recorded(question).sentences[0] == found.sentences[0]
    assert [link for link in verify(question.folder / "bundle", 0) if link.holds is False] == []
    assert "no time was left to correct" in page_of(question)


@pytest.mark.slow
def test_the_same_command_goes_on_where_a_budget_ended_and_ends_as_without_one() -> None:
    run(asked("whole"))
    run(asked("cut"), clock=over())
    first = cells("cut")
    assert len(first) < len(cells("whole"))
    run(asked("cut"), clock=ticking(1000.0))
    assert cells("cut")[: len(first)] == first
    run(asked("cut"))
    assert read_allowed(Path("cut/leads")) is None
    assert set(cells("whole")) <= set(cells("cut"))
    finished = [row["trial"] for row in board("whole") if row["status"] == "done"]
    assert [row["trial"] for row in board("cut") if row["status"] == "done"][:1] == finished[:1]


def test_time_that_a_budget_leaves_takes_stopped_trials_to_their_end() -> None:
    question = asked("results", "")
    found = run(question, clock=ticking(1e6))
    assert {row["status"] for row in found.rows} == {"done"}
    assert any("that the race had stopped ran to the end" in sentence for sentence in found.sentences)
    ran = cells("results")
    assert len(ran) == FOLDS * len(question.plan.trials)
    assert flow.recorded(question).sentences[0] == found.sentences[0]


def test_a_budget_run_that_is_killed_leaves_word_of_its_budget() -> None:
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        run(asked("results", ""), stop_after=2 * FOLDS + 9, clock=ticking(100_000.0))
    statuses = {row["status"] for row in flow.recorded(asked("results", "")).rows}
    assert "stopped" in statuses
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        run(asked("results", ""), stop_after=0)
    assert read_allowed(Path("results/leads")) is None


Engine = Callable[..., Iterator[Any]]


def backwards(dropped: int) -> Engine:
    """Return an engine that ends cells in the opposite order, and of the first long batch never its second."""

    def run_batches(job: CellJob, batches: Any, *rest: Any) -> Iterator[Any]:
        for batch in batches:
            assert isinstance(batch, Batch)
            tasks = list(batch.tasks)
            for place in reversed(range(len(tasks))):
                if len(tasks) < 7 or place != dropped:
                    yield tasks[place], job.run(tasks[place], {})

    return run_batches


def test_what_a_budget_leaves_of_a_round_is_a_prefix_of_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    run(asked("whole", ""), clock=ticking(100_000.0))
    monkeypatch.setattr("bench.run.runner.run_batches", backwards(dropped=4))
    run(asked("cut", ""), clock=ticking(100_000.0))
    pilot = 2 * FOLDS
    assert cells("cut")[: pilot + 4] == cells("whole")[: pilot + 4]
    assert {fold for _, fold in cells("cut")[pilot : pilot + 4]} == {0}
    assert cells("cut")[pilot + 4][1] == 1  # the fifth of the first fold never came, so none behind it counts
    found = flow.recorded(asked("cut", ""))
    assert any("The budget of 100000 s ended fold 1 of the race after " in sentence for sentence in found.sentences)
