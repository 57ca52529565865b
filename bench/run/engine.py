"""Local processes: run tasks on the workers, hand over each outcome as it comes."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

from bench.errors import EngineError

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

# Set before a worker starts: the libraries read them when they are loaded. Parallelism is over tasks.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS"), "1"
)


class Job(Generic[Task, Outcome]):
    """What a worker does: ``run(task)``, with whatever it keeps between tasks on itself. It is pickled once.

    ``lost(task, reason)`` makes the outcome of a task whose worker died.
    """

    def run(self, task: Task) -> Outcome:
        """Do one task in a worker."""
        raise NotImplementedError

    def lost(self, task: Task, reason: str) -> Outcome:
        """Say what became of a task whose worker process died under it."""
        raise NotImplementedError


def run_tasks(job: Job[Task, Outcome], tasks: Iterable[Task], workers: int) -> Iterator[tuple[Task, Outcome]]:
    """Yield each task with its outcome, in the order they end.

    Parameters
    ----------
    workers : processes; 0 runs the tasks in this process, where a debugger can follow them

    Notes
    -----
    A process that crashes loses its task only (pebble); a pool of `concurrent.futures` would lose them all.
    """
    if workers == 0:
        for task in tasks:
            yield task, job.run(task)
        return
    from pebble import ProcessExpired, ProcessPool

    waiting = iter(tasks)
    running: dict[Future[Outcome], Task] = {}
    with _one_thread(), _on_disk(job) as path:
        # Spawned, since a process forked after OpenMP started can hang.
        pool: Any = ProcessPool(workers, context=get_context("spawn"), initializer=_start_worker, initargs=(path,))
        try:
            while True:
                # A few more than can run, so that no worker waits for the next one to be sent.
                for task in islice(waiting, 2 * workers - len(running)):
                    running[pool.schedule(_work, args=(task,))] = task
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    task = running.pop(future)
                    try:
                        outcome = future.result()
                    except ProcessExpired as error:
                        outcome = job.lost(task, f"ProcessExpired: the worker died ({_how(error.exitcode)})")
                    except BrokenProcessPool:
                        raise EngineError(
                            "the worker processes die before they can begin; what they print stands above. "
                            "--workers 0 runs without them."
                        ) from None
                    yield task, outcome
        finally:
            pool.stop()
            pool.join()


_job: Job[Any, Any] | None = None  # a worker's own


@contextmanager
def _on_disk(job: Job[Any, Any]) -> Iterator[Path]:
    """Lay the job where workers read it.

    A new process gets its arguments through a pipe, and one that dies before it has read more than the pipe holds
    leaves the sender waiting for ever.
    """
    with TemporaryDirectory(prefix="leadbench-") as folder:
        path = Path(folder) / "job.pickle"
        path.write_bytes(pickle.dumps(job))
        yield path


def _start_worker(path: Path) -> None:
    global _job
    _job = pickle.loads(path.read_bytes())
    # Ctrl-C reaches the whole group; the parent decides what becomes of the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(task: Any) -> Any:
    assert _job is not None
    return _job.run(task)


def _how(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        return signal.Signals(-exitcode).name
    return f"exit code {exitcode}"


@contextmanager
def _one_thread() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
