"""`bench compare`: two experiments or two runs side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import show
from bench.cli.options import RESULTS, Results

SHOWN = 10  # rows of a table on the terminal
HELP = "an experiment file, or the folder of a run such as results/leads"


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("compare")(compare)


def compare(
    one: Annotated[Path, typer.Argument(metavar="A", help=HELP)],
    other: Annotated[Path, typer.Argument(metavar="B", help=HELP)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="the page to write; else compare-A-B.html among the results")
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Compare two runs: which is ahead and how surely; what changed in file, data, versions, ranks and scores."""
    from bench import flow
    from bench.compare.parts import blocks
    from bench.compare.told import answer

    found, path = flow.compare((one, other), results, output)
    for sentence in answer(found):
        print(show.one_line(sentence))
    for block in blocks(found):
        print(f"\n{block.title}")
        for sentence in block.sentences:
            print(show.one_line(sentence))
        for table in block.tables:
            _table(table.columns, table.rows, table.numbers)
        if block.live:
            _table(block.live.columns, [row.cells for row in block.live.rows], block.live.numbers)
    print(f"\n{path}: the comparison; any browser opens it.")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Iterable[str]) -> None:
    """Print the first rows of a table, and how many more there are."""
    show.table(list(columns), ([show.one_line(cell) for cell in row] for row in rows[:SHOWN]), numbers)
    if len(rows) > SHOWN:
        print(f"{len(rows) - SHOWN} more on the page")
