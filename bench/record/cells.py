"""One line of cells.csv: what became of a cell, written and read."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Final, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from bench.record.columns import CELLS
from bench.vocabulary import Status

Key = tuple[str, int, int]  # trial, repeat, fold
Fold = tuple[int, int]  # repeat, fold

HEADER: Final = (",".join(CELLS) + "\n").encode()
_COUNT, _SECONDS, _WORD = r"\d{1,12}", r"\d{1,12}(?:\.\d{1,12})?", r"\w+"
_PATTERNS = {
    "trial": _WORD,
    "repeat": r"\d{1,6}",
    "fold": r"\d{1,6}",
    "status": "|".join(get_args(Status)),
    "reason": r'[^",]*|"(?:[^"]|"")*"',
    **{name: _SECONDS for name in CELLS if name.endswith("_seconds")},
    "peak_megabytes": _SECONDS,
    "predictions_at": f"-1|{_COUNT}",
    "predictions_crc32": _COUNT,
    "folds_id": _WORD,
    "data_id": _WORD,
}
# One match for a line: reading a hundred thousand of them is waited for.
_LINE = re.compile(",".join(f"(?P<{name}>{_PATTERNS[name]})" for name in CELLS) + r"\r?\n", re.ASCII)


class PieceCost(NamedTuple):
    """What it took to make what cells share: wall seconds, and whether it is a resampling of rows or these rows."""

    resampling: bool
    seconds: float


@dataclass(frozen=True)
class CellResult:
    """What became of one cell: a row of cells.csv, and the predictions where it is done.

    ``costs`` are those of the pieces it shares with other cells, by key; who records several cells charges each piece
    to the first of them.
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
    costs: Mapping[str, PieceCost] = field(default_factory=dict)


class Row(NamedTuple):
    """What is kept in memory of a line of cells.csv: there may be very many."""

    status: str
    fit_seconds: float
    place: int
    checksum: int


def line(result: CellResult, place: int, checksum: int, folds_id: str, data_id: str) -> bytes:
    """Return the line of a cell, whose predictions stand at ``place`` in their file."""
    fields = {
        "trial": result.trial,
        "repeat": result.repeat,
        "fold": result.fold,
        "status": result.status,
        "reason": " ".join(result.reason.split()),  # one line, whatever it holds
        **{name: f"{getattr(result, name):.4f}" for name in CELLS if name.endswith("_seconds")},
        "peak_megabytes": f"{result.peak_megabytes:.0f}",
        "predictions_at": place,
        "predictions_crc32": checksum,
        "folds_id": folds_id,
        "data_id": data_id,
    }
    text = StringIO()
    csv.DictWriter(text, CELLS, lineterminator="\n").writerow(fields)
    # A reason can hold what UTF-8 cannot write: half a letter out of a file name.
    return text.getvalue().encode("utf-8", "backslashreplace")


def read_line(content: bytes) -> re.Match[str] | None:
    """Return the fields of a line by their names, or None if it is not whole.

    Each line by itself: a quotation mark that a damaged one opens would otherwise take the following ones with it.
    """
    return _LINE.fullmatch(content.decode("utf-8", "replace"))


def key_of(fields: re.Match[str]) -> Key:
    """Return which cell a line is about."""
    trial, repeat, fold = fields.group("trial", "repeat", "fold")
    return sys.intern(trial), int(repeat), int(fold)


def row_of(fields: re.Match[str]) -> Row:
    """Return what is kept of a line."""
    status, seconds, place, checksum = fields.group("status", "fit_seconds", "predictions_at", "predictions_crc32")
    return Row(sys.intern(status), float(seconds), int(place), int(checksum))


def text_of(fields: re.Match[str]) -> dict[str, str]:
    """Return every column of a line as it was before it was written."""
    return dict(zip(CELLS, next(csv.reader((fields.group(),))), strict=True))
