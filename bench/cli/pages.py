"""`bench report` and `bench explore`: pages of what came of a run, and of the leads before any model."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import show
from bench.cli.make import Positive, Submission, file_for
from bench.cli.options import RESULTS, File, Results
from bench.errors import ExperimentError

if TYPE_CHECKING:
    from bench.plan.experiment import Experiment

TABLES = (".csv", ".csv.gz", ".parquet")


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("report")(report)
    app.command("explore")(explore)


def report(file: File, results: Results = RESULTS) -> None:
    """Write the report of what is recorded, report.html and leaderboard.md, fitting nothing."""
    from bench import flow
    from bench.question import ask

    question = ask(file, results)
    show.notices(question.notices)
    print(f"{flow.report(question)}: the report; any browser opens it.")


def explore(
    file: Annotated[Path, typer.Argument(help="an experiment file, or a table: .csv, .csv.gz or .parquet")],
    target: Annotated[str | None, typer.Option(help="of a table: the column that says who converted")] = None,
    submission: Submission = None,
    positive: Positive = None,
    results: Results = RESULTS,
) -> None:
    """Look at the leads before any model: what the columns hold, what goes with conversion, what is odd.

    Of a table what each column is for is proposed as by `bench init`; no experiment file is written.
    """
    from bench import flow
    from bench.data.dataset import read_dataset

    table = file.name.lower().endswith(TABLES)
    if table:
        experiment = _proposed(file, target, submission, positive)
        init = f"bench init {quote(str(file))} --target {quote(str(target))}"
        commands = f"`{init}`, then `bench audit {quote(str(experiment.path))}`"
    else:
        experiment = _read(file, target, submission, positive)
        commands = f"`bench audit {quote(str(file))}`"
    dataset = read_dataset(experiment.data)
    show.notices(dataset.notices)
    looked = flow.look(experiment, dataset, results / experiment.name, commands)
    show.notices(looked.failed)
    for sentence in looked.act:
        print(show.one_line(sentence))
    print(f"{looked.path}: the look at the leads; any browser opens it. Its tables lie beside it as CSV.")


def _proposed(table: Path, target: str | None, submission: Path | None, positive: str | None) -> Experiment:
    """Return the experiment that `bench init` would write for a table."""
    from bench.plan.experiment import experiment_of
    from bench.plan.propose import propose

    if target is None:
        raise ExperimentError(
            f"{table}: is a table, and nothing says which of its columns tells who converted. Name it with --target, "
            "or name an experiment file in place of the table."
        )
    text = propose(table, target, submission=submission, positive=positive)
    return experiment_of(text, file_for(table, None))


def _read(file: Path, *given: object) -> Experiment:
    """Return the experiment of a file, which says by itself what the options say of a table."""
    from bench.plan.experiment import read_experiment

    experiment = read_experiment(file)
    if any(option is not None for option in given):
        raise ExperimentError(
            f"{file}: is an experiment file, and says by itself what --target, --submission and --positive say of a "
            "table. Leave them out, or name the table."
        )
    return experiment
