"""How the commands put tables, notices and progress on a terminal, or in a pipe."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

if TYPE_CHECKING:
    from bench.run.runner import Progress as RunProgress

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


class Watching(Protocol):
    """Takes the state of a run after each cell, with the best score so far in words."""

    def __call__(self, state: RunProgress, best: str) -> None: ...


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
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[best]}"),
        console=Console(stderr=True),
    )
    with bar:
        job = bar.add_task("running", total=None, best="")

        def watch(state: RunProgress, best: str) -> None:
            failed = f"  {state.failed} failed" if state.failed else ""
            bar.update(job, total=state.cells, completed=state.recorded, best=best + failed)

        yield watch


class _PlainLines:
    """One line when a run starts, one every few seconds, one when it ends."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()
        self._recorded_before: int | None = None

    def __call__(self, state: RunProgress, best: str) -> None:
        now = time.monotonic()
        first, end = self._recorded_before is None, state.recorded == state.cells
        if self._recorded_before is None:
            self._recorded_before = state.recorded
        if not (first or end or now - self._last >= QUIET_SECONDS):
            return
        self._last = now
        elapsed, ran = now - self._start, state.recorded - self._recorded_before
        left = f", {elapsed / ran * (state.cells - state.recorded):.0f} s left" if ran and not end else ""
        failed = f", {state.failed} failed" if state.failed else ""
        print(
            f"{state.recorded}/{state.cells} cells, {elapsed:.0f} s{left}{failed}{best and f', {best}'}",
            file=sys.stderr,
            flush=True,
        )
