"""The options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="an experiment file, such as experiments/leads.toml")]
Results = Annotated[Path, typer.Option("--results", help="the folder of all results")]
Workers = Annotated[
    int | None,
    typer.Option(help="worker processes; 0 runs everything in this one, for a debugger", min=0, max=1024),
]
RESULTS = Path("results")


def worker_count(given: int | None) -> int:
    """Return the number of workers: the one asked for, else one for each processor this process may use."""
    if given is not None:
        return given
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
