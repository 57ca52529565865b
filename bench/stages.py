"""The stages of a run: the rounds of grid and tuning, then the finalists again, in a record kept open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.data.folds import Folds
from bench.ensemble.certainty import DRAWS, measured_pace
from bench.ensemble.customers import Customers
from bench.ensemble.scoreboard import Scoreboard
from bench.plan.grid import Plan, Trial
from bench.question import Question
from bench.record.allowed import Allowed, read_allowed, write_allowed
from bench.record.events import open_events
from bench.record.facts import environment
from bench.record.store import Store, open_store
from bench.record.tuned import read_tuned
from bench.report.diary import Diary
from bench.run.budget import Clock, End, Shares, all_within, each_alone, what_fits, while_there_is_time
from bench.run.job import for_ever
from bench.run.runner import run_rounds
from bench.run.search import Limits, Round, Search, Whole
from bench.run.studies import Known, trials_of, write_journal
from bench.run.tune import batches
from bench.score.ranking import Score
from bench.vocabulary import AXES

Slice = dict[str, set[str]]
Watch = Callable[[Diary], None]


@dataclass(frozen=True)
class Engine:
    """Where and how cells run, and who watches."""

    workers: int
    cluster: str | None
    retry_failed: bool
    watch: Watch
    clock: Clock | None = None

    def run(
        self,
        rounds: Iterable[Round],
        question: Question,
        plan: Plan,
        store: Store,
        diary: Diary,
        limits: Limits | None = None,
    ) -> None:
        """Run what is missing of some rounds."""
        left = self.clock.left if self.clock else for_ever
        each = question.experiment.limits
        run_rounds(rounds, plan, question.dataset, store, self.workers, diary.follow, each, self.cluster, limits, left)


@contextmanager
def recording(
    question: Question, folder: Path, folds: Folds, plan: Plan, engine: Engine, facts: dict[str, Any]
) -> Iterator[tuple[Store, Diary]]:
    """Keep the record of a plan on some folds open, and a diary of what is run."""
    experiment, dataset = question.experiment, question.dataset
    with open_store(folder, dataset.data_id, folds) as store, open_events(folder) as events:
        if engine.retry_failed:
            store.forget_failures({trial.id for trial in plan.trials})
        store.write_trials([trial.row() for trial in plan.trials])
        store.write_run(_facts(question, folds))
        if folder == question.folder:
            store.write_experiment(experiment.source)
        facts = {"workers": None if engine.cluster else engine.workers, "cluster": engine.cluster, **facts}
        diary = Diary(
            question.plan, Scoreboard(dataset, store, experiment.objective), store, events, facts, engine.watch
        )
        yield store, diary
        store.notices += events.notices


def run_stages(question: Question, only: Slice, store: Store, diary: Diary, engine: Engine) -> Question:
    """Run the grid and what tuning asks for, within the budget if there is one; return the question with all of it."""
    experiment, clock, end = question.experiment, engine.clock, end_of(question)
    grid = question.grid.only(only)
    known = Known(grid, {}, question.asked, question.dataset, store, experiment)
    asking: Iterator[Sequence[Trial]] = batches(known, diary.board.scores) if experiment.tune else iter(())
    given = None
    if clock is not None:
        given = Shares(clock, store, end, experiment.tune is not None, engine.workers)
        asking = while_there_is_time(asking, clock, store, grid, end, given)
    asking = filter(None, (_of_slice(batch, only) for batch in asking))
    everything = None if clock is None else Allowed(clock.budget, experiment.ensemble.candidates, DRAWS, None)
    write_allowed(store.folder, everything)  # a run that is killed leaves word of its budget too
    search = Search.of(grid, question.dataset, store, experiment, clock is not None, asking)
    plan = question.plan.only(only) if question.asked else grid
    engine.run(search.rounds(), question, plan, store, diary, given)
    if experiment.tune:
        question = question.asking(read_tuned(store.folder)[0][len(question.asked) :])
        write_journal(known_of(question, store, diary.board.scores(trial.id for trial in question.plan.trials)))
    store.write_trials([trial.row() for trial in search.tuned])
    if given is not None:
        ranked = diary.ranked(question.plan)
        pace = measured_pace(question.dataset, store, [trial.id for trial in ranked], experiment)
        write_allowed(store.folder, what_fits(given, ranked, pace))
    return question


def _of_slice(batch: Sequence[Trial], only: Slice) -> tuple[Trial, ...]:
    """Return the tuned trials that a slice of the experiment holds: those of earlier runs may be of another one."""
    wanted = [(axis, only[axis]) for axis in AXES if axis in only]
    return tuple(trial for trial in batch if all(trial.named(axis) in names for axis, names in wanted))


def known_of(question: Question, store: Store, scores: Mapping[str, Score]) -> Known:
    """Return what tuning goes by."""
    return Known(question.grid, scores, question.asked, question.dataset, store, question.experiment)


@contextmanager
def second_look(question: Question, store: Store, trials: list[str], engine: Engine) -> Iterator[Customers]:
    """Run some trials on the folds of the other kind too, and tell known and new customers apart."""
    section = question.experiment.folds
    if question.other is None or not trials:
        yield Customers.of(question.dataset, section, store, None)
        return
    finalists = replace(question.plan, trials=tuple(trial for trial in question.plan.trials if trial.id in trials))
    facts = {"finalists": trials}
    with recording(question, question.finals, question.other, finalists, engine, facts) as (other, diary):
        rounds: Sequence[Round] = [Round("grid", finalists.trials, Whole(finalists, question.other))]
        given: Limits | None = None
        if engine.clock is not None:  # one by one, the best first
            in_order = sorted(finalists.trials, key=lambda trial: trials.index(trial.id))
            rounds, given = each_alone(in_order, question.other), all_within(engine.clock, engine.clock.left() / 2)
        engine.run(rounds, question, finalists, other, diary, given)
        store.notices += other.notices
        yield Customers.of(question.dataset, section, store, other)


def end_of(question: Question) -> End:
    """Return what the end of a run is made of."""
    experiment, other = question.experiment, question.other
    return End(
        rows=len(question.dataset.y) * question.folds.repeats,
        candidates=experiment.ensemble.candidates,
        finalists=experiment.submission.finalists,
        folds=other.count * other.repeats if other else 0,
    )


def replayed(question: Question, store: Store) -> Search:
    """Go through the rounds again by what is recorded, running nothing."""
    batches = (trials_of(tuple(batch))[0] for _, batch in groupby(question.asked, key=lambda one: one.batch))
    budgeted = read_allowed(store.folder) is not None
    search = Search.of(question.grid, question.dataset, store, question.experiment, budgeted, batches)
    deque(search.rounds(), maxlen=0)
    return search


def _facts(question: Question, folds: Folds) -> dict[str, Any]:
    return {
        "experiment": question.experiment.name,
        "question": question.experiment.question,
        "data_id": question.dataset.data_id,
        "folds_id": folds.folds_id,
        "rows": len(question.dataset.y),
        "positives": int(question.dataset.y.sum()),
        "columns": {column.name: column.kind for column in question.dataset.columns},
        "trials": len(question.plan.trials),
        "notices": list(question.notices),
        **environment(),
    }
