"""A Dask worker's part in a run: processes that do the work, and pieces as files that travel."""

from __future__ import annotations

import mmap
import pickle
import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from pickle import PickleBuffer
from queue import Empty, LifoQueue
from tempfile import TemporaryDirectory, mkdtemp
from threading import Event
from typing import Any, cast
from weakref import finalize

import distributed
from distributed.diagnostics.plugin import WorkerPlugin

from bench.errors import EngineError
from bench.plan.sections import LimitsSection
from bench.run import artefact
from bench.run.job import Failure, Job, Node
from bench.run.pool import STILLBORN
from bench.run.worker import Order, Worker

_PREFIX = "leadbench-"
_crews: dict[str, Crew] = {}  # a piece that arrives from elsewhere has nothing but a name to find its folder by


class Crew(WorkerPlugin):  # type: ignore[misc,unused-ignore]
    """What a Dask worker holds open for one run: the job in a file, and a process for each of its threads.

    The work is done by processes of ours, since what is done in a Dask worker itself cannot be stopped, and takes the
    Dask worker along when it crashes.
    """

    def __init__(self, name: str, job: bytes, limits: LimitsSection, versions: dict[str, str]) -> None:
        self.name, self._job, self._limits, self._versions = name, job, limits, versions

    def setup(self, worker: Any) -> None:
        """Begin, once in each Dask worker, also in those that join later."""
        check(f"Dask worker {worker.address}", self._versions)
        self._closed = Event()
        self._workers: set[Worker] = set()
        self._idle: LifoQueue[Worker] = LifoQueue()
        # The system ends a process with the thread that started it, and threads of Dask come and go.
        self._starter = ThreadPoolExecutor(1)
        self._folder = Path(mkdtemp(prefix="leadbench-", dir=worker.local_directory))
        self._files = count()
        (self._folder / "job").write_bytes(self._job)
        self._job = b""
        _crews[self.name] = self

    def teardown(self, worker: Any) -> None:
        """End every process at once, whatever it does, and delete what is on disk."""
        if _crews.pop(self.name, None) is None:  # refused in `setup`
            return
        self._closed.set()
        for each in list(self._workers):
            each.strike()  # whoever waits for it hears of it
        with suppress(Empty):
            while True:
                self._idle.get_nowait().kill()
        self._starter.shutdown(wait=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_file(self) -> Path:
        """Return a path for a piece."""
        return self._folder / f"piece{next(self._files)}"

    def do(self, order: Order) -> tuple[Any, float]:
        """Return what a process makes of an order, and the seconds it took.

        Raises
        ------
        distributed.Reschedule
            If this Dask worker is being closed: another one does it.
        EngineError
            If nothing can be done here: no process comes to life, or the disk is full.
        """
        try:
            answer, seconds = self._do(order, self._hire())
            if isinstance(answer, Failure) and answer.outside and not self._closed.is_set():
                answer, seconds = self._do(order, self._new())
        finally:
            if self._closed.is_set():  # whatever came of it, it is no fault of the order
                raise distributed.Reschedule
        if isinstance(answer, OSError):
            raise EngineError(f"A Dask worker on {platform.node()} cannot keep a piece: {answer}.")
        return answer, seconds

    def _do(self, order: Order, worker: Worker) -> tuple[Any, float]:
        worker.give(order)
        while True:
            if worker.connection.poll(worker.patience()):
                try:
                    answer = worker.answer()
                except EOFError:
                    failure = worker.autopsy()
                    break
                worker.order = None
                self._idle.put(worker)
                return answer, worker.seconds()
            if worker.is_dead():
                failure = worker.autopsy()
                break
            if (excess := worker.excess()) is not None:
                failure = excess
                break
        self._bury(worker)
        return failure, worker.seconds()

    def _hire(self) -> Worker:
        """Return a process that waits for an order, an old one if there is one."""
        with suppress(Empty):
            while True:
                worker = self._idle.get_nowait()
                if worker.process.poll() is None:
                    return worker
                self._bury(worker)
        return self._new()

    def _new(self) -> Worker:
        for _ in range(STILLBORN):
            worker = self._starter.submit(Worker, self._folder / "job", self._limits).result()
            self._workers.add(worker)
            if self._closed.is_set():  # by now
                worker.strike()
            try:
                worker.answer()
            except EOFError:
                self._bury(worker)
            else:
                return worker
        raise EngineError(
            f"the worker processes on {platform.node()} die before they can begin; the log of its Dask worker says why."
        )

    def _bury(self, worker: Worker) -> None:
        worker.kill()
        self._workers.discard(worker)


class Kept:
    """A piece in a file of the Dask worker that holds it; on its way to another it brings its bytes along."""

    def __init__(self, crew: str, path: Path) -> None:
        self.crew, self.path, self._size = crew, path, path.stat().st_size
        finalize(self, path.unlink, missing_ok=True)

    def __sizeof__(self) -> int:  # what Dask weighs a transfer by
        return self._size

    def __reduce__(self) -> tuple[Any, ...]:
        with self.path.open("rb") as file:
            return _land, (self.crew, PickleBuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))


