"""Local processes: a task that kills its worker loses nothing but itself."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from bench.errors import EngineError
from bench.run.engine import Job, run_tasks


@dataclass
class Squares(Job[int, str]):
    """Squares whole numbers; 13 kills the process that works on it."""

    def run(self, task: int) -> str:
        if task == 13:
            os._exit(7)
        threads = os.environ.get("OMP_NUM_THREADS")
        return f"{task * task} with {threads} thread"

    def lost(self, task: int, reason: str) -> str:
        return f"lost: {reason}"


@dataclass
class Unborn(Squares):
    """Kills every worker that receives it, before the worker has read it all."""

    def __reduce__(self) -> tuple[object, tuple[int], dict[str, bytes]]:
        return os._exit, (5,), {"never read": bytes(1_000_000)}


def test_workers_that_cannot_begin_are_said_and_not_waited_for() -> None:
    """A job sent through the pipe to such a worker would wait for ever for its reader."""
    with pytest.raises(EngineError, match="the worker processes die before they can begin"):
        dict(run_tasks(Unborn(), [1, 2, 3], 2))


def test_tasks_run_in_this_process_without_workers() -> None:
    assert dict(run_tasks(Squares(), [2, 3], 0)).keys() == {2, 3}


def test_a_worker_that_dies_costs_one_task_and_every_worker_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    outcomes = dict(run_tasks(Squares(), [1, 2, 13, 3, 4], 2))
    assert outcomes.pop(13) == "lost: ProcessExpired: the worker died (exit code 7)"
    assert outcomes == {n: f"{n * n} with 1 thread" for n in (1, 2, 3, 4)}
    assert os.environ["OMP_NUM_THREADS"] == "2"
