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
    positive_rate: Annotated[
        str | None,
        typer.Option(help="train, estimate or a share such as 0.35, in place of that in [submission]"),
    ] = None,
    again: Annotated[
        str | None,
        typer.Option(metavar="SHA", help="an earlier submission by the first digits of its hash in submissions.csv"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="submission.csv of the results by default")
    ] = None,
    workers: Workers = None,
    results: Results = RESULTS,
) -> None:
    """Refit the winner, a trial or the ensemble on every labelled row and write its submission."""
    if trial is not None and ensemble:
        raise ExperimentError("--trial and --ensemble: name one of them.")
    if again is not None and (trial is not None or ensemble or positive_rate is not None):
        raise ExperimentError("--again: brings its trial, ensemble and rate along. Leave the other options out.")
    from bench import flow
    from bench.question import ask

    question = ask(file, results, positive_rate=positive_rate)
    if positive_rate is not None and question.dataset.submission is None:
        raise ExperimentError(f"--positive-rate: {file} names no submission, the rows that it is a share of.")
    if again is not None:
        print("\n".join(flow.export_again(question, again, output, worker_count(workers))))
        return
    print("\n".join(flow.export(question, trial, ensemble, output, worker_count(workers)).sentences))


def check(
    submission: Annotated[Path, typer.Argument(help="the file to check")],
    sample: Annotated[Path | None, typer.Option(help="a file in the form that is asked for")] = None,
    experiment: Annotated[
        Path | None, typer.Option(help="an experiment file: its sample, and the labels of its train table")
    ] = None,
) -> None:
    """Check that a submission has the form asked for: columns, ids, order, labels."""
    if (sample is None) == (experiment is None):
        raise ExperimentError("--sample or --experiment: name one of them.")
    from bench.ensemble.form import asked_form, check_submission, sample_form

    if experiment is not None:
        from bench.data.dataset import read_dataset
        from bench.plan.experiment import read_experiment

        asked = read_experiment(experiment)
        form = asked_form(asked, read_dataset(asked.data))
    elif sample is not None:
        form = sample_form(sample)
    rows = check_submission(submission, form)
    print(f"{submission}: {rows:,} rows in the form of {sample or experiment}.")
