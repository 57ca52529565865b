"""What an engine is asked to do: tasks, the pieces they share, and limits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from bench.vocabulary import Status


class Node(Protocol):
    """A task, or a piece that tasks are made of; pieces are made of pieces."""

    @property
    def key(self) -> str:
        """Its name; two pieces of one name are the same."""

    @property
    def needs(self) -> tuple[Node, ...]:
        """The pieces it is made of."""


Task = TypeVar("Task", bound=Node)
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Failure:
    """Why a task or a piece came to nothing; ``outside``: perhaps through no fault of its own."""

    status: Status
    reason: str
    outside: bool = False


class Job(Generic[Task, Outcome]):
    """What a worker does. It is sent to each worker once."""

    def make(self, piece: Any, given: Mapping[str, Any]) -> Any:
        """Make a piece that several others need; ``given`` holds by key what it needs and was made before."""
        raise NotImplementedError

    def lasts(self, piece: Any) -> bool:
        """Say whether a piece is kept for the batches that follow, however few of this one need it."""
        return False

    def run(self, task: Task, given: Mapping[str, Any]) -> Outcome:
        """Do one task; pieces that are not given are its own to make."""
        raise NotImplementedError

    def lost(self, task: Task, failure: Failure, seconds: float) -> Outcome:
        """Say what became of a task that failed, or of which a piece failed; ``seconds`` since it was begun."""
        raise NotImplementedError


SecondsLeft = Callable[[], float]


def for_ever() -> float:
    """Return how many seconds are left where nobody counts them."""
    return math.inf


@dataclass(frozen=True)
class Batch(Generic[Task]):
    """Tasks that need not wait for each other.

    Attributes
    ----------
    tasks : gone through twice, once to count who shares what
    seconds_left : asked again and again; at 0 no further task begins
    at_most : likewise; at 0 what is under way is ended too, and its work is lost
    """

    tasks: Iterable[Task]
    seconds_left: SecondsLeft = for_ever
    at_most: SecondsLeft = for_ever


def attempt(work: Callable[[Any, Mapping[str, Any]], Any], node: Node, given: Mapping[str, Any]) -> Any:
    """Return what ``work`` makes of a node, or the `Failure` it ends in."""
    try:
        return work(node, given)
    except MemoryError:
        return Failure("memory", "MemoryError: not enough memory")
    except Exception as error:  # any library's, on any table
        return Failure("failed", first_line(error))


def first_line(problem: Warning | Exception | str) -> str:
    """Return an error or warning as one line that opens with its type."""
    try:
        lines = str(problem).strip().splitlines() or [""]
    except Exception:  # some cannot say what they are about
        lines = [""]
    return f"{type(problem).__name__}: {lines[0]}"[:300]


class Shares:
    """How many nodes still need each piece. What a single one needs is made inside it, and costs no file.

    Parameters
    ----------
    lasts : says which pieces are for later tasks too, and never over
    """

    def __init__(self, tasks: Iterable[Node], lasts: Callable[[Any], bool] = lambda piece: False) -> None:
        self._lasts = lasts
        self._lasting: set[str] = set()
        self._total: Counter[str] = Counter()
        for task in tasks:
            self._count(task)
        self._left = self._total.copy()

    def given(self, node: Node) -> list[Node]:
        """Return the shared pieces that ``node`` is handed: its own, and those of what is made inside it."""
        return list({piece.key: piece for piece in self._edges(node)}.values())

    def done(self, node: Node) -> list[str]:
        """Take note that ``node`` is done, or will never be, and return the pieces that nobody needs any more."""
        over = []
        for piece in self._edges(node):
            self._left[piece.key] -= 1
            if not self.needed(piece.key):
                over.append(piece.key)
        return over

    def needed(self, key: str) -> bool:
        """Say whether anybody still needs a piece."""
        return self._left[key] > 0 or key in self._lasting

    def lasting(self, key: str) -> bool:
        """Say whether a piece is for later tasks too."""
        return key in self._lasting

    def _count(self, node: Node) -> None:
        for piece in node.needs:
            self._total[piece.key] += 1
            if self._total[piece.key] == 1:
                if self._lasts(piece):
                    self._lasting.add(piece.key)
                self._count(piece)

    def _edges(self, node: Node) -> Iterator[Node]:
        for piece in node.needs:
            if self._total[piece.key] > 1 or piece.key in self._lasting:
                yield piece
            else:
                yield from self._edges(piece)
