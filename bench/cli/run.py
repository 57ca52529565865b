"""`bench run` and `bench leaderboard`: the main job, and its result again."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File, Results, Workers, worker_count
from bench.errors import ExperimentError, Stopped

if TYPE_CHECKING:
    from bench.audit.finding import Finding
    from bench.question import Question
    from bench.report.board import Board
    from bench.report.diary import Diary

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
    cluster: Annotated[
        str | None,
        typer.Option(help="a Dask scheduler, tcp://host:8786, whose workers run the cells; the last refit stays here"),
    ] = None,
    cell_seconds: Annotated[float | None, typer.Option(help="wall seconds that a cell may take")] = None,
    cell_gigabytes: Annotated[float | None, typer.Option(help="10^9 bytes of memory that a cell may take")] = None,
    budget: Annotated[
        str | None, typer.Option(help='wall time for all of it, such as "90s", "30m" or "2h"; the trials race then')
    ] = None,
    retry: Annotated[
        Literal["failed"] | None, typer.Option(help="run cells again that failed before, or exceeded a limit")
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Run an experiment: cross-validate the grid, rank it, stack it, write the submission.

    Cells already recorded are not run again.
    """
    began, wanted = time.monotonic(), _slices(only or [])
    if cluster is not None and workers is not None:
        raise ExperimentError("--cluster and --workers: name one of them; a cluster has the workers it has.")
    limits = {"cell_seconds": cell_seconds, "cell_gigabytes": cell_gigabytes}
    run_to_the_end(
        file,
        results,
        began,
        wanted=wanted,
        workers=workers,
        cluster=cluster,
        limits=limits,
        budget=budget,
        retry_failed=retry == "failed",
    )


def run_to_the_end(
    file: Path,
    results: Path,
    began: float,
    *,
    wanted: dict[str, set[str]] | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    limits: dict[str, float | None] | None = None,
    budget: str | None = None,
    retry_failed: bool = False,
) -> None:
    """Run an experiment and print what came of it; ``began`` is when the command did, as `time.monotonic` tells it."""
    from bench import flow
    from bench.question import ask
    from bench.report.whole import FILE as REPORT
    from bench.run.budget import Clock

    wanted = wanted or {}
    question = ask(file, results, limits, budget=budget)
    clock = None if question.experiment.budget is None else Clock(question.experiment.budget, began)
    show.notices(question.notices)
    if workers == 0 and question.experiment.limits.given:
        show.notices(["with --workers 0 no limit holds: nobody is there to end a cell from outside."])
    diaries: dict[Diary, None] = {}  # of the grid, and of the finalists on other folds

    def watch(now: Diary) -> None:
        diaries[now] = None
        report(now)

    question.plan.only(wanted)  # a slip there is told before anything is looked at or written
    findings = flow.inspect(question)
    show.notices(_grave(findings, file))
    try:
        with show.watching() as report:
            answer = flow.answer(question, wanted, retry_failed, worker_count(workers), watch, cluster, findings, clock)
    except Stopped as stop:
        if not diaries:
            raise
        diary = list(diaries)[-1]
        print(
            f"\nbench: {stop.how}; {diary.recorded} of {diary.progress.cells} cells are recorded. "
            "The same command goes on from there.",
            file=sys.stderr,
        )
        raise typer.Exit(stop.code) from None
    show.notices(answer.notices)
    if clock is not None and clock.left() < 0:
        taken = clock.budget - clock.left()
        said = (
            f"it took {taken:.0f} s, more than the budget of {clock.budget:g} s; the result is complete all the same."
        )
        show.notices([said])
    _print_board(question, answer)
    print(f"{question.folder / REPORT}: the report; any browser opens it.")
    print(f"Everything is in {question.folder}.")
    failed = sum(diary.progress.failed for diary in diaries)
    records = [str(diary.store.folder / "cells.csv") for diary in diaries if diary.progress.failed]
    if failed:
        print(
            f"bench: {failed} cells failed; the reasons are in {' and '.join(records)}. "
            "--retry failed runs them again.",
            file=sys.stderr,
        )
        raise typer.Exit(3)


def leaderboard(
    file: File,
    rows: Annotated[int, typer.Option(help="how many rows to show; 0 for all", min=0)] = SHOWN,
    results: Results = RESULTS,
) -> None:
    """Print the leaderboard of what is recorded, fitting nothing; `bench report` makes a page of it."""
    from bench import flow
    from bench.question import ask

    question = ask(file, results)
    answer = flow.recorded(question)
    show.notices(answer.notices)
    _print_board(question, answer, rows or None)


def _grave(findings: list[Finding], file: Path) -> list[str]:
    """Return the findings of the audit that may keep a score from coming true, and how many others there are."""
    grave = [finding.sentence() for finding in findings if finding.weight == "leak"]
    others = len(findings) - len(grave)
    return [*grave, *([f"audit: {others} findings more; `bench audit {file}` lists them."] if others else [])]


def _slices(only: list[str]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for entry in only:
        axis, equals, names = entry.partition("=")
        if not equals or not names:
            raise ExperimentError(f"--only {entry}: write axis=component, such as model=lightgbm.")
        wanted.setdefault(axis.strip(), set()).update(name.strip() for name in names.split(","))
    return wanted


def _print_board(question: Question, answer: Board, most: int | None = SHOWN) -> None:
    from bench.report.leaderboard import cell_text, shown_columns

    rows = answer.rows
    if not rows:
        raise ExperimentError(
            f"{question.folder}: nothing is recorded there. `bench run {question.experiment.path}` runs the experiment."
        )
    columns = shown_columns(question.experiment, rows)
    numbers = set(columns) - {"trial", "configuration", "hyperparameters", "status", "floor", "tied"}
    show.table(columns, ([cell_text(row.get(name, "")) for name in columns] for row in rows[:most]), numbers)
    if most is not None and len(rows) > most:
        print(f"{len(rows) - most} more in {question.folder / 'leaderboard.md'}")
    for sentence in [*answer.sentences, *([answer.bundle] if answer.bundle else [])]:
        print(sentence)
