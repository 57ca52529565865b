"""What a wall-time budget allowed a run, so that whoever reads the record judges by the same rules."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.record.disk import replacing

FILE: Final = "budget.json"


@dataclass(frozen=True)
class Allowed:
    """What there was time for.

    Attributes
    ----------
    budget : wall seconds of the whole run
    candidates : trials that could become members of the ensemble, all of which there was time to fit again
    draws : of the rows, to correct scores for the choice; 0: no time for any
    finalists : as many could be scored on the other folds too; None for all
    """

    budget: float
    candidates: int
    draws: int
    finalists: int | None


def write_allowed(folder: Path, allowed: Allowed | None) -> None:
    """Write what a run was allowed; None, of a run without a budget, takes an earlier one's away."""
    if allowed is None:
        (folder / FILE).unlink(missing_ok=True)
        return
    with replacing(folder / FILE) as file:
        json.dump(asdict(allowed), file, indent=2)
        file.write("\n")


def read_allowed(folder: Path) -> Allowed | None:
    """Return what the last run was allowed; None where it had no budget, or nobody can read it."""
    try:
        return Allowed(**json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
