"""What can be seen of a run from outside, while it goes on or after: reads, and disturbs nobody."""

from __future__ import annotations

import csv
import fcntl
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.record.events import last_events


@dataclass(frozen=True)
class Glance:
    """A results folder, seen from outside.

    Attributes
    ----------
    holder : who writes there and since when, in words; None where nobody does
    events : what the last events say, the newest of each fact
    done : rows of cells.csv that are done
    failures : status -> cells whose newest row has it, but for those that are done
    reasons : reason -> the same cells
    """

    holder: str | None
    events: dict[str, Any]
    done: int
    failures: Counter[str]
    reasons: Counter[str]


def glance(folder: Path) -> Glance:
    """Look at a results folder, which need not exist."""
    done, failed = _cells(folder / "cells.csv")
    return Glance(
        _holder(folder),
        last_events(folder),
        done,
        Counter(status for status, _ in failed.values()),
        Counter(reason for _, reason in failed.values()),
    )


def _holder(folder: Path) -> str | None:
    """Return who holds the folder's lock.

    Only where a run left word is the lock asked for, to be shared and at once given back: a run that begins finds it
    free.
    """
    owner = folder / "running.txt"
    try:
        who = owner.read_text(encoding="utf-8").strip()
        since = datetime.fromtimestamp(owner.stat().st_mtime).astimezone()
        directory = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(directory, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return f"{who or 'another process'}, since {since:%Y-%m-%d %H:%M:%S}"
    finally:
        os.close(directory)
    return None


def _cells(path: Path) -> tuple[int, dict[tuple[str, ...], tuple[str, str]]]:
    """Return how many rows are done, and status and reason of the cells that are not, by their names."""
    done = 0
    failed: dict[tuple[str, ...], tuple[str, str]] = {}
    with suppress(FileNotFoundError, csv.Error), path.open(newline="", encoding="utf-8", errors="replace") as file:
        for row in csv.reader(file):
            key, about = tuple(row[:3]), row[3:5]
            if about[:1] == ["done"]:
                done += 1
                failed.pop(key, None)
            elif len(about) == 2 and about[0] != "status":
                failed[key] = (about[0], about[1])
    return done, failed
