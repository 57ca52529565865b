"""Predict a file of new leads in pieces: of each row no more than 8 bytes, a hash of its id, stay in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from bench.bundle.loaded import CUSTOMER, DECISION, Bundle, load_bundle
from bench.bundle.manifest import Manifest
from bench.bundle.predictor import ROWS_AT_ONCE
from bench.data.schema import NewLeads, Reader
from bench.data.table import Table, read_chunks
from bench.data.writing import csv_text
from bench.errors import BenchError, BundleError, DataError, EngineError
from bench.plan.sections import LimitsSection
from bench.record.disk import make_room, replacing
from bench.run import artefact
from bench.run.job import Failure, Job, Node
from bench.run.worker import Order, Worker


@dataclass(frozen=True)
class Predicted:
    """What was said of a file of leads.

    Attributes
    ----------
    called : rows called positive
    customers : "known", "new" or "none" -> rows; empty where companies are not told apart
    notices : what was unusual about the file or the bundle
    """

    rows: int
    called: int
    customers: dict[str, int]
    notices: tuple[str, ...]


def predict_file(folder: Path, leads: Path, output: Path, workers: int) -> Predicted:
    """Write a CSV with a line for each lead of a file, in its order: see `Bundle.predict` for its columns.

    A lead's probability does not depend on the leads beside it, but for rounding: a product of matrices of other
    shapes can differ in its last digits. Where k nearest neighbours fill gaps, that can decide between donors that
    are equally near; a row so filled may be said another probability in another file, or piece of one.

    Parameters
    ----------
    workers : processes that predict beside this one, which reads; 0 does all of it here

    Raises
    ------
    BundleError, DataError
        As `load_bundle`, `bench.data.table.read_chunks` and `Bundle.predict` do; or if another bundle takes the
        place of this one meanwhile.
    EngineError
        If a process dies.
    """
    _check_place(folder, leads, output)
    bundle = load_bundle(folder)
    reader = Reader(bundle.schema)
    rows, called, customers = 0, 0, Counter[str]()
    notices = list(bundle.notices)
    pieces = _read(reader, read_chunks(leads, ROWS_AT_ONCE), notices)
    with replacing(output) as file, closing(_said(bundle, folder, pieces, workers)) as tables:
        for said in tables:
            file.write(csv_text(said, header=not rows))
            rows += len(said)
            called += int((said[DECISION] == bundle.manifest.labels[1]).sum())
            customers.update(said.get(CUSTOMER, ()))
    return Predicted(rows, called, dict(customers), (*notices, *reader.notices()))


def _check_place(folder: Path, leads: Path, output: Path) -> None:
    """Keep what belongs to others from being overwritten, and see that there is room."""
    if output.exists() and leads.exists() and output.samefile(leads):
        raise DataError(f"{output}: is the table of leads and is not overwritten. Name another file.")
    place = output.resolve()
    if place.is_relative_to(folder.resolve()) or (place.parent / "cells.csv").exists():
        raise DataError(f"{output}: stands in a bundle or among the results of a run. Name a file elsewhere.")
    make_room(output, DataError)


def _read(reader: Reader, tables: Iterable[Table], notices: list[str]) -> Iterator[NewLeads]:
    """Yield the pieces of a table as models take them; what its file is noticed for is added to ``notices``."""
    for table in tables:
        notices += table.notices
        yield reader.read(table)


def _said(
    bundle: Bundle, folder: Path, pieces: Iterator[NewLeads], workers: int
) -> Generator[pd.DataFrame, None, None]:
    """Yield what is said of each piece, in order; workers take turns, each with one piece at a time."""
    if workers == 0:
        yield from map(bundle.said_of, pieces)
        return
    crew: list[Worker] = []
    with TemporaryDirectory(prefix="leadbench-") as scratch:
        job = Path(scratch) / "job"
        artefact.write(Saying(folder, bundle.manifest), job)
        try:
            for _ in range(workers):
                crew.append(Worker(job, LimitsSection()))
            turns = cycle(crew)
            for piece, worker in zip(pieces, turns, strict=False):
                said = _answer(worker) if worker.order else None
                worker.give(Order(_Piece(piece), given={}))
                if said is not None:
                    yield said
            for worker in [next(turns) for _ in crew]:
                if worker.order:
                    yield _answer(worker)
        finally:
            for worker in crew:
                worker.strike()
            for worker in crew:
                worker.kill()


@dataclass(frozen=True)
class _Piece:
    """Some of the leads, as a task."""

    leads: NewLeads
    key: str = ""
    needs: tuple[Node, ...] = ()


class Saying(Job[_Piece, "pd.DataFrame | BenchError"]):
    """What a worker does: say what a bundle does of some leads, or what is wrong with them."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder, self._manifest = folder, manifest

    def run(self, task: _Piece, given: Mapping[str, Any]) -> pd.DataFrame | BenchError:
        """Predict a piece."""
        try:
            return self._bundle.said_of(task.leads)
        except BenchError as slip:
            return slip

    @cached_property
    def _bundle(self) -> Bundle:
        """The bundle, loaded from its folder: CatBoost crashes on pickles of models of texts that came from a file."""
        bundle = load_bundle(self._folder)
        if bundle.manifest != self._manifest:
            raise BundleError(f"{self._folder} was replaced by another bundle meanwhile. Predict again.")
        return bundle


def _answer(worker: Worker) -> pd.DataFrame:
    """Return what a worker says of the leads it was given, waiting for it."""
    answer: Any = "ready"
    try:
        while isinstance(answer, str):  # its first word, if this is its first piece
            while not worker.connection.poll(worker.patience()):
                if worker.is_dead():
                    raise EOFError
            answer = worker.answer()
    except EOFError:
        answer = worker.autopsy()
    if isinstance(answer, BenchError):
        raise answer
    if isinstance(answer, Failure):
        raise EngineError(
            f"a process that predicts came to nothing ({answer.reason}). Perhaps memory ran out: "
            "--workers 0 predicts in this process alone."
        )
    assert isinstance(answer, pd.DataFrame)
    return answer
