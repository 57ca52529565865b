"""`bench run` and `bench leaderboard`: the main job, and its result again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File, Results, Workers, worker_count
from bench.errors import ExperimentError

if TYPE_CHECKING:
    from bench.flow import Answer, Question
    from bench.record.store import Store
    from bench.run.runner import Progress

SHOWN = 15  # rows of the leaderboard on the terminal


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("run")(run)
    app.command("leaderboard")(leaderboard)


def run(
    file: File,
    only: Annotated[
        list[str] | None,
        typer.Option(help="run a slice, such as model=lightgbm or encoding=target,native; may be repeated"),
    ] = None,
    workers: Workers = None,
    retry: Annotated[Literal["failed"] | None, typer.Option(help="run cells again that failed before")] = None,
    results: Results = RESULTS,
) -> None:
    """Run an experiment: cross-validate the grid, rank it, stack it, write the submission.

    Cells already recorded are not run again.
    """
    wanted = _slices(only or [])
    from bench import flow

    question = flow.ask(file, results)
    show.notices((*question.dataset.notices, *question.folds.notices))
    best = _Best(question)
    state: Progress | None = None

    def watch(now: Progress, store: Store) -> None:
        nonlocal state
        state = now
        report(now, best.after(now, store))

    try:
        with show.watching() as report:
            answer = flow.answer(question, wanted, retry == "failed", worker_count(workers), watch)
    except KeyboardInterrupt:
        recorded, cells = flow.how_far(question, wanted)
        print(
            f"\nbench: interrupted; {recorded} of {cells} cells are recorded. `bench run {file}` goes on from there.",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None
    show.notices(answer.notices)
    _print_board(question, answer)
    print(f"Everything is in {question.folder}.")
    if state is not None and state.failed:
        print(
            f"bench: {state.failed} cells failed; the reasons are in {question.folder / 'cells.csv'}.",
            file=sys.stderr,
        )
        raise typer.Exit(3)


def leaderboard(
    file: File,
    rows: Annotated[int, typer.Option(help="how many rows to show; 0 for all", min=0)] = SHOWN,
    results: Results = RESULTS,
) -> None:
    """Print the leaderboard of what is recorded, fitting nothing."""
    from bench import flow

    question = flow.ask(file, results)
    answer = flow.recorded(question)
    show.notices(answer.notices)
    _print_board(question, answer, rows or None)


def _slices(only: list[str]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for entry in only:
        axis, equals, names = entry.partition("=")
        if not equals or not names:
            raise ExperimentError(f"--only {entry}: write axis=component, such as model=lightgbm.")
        wanted.setdefault(axis.strip(), set()).update(name.strip() for name in names.split(","))
    return wanted


class _Best:
    """The best finished trial so far, in words."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._value, self._words = -1.0, ""

    def after(self, state: Progress, store: Store) -> str:
        from bench.score.ranking import score_trial

        objective = self._question.experiment.objective
        if state.trial is not None and (p := store.out_of_fold(state.trial.id)) is not None:
            score = score_trial(self._question.dataset.y, p, store.folds.fold_of, objective)
            if score.keeps_floor(objective) and score.value(objective) > self._value:
                self._value = score.value(objective)
                self._words = f"best {objective.metric} {self._value:.4f} {state.trial.configuration}"
        return self._words


def _print_board(question: Question, answer: Answer, most: int | None = SHOWN) -> None:
    from bench.report.leaderboard import cell_text, shown_columns

    rows = answer.rows
    if not rows:
        raise ExperimentError(
            f"{question.folder}: nothing is recorded there. `bench run {question.experiment.path}` runs the experiment."
        )
    columns = shown_columns(question.experiment, rows)
    numbers = set(columns) - {"trial", "configuration", "hyperparameters", "status", "floor"}
    show.table(columns, ([cell_text(row.get(name, "")) for name in columns] for row in rows[:most]), numbers)
    if most is not None and len(rows) > most:
        print(f"{len(rows) - most} more in {question.folder / 'leaderboard.md'}")
    for sentence in answer.sentences:
        print(sentence)
