"""How the commands put tables, notices and progress on a terminal, or in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from bench.report.diary import Diary

QUIET_SECONDS = 10.0  # between two progress lines where no bar can be drawn


def notices(sentences: Iterable[str]) -> None:
    """Print what was repaired or is suspected, on stderr."""
    for sentence in sentences:
        print(f"note: {sentence}", file=sys.stderr)


def table(columns: list[str], rows: Iterable[list[str]], right: Iterable[str] = ()) -> None:
    """Print a table on stdout, whole: on a terminal folded to fit, in a pipe a line a row."""
    terminal = sys.stdout.isatty()
    console = Console(
        width=None if terminal else 1000,
        color_system=None if os.environ.get("NO_COLOR") else "auto",  # rich itself would leave the header bold
        highlight=False,
        markup=False,
    )
    shown = Table(box=box.SIMPLE_HEAD if terminal else None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        # On a terminal a heading of two words takes two lines, which leaves room for what stands below.
        heading = name.replace("_", "\n") if terminal else name
        shown.add_column(heading, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)


def one_line(text: str) -> str:
    """Return a text without line breaks and what else would move a terminal's cursor."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def pace(left: int, cells_per_second: float, seconds_left: float | None) -> str:
    """Say what is left and how fast it goes; `seconds_left` None where nobody knows."""
    rate = f"{cells_per_second:.3g} cells/s" if cells_per_second < 100 else f"{cells_per_second:.0f} cells/s"
    time_left = "" if seconds_left is None or not left else f", about {_duration(seconds_left)}"
    return f"{rate}, {left:,} left{time_left}"


Watching = Callable[["Diary"], None]
"""Takes the diary of a run, before its first cell and after each."""


@contextmanager
def watching() -> Iterator[Watching]:
    """Show a run's progress on stderr: a bar on a terminal that takes escape codes, else a line every few seconds."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        yield _PlainLines()
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        console=Console(stderr=True),
    )
    with bar:
        job = bar.add_task("running", total=None, said="")

        def watch(run: Diary) -> None:
            bar.update(job, total=run.progress.cells, completed=run.progress.recorded, said=_said(run))

        yield watch


class _PlainLines:
    """One line when a run starts, one every few seconds, one when it ends."""

    def __init__(self) -> None:
        self._last: float | None = None

    def __call__(self, run: Diary) -> None:
        state = run.progress
        if self._last is not None and state.elapsed_seconds < self._last:
            self._last = None  # another stage has begun
        if self._last is None or not state.left or state.elapsed_seconds - self._last >= QUIET_SECONDS:
            self._last = state.elapsed_seconds
            said = f"{state.recorded}/{state.cells} cells, {state.elapsed_seconds:.0f} s, {_said(run)}"
            print(said, file=sys.stderr, flush=True)


def _said(run: Diary) -> str:
    """Return what is left, what failed and the best so far."""
    state, best = run.progress, run.best
    failed = f", {state.failed} failed" if state.failed else ""
    leading = f", best {best.metric} {best.value:.4f} {best.configuration}" if best else ""
    return pace(state.left, state.cells_per_second, state.seconds_left) + failed + leading


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
