"""A process with one task at a time, which can be killed and costs no other task."""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.errors import ENDING
from bench.plan.sections import LimitsSection
from bench.run import artefact
from bench.run.job import Failure, Job, Node, attempt

# Set before a worker starts: the libraries read them when they are loaded. Parallelism is over tasks.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
LOOK_SECONDS = 0.05  # between two looks at the memory of a worker
DEAF_SECONDS = 1.0  # between two looks at whether it lives
NEAR = 0.8  # times the memory limit: a worker that died there most likely died of it
BEYOND = 1.15  # times the memory limit: there an allocation fails, should the watch from outside come too late
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True)
class Order:
    """A task, where the pieces it needs lie, and where to lay what it makes, if it is a piece itself."""

    node: Node
    given: Mapping[str, Path]
    keep: Path | None = None


class Worker:
    """A worker process, seen from the one that started it.

    Its life hangs on ours: it is killed when we end, however we end. It reads the job from a file, since a process
    that dies before it has read what a pipe cannot hold leaves the sender waiting for ever.
    """

    def __init__(self, job: Path, limits: LimitsSection) -> None:
        self.limits = limits
        self.ready = False
        self.order: Order | None = None
        self.orders = 0  # so far, the one under way included
        self.started = 0.0
        self.megabytes = 0.0  # of its own memory, when it was last looked at
        self.connection, theirs = Pipe()
        # Not forked: a process forked after OpenMP started can hang. Its own process group, since Ctrl-C reaches a
        # whole group and it is for us to say what becomes of a worker. -P: our path, not the folder we run in.
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-c", "from bench.run.worker import main; main()"),
                *(str(theirs.fileno()), str(os.getpid()), str(job), str(limits.cell_gigabytes or 0.0)),
            ],
            env=os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(str(path or Path.cwd()) for path in sys.path)},
            stdin=subprocess.DEVNULL,
            stdout=2,  # results alone go to stdout, and some libraries print
            pass_fds=(theirs.fileno(),),
            process_group=0,
        )
        theirs.close()

    def give(self, order: Order) -> None:
        """Send a task; nothing may be under way. A worker that has died says so when it is listened to."""
        self.order, self.started, self.megabytes = order, time.monotonic(), 0.0
        self.orders += 1
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(order)

    def answer(self) -> Any:
        """Receive what it has to say, waiting if there is nothing yet; EOFError if it has died."""
        try:
            answer = self.connection.recv()
        except OSError:  # it died in the middle of a word
            raise EOFError from None
        if self.limits.cell_gigabytes is not None and isinstance(answer, Failure) and answer.status == "memory":
            return self._outgrown()  # the resource limit came before the watch
        return answer

    def seconds(self) -> float:
        """Return for how long the task has been under way."""
        return time.monotonic() - self.started

    def patience(self) -> float:
        """Return for how many seconds it need not be looked at."""
        if self.limits.cell_gigabytes is not None:
            return LOOK_SECONDS
        if self.limits.cell_seconds is not None:
            return min(DEAF_SECONDS, max(0.0, self.limits.cell_seconds - self.seconds()) + 0.01)
        return DEAF_SECONDS

    def is_dead(self) -> bool:
        """Say whether it has ended with nothing left to say; a child of it can hold the connection open."""
        return self.process.poll() is not None and not self.connection.poll()

    def excess(self) -> Failure | None:
        """Return what the task under way exceeds, if anything."""
        if self.order is None:
            return None
        if self.limits.cell_seconds is not None and self.seconds() > self.limits.cell_seconds:
            return Failure("timeout", f"Timeout: not done within cell_seconds = {self.limits.cell_seconds:g}")
        if self.limits.cell_gigabytes is not None:
            self.megabytes = _own_megabytes(self.process.pid) or self.megabytes
            if self.megabytes > 1000 * self.limits.cell_gigabytes:
                return self._outgrown()
        return None

    def autopsy(self) -> Failure:
        """Return what ended a worker that nobody here killed."""
        try:
            code = self.process.wait(DEAF_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed the connection and lives on
            self.kill()
            code = self.process.returncode
        if self.limits.cell_gigabytes is not None and self.megabytes > 1000 * NEAR * self.limits.cell_gigabytes:
            return self._outgrown()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        outside = -code in (signal.SIGKILL, *ENDING) or self.orders > 1
        return Failure("failed", f"WorkerDied: the worker process died ({how})", outside)

    def kill(self) -> None:
        """End the process and all it started at once, whatever they do."""
        self.strike()
        self.process.wait()
        self.connection.close()

    def strike(self) -> None:
        """Kill without waiting for the end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _outgrown(self) -> Failure:
        reason = f"Memory: more than cell_gigabytes = {self.limits.cell_gigabytes:g}"
        return Failure("memory", reason, outside=self.orders > 1)  # it may be what earlier tasks left behind


def main() -> None:
    """Work until the one who started us ends: take an order, do it, answer."""
    descriptor, parent, job_file, gigabytes = sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    connection = Connection(int(descriptor))
    _die_with(int(parent))
    job: Job[Any, Any] = artefact.read(Path(job_file))
    connection.send("ready")
    while True:
        try:
            order = connection.recv()
        except EOFError:
            return
        connection.send_bytes(_do(job, order, float(gigabytes)))


def _do(job: Job[Any, Any], order: Order, gigabytes: float) -> bytes:
    """Return the answer to an order, pickled: an outcome, a failure, what the disk says, or None for a piece."""

    def done(node: Node, paths: Mapping[str, Path]) -> bytes:
        _bound(0.0)  # what the last task was held to does not count files read
        given = {key: artefact.read(path) for key, path in paths.items()}
        _bound(gigabytes)
        if order.keep is None:
            return pickle.dumps(job.run(node, given))
        made = job.make(node, given)
        try:
            artefact.write(made, order.keep)
        except OSError as error:  # a full disk is no fault of the piece
            return pickle.dumps(OSError(error.errno, error.strerror, str(order.keep)))
        return pickle.dumps(None)

    answer = attempt(done, order.node, order.given)
    return pickle.dumps(answer) if isinstance(answer, Failure) else answer


def _die_with(parent: int) -> None:
    """End this process when the one that started it ends, though it be killed and we be deep in a library."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _bound(gigabytes: float) -> None:
    """Let allocations fail beyond the limit, if any; what is read, or reserved and never touched, does not count."""
    if sys.platform != "linux":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if not gigabytes:
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
        return
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    reserved = 1024 * (int(status["VmData"].split()[0]) - int(status["RssAnon"].split()[0]))
    soft = int(max(reserved, 0) + BEYOND * gigabytes * 1e9)
    resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _own_megabytes(pid: int) -> float | None:
    """Return the resident memory of a process but for what it shares, such as pieces read from their files."""
    import psutil

    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return None
    return float(memory.rss - getattr(memory, "shared", 0)) / 1e6
