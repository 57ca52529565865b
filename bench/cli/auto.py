"""`bench auto`: from a table to a submission within a time; the experiment file it writes remains."""

from __future__ import annotations

import time
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from bench.cli.make import Output, Positive, Sample, Submission, Target, Train, file_for, write_experiment
from bench.cli.options import RESULTS, Results, Workers
from bench.cli.run import run_to_the_end
from bench.errors import ExperimentError

CELLS_FAILED = 3  # exit code of a run that ended nevertheless


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("auto")(auto)


def auto(
    train: Train,
    target: Target,
    submission: Submission = None,
    sample: Sample = None,
    positive: Positive = None,
    budget: Annotated[str, typer.Option(help='the time for all of it, such as "90s", "10m" or "1h"')] = "10m",
    workers: Workers = None,
    results: Results = RESULTS,
    output: Output = None,
) -> None:
    """Find what works on a table within a time, and hand it in: `bench init` and `bench run` in one.

    The experiment file remains, to be edited and run again. The same command goes on where it was stopped.
    """
    began = time.monotonic()
    from bench.plan.propose import propose

    path = file_for(train, output)
    text = propose(train, target, submission=submission, sample=sample, positive=positive, budget=budget)
    if not path.exists():
        write_experiment(path, text)
        print(f"{path} is written, and now run with a budget of {budget}.")
    elif path.read_bytes() == text.encode():
        print(f"{path} is as it was written; what it lacks is run now, with a budget of {budget}.")
    else:
        raise ExperimentError(
            f"{path}: exists and is not overwritten. Name another file with -o, or run it as it is: "
            f"`bench run {quote(str(path))}`."
        )
    try:
        run_to_the_end(path, results, began, workers=workers, budget=budget)
    except typer.Exit as ended:
        if ended.exit_code == CELLS_FAILED:
            _say_how_to_go_on(path)
        raise
    _say_how_to_go_on(path)


def _say_how_to_go_on(path: Path) -> None:
    """Print what to do next; what is handed in, the run has said."""
    print(
        f"{path} holds what was tried. To go on, edit it (columns to drop, components, the budget), then "
        f"`bench run {quote(str(path))}`: what is recorded is not run again."
    )
