"""The command line: `bench COMMAND`, one sentence for a user's slip."""

from __future__ import annotations

import errno
import sys

import typer

from bench.cli import (
    auto,
    bundle,
    check,
    compare,
    customers,
    derive,
    explain,
    feedback,
    hand,
    look,
    make,
    pages,
    run,
    status,
)
from bench.cli.terminal import heed_signals, ignore_signals, steady_streams
from bench.errors import BenchError, Stopped

app = typer.Typer(
    name="bench",
    help="Find out which preparation and model find the leads that convert, and how good they really are.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for family in (
    auto,
    run,
    pages,
    compare,
    status,
    look,
    check,
    derive,
    make,
    hand,
    explain,
    bundle,
    customers,
    feedback,
):
    family.add_commands(app)


def main() -> None:
    """Run a command and exit.

    0 good, 2 a user's slip, 3 the run ended but cells failed; 130 Ctrl-C, 143 SIGTERM, 129 a lost terminal.
    """
    heed_signals()
    output = steady_streams()
    code = _ended()
    ignore_signals()
    lost = None if output is None else output.failure
    if code in (0, 3) and lost is not None and lost.errno != errno.EPIPE:
        _say(f"the output cannot be written ({lost.strerror}). What belongs in files is there.")
        code = 2
    sys.exit(code)


def _ended() -> int:
    """Run a command and return how it ended."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BenchError as error:
        _say(str(error))
        return 2
    except OSError as error:  # a disk, a folder, a right that is missing, where no sentence of its own is said
        if error.filename is None:
            raise
        _say(f"{error.filename}: {error.strerror}. Make room or allow it, and run the command again.")
        return 2
    except Stopped as stop:
        _say(f"{stop.how}.")
        return stop.code
    return 0


def _say(sentence: str) -> None:
    print(f"bench: {' '.join(sentence.splitlines())}", file=sys.stderr)
