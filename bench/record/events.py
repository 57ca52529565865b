"""What happens in a run, one JSON object a line, for other programs and for `bench status`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from bench.errors import Stopped

FILE = "events.jsonl"
_TAIL = 1 << 16  # bytes; many lines, though a reason may join several warnings of 300 characters


class Events:
    """The file that a run appends its events to. Where it cannot be written the run goes on without it."""

    def __init__(self, folder: Path) -> None:
        self.notices: list[str] = []
        self._path = folder / FILE
        self._file: FileIO | None = None
        try:
            self._file = FileIO(self._path, "w")  # not buffered: a line is there as soon as it is written
        except OSError as error:
            self._give_up(error)

    def write(self, event: str, **facts: Any) -> None:
        """Append a line; ``at`` is the wall clock, which decides nothing."""
        if self._file is None:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"event": event, "at": at, **facts}, ensure_ascii=False) + "\n"
        try:
            # What UTF-8 cannot write, half a letter out of a file name, is written as JSON itself escapes it.
            self._file.write(line.encode("utf-8", "backslashreplace"))
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _give_up(self, error: OSError) -> None:
        self.notices.append(f"{self._path}: cannot be written ({error.strerror}); the run goes on without it.")
        self.close()


@contextmanager
def open_events(folder: Path) -> Iterator[Events]:
    """Begin the events of a run anew; the last says how it ended."""
    events = Events(folder)
    try:
        yield events
    except Stopped as stop:
        events.write("ended", how=stop.how)
        raise
    except BaseException as error:
        events.write("ended", how="failed", sentence=" ".join(str(error).split()))
        raise
    else:
        events.write("ended", how="done")
    finally:
        events.close()


def last_events(folder: Path) -> dict[str, Any]:
    """Return what the last events of a run say together, the newest of each fact; nothing where there are none."""
    try:
        with (folder / FILE).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            lines = file.read().split(b"\n")[:-1]  # behind the last newline: nothing, or a line not yet whole
    except OSError:  # not there, or no file
        return {}
    found: dict[str, Any] = {}
    for line in lines[size > _TAIL :]:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            found |= event
    return found
