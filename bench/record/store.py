"""Append rows, keep predictions, say what is done."""

from __future__ import annotations

import csv
import errno
import fcntl
import json
import os
import platform
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TextIO, get_args

import numpy as np
from numpy.typing import NDArray

from bench.data.folds import Folds
from bench.errors import StoreError
from bench.record.columns import CELLS, TRIALS
from bench.vocabulary import Status

Key = tuple[str, int, int]  # trial, repeat, fold


@dataclass(frozen=True)
class CellResult:
    """What became of one cell: a row of cells.csv, and the predictions where it is done.

    ``pieces`` says of what it shares with other cells, by key, whether it is a resampling, and the seconds it took;
    who records several cells charges each piece to the first of them.
    """

    trial: str
    repeat: int
    fold: int
    status: Status
    reason: str = ""
    prepare_seconds: float = 0.0
    resample_seconds: float = 0.0
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0
    peak_megabytes: float = 0.0
    probability: NDArray[np.float64] | None = None
    pieces: Mapping[str, tuple[bool, float]] = field(default_factory=dict)


class Store:
    """The record of one experiment on one table and one set of folds, open for one writer.

    `cells.csv` is only ever appended to. Predictions stand in one file for each fold, as float64 in records of one
    cell each, written and synced before their row. The row holds their place and checksum, so a record without a
    row is overwritten and a row whose record is damaged counts as not done.
    """

    def __init__(self, folder: Path, data_id: str, folds: Folds) -> None:
        self.folder = folder
        self.data_id = data_id
        self.folds = folds
        self.notices: list[str] = []
        self._rows: dict[Key, dict[str, str]] = {}
        self._records: dict[tuple[int, int], int] = {}

    def load(self, *, repair: bool) -> None:
        """Read what is recorded; with ``repair``, cut a torn last line off the file as well as out of the reading.

        Raises
        ------
        StoreError
            If rows stand there that are of other data or other folds, or the columns are others.
        """
        if not self._cells.exists():
            return
        content = self._cells.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if repair and whole != content:
            self.notices.append(f"{self._cells}: its last line was torn off and is removed; that cell runs again.")
            os.truncate(self._cells, len(whole))
        reader = csv.DictReader(whole.decode("utf-8", "replace").splitlines())
        if reader.fieldnames is not None and list(reader.fieldnames) != list(CELLS):
            raise StoreError(
                f"{self._cells}: its columns are not those of this version. Move the folder {self.folder} away."
            )
        unreadable = 0
        for row in reader:
            if not _is_row(row):
                unreadable += 1
                continue
            self._check(row)
            fold = (int(row["repeat"]), int(row["fold"]))
            if not (0 <= fold[0] < self.folds.repeats and 0 <= fold[1] < self.folds.count):
                unreadable += 1
                continue
            self._rows[row["trial"], *fold] = row
            self._records[fold] = max(self._records.get(fold, 0), int(row["predictions_at"]) + 1)
        if unreadable:
            self.notices.append(f"{self._cells}: {unreadable} of its lines cannot be read; their cells run again.")
        damaged = [key for key, row in self._rows.items() if row["status"] == "done" and self._read(row) is None]
        for key in damaged:
            del self._rows[key]
        if damaged:
            self.notices.append(
                f"{self.folder / 'predictions'}: the predictions of {len(damaged)} cells are missing or damaged; "
                "those cells run again."
            )

    def done(self) -> set[Key]:
        """Return the cells that need not run: done, or failed before (a failure is run again when asked)."""
        return set(self._rows)

    def status(self, key: Key) -> str | None:
        """Return how a cell ended, or None if it has not run."""
        return self._rows[key]["status"] if key in self._rows else None

    def forget_failures(self, trials: set[str]) -> None:
        """Take the failed cells of ``trials`` as not run; their rows stay in the file, newer ones count."""
        self._rows = {key: row for key, row in self._rows.items() if row["status"] == "done" or key[0] not in trials}

    def rows(self) -> list[dict[str, str]]:
        """Return the newest row of every cell, as text."""
        return list(self._rows.values())

    def append(self, result: CellResult) -> None:
        """Record one cell: predictions first, then its row, both synced to the disk before it returns."""
        fold = (result.repeat, result.fold)
        place, checksum = -1, 0
        if result.probability is not None:
            place = self._records.get(fold, 0)
            content = result.probability.astype("<f8").tobytes()
            checksum = _checksum(result.trial, content)
            path = self._predictions(*fold)
            with path.open("r+b" if path.exists() else "wb") as file:
                file.seek(place * len(content))
                file.write(content)
                _sync(file)
            self._records[fold] = place + 1
        row = {
            "trial": result.trial,
            "repeat": str(result.repeat),
            "fold": str(result.fold),
            "status": result.status,
            "reason": " ".join(result.reason.split()),
            **{name: f"{getattr(result, name):.4f}" for name in CELLS if name.endswith("_seconds")},
            "peak_megabytes": f"{result.peak_megabytes:.0f}",
            "predictions_at": str(place),
            "predictions_crc32": str(checksum),
            "folds_id": self.folds.folds_id,
            "data_id": self.data_id,
        }
        new = not self._cells.exists() or not self._cells.stat().st_size
        # A reason can hold what UTF-8 cannot write: half a letter out of a file name.
        with self._cells.open("a", newline="", encoding="utf-8", errors="backslashreplace") as file:
            writer = csv.DictWriter(file, CELLS, lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow(row)
            _sync(file)
        self._rows[result.trial, result.repeat, result.fold] = row

    def out_of_fold(self, trial: str) -> NDArray[np.float64] | None:
        """Return the probabilities of shape (repeats, n), or None if a cell is not done."""
        probability = np.empty(self.folds.fold_of.shape)
        for repeat in range(self.folds.repeats):
            for fold in range(self.folds.count):
                row = self._rows.get((trial, repeat, fold))
                held_out = self._read(row) if row is not None and row["status"] == "done" else None
                if held_out is None:
                    return None
                probability[repeat, self.folds.held_out(repeat, fold)] = held_out
        return probability

    def write_trials(self, trials: Iterable[dict[str, Any]]) -> None:
        """Write trials.csv whole: the given rows, and those already there that cells may refer to."""
        path = self.folder / "trials.csv"
        rows = {row["trial"]: row for row in trials}
        if path.exists():
            with path.open(newline="", encoding="utf-8-sig") as file:
                rows = {row["trial"]: {k: v for k, v in row.items() if v} for row in csv.DictReader(file)} | rows
        named = sorted({name for row in rows.values() for name in row} - set(TRIALS))
        with replacing(path) as file:
            writer = csv.DictWriter(file, [*TRIALS, *named], lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows.values())

    def write_run(self, facts: dict[str, Any]) -> None:
        """Write run.json: what a reader needs to know to repeat the run."""
        with replacing(self.folder / "run.json") as file:
            json.dump(facts, file, indent=2, ensure_ascii=False)
            file.write("\n")

    @property
    def _cells(self) -> Path:
        return self.folder / "cells.csv"

    def _predictions(self, repeat: int, fold: int) -> Path:
        return self.folder / "predictions" / f"repeat{repeat}_fold{fold}.f64"

    def _check(self, row: dict[str, str]) -> None:
        for name, here in (("data", self.data_id), ("folds", self.folds.folds_id)):
            if row[f"{name}_id"] != here:
                raise StoreError(
                    f"{self._cells} was written on other {name} ({row[f'{name}_id']}, now {here}). "
                    f"Rename the experiment or move the folder {self.folder} away."
                )

    def _read(self, row: dict[str, str]) -> NDArray[np.float64] | None:
        """Return the predictions a row speaks of, or None if they are not there or not what was written."""
        fold = (int(row["repeat"]), int(row["fold"]))
        size = 8 * len(self.folds.held_out(*fold))
        try:
            with self._predictions(*fold).open("rb") as file:
                file.seek(int(row["predictions_at"]) * size)
                content = file.read(size)
        except FileNotFoundError:
            return None
        if len(content) != size or _checksum(row["trial"], content) != int(row["predictions_crc32"]):
            return None
        return np.frombuffer(content, dtype="<f8")


@contextmanager
def open_store(folder: Path, data_id: str, folds: Folds) -> Iterator[Store]:
    """Open the record in ``folder`` for writing, alone.

    Raises
    ------
    StoreError
        If another run writes there, or what is recorded does not belong to this data and these folds.
    """
    try:
        (folder / "predictions").mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            store = Store(folder, data_id, folds)
            store.load(repair=True)
            yield store
    except OSError as error:
        inside = error.filename is not None and Path(error.filename).absolute().is_relative_to(folder.absolute())
        if not inside and error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StoreError(
            f"{error.filename or folder}: results cannot be written there ({error.strerror}). What is recorded stays; "
            "the same command goes on from there."
        ) from None


def read_store(folder: Path, data_id: str, folds: Folds) -> Store:
    """Read the record in ``folder`` without touching it; raises StoreError as `open_store` does."""
    store = Store(folder, data_id, folds)
    store.load(repair=False)
    return store


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Write a UTF-8 file that appears whole or not at all."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
            _sync(file)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system releases when the process ends, however it ends."""
    directory = os.open(folder, os.O_RDONLY)
    owner = folder / "running.txt"
    try:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = owner.read_text(encoding="utf-8").strip() if owner.exists() else "another process"
            raise StoreError(f"{folder}: {who} is writing there. Wait for it, or stop it.") from None
        try:
            owner.write_text(f"process {os.getpid()} on {platform.node()}\n", encoding="utf-8")
            yield
        finally:
            owner.unlink(missing_ok=True)
    finally:
        os.close(directory)


def _is_row(row: dict[str, str]) -> bool:
    """Say whether a line of cells.csv is whole: every column there, and what is counted with a number."""
    if list(row) != list(CELLS) or None in row.values():
        return False
    whole = all(row[name].lstrip("-").isdecimal() for name in ("repeat", "fold", "predictions_at", "predictions_crc32"))
    timed = all(re.fullmatch(r"\d+(\.\d+)?", row[name]) for name in CELLS if name.endswith("_seconds"))
    return whole and timed and row["status"] in get_args(Status)


def _checksum(trial: str, content: bytes) -> int:
    """Return the checksum of a cell's predictions; with the trial in it, a row cannot claim another's."""
    return zlib.crc32(content, zlib.crc32(trial.encode()))


def _sync(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())
