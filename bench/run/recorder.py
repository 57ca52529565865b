"""Results of cells on their way into the record: as they come, or held back until those before them are in."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bench.errors import ENDING
from bench.plan.grid import Cell
from bench.record.store import CellResult, Key, Store
from bench.run.count import Count, Progress
from bench.run.search import Round


class Recorder:
    """Takes results and records them: as they come, or held back until all cells before them are in."""

    def __init__(self, store: Store, count: Count, watch: Callable[[Progress], None]) -> None:
        self.store, self.count, self._watch = store, count, watch
        self._charged: set[str] = set()
        self._order: deque[Cell] = deque()  # not recorded yet
        self._held: dict[Key, CellResult] = {}

    def begin(self, one: Round, in_order: bool) -> None:
        """Begin a round, whose results are recorded in the order of its cells or as they come."""
        self.count.expect(one.trials)
        done = self.store.done()
        self._order = deque(cell for cell in one.cells if cell.key not in done) if in_order else deque()

    def take(self, cell: Cell, result: CellResult) -> None:
        """Take note of a cell that has ended."""
        if not self._order:
            self._append(cell, result)
            return
        self._held[cell.key] = result
        while self._order and self._order[0].key in self._held:
            first = self._order.popleft()
            self._append(first, self._held.pop(first.key))

    def drop(self) -> None:
        """Forget results that came before those of cells that stand before them."""
        self._held.clear()

    def _append(self, cell: Cell, result: CellResult) -> None:
        row = _charge(result, self._charged)
        with _held_signals():
            self.store.append(row)
            progress = self.count.after(cell, row)
        self._watch(progress)


@contextmanager
def _held_signals() -> Iterator[None]:
    """Let the signals that end a command wait, so that what is on the disk is also counted."""
    if threading.current_thread() is not threading.main_thread():  # signals are not its concern
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in (number for number, handler in before.items() if callable(handler)):
        signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _charge(result: CellResult, charged: set[str]) -> CellResult:
    """Return a result with the seconds of the pieces that no cell before it was charged with."""
    new = [result.costs[key] for key in result.costs if key not in charged]
    charged.update(result.costs)
    return replace(
        result,
        prepare_seconds=sum(cost.seconds for cost in new if not cost.resampling),
        resample_seconds=sum(cost.seconds for cost in new if cost.resampling),
    )
