"""A Dask cluster: run tasks and the pieces they share on other machines, hand over each outcome as it comes."""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.errors import EngineError
from bench.plan.sections import LimitsSection
from bench.record.facts import environment
from bench.run.job import Batch, Failure, Job, Node, Outcome, Shares, Task, first_line

if TYPE_CHECKING:
    from distributed import Client, Future

AHEAD = 4  # tasks under way for each thread of the cluster
DOOR_SECONDS = 10.0  # for the scheduler to answer at all; for the first worker to be there
DEAF_SECONDS = 30.0  # for the scheduler to answer a question
GONE_SECONDS = 60.0  # without any worker
LOOK_SECONDS = 2.0  # between two looks at the cluster
CLOSE_SECONDS = 2.0
_NAP_SECONDS = 0.01
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
_WAY_OUT = "What is recorded stays: the same command goes on, and without --cluster this machine does the rest."


def run_on_cluster(
    job: Job[Task, Outcome], batches: Iterable[Batch[Task]], address: str, limits: LimitsSection | None = None
) -> Iterator[tuple[Task, Outcome]]:
    """Yield each task with its outcome, batch after batch, in the order they end.

    Parameters
    ----------
    batches : the next is asked for when every outcome of the one before has been taken; what is under way when the
        time of one is over still ends where it is, and is dropped
    address : of the scheduler, such as tcp://host:8786
    limits : what one task may take; none without

    Raises
    ------
    EngineError
        If nobody answers at the address, the cluster cannot do this work, or it is lost.
    """
    try:
        import distributed  # noqa: F401 - before its loggers are silenced: it sets them up when it is loaded
    except ImportError:
        raise EngineError("--cluster needs the package distributed: pip install 'leadbench[cluster]'.") from None
    with _silence(), _client(address) as client, _crew(client, address, job, limits or LimitsSection()) as crew:
        run = _Run(job, client, crew, address)
        try:
            for batch in batches:
                yield from run.run(batch)
        finally:
            run.cancel()


