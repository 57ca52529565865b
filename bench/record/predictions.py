"""Predictions on disk: one file for each fold, in it one record of float64 for each cell."""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data.folds import Folds
from bench.record.cells import Fold, Key, Row
from bench.record.disk import write_at


class Predictions:
    """The files of predictions in a folder. Of each fold's, it knows where the next record goes.

    A record counts if the checksum in its cell's row is right, so one that no row speaks of is overwritten.
    """

    def __init__(self, folder: Path, folds: Folds) -> None:
        self.folder = folder
        self._folds = folds
        self._sizes: dict[Fold, int] = {}
        self._next: dict[Fold, int] = {}

    def append(self, key: Key, probability: NDArray[np.float64]) -> tuple[int, int]:
        """Write a cell's predictions and return their place and checksum when the disk has them."""
        fold = key[1:]
        place, content = self._next.get(fold, 0), probability.astype("<f8").tobytes()
        write_at(self._path(fold), content, place * len(content))
        self._next[fold] = place + 1
        return place, _checksum(key[0], content)

    def read(self, key: Key, row: Row) -> NDArray[np.float64] | None:
        """Return the predictions a row speaks of, or None if they are not there or not what was written."""
        size = self._size(key[1:])
        try:
            with self._path(key[1:]).open("rb") as file:
                file.seek(row.place * size)
                content = file.read(size)
        except FileNotFoundError:
            return None
        return np.frombuffer(content, dtype="<f8") if _is_right(key[0], content, size, row) else None

    def damaged(self, rows: dict[Key, Row]) -> list[Key]:
        """Return the done cells among ``rows`` whose predictions are not there or not what was written.

        The next record of each fold goes behind the last that is right.
        """
        by_fold: dict[Fold, list[tuple[Key, Row]]] = {}
        for key, row in rows.items():
            if row.status == "done":
                by_fold.setdefault(key[1:], []).append((key, row))
        lost = []
        for fold, records in by_fold.items():
            size = self._size(fold)
            with _mapped(self._path(fold)) as content:
                for key, row in records:
                    place = row.place * size
                    if row.place >= 0 and _is_right(key[0], content[place : place + size], size, row):
                        self._next[fold] = max(self._next.get(fold, 0), row.place + 1)
                    else:
                        lost.append(key)
        return lost

    def _path(self, fold: Fold) -> Path:
        return self.folder / f"repeat{fold[0]}_fold{fold[1]}.f64"

    def _size(self, fold: Fold) -> int:
        """Return the bytes of a record."""
        if fold not in self._sizes:
            self._sizes[fold] = 8 * len(self._folds.held_out(*fold))
        return self._sizes[fold]


@contextmanager
def _mapped(path: Path) -> Iterator[memoryview]:
    """Read a whole file through the system's cache, without a copy of it; a missing one is as good as empty."""
    if not path.exists() or not path.stat().st_size:
        yield memoryview(b"")
        return
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as content,
    ):
        yield content


def _is_right(trial: str, content: bytes | memoryview, size: int, row: Row) -> bool:
    return len(content) == size and _checksum(trial, content) == row.checksum


def _checksum(trial: str, content: bytes | memoryview) -> int:
    """Return the checksum of a cell's predictions; with the trial in it, a row cannot claim another's."""
    return zlib.crc32(content, zlib.crc32(trial.encode()))
