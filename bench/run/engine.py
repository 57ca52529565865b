"""Run tasks on this machine, in a pool of processes or in this one, and hand over each outcome as it comes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.plan.sections import LimitsSection
from bench.run import artefact
from bench.run.job import Batch, Failure, Job, Outcome, Shares, Task, attempt
from bench.run.pool import Pool


def run_tasks(
    job: Job[Task, Outcome],
    tasks: Iterable[Task],
    workers: int,
    limits: LimitsSection | None = None,
    scratch: Path | None = None,
) -> Iterator[tuple[Task, Outcome]]:
    """Yield each task with its outcome, in the order they end. Parameters as in `run_batches`."""
    yield from run_batches(job, [Batch(tasks)], workers, limits, scratch)


def run_batches(
    job: Job[Task, Outcome],
    batches: Iterable[Batch[Task]],
    workers: int,
    limits: LimitsSection | None = None,
    scratch: Path | None = None,
) -> Iterator[tuple[Task, Outcome]]:
    """Yield each task with its outcome, batch after batch, in the order they end.

    Parameters
    ----------
    batches : the next is asked for when every outcome of the one before has been taken; the workers stay
    workers : processes; 0 runs the tasks in this process, where a debugger can follow them, no limit holds and a task
        that is begun ends
    limits : what one task may take; none without
    scratch : a folder for the pieces, made here and gone afterwards; a temporary one without

    Raises
    ------
    EngineError
        If workers die before they can begin.
    """
    if workers == 0:
        kept: dict[str, Any] = {}
        for batch in batches:
            yield from _here(job, batch, kept)
        return
    with _folder(scratch) as folder:
        artefact.write(job, folder / "job")
        pool = Pool(job, workers, limits or LimitsSection(), folder)
        try:
            for batch in batches:
                yield from pool.run(batch)
        finally:
            pool.stop()


def _here(job: Job[Task, Outcome], batch: Batch[Task], kept: dict[str, Any]) -> Iterator[tuple[Task, Outcome]]:
    """Run a batch in this process; ``kept`` holds by key the pieces that are still needed."""
    shares = Shares(batch.tasks, job.lasts)

    def result(node: Any, work: Any) -> Any:
        for need in shares.given(node):
            if need.key not in kept:
                kept[need.key] = result(need, job.make)
        given = {need.key: kept[need.key] for need in shares.given(node)}
        failed = next((value for value in given.values() if isinstance(value, Failure)), None)
        made = failed or attempt(lambda node, given: work(node, deepcopy(given)), node, given)  # as from a file
        for key in shares.done(node):
            del kept[key]
        return made

    for task in batch.tasks:
        if min(batch.seconds_left(), batch.at_most()) <= 0:
            for key in [key for key in kept if not shares.lasting(key)]:
                del kept[key]
            return
        outcome = result(task, job.run)
        yield task, job.lost(task, outcome, 0.0) if isinstance(outcome, Failure) else outcome


@contextmanager
def _folder(scratch: Path | None) -> Iterator[Path]:
    """Make the folder of the pieces, without what a run that was killed left in it, and delete it in the end."""
    if scratch is None:
        with TemporaryDirectory(prefix="leadbench-") as made:
            yield Path(made)
        return
    if scratch.is_symlink() or scratch.is_file():
        scratch.unlink()
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
