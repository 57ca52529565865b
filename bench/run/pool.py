"""A pool of worker processes: who does what next, and what becomes of the task of one that dies."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from bench.errors import EngineError
from bench.plan.sections import LimitsSection
from bench.run.job import Batch, Failure, Job, Shares
from bench.run.worker import Order, Worker

LINED_UP = 1000  # nodes, about, that wait for pieces or to be handed over
STILLBORN = 10  # workers in a row that die before they begin


@dataclass
class _Item:
    """A node on its way: how many pieces it still waits for, and whether it is a task."""

    node: Any
    place: int
    is_task: bool
    waits_for: int = 0
    again: bool = False
    ended: bool = False

    def __lt__(self, other: _Item) -> bool:
        return self.place < other.place


@dataclass
class Pool:
    """Workers, and what they have to do: pieces before the nodes that need them, else in the order given.

    Tasks are taken from their source only while a worker would be idle: in memory are those that wait for the pieces
    under way, and a number for each piece.
    """

    job: Job[Any, Any]
    size: int
    limits: LimitsSection
    folder: Path
    shares: Shares = field(default_factory=lambda: Shares(()))
    workers: list[Worker] = field(default_factory=list)
    _ready: list[_Item] = field(default_factory=list)
    _wanted: dict[str, list[_Item]] = field(default_factory=dict)  # a piece not made yet -> who waits for it
    _made: dict[str, Path | Failure] = field(default_factory=dict)
    _busy: dict[Worker, _Item] = field(default_factory=dict)
    _ended: deque[tuple[Any, Any]] = field(default_factory=deque)
    _places: Iterator[int] = field(default_factory=count)
    _files: Iterator[int] = field(default_factory=count)
    _lined_up: int = 0
    _exhausted: bool = False
    _stillborn: int = 0

    def run(self, batch: Batch[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield each task of a batch with its outcome."""
        self.shares, source, self._exhausted = Shares(batch.tasks, self.job.lasts), iter(batch.tasks), False
        while True:
            if (seconds := batch.seconds_left()) <= 0:  # workers stay for the next batch, to start one takes seconds
                self._exhausted, seconds = True, math.inf
                self._ready.clear()
            self._employ(source)  # before outcomes are handed over: who takes them may take its time
            while self._ended:
                yield self._ended.popleft()
            if (at_most := batch.at_most()) <= 0 or (self._exhausted and not (self._ready or self._busy)):
                self._cut()
                return
            self._listen(min(seconds, at_most))

    def stop(self) -> None:
        """End every worker at once."""
        for worker in self.workers:
            worker.strike()
        while self.workers:
            self.workers.pop().kill()

    def _cut(self) -> None:
        """End what is under way and forget what waits; pieces that are made and last stay."""
        for worker in list(self._busy):
            self._bury(worker)
        self._busy.clear()
        self._ready.clear()
        self._wanted.clear()
        self._lined_up = 0
        for key in [key for key in self._made if not self.shares.lasting(key)]:
            self._drop(key)

    def _employ(self, source: Iterator[Any]) -> None:
        """Give every worker something to do, starting and dismissing workers as there is work."""
        wanted = self.size - len(self._busy)
        while len(self._ready) < wanted and self._lined_up + len(self._ended) < LINED_UP and not self._exhausted:
            if (task := next(source, None)) is None:
                self._exhausted = True
            else:
                self._plan(task, is_task=True)
        for worker in [worker for worker in self.workers if worker.ready and worker not in self._busy]:
            again = bool(self._ready) and self._ready[0].again
            if again and worker.orders:
                self.workers.remove(worker)
                worker.kill()
            elif self._ready:
                self._give(worker, heappop(self._ready))
        starting = sum(not worker.ready for worker in self.workers)
        for _ in range(min(len(self._ready) - starting, self.size - len(self.workers))):
            self.workers.append(Worker(self.folder / "job", self.limits))

    def _plan(self, node: Any, is_task: bool) -> None:
        """Line up a node behind the pieces it needs, and these before it."""
        item = _Item(node, 0, is_task)
        for need in self.shares.given(node):
            if need.key not in self._made and need.key not in self._wanted:
                self._wanted[need.key] = []
                self._plan(need, is_task=False)
            made = self._made.get(need.key)
            if isinstance(made, Failure):
                item.waits_for = 0
                self._end(item, made)
                return
            if made is None:
                self._wanted[need.key].append(item)
                item.waits_for += 1
        item.place = next(self._places)
        if item.waits_for:
            self._lined_up += 1
        else:
            heappush(self._ready, item)

    def _give(self, worker: Worker, item: _Item) -> None:
        made = {need.key: self._made[need.key] for need in self.shares.given(item.node)}
        given = {key: path for key, path in made.items() if isinstance(path, Path)}  # a failure ends who needs it
        keep = None if item.is_task else self.folder / f"piece{next(self._files)}"
        self._busy[worker] = item
        worker.give(Order(item.node, given, keep))

    def _listen(self, seconds: float) -> None:
        """Wait for an answer, a death or a limit, no longer than some seconds, and deal with all there are."""
        concerned = [worker for worker in self.workers if worker in self._busy or not worker.ready]
        if not concerned:  # what was taken from the source has ended without them
            return
        patience = min([seconds, *(worker.patience() for worker in concerned)])
        answering = wait([worker.connection for worker in self.workers], patience)
        for worker in list(self.workers):
            if worker.connection in answering:
                try:
                    answer = worker.answer()
                except EOFError:
                    self._lose(worker, worker.autopsy())
                else:
                    self._take(worker, answer)
            elif worker.is_dead():
                self._lose(worker, worker.autopsy())
            elif (excess := worker.excess()) is not None:
                self._lose(worker, excess)

    def _take(self, worker: Worker, answer: Any) -> None:
        if not worker.ready:
            worker.ready, self._stillborn = True, 0
            return
        if isinstance(answer, OSError):
            raise answer
        order, worker.order = worker.order, None
        item, seconds = self._busy.pop(worker), worker.seconds()
        assert order is not None
        if isinstance(answer, Failure):
            self._fail(item, answer, seconds)
        else:
            self._end(item, answer if order.keep is None else order.keep)

    def _lose(self, worker: Worker, failure: Failure) -> None:
        """Bury a worker that died or has to, and say what becomes of its task."""
        item = self._busy.pop(worker, None)
        self._bury(worker)
        if item is None:
            self._stillborn += not worker.ready
            if self._stillborn == STILLBORN:
                raise EngineError(
                    "the worker processes die before they can begin; what they print stands above. "
                    "--workers 0 runs without them."
                )
        else:
            self._fail(item, failure, worker.seconds())

    def _bury(self, worker: Worker) -> None:
        self.workers.remove(worker)
        worker.kill()
        if worker.order is not None and worker.order.keep is not None:
            worker.order.keep.unlink(missing_ok=True)

    def _fail(self, item: _Item, failure: Failure, seconds: float) -> None:
        """End a task, or begin it again once, in a fresh worker, if it may not be to blame."""
        if failure.outside and not item.again:
            item.again = True
            heappush(self._ready, item)
        else:
            self._end(item, failure, seconds)

    def _end(self, item: _Item, result: Any, seconds: float = 0.0) -> None:
        """Take note of what became of a node: an outcome, the file of a piece, or a failure."""
        if item.ended:  # another piece it needs has failed before
            return
        item.ended = True
        self._lined_up -= item.waits_for > 0
        failed = isinstance(result, Failure)
        if item.is_task:
            self._ended.append((item.node, self.job.lost(item.node, result, seconds) if failed else result))
        else:
            key = item.node.key
            self._made[key] = result
            for waiting in self._wanted.pop(key):
                if failed:
                    self._end(waiting, result)
                elif not waiting.ended:
                    waiting.waits_for -= 1
                    if not waiting.waits_for:
                        self._lined_up -= 1
                        heappush(self._ready, waiting)
            if not self.shares.needed(key):
                self._drop(key)
        for key in self.shares.done(item.node):
            self._drop(key)

    def _drop(self, key: str) -> None:
        """Delete a piece that nobody needs any more, if it is there yet."""
        made = self._made.pop(key, None)
        if isinstance(made, Path):
            made.unlink()
