"""Append rows, keep predictions, say what is done."""

from __future__ import annotations

import csv
import errno
import fcntl
import json
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench.data.folds import Folds
from bench.errors import StoreError
from bench.record.cells import HEADER, CellResult, Fold, Key, Row, key_of, line, read_line, row_of, text_of
from bench.record.columns import TRIALS
from bench.record.disk import cut_torn_line, replacing, sync_folder, write_at
from bench.record.facts import earlier_versions
from bench.record.predictions import Predictions

__all__ = ["CellResult", "Key", "Store", "open_store", "read_store"]

EXPERIMENT: Final = "experiment.toml"


class Store:
    """The record of one experiment on one table and one set of folds, open for one writer.

    `cells.csv` is only ever appended to, and predictions are on the disk before their row is. The row holds their
    place and checksum, so a record without a row is overwritten and a row whose record is damaged counts as not done.
    """

    def __init__(self, folder: Path, data_id: str, folds: Folds) -> None:
        self.folder = folder
        self.data_id = data_id
        self.folds = folds
        self.notices: list[str] = []
        self._rows: dict[Key, Row] = {}
        self._cells = folder / "cells.csv"
        self._predictions = Predictions(folder / "predictions", folds)
        self._folds = dict.fromkeys((repeat, fold) for repeat in range(folds.repeats) for fold in range(folds.count))

    def load(self, *, repair: bool) -> None:
        """Read what is recorded; with ``repair``, cut a torn last line off the file as well as out of the reading.

        Raises
        ------
        StoreError
            If rows stand there that are of other data or other folds, or the columns are others.
        """
        if not self._cells.exists():
            return
        unreadable = 0
        for fields in self._lines():
            if fields is not None and (key := key_of(fields))[1:] in self._folds:
                self._rows[key] = row_of(fields)
            else:
                unreadable += 1
        if repair and cut_torn_line(self._cells):  # now that the file is known to be ours
            self.notices.append(f"{self._cells}: its last line was torn off and is removed; that cell runs again.")
        if unreadable:
            self.notices.append(
                f"{self._cells}: {unreadable} of its lines cannot be read; a cell that no other line records runs "
                "again."
            )
        damaged = self._predictions.damaged(self._rows)
        for key in damaged:
            del self._rows[key]
        if damaged:
            self.notices.append(
                f"{self._predictions.folder}: the predictions of {len(damaged)} cells are missing or damaged; "
                "those cells run again."
            )

    def done(self) -> set[Key]:
        """Return the cells that need not run: done, or failed before (a failure is run again when asked)."""
        return set(self._rows)

    def status(self, key: Key) -> str | None:
        """Return how a cell ended, or None if it has not run."""
        return self._rows[key].status if key in self._rows else None

    def forget_failures(self, trials: set[str]) -> None:
        """Take the failed cells of ``trials`` as not run; their rows stay in the file, newer ones count."""
        self._rows = {key: row for key, row in self._rows.items() if row.status == "done" or key[0] not in trials}

    def fit_seconds(self) -> dict[str, float]:
        """Return by trial the seconds of all its fits that count."""
        seconds: dict[str, float] = {}
        for (trial, _, _), row in self._rows.items():
            seconds[trial] = seconds.get(trial, 0.0) + row.fit_seconds
        return seconds

    def rows(self) -> list[dict[str, str]]:
        """Return the newest line of every cell, as text, from the file."""
        lines = self._lines() if self._cells.exists() else ()
        newest = {key_of(fields): text_of(fields) for fields in lines if fields is not None}
        return [row for key, row in newest.items() if key in self._rows]

    def append(self, result: CellResult) -> None:
        """Record one cell: predictions first, then its row, both synced to the disk before it returns."""
        key = (result.trial, result.repeat, result.fold)
        place, checksum = -1, 0
        if result.probability is not None:
            place, checksum = self._predictions.append(key, result.probability)
        written = line(result, place, checksum, self.folds.folds_id, self.data_id)
        new = not self._cells.exists() or not self._cells.stat().st_size
        write_at(self._cells, HEADER + written if new else written)
        self._rows[key] = Row(result.status, round(result.fit_seconds, 4), place, checksum)

    def is_done(self, trial: str) -> bool:
        """Say whether every cell of a trial is done."""
        return all(self.status((trial, *fold)) == "done" for fold in self._folds)

    def out_of_fold(self, trial: str, folds: Iterable[Fold] | None = None) -> NDArray[np.float64] | None:
        """Return the probabilities of shape (repeats, n), NaN in rows never held out, or None if a cell is not done.

        Parameters
        ----------
        folds : the pairs of repeat and fold asked for, the rows of others being NaN too; all without
        """
        asked = list(self._folds if folds is None else folds)
        if any(self.status((trial, *fold)) != "done" for fold in asked):
            return None
        probability = np.full(self.folds.fold_of.shape, np.nan)
        for repeat, fold in asked:
            key = (trial, repeat, fold)
            held_out = self._predictions.read(key, self._rows[key])
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
                whole = [row for row in csv.DictReader(file) if row.get("trial") and None not in row]
            rows = {row["trial"]: {k: v for k, v in row.items() if v} for row in whole} | rows
        named = sorted({name for row in rows.values() for name in row} - set(TRIALS))
        with replacing(path) as file:
            writer = csv.DictWriter(file, [*TRIALS, *named], lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows.values())

    def write_run(self, facts: dict[str, Any]) -> None:
        """Write run.json: what a reader needs to know to repeat the run.

        Versions that recorded cells were made with, and that are others now, stay in it and are said.
        """
        path = self.folder / "run.json"
        earlier = earlier_versions(path, facts) if self._rows else {}
        if earlier:
            then = ", ".join(f"{name} {' and '.join(versions)}" for name, versions in earlier.items())
            now = ", ".join(f"{name} {facts['versions'].get(name, 'missing')}" for name in earlier)
            self.notices.append(f"{path}: there are cells recorded with {then}; new ones are made with {now}.")
            facts = {**facts, "earlier_versions": earlier}
        with replacing(path) as file:
            json.dump(facts, file, indent=2, ensure_ascii=False)
            file.write("\n")

    def write_experiment(self, source: str) -> None:
        """Write experiment.toml: the file as this run read it, which may be edited afterwards."""
        with replacing(self.folder / EXPERIMENT) as file:
            file.write(source)

    def _lines(self) -> Iterator[re.Match[str] | None]:
        """Yield the fields of each whole line of cells.csv but the first; None where they cannot be read.

        Raises
        ------
        StoreError
            If the first line is not the header, or a line is of other data or other folds.
        """
        with self._cells.open("rb") as file:
            header = file.readline()
            if header.endswith(b"\n") and header.rstrip() != HEADER.rstrip():
                raise StoreError(
                    f"{self._cells}: its columns are not those of this version. Move the folder {self.folder} away."
                )
            for content in file:
                if content == b"\n" or not content.endswith(b"\n"):
                    continue
                fields = read_line(content)
                if fields is not None:
                    self._check(fields)
                yield fields

    def _check(self, fields: re.Match[str]) -> None:
        for name, here in (("data", self.data_id), ("folds", self.folds.folds_id)):
            if (there := fields[f"{name}_id"]) != here:
                raise StoreError(
                    f"{self._cells} was written on other {name} ({there}, now {here}). "
                    f"Rename the experiment or move the folder {self.folder} away."
                )


@contextmanager
def open_store(folder: Path, data_id: str, folds: Folds) -> Iterator[Store]:
    """Open the record in ``folder`` for writing, alone.

    Raises
    ------
    StoreError
        If another run writes there, or what is recorded does not belong to this data and these folds.
    """
    try:
        if not (folder / "predictions").is_dir():
            (folder / "predictions").mkdir(parents=True, exist_ok=True)
            sync_folder(folder)
            sync_folder(folder.parent)
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
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system releases when the process ends, however it ends."""
    directory = os.open(folder, os.O_RDONLY)
    owner = folder / "running.txt"
    try:
        try:
            _lock(directory)
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


def _lock(directory: int) -> None:
    """Take a folder's lock, held by another for longer than `bench status` takes to look at it or not at all."""
    for _ in range(10):
        try:
            return fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
    return fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
