"""`bench init` and `bench demo`: an experiment file from a table, and made-up leads."""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from bench.errors import DataError, ExperimentError


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("init")(init)
    app.command("demo")(demo)


Train = Annotated[Path, typer.Argument(help="the labelled table")]
Target = Annotated[str, typer.Option(help="the column that says who converted")]
Submission = Annotated[Path | None, typer.Option(help="the table to predict")]
Sample = Annotated[Path | None, typer.Option(help="a file in the form of the answer")]
Positive = Annotated[str | None, typer.Option(help="the positive label; the rarer one by default")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="experiments/<table>.toml by default")]


def init(
    train: Train,
    target: Target,
    submission: Submission = None,
    sample: Sample = None,
    positive: Positive = None,
    output: Output = None,
) -> None:
    """Look at a table and write a commented experiment file for it."""
    from bench.plan.propose import propose

    path = file_for(train, output)
    if path.exists():
        raise ExperimentError(f"{path}: exists and is not overwritten. Name another file with -o.")
    write_experiment(path, propose(train, target, submission=submission, sample=sample, positive=positive))
    print(f"{path} is written: read it, then `bench run {quote(str(path))}`.")


def file_for(train: Path, output: Path | None) -> Path:
    """Return where the experiment file of a table goes: where it was asked for, else named like the table."""
    stem = re.sub(r"[^\w .+-]+", "-", train.name.split(".")[0]).strip("-.+") or "table"
    return output or Path("experiments") / f"{stem}.toml"


def write_experiment(path: Path, text: str) -> None:
    """Write an experiment file, and its folder where there is none.

    Raises
    ------
    ExperimentError
        If it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ExperimentError(
            f"{path}: cannot be written there ({error.strerror}). Name another file with -o."
        ) from None


def demo(
    out: Annotated[Path, typer.Option("--out", help="a folder; files there are not overwritten")],
    rows: Annotated[int, typer.Option(help="training rows", min=500, max=5_000_000)] = 59_299,
    seed: Annotated[int, typer.Option(help="the same rows and seed give the same leads", min=0)] = 7,
) -> None:
    """Make up leads: train.csv, submission.csv, sample_submission.csv and the hidden answers.csv."""
    from bench.data.demo import make_demo, write_demo

    try:
        for path in write_demo(make_demo(rows, seed), out):
            print(path)
    except OSError as error:
        raise DataError(f"{out}: cannot be written there ({error.strerror}). Name another folder with --out.") from None
