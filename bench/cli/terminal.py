"""Signals that end a command, and streams that outlive their reader."""

from __future__ import annotations

import io
import os
import select
import signal
import sys
import time
from types import FrameType
from typing import TextIO

from bench.errors import ENDING, Stopped

FULL_SECONDS = 1.0  # for the reader of a pipe to make room
CLEANUP_SECONDS = 10.0  # for which a first signal keeps those that follow from disturbing what it set off


def heed_signals() -> None:
    """Let Ctrl-C, SIGTERM and a lost terminal raise `Stopped`, once.

    Pressed twice, Ctrl-C would break into the cleaning up. Later ones count again, should some library have swallowed
    the first. A signal that is ignored stays so: under nohup, or in the background of a script.
    """
    first: float | None = None

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal first
        now = time.monotonic()
        if first is None or now - first > CLEANUP_SECONDS:
            first = now
            raise Stopped(number)

    for number in ENDING:
        if signal.getsignal(number) not in (signal.SIG_IGN, None):
            signal.signal(number, stop)


def ignore_signals() -> None:
    """Let no further signal in: all is done, and while Python ends one would change the exit code."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


class Descriptor(io.FileIO):
    """A file descriptor that can be written to for ever: what its other end does not take is dropped."""

    failure: OSError | None = None

    def write(self, content: object) -> int:
        """Write, or note the first reason why not."""
        written: int | None = None
        try:
            written = super().write(content)  # type: ignore[arg-type]
            if written is None:  # a pipe that does not block, and is full
                select.select([], [self], [], FULL_SECONDS)
                written = super().write(content)  # type: ignore[arg-type]
        except OSError as error:
            self.failure = self.failure or error
        return memoryview(content).nbytes if written is None else written  # type: ignore[arg-type]


def steady_streams() -> Descriptor | None:
    """Replace stdout and stderr by streams whose writes never fail; return what is below stdout.

    A table piped into `head` and a terminal that is gone are no failures, and a run of hours does not end because
    nobody can see how far it is. Nothing is replaced where somebody else has done so.
    """
    if sys.stdout is not sys.__stdout__ or sys.stderr is not sys.__stderr__:
        return None
    for number in (0, 1, 2):
        _keep_open(number)
    stdout, stderr = Descriptor(1, "w", closefd=False), Descriptor(2, "w", closefd=False)
    sys.stdout = _text(stdout, sys.stdout, stdout.isatty())
    sys.stderr = _text(stderr, sys.stderr, True)
    return stdout


def _keep_open(number: int) -> None:
    """Open a standard descriptor that is closed, or the next file to be opened would take its place."""
    try:
        os.fstat(number)
    except OSError:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _text(below: Descriptor, like: TextIO | None, by_line: bool) -> TextIO:
    encoding, errors = (like.encoding, like.errors) if like is not None else ("utf-8", "backslashreplace")
    return io.TextIOWrapper(io.BufferedWriter(below), encoding, errors, line_buffering=by_line)