@dataclass
class _Run:
    """Tasks under way on a cluster. Their number is bounded by that of its threads.

    A piece is held from the first node that needs it until the last has been sent: Dask keeps what those that are sent
    are made of, and makes it again if it is lost with its worker.
    """

    job: Job[Any, Any]
    client: Client
    crew: str
    address: str
    shares: Shares = field(default_factory=lambda: Shares(()))
    threads: int = 1
    _under_way: dict[Future[Any], Any] = field(default_factory=dict)
    _pieces: dict[str, Future[Any]] = field(default_factory=dict)
    _seen: float = field(default_factory=time.monotonic)  # when there was a worker
    _looked: float = float("-inf")

    def run(self, batch: Batch[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield each task of a batch with its outcome."""
        from distributed import as_completed

        from bench.run.crew import run_task

        self.shares, source = Shares(batch.tasks, self.job.lasts), iter(batch.tasks)
        ended = as_completed(loop=self.client.loop, with_results=True, raise_errors=False)
        while True:
            with self._lost_if_it_fails():
                self._look()
                over = batch.seconds_left() <= 0
                while (
                    not over
                    and len(self._under_way) < AHEAD * self.threads
                    and (task := next(source, None)) is not None
                ):
                    future = self._send(run_task, task)
                    self._under_way[future] = task
                    ended.add(future)
            if not self._under_way:
                return
            if batch.at_most() <= 0:
                self.cancel()
                return
            answers = ended.next_batch(block=False)
            for future, result in answers:
                yield self._outcome(self._under_way.pop(future), future, result)
            if not answers:
                time.sleep(_NAP_SECONDS)

    def cancel(self) -> None:
        """Stop what is under way."""
        with suppress(Exception):  # the cluster may be gone
            self.client.cancel([*self._under_way, *self._pieces.values()])
        self._under_way.clear()
        self._pieces.clear()

    def _send(self, work: Callable[..., Any], node: Node) -> Future[Any]:
        from bench.run.crew import make_piece

        needs = self.shares.given(node)
        for need in needs:
            if need.key not in self._pieces:
                self._pieces[need.key] = self._send(make_piece, need)
        given = [self._pieces[need.key] for need in needs]
        keys = tuple(need.key for need in needs)
        # As bytes: neither the scheduler nor a Dask worker has to load the libraries it speaks of.
        future = self.client.submit(work, self.crew, pickle.dumps(node), keys, *given, pure=False)
        for key in self.shares.done(node):
            del self._pieces[key]
        return future

    def _outcome(self, task: Any, future: Future[Any], result: Any) -> tuple[Any, Any]:
        """Return a task with what became of it; ``result`` is what it returned, or how it raised."""
        if isinstance(result, CancelledError):
            raise self._loss() from result
        made, seconds = (self._failure(result[1]), 0.0) if future.status == "error" else result
        return task, self.job.lost(task, made, seconds) if isinstance(made, Failure) else made

    def _failure(self, error: Exception) -> Failure:
        """Return what an exception outside our own processes makes of a task; most are no fault of a task."""
        from distributed.scheduler import KilledWorker

        if isinstance(error, KilledWorker):
            return Failure(
                "failed", f"WorkerDied: {error.allowed_failures + 1} Dask workers died before it was done", outside=True
            )
        if isinstance(error, EngineError):
            raise error
        raise EngineError(f"--cluster {self.address}: {first_line(error)}. {_WAY_OUT}") from error

    def _look(self) -> None:
        """See from time to time whether the cluster is there, and how many threads it has by now."""
        now = time.monotonic()
        if self.client.status != "running":
            raise self._loss()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        workers = _ask(self.client, "ncores", DEAF_SECONDS)
        if workers:
            self.threads, self._seen = sum(workers.values()), now
        elif now - self._seen > GONE_SECONDS:
            raise EngineError(f"--cluster {self.address}: all its workers are gone. {_WAY_OUT}")

    def _loss(self) -> EngineError:
        return EngineError(f"--cluster {self.address}: the scheduler is lost. {_WAY_OUT}")

    @contextmanager
    def _lost_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if isinstance(error, OSError) or self.client.status != "running":
                raise self._loss() from error
            raise


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """Connect to a scheduler."""
    from distributed import Client

    try:
        asyncio.run(asyncio.wait_for(_knock(address), DOOR_SECONDS))
        client = Client(address, timeout=DOOR_SECONDS, set_as_default=False)
    except Exception as error:  # there may be anything at an address, or nothing
        reason = first_line(error) if str(error) else f"nobody for {DOOR_SECONDS:g} s"
        raise EngineError(
            f"--cluster {address}: no Dask scheduler answers there ({reason}). "
            "Write the address that `dask scheduler` prints, such as tcp://host:8786."
        ) from error
    try:
        yield client
    finally:
        with suppress(TimeoutError):
            client.close(timeout=CLOSE_SECONDS)


async def _knock(address: str) -> None:
    """Ask a scheduler who it is: a client waits for ever on who does not talk."""
    from distributed import Security, rpc

    async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
        await scheduler.identity()


@contextmanager
def _crew(client: Client, address: str, job: Job[Any, Any], limits: LimitsSection) -> Iterator[str]:
    """Hold a crew open in every Dask worker; yield its name."""
    from bench.run.crew import name_of

    name = name_of(client.id)
    try:
        _send_crew(client, address, name, job, limits)
        yield name
    finally:
        if client.status == "running":
            with suppress(Exception):  # a scheduler that does not answer any more
                _ask(client, "unregister_worker_plugin", CLOSE_SECONDS, name=name)


def _send_crew(client: Client, address: str, name: str, job: Job[Any, Any], limits: LimitsSection) -> None:
    """Send the job to every Dask worker, once; the scheduler sends it to those that join later."""
    from bench.run.crew import Crew, job_bytes, welcome

    facts = environment()
    versions = {"python": facts["python"], **facts["versions"]}
    try:
        client.wait_for_workers(1, timeout=DOOR_SECONDS)
        client.run_on_scheduler(welcome, versions)
        client.register_plugin(Crew(name, job_bytes(job), limits, versions), name=name)
    except EngineError:
        raise
    except TimeoutError:
        raise EngineError(
            f"--cluster {address}: the scheduler has no workers. `dask worker {address}` starts one."
        ) from None
    except Exception as error:  # what a machine raises that cannot read what it is sent
        raise EngineError(
            f"--cluster {address}: it cannot begin ({first_line(error)}). "
            "Is leadbench installed on every machine of the cluster?"
        ) from error


def _ask(client: Client, question: str, seconds: float, **about: str) -> Any:
    """Return what the scheduler answers, within so many seconds; the client's own methods wait for ever."""
    return client.sync(getattr(client.scheduler, question), **about, callback_timeout=seconds)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what Dask says of connections from standard error: what matters to the user is said in a sentence."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [logging.NullHandler()], False
    try:
        yield
    finally:
        for logger, (handlers, propagate) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
