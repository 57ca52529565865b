"""`bench export` and `bench check-submission`: the file to hand in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import RESULTS, File, Results, Workers, worker_count
from bench.errors import ExperimentError


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("export")(export)
    app.command("check-submission")(check)


def export(
    file: File,
    trial: Annotated[str | None, typer.Option(help="the id of a trial on the leaderboard")] = None,
    ensemble: Annotated[bool, typer.Option("--ensemble", help="the ensemble, whether or not it leads")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="submission.csv of the results by default")
    ] = None,
    workers: Workers = None,
    results: Results = RESULTS,
) -> None:
    """Refit the winner, a trial or the ensemble on every labelled row and write its submission."""
    if trial is not None and ensemble:
        raise ExperimentError("--trial and --ensemble: name one of them.")
    from bench import flow

    question = flow.ask(file, results)
    print("\n".join(flow.export(question, trial, ensemble, output, worker_count(workers)).sentences))


def check(
    submission: Annotated[Path, typer.Argument(help="the file to check")],
    sample: Annotated[Path, typer.Option(help="a file in the form that is asked for")],
) -> None:
    """Check that a submission has the form of the sample: columns, ids, order, labels."""
    from bench.ensemble.submission import check_submission

    rows = check_submission(submission, sample)
    print(f"{submission}: {rows:,} rows in the form of {sample}.")
