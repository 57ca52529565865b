"""The whole path, from an experiment file to a submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import Folds, make_folds
from bench.ensemble.judge import judge
from bench.ensemble.scoreboard import Scoreboard
from bench.ensemble.submission import hand_in
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, make_plan
from bench.record.events import open_events
from bench.record.facts import environment
from bench.record.store import open_store, read_store
from bench.report.diary import Diary
from bench.report.leaderboard import Row, blend_sentence, leaderboard, write_leaderboard
from bench.run.runner import run_plan

Slice = dict[str, set[str]]


@dataclass(frozen=True)
class Question:
    """An experiment, its table, its folds and its plan: everything that is known before a fit."""

    experiment: Experiment
    dataset: Dataset
    folds: Folds
    plan: Plan
    folder: Path

    @property
    def submission(self) -> Path:
        """Where the winner's file goes."""
        return self.folder / "submission.csv"


@dataclass(frozen=True)
class Answer:
    """What the recorded cells say: the leaderboard, what leads it and what was handed in, in words."""

    rows: list[Row]
    sentences: list[str]
    notices: list[str]


def ask(path: Path, results: Path, limits: Mapping[str, float | None] | None = None) -> Question:
    """Read the experiment file and its table, split the rows and enumerate the grid; ``limits`` replace the file's."""
    experiment = read_experiment(path).within(limits or {})
    dataset = read_dataset(experiment.data)
    folds = make_folds(dataset, experiment.folds)
    return Question(experiment, dataset, folds, make_plan(experiment, dataset), results / experiment.name)


def answer(
    question: Question,
    only: Slice,
    retry_failed: bool,
    workers: int,
    watch: Callable[[Diary], None],
    cluster: str | None = None,
) -> Answer:
    """Run what is not recorded yet, rank it, stack it, and write it all down.

    Parameters
    ----------
    workers : processes of this machine; with a ``cluster``, the address of a scheduler, for the last refit alone
    watch : called before the first cell and after each
    """
    experiment, dataset, plan = question.experiment, question.dataset, question.plan
    wanted = plan.only(only)
    with open_store(question.folder, dataset.data_id, question.folds) as store, open_events(question.folder) as events:
        if retry_failed:
            store.forget_failures({trial.id for trial in wanted.trials})
        store.write_trials([trial.row() for trial in wanted.trials])
        store.write_run(_facts(question))
        board = Scoreboard(dataset, store, experiment.objective)
        facts = {
            "workers": None if cluster else workers,
            "cluster": cluster,
            "slice": {axis: sorted(names) for axis, names in only.items()},
        }
        diary = Diary(plan, board, store, events, facts, watch)
        run_plan(wanted, dataset, store, workers, diary.follow, experiment.limits, cluster)
        verdict = judge(plan, dataset, store, experiment, board)
        diary.rank()
        rows = leaderboard(plan, verdict.scores, store, experiment)
        sentences = [blend_sentence(verdict.ensemble, plan.trials)] if verdict.ensemble else []
        write_leaderboard(rows, sentences, experiment, question.folder)
        if verdict.winner and dataset.submission is not None:
            handed_in = hand_in(verdict.winner, plan, dataset, experiment, question.submission, workers)
            sentences.append(handed_in.sentence())
    return Answer(rows, sentences, [*store.notices, *events.notices])


def recorded(question: Question) -> Answer:
    """Return what is recorded, fitting and writing nothing."""
    store = read_store(question.folder, question.dataset.data_id, question.folds)
    verdict = judge(question.plan, question.dataset, store, question.experiment)
    rows = leaderboard(question.plan, verdict.scores, store, question.experiment)
    sentences = [blend_sentence(verdict.ensemble, question.plan.trials)] if verdict.ensemble else []
    return Answer(rows, sentences, store.notices)


def export(question: Question, trial: str | None, ensemble: bool, path: Path | None, workers: int) -> str:
    """Write the submission of the winner, of one trial or of the ensemble, and say so in a sentence."""
    store = read_store(question.folder, question.dataset.data_id, question.folds)
    verdict = judge(question.plan, question.dataset, store, question.experiment)
    chosen = verdict.choose(trial, ensemble)
    handed_in = hand_in(
        chosen, question.plan, question.dataset, question.experiment, path or question.submission, workers
    )
    return handed_in.sentence()


def _facts(question: Question) -> dict[str, Any]:
    return {
        "experiment": question.experiment.name,
        "question": question.experiment.question,
        "data_id": question.dataset.data_id,
        "folds_id": question.folds.folds_id,
        "rows": len(question.dataset.y),
        "positives": int(question.dataset.y.sum()),
        "trials": len(question.plan.trials),
        "notices": [*question.dataset.notices, *question.folds.notices],
        **environment(),
    }
