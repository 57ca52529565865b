"""`bench feedback`: what a bundle predicted against what happened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.bundle import Folder


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("feedback")(feedback)


def feedback(
    bundle: Folder,
    outcomes: Annotated[
        Path, typer.Argument(help="leads with the target column; or ids and targets alone, with --leads")
    ],
    leads: Annotated[Path | None, typer.Option(help="the leads' columns, where OUTCOMES holds ids and targets")] = None,
    time: Annotated[str | None, typer.Option(help="the column that periods are made of")] = None,
    by: Annotated[list[str] | None, typer.Option(help="a column to look at level by level; may be repeated")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="the folder to write; else feedback-... beside the bundle")
    ] = None,
    train_out: Annotated[Path | None, typer.Option(help="also write the outcomes as the next training table")] = None,
) -> None:
    """Say what came of leads that a bundle predicted, and whether its threshold should move."""
    from bench.customer.feedback.give import Wanted, give_feedback
    from bench.run.worker import ONE_THREAD

    os.environ.update(ONE_THREAD)
    given = give_feedback(bundle, Wanted(outcomes, leads, time, tuple(by or ()), output, train_out))
    for notice in given.notices:
        print(f"note: {notice}")
    print("\n".join((*given.sentences(), *given.written)))
