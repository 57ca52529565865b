"""The local engine: shared pieces made once, and a task that ends badly hurts nothing but itself."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.errors import EngineError
from bench.plan.experiment import LimitsSection
from bench.run.engine import run_tasks
from bench.run.job import Failure, Job


@dataclass(frozen=True)
class Named:
    """A task or a piece that is told by its name alone."""

    key: str
    needs: tuple[Named, ...] = ()


@dataclass
class Words(Job[Named, str]):
    """Adds up the names of pieces; some names do harm."""

    diary: Path | None = None

    def make(self, piece: Named, given: Mapping[str, str]) -> str:
        if self.diary is not None:
            with self.diary.open("a") as file:
                file.write(f"{piece.key}\n")
        return harm(piece.key) or "".join([*(self._of(need, given) for need in piece.needs), piece.key])

    def run(self, task: Named, given: Mapping[str, str]) -> str:
        return harm(task.key) or " ".join([task.key, *(self._of(need, given) for need in task.needs)])

    def _of(self, piece: Named, given: Mapping[str, str]) -> str:
        return given[piece.key] if piece.key in given else self.make(piece, given)

    def lost(self, task: Named, failure: Failure, seconds: float) -> str:
        return f"{failure.status}: {failure.reason}"


def harm(name: str) -> str | None:
    """Do what a name says."""
    match name.split():
        case ["raise", *words]:
            raise RuntimeError(" ".join(words))
        case ["abort"]:
            os.abort()
        case ["exit", code]:
            os._exit(int(code))
        case ["kill", path]:  # the first who comes
            with Path(path).open("a") as file:
                file.write("killed\n")
            if len(Path(path).read_text().splitlines()) < 2:
                os.kill(os.getpid(), signal.SIGKILL)
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["sleep"]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(1)
        case ["devour"]:
            eaten = []
            while True:
                eaten.append(np.ones(1_000_000))
        case ["disk"]:
            return FullDisk("full")
        case ["threads"]:
            return os.environ["OMP_NUM_THREADS"]
    return None


class FullDisk(str):
    """Cannot be written for want of room."""

    def __reduce__(self) -> tuple[object, ...]:
        raise OSError(errno.ENOSPC, "No space left on device")


@dataclass
class Unborn(Words):
    """Kills every worker that receives it, before the worker has read it all."""

    ballast: bytes = field(default_factory=lambda: bytes(1_000_000))

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (5,)


def outcomes(names: list[str], workers: int = 2, **limits: float) -> dict[str, str]:
    done = run_tasks(Words(), [Named(name) for name in names], workers, LimitsSection(**limits))
    return {task.key: outcome for task, outcome in done}


def test_workers_that_cannot_begin_are_said_and_not_waited_for() -> None:
    with pytest.raises(EngineError, match="the worker processes die before they can begin"):
        dict(run_tasks(Unborn(), [Named("a"), Named("b")], 2))


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_piece_that_several_need_is_made_once(workers: int, tmp_path: Path) -> None:
    base = Named("base")
    left, right, alone = (Named(name, (base,)) for name in ("left", "right", "alone"))
    tasks = [Named(f"{n}", (left,)) for n in range(3)] + [Named("x", (right, alone)), Named("y", (right,))]
    job, scratch = Words(tmp_path / "diary"), tmp_path / "pieces"
    done = {task.key: outcome for task, outcome in run_tasks(job, tasks, workers, scratch=scratch)}
    whole = {f"{n}": f"{n} baseleft" for n in range(3)} | {"x": "x baseright basealone", "y": "y baseright"}
    assert done == whole
    made = (tmp_path / "diary").read_text().split()
    assert sorted(made) == ["alone", "base", "left", "right"]
    assert not scratch.exists()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_piece_that_fails_costs_those_who_need_it_and_no_other(workers: int) -> None:
    bad, good = Named("raise bad piece"), Named("good")
    behind = Named("behind", (bad, good))
    tasks = [Named("a", (bad,)), Named("b", (behind,)), Named("c", (behind, good)), Named("d", (good,))]
    done = {task.key: outcome for task, outcome in run_tasks(Words(), tasks, workers)}
    reason = "failed: RuntimeError: bad piece"
    assert done == {"a": reason, "b": reason, "c": reason, "d": "d good"}


def test_every_worker_has_one_thread_and_the_caller_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert outcomes(["threads"]) == {"threads": "1"}
    assert os.environ["OMP_NUM_THREADS"] == "2"


def test_a_task_that_ends_its_worker_costs_no_neighbour() -> None:
    done = outcomes(["a", "abort", "b", "exit 7", "c", "raise one", "d"])
    assert done.pop("abort") == "failed: WorkerDied: the worker process died (SIGABRT)"
    assert done.pop("exit 7") == "failed: WorkerDied: the worker process died (exit code 7)"
    assert done.pop("raise one") == "failed: RuntimeError: one"
    assert done == {name: name for name in "abcd"}


def test_a_task_whose_worker_is_killed_from_outside_begins_again_once(tmp_path: Path) -> None:
    once = f"kill {tmp_path / 'once'}"
    assert outcomes([once, "a"]) == {once: once, "a": "a"}
    assert outcomes(["kill", "a"]) == {"kill": "failed: WorkerDied: the worker process died (SIGKILL)", "a": "a"}


def test_a_task_without_end_is_gone_soon_after_its_limit() -> None:
    start = time.monotonic()
    done = outcomes(["sleep", "a", "b"], cell_seconds=2.0)
    assert done == {"sleep": "timeout: Timeout: not done within cell_seconds = 2", "a": "a", "b": "b"}
    assert time.monotonic() - start < 2 + 10


def test_no_process_outlives_a_run_that_is_left_early(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    started: Iterator[Any] = run_tasks(Words(), [Named("a"), Named("sleep")], 2, scratch=tmp_path / "pieces")
    assert next(started)[1] == "a"
    assert set(psutil.Process().children()) - before
    started.close()  # type: ignore[attr-defined]
    assert not (tmp_path / "pieces").exists()
    assert set(psutil.Process().children()) <= before


def test_a_piece_that_finds_the_disk_full_is_no_fault_of_the_tasks(tmp_path: Path) -> None:
    piece = Named("disk")
    tasks = [Named("a", (piece,)), Named("b", (piece,))]
    with pytest.raises(OSError, match="No space left on device") as caught:
        dict(run_tasks(Words(), tasks, 1, scratch=tmp_path / "pieces"))
    assert Path(caught.value.filename).parent == tmp_path / "pieces"
    assert not (tmp_path / "pieces").exists()
