"""The trials that tuning asked for, a batch a line, on the disk before a cell of theirs runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from bench.record.disk import cut_torn_line, write_at
from bench.space import Value
from bench.vocabulary import Axis

FILE: Final = "tuned.jsonl"
Named = tuple[Axis, str, dict[str, Value]]
"""A choice as plain data: axis, component, its hyperparameters."""


@dataclass(frozen=True)
class Asked:
    """A trial as plain data: it may name what a later version no longer has.

    Attributes
    ----------
    batch : counted from 0
    study : the configuration whose hyperparameters were searched
    """

    batch: int
    study: str
    choices: tuple[Named, ...]


@dataclass(frozen=True)
class _Line:
    batch: int
    trials: tuple[tuple[str, tuple[Named, ...]], ...]


def append_tuned(folder: Path, asked: Sequence[Asked]) -> None:
    """Record a batch as one line, synced to the disk: it is there whole or not at all.

    Whoever calls holds the folder, see `bench.record.store.open_store`.
    """
    (batch,) = {one.batch for one in asked}
    line = json.dumps({"batch": batch, "trials": [[one.study, one.choices] for one in asked]}, ensure_ascii=False)
    path = folder / FILE
    if path.exists():
        cut_torn_line(path)
    write_at(path, f"{line}\n".encode())


def read_tuned(folder: Path) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """Return the trials asked for so far, in order, and what was noticed; a torn last line was never asked for."""
    path = folder / FILE
    if not path.exists():
        return (), ()
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    read = [_read(line) for line in lines]
    asked = tuple(Asked(line.batch, *one) for line in read if line is not None for one in line.trials)
    unread = read.count(None)
    notice = f"{path}: {unread} of its {len(lines)} lines cannot be read; the trials asked for there are left out."
    return asked, (notice,) if unread else ()


def _read(line: bytes) -> _Line | None:
    try:
        return _adapter().validate_json(line)
    except ValidationError:
        return None


@cache
def _adapter() -> TypeAdapter[_Line]:
    return TypeAdapter(_Line)
