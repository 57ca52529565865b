"""The local engine: shared pieces made once, and a task that ends badly hurts nothing but itself."""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.errors import EngineError
from bench.plan.sections import LimitsSection
from bench.run.engine import run_batches, run_tasks
from bench.run.job import Batch, Failure, Job
from bench.run.pool import LINED_UP
from bench.run.worker import Worker


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
        case ["leave", _]:
            LEFT.append(np.ones(12_500_000))
        case ["fork"]:
            if os.fork() == 0:
                time.sleep(60)
            os.abort()
        case ["child", path]:
            with Path(path).open("w") as file:
                file.write(str(subprocess.Popen(["sleep", "60"]).pid))
            time.sleep(60)
        case ["unspeakable"]:
            raise UnspeakableError
        case ["generator"]:
            return (letter for letter in "generator")  # type: ignore[return-value]
        case ["disk"]:
            return FullDisk("full")
        case ["threads"]:
            return os.environ["OMP_NUM_THREADS"]
    return None


LEFT: list[Any] = []


class UnspeakableError(Exception):
    """Cannot say what it is about."""

    def __str__(self) -> str:
        raise ValueError


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


class Killed(Words):
    """Has every worker that receives it killed, as for want of memory."""

    def __reduce__(self) -> tuple[object, tuple[int, int]]:
        return os.kill, (0, signal.SIGKILL)  # its own process group


class Adding(Words):
    """Adds one to a piece of zeros before it adds up, and needs room for it."""

    def make(self, piece: Named, given: Mapping[str, Any]) -> Any:
        return np.zeros(int(piece.key))

    def run(self, task: Named, given: Mapping[str, Any]) -> str:
        for zeros in given.values():
            zeros[:10] += 1
        return str(sum(zeros[:10].sum() for zeros in given.values()))


def outcomes(names: list[str], workers: int = 2, **limits: float) -> dict[str, str]:
    done = run_tasks(Words(), [Named(name) for name in names], workers, LimitsSection(**limits))
    return {task.key: outcome for task, outcome in done}


@pytest.mark.parametrize("job", [Unborn(), Killed()], ids=["of themselves", "killed"])
def test_workers_that_cannot_begin_are_said_and_not_waited_for(job: Words) -> None:
    with pytest.raises(EngineError, match="the worker processes die before they can begin"):
        dict(run_tasks(job, [Named("a"), Named("b")], 2))


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


def test_a_worker_that_dies_in_the_middle_of_a_word_has_died() -> None:
    ours, theirs = Pipe()
    os.write(theirs.fileno(), struct.pack("!i", 100) + b"half")
    theirs.close()
    worker = object.__new__(Worker)
    worker.connection = ours
    with pytest.raises(EOFError, match=r"^$"):
        worker.answer()


@pytest.mark.parametrize("workers", [0, 1])
def test_what_cannot_be_said_or_written_fails_alike_everywhere(workers: int) -> None:
    generator = Named("generator")
    tasks = [Named("unspeakable"), Named("a", (generator,)), Named("b", (generator,)), Named("c")]
    done = {task.key: outcome for task, outcome in run_tasks(Words(), tasks, workers)}
    assert done.pop("unspeakable") == "failed: UnspeakableError: "
    assert done.pop("c") == "c"
    assert all(outcome.startswith("failed: TypeError: cannot pickle 'generator' object") for outcome in done.values())


@pytest.mark.parametrize("workers", [0, 1])
def test_a_task_that_changes_a_piece_changes_it_for_itself(workers: int) -> None:
    zeros = Named("100")
    assert [outcome for _, outcome in run_tasks(Adding(), [Named("a", (zeros,)), Named("b", (zeros,))], workers)] == [
        "10.0",
        "10.0",
    ]


def test_pieces_read_do_not_count_for_the_limit_of_memory() -> None:
    large, larger = Named("25000000"), Named("26000000")  # 0.2 GB each
    tasks = [Named(name, (large, larger)) for name in "abc"]
    done = [outcome for _, outcome in run_tasks(Adding(), tasks, 1, LimitsSection(cell_gigabytes=0.45))]
    assert done == ["20.0"] * 3


def test_what_earlier_tasks_left_behind_is_not_charged_to_a_later_one() -> None:
    names = [f"leave {number}" for number in range(6)]  # 0.1 GB each
    assert outcomes(names, 1, cell_gigabytes=0.5) == {name: name for name in names}


