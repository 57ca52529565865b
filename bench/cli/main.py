"""The command line: `bench COMMAND`, one sentence for a user's slip."""

from __future__ import annotations

import os
import sys

import typer

from bench.cli import hand, look, make, run
from bench.errors import BenchError

app = typer.Typer(
    name="bench",
    help="Find out which preparation and model find the leads that convert, and how good they really are.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for family in (run, look, make, hand):
    family.add_commands(app)


def main() -> None:
    """Run a command and exit: 0 good, 2 a user's slip, 3 the run ended but cells failed, 130 Ctrl-C."""
    try:
        app()
    except BenchError as error:
        print(f"bench: {' '.join(str(error).splitlines())}", file=sys.stderr)
        sys.exit(2)
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of our output went away; Python would complain of it again when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
