"""`bench explain`: which columns the winner leans on, and why single leads get their probability."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.cli.options import RESULTS, File, Results, Workers, worker_count
from bench.errors import ExperimentError


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("explain")(explain)


def explain(
    file: File,
    trial: Annotated[str | None, typer.Option(help="the id of a trial on the leaderboard")] = None,
    ensemble: Annotated[bool, typer.Option("--ensemble", help="the ensemble, whether or not it leads")] = False,
    leads: Annotated[int, typer.Option(help="give reasons for so many leads, the likeliest", min=0)] = 0,
    lead: Annotated[
        list[str] | None, typer.Option(help="give reasons for the lead of this id; may be repeated")
    ] = None,
    workers: Workers = None,
    results: Results = RESULTS,
) -> None:
    """Say which columns the winner, a trial or the ensemble leans on; with --leads, why leads get their probability."""
    if trial is not None and ensemble:
        raise ExperimentError("--trial and --ensemble: name one of them.")
    if leads and lead:
        raise ExperimentError("--leads and --lead: name one of them.")
    from bench import flow
    from bench.ensemble.leads import Wanted
    from bench.question import ask

    question = ask(file, results)
    wanted = Wanted(leads, tuple(dict.fromkeys(lead or ()))) if leads or lead else None
    print("\n".join(flow.explain(question, trial, ensemble, wanted, worker_count(workers))))
