"""A line for every submission that was written, from which it can be made again."""

from __future__ import annotations

import csv
import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from io import StringIO
from pathlib import Path
from typing import IO, Annotated, Final, Literal

from pydantic import Field, Json, TypeAdapter, ValidationError

from bench.errors import StoreError
from bench.record.columns import SUBMISSIONS
from bench.record.disk import cut_torn_line, named, sync, sync_folder
from bench.record.facts import environment
from bench.record.inert import inert

FILE: Final = "submissions.csv"
SHOWN: Final = 10  # digits of a hash in a sentence or a file name
MOST_LISTED: Final = 5  # submissions in a sentence
_HEADER: Final = (",".join(SUBMISSIONS) + "\n").encode()


@dataclass(frozen=True)
class Submission:
    """A submission as it is recorded; `bench.record.columns.SUBMISSIONS` says what each field is."""

    made_at: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    path: str
    bytes: int
    rows: int
    made_by: str
    weights: Json[dict[str, float]]
    scales: Json[dict[str, tuple[float, float]]]
    refit: Literal["all", "folds"]
    threshold: float
    policy: str
    positive_rate: float
    predicted_positives: int
    expected_precision: float
    expected_recall: float
    expected_f1: float
    data_id: str
    folds_id: str
    asked_id: str
    environment: Json[dict[str, str]]

    @property
    def predicted_share(self) -> float:
        """The share of its rows that are called positive."""
        return self.predicted_positives / max(1, self.rows)

    @property
    def short(self) -> str:
        """The first digits of its hash: enough to ask for it."""
        return self.sha256[:SHOWN]


def append_submission(folder: Path, row: Submission) -> None:
    """Add a line to the record in ``folder``, on the disk before this returns.

    A line that is there already but for its time is not repeated: running again what is finished changes nothing.
    Several commands may add at the same time: each holds the file for as long as it takes to write a line.

    Raises
    ------
    StoreError
        If it cannot be written, or is of another version.
    """
    with _opened(folder / FILE) as file:
        there = _read(folder / FILE)
        if not any(replace(row, made_at=earlier.made_at) == earlier for earlier in there):
            file.write(_line(row))
            sync(file)


def check_record(folder: Path) -> None:
    """See that a line can be added, before anything is fitted for it; raises as `append_submission` does."""
    with _opened(folder / FILE):
        pass


def find_submission(folder: Path, digits: str) -> Submission:
    """Return the newest submission whose hash begins with some digits.

    Raises
    ------
    StoreError
        If there is none, or there are several different ones.
    """
    path = folder / FILE
    newest = {row.sha256: row for row in read_submissions(folder)}
    kept = sorted(newest.values(), key=lambda row: row.made_at)
    found = [row for row in kept if digits and row.sha256.startswith(digits.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise StoreError(f"{path}: several begin with '{digits}': {_listed(found)}. Give more digits.")
    there = f"It keeps {_listed(kept)}." if kept else "It keeps none yet."
    raise StoreError(f"{path}: no submission has a SHA-256 that begins with '{digits}'. {there}")


def read_submissions(folder: Path) -> list[Submission]:
    """Return every submission that is recorded, in order; a line that cannot be read is passed over.

    Raises
    ------
    StoreError
        If the file is of another version.
    """
    path = folder / FILE
    if not path.exists():
        return []
    with path.open("rb") as file:
        _check_header(path, file)
    return _read(path)


@cache
def made_with() -> dict[str, str]:
    """Return what a submission depends on beside tables and trials: commit, Python, processor, libraries."""
    facts = environment()
    named = {name: str(facts[name]) for name in ("commit", "python", "processor") if facts[name]}
    return named | dict(facts["versions"])


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open the record for adding, alone, with its header and without a torn last line."""
    try:
        with named(path), path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # waits: others hold it for a line
            _check_header(path, file)
            cut_torn_line(path)
            if not path.stat().st_size:
                file.write(_HEADER)
                sync(file)
                sync_folder(path.parent)
            yield file
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written ({error.strerror}), and no submission is without its line there. Make room or "
            "allow writing, and export again."
        ) from None


def _check_header(path: Path, file: IO[bytes]) -> None:
    file.seek(0)
    header = file.readline()
    torn = not header.endswith(b"\n") and _HEADER.startswith(header)
    if header != _HEADER and not torn:
        raise StoreError(f"{path}: its columns are not those of this version. Move it away; a new one is begun.")


def _read(path: Path) -> list[Submission]:
    lines = path.read_bytes().splitlines(keepends=True)[1:]
    rows = (_submission(line.decode("utf-8", "replace")) for line in lines if line.endswith(b"\n"))
    return [row for row in rows if row is not None]


def _line(row: Submission) -> bytes:
    """Return a submission as one line; a path may hold line breaks, and what UTF-8 cannot write."""
    fields = {name: getattr(row, name) for name in SUBMISSIONS}
    cells = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in fields.items()}
    text = StringIO()
    csv.DictWriter(text, SUBMISSIONS, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _submission(line: str) -> Submission | None:
    """Return what a line says, or None if it is not whole."""
    try:
        cells = next(csv.reader((line,), strict=True))
        fields = dict(zip(SUBMISSIONS, cells, strict=True))
        del fields["predicted_share"]
        return _adapter().validate_python(fields)
    except (csv.Error, ValueError, ValidationError):
        return None


@cache
def _adapter() -> TypeAdapter[Submission]:
    return TypeAdapter(Submission)


def shown_path(path: Path) -> str:
    """Return a path as a cell: on one line, in letters that UTF-8 has, and no formula."""
    written = str(path).encode("utf-8", "backslashreplace").decode()
    return inert(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", written))


def _listed(rows: list[Submission]) -> str:
    """Name the newest submissions."""
    said = [f"{row.short} ({row.path}, {row.made_at})" for row in rows[-MOST_LISTED:]]
    more = f", and {len(rows) - MOST_LISTED:,} older ones" if len(rows) > MOST_LISTED else ""
    return ", ".join(said) + more
