"""Jobs for a cluster, in a file of their own: every process that takes part loads it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.run.test_engine import Named, Words


@dataclass
class Naps(Words):
    """Takes a moment for each task, and says whose process it was in."""

    def run(self, task: Named, given: Mapping[str, str]) -> str:
        time.sleep(0.1)
        if task.key == "kill its Dask worker":
            os.kill(os.getppid(), signal.SIGKILL)
        return str(os.getppid()) if task.key.startswith("who") else super().run(task, given)


@dataclass
class Unborn(Words):
    """Ends every process that reads it from its file."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (5,)