def _land(crew: str, content: bytes) -> Kept:
    path = _crews[crew].new_file()
    path.write_bytes(content)
    return Kept(crew, path)


def make_piece(crew: str, piece: bytes, needs: tuple[str, ...], *given: Kept | Failure) -> Kept | Failure:
    """Make a piece in the Dask worker that calls; it fails with what it is made of."""
    if failed := _failed(given):
        return failed
    path = _crews[crew].new_file()
    made, _ = _crews[crew].do(_order(piece, needs, given, path))
    return made if isinstance(made, Failure) else Kept(crew, path)


def run_task(crew: str, task: bytes, needs: tuple[str, ...], *given: Kept | Failure) -> tuple[Any, float]:
    """Do a task in the Dask worker that calls; return its outcome or failure, and its seconds."""
    if failed := _failed(given):
        return failed, 0.0
    return _crews[crew].do(_order(task, needs, given))


def _failed(given: tuple[Kept | Failure, ...]) -> Failure | None:
    return next((each for each in given if isinstance(each, Failure)), None)


def _order(node: bytes, needs: tuple[str, ...], given: tuple[Any, ...], keep: Path | None = None) -> Order:
    return Order(cast(Node, _Sealed(node)), {key: kept.path for key, kept in zip(needs, given, strict=True)}, keep)


class _Sealed:
    """A node as bytes, which is a node again where it is unpickled next."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle.loads, (self._content,)


def name_of(client: str) -> str:
    """Return the name of the crew that works for a client."""
    return _PREFIX + client


async def welcome(versions: dict[str, str], dask_scheduler: Any) -> None:
    """Begin on the scheduler: refuse other versions, send home crews whose coordinator has been killed."""
    check("Dask scheduler", versions)
    names = [name for name in dask_scheduler.worker_plugins if name.startswith(_PREFIX)]
    for name in names:
        if name.removeprefix(_PREFIX) not in dask_scheduler.clients:
            await dask_scheduler.unregister_worker_plugin(None, name)


def check(where: str, versions: dict[str, str]) -> None:
    """Refuse Python or libraries of other versions than the coordinator's: they would not give the same bytes."""
    for name, wanted in versions.items():
        try:
            found = platform.python_version() if name == "python" else version(name)
        except PackageNotFoundError:
            found = "is missing"
        if found != wanted:
            raise EngineError(
                f"{where}: {name} {found}, on this machine {wanted}; the results could differ. "
                "Install the versions of this machine on every machine of the cluster."
            )


def job_bytes(job: Job[Any, Any]) -> bytes:
    """Return a job as it stands in its file."""
    with TemporaryDirectory(prefix="leadbench-") as folder:
        artefact.write(job, Path(folder) / "job")
        return (Path(folder) / "job").read_bytes()
