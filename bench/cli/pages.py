"""`bench report` and `bench explore`: pages of what came of a run, and of the leads before any model."""

from __future__ import annotations

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File, Results


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


def explore(file: File, results: Results = RESULTS) -> None:
    """Look at the leads before any model: what the columns hold, what goes with conversion, what is odd."""
    from bench import flow
    from bench.question import ask

    question = ask(file, results)
    show.notices(question.notices)
    path, act = flow.look(question)
    for sentence in act:
        print(show.one_line(sentence))
    print(f"{path}: the look at the leads; any browser opens it.")
