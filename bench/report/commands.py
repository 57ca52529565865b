"""Commands about a run as they are typed into a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.report.discreet import typed
from bench.report.told import Told

_RESULTS: Final = Path("results")  # where the command line looks without being told


def typed_command(told: Told, name: str, *words: str) -> str:
    """Return a command on the experiment's file, with the folder of results where it is not the usual one.

    Parameters
    ----------
    words : options, as they are typed
    """
    results = told.folder.parent
    elsewhere = [] if results == _RESULTS else ["--results", typed(results)]
    return " ".join(["bench", name, typed(told.experiment.path), *words, *elsewhere])
