"""What can be seen of a run from outside, while it goes on or after: reads, and disturbs nobody."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.record.cells import Key, key_of, read_line, text_of
from bench.record.events import last_events


@dataclass(frozen=True)
class Glance:
    """A results folder, seen from outside.

    Attributes
    ----------
    holder : who writes there and since when, in words; None where nobody does
    events : what the last events say, the newest of each fact
    done : cells whose newest row says so
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
    ended = _newest(folder / "cells.csv")
    done = sum(status == "done" for status, _ in ended.values())
    failed = [(status, reason) for status, reason in ended.values() if status != "done"]
    return Glance(
        _holder(folder),
        last_events(folder),
        done,
        Counter(status for status, _ in failed),
        Counter(reason for _, reason in failed),
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


def _newest(path: Path) -> dict[Key, tuple[str, str]]:
    """Return status and reason of each cell's newest line, the reasons of what is done left out."""
    newest: dict[Key, tuple[str, str]] = {}
    with suppress(FileNotFoundError), path.open("rb") as file:
        for content in file:
            if (fields := read_line(content)) is not None:
                done = fields["status"] == "done"
                newest[key_of(fields)] = (fields["status"], "" if done else text_of(fields)["reason"])
    return newest