def test_tasks_are_not_all_lined_up_behind_a_piece_that_all_need() -> None:
    taken = 0

    class Tasks:
        def __iter__(self) -> Iterator[Named]:
            nonlocal taken
            for taken in range(3 * LINED_UP):
                yield Named(f"{taken}", (Named("raise all"),))

    done = run_tasks(Words(), Tasks(), 1)
    assert next(done)[1] == "failed: RuntimeError: all"
    assert taken <= LINED_UP
    assert len(list(done)) == 3 * LINED_UP - 1


def test_a_task_whose_worker_is_killed_from_outside_begins_again_once(tmp_path: Path) -> None:
    once = f"kill {tmp_path / 'once'}"
    assert outcomes([once, "a"]) == {once: once, "a": "a"}
    assert outcomes(["kill", "a"]) == {"kill": "failed: WorkerDied: the worker process died (SIGKILL)", "a": "a"}


def test_a_worker_whose_child_holds_the_connection_is_seen_to_be_dead() -> None:
    start = time.monotonic()
    done = outcomes(["fork", "a"])
    assert done == {"fork": "failed: WorkerDied: the worker process died (SIGABRT)", "a": "a"}
    assert time.monotonic() - start < 30


def test_what_a_task_has_started_ends_with_it(tmp_path: Path) -> None:
    name = f"child {tmp_path / 'pid'}"
    assert outcomes([name], cell_seconds=2.0)[name].startswith("timeout: ")
    pid = int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


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


def test_what_lies_where_pieces_go_is_replaced_and_a_link_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    for lie in (lambda path: path.symlink_to(tmp_path / "mine"), lambda path: path.touch()):
        lie(tmp_path / "pieces")
        assert dict(run_tasks(Words(), [Named("a")], 1, scratch=tmp_path / "pieces"))
        assert not (tmp_path / "pieces").exists()
    assert (tmp_path / "mine" / "file").exists()


@dataclass
class Lasting(Words):
    """Keeps the pieces named so for the batches that follow."""

    def lasts(self, piece: Named) -> bool:
        return piece.key.startswith("lasting")


@pytest.mark.parametrize("workers", [0, 1])
def test_batches_share_workers_and_the_pieces_that_last(workers: int, tmp_path: Path) -> None:
    lasting, passing = Named("lasting"), Named("passing")
    done: list[str] = []

    def batches() -> Iterator[Batch[Named]]:
        for number in range(3):
            assert len(done) == 2 * number  # all of the batch before has been taken
            yield Batch([Named(f"pid {number} {place}", (lasting, passing)) for place in range(2)])

    before = set(psutil.Process().children())
    seen = set()
    for _, outcome in run_batches(Lasting(tmp_path / "diary"), batches(), workers, scratch=tmp_path / "pieces"):
        done.append(outcome)
        seen |= set(psutil.Process().children()) - before
    assert len(seen) == workers
    assert sorted((tmp_path / "diary").read_text().split()) == ["lasting", *["passing"] * 3]
    assert not (tmp_path / "pieces").exists()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_batch_whose_time_is_over_ends_what_is_under_way_and_the_next_one_runs(workers: int) -> None:
    piece = Named("piece")
    ended = 0

    def left() -> float:
        return 0.0 if ended else 60.0

    batches = [
        Batch([Named("a", (piece,)), Named("sleep", (piece,)), Named("never", (piece,))], at_most=left),
        Batch([Named("b", (piece,))]),
    ]
    done = []
    for task, _ in run_batches(Words(), batches, workers):
        ended += 1
        done.append(task.key)
    assert done == ["a", "b"]


def test_what_is_under_way_may_end_when_no_further_task_begins_and_its_worker_stays() -> None:
    piece, outcomes = Named("piece"), []
    tasks = [Named(f"pid {place}", (piece,)) for place in range(4)]
    batches = [Batch(tasks, lambda: 0.0 if outcomes else 60.0), Batch([Named("pid next", (piece,))])]
    before, seen = set(psutil.Process().children()), set()
    for task, _ in run_batches(Words(), batches, 1):
        outcomes.append(task.key)
        seen |= set(psutil.Process().children()) - before
    assert outcomes == ["pid 0", "pid 1", "pid next"]  # the second was under way when the first was handed over
    assert len(seen) == 1
