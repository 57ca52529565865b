"""Predict a file of new leads in pieces, so that memory does not grow with its rows."""

from __future__ import annotations

import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from bench.bundle.loaded import CUSTOMER, DECISION, Bundle, load_bundle
from bench.bundle.predictor import ROWS_AT_ONCE
from bench.data.schema import NewLeads, Reader
from bench.data.table import Table, read_chunks
from bench.errors import DataError, EngineError
from bench.record.disk import replacing


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

    Parameters
    ----------
    workers : processes that predict beside this one, which reads; 0 does all of it here

    Raises
    ------
    BundleError, DataError
        As `load_bundle`, `bench.data.table.read_chunks` and `Bundle.predict` do.
    EngineError
        If a process dies.
    """
    if output.exists() and leads.exists() and output.samefile(leads):
        raise DataError(f"{output}: is the table of leads and is not overwritten. Name another file.")
    bundle = load_bundle(folder)
    reader = Reader(bundle.schema)
    rows, called, customers = 0, 0, Counter[str]()
    notices = list(bundle.notices)
    with replacing(output) as file:
        pieces = _read(reader, read_chunks(leads, ROWS_AT_ONCE), notices)
        for said in _said(bundle, folder, pieces, workers):
            said.to_csv(file, index=False, header=not rows, lineterminator="\n")
            rows += len(said)
            called += int((said[DECISION] == bundle.manifest.labels[1]).sum())
            customers.update(said.get(CUSTOMER, ()))
    return Predicted(rows, called, dict(customers), (*notices, *reader.notices()))


def _read(reader: Reader, tables: Iterable[Table], notices: list[str]) -> Iterator[NewLeads]:
    """Yield the pieces of a table as models take them; what its file is noticed for is added to ``notices``."""
    for table in tables:
        notices += table.notices
        yield reader.read(table)


def _said(bundle: Bundle, folder: Path, pieces: Iterator[NewLeads], workers: int) -> Iterator[pd.DataFrame]:
    """Yield what is said of each piece, in order; a few pieces are on their way at a time."""
    if workers == 0:
        yield from map(bundle.said_of, pieces)
        return
    waiting: deque[Future[pd.DataFrame]] = deque()
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (folder,)) as pool:
        try:
            for piece in pieces:
                waiting.append(pool.submit(_said_there, folder, piece))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise EngineError(
                "a process that predicts died; perhaps memory ran out. --workers 0 predicts in this process."
            ) from None
        finally:
            for future in waiting:
                future.cancel()


def _begin(folder: Path) -> None:
    """Load the bundle in a new process; Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _loaded(folder)


@cache
def _loaded(folder: Path) -> Bundle:
    return load_bundle(folder)


def _said_there(folder: Path, piece: NewLeads) -> pd.DataFrame:
    return _loaded(folder).said_of(piece)
