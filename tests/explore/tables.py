"""Small tables that are looked at as from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.audit.inspect import audit
from bench.data.dataset import read_dataset
from bench.data.roles import Roles
from bench.explore.look import Look, look_at

Columns = Mapping[str, Sequence[Any]]


def looked(folder: Path, columns: Columns, asked: Columns | None = None, **roles: Any) -> Look:
    """Write a table whose column "won" says yes or no, read it as an experiment does, and look at it."""
    given: dict[str, Any] = {"train": str(folder / "train.csv"), "target": "won", "positive": "yes"} | roles
    pd.DataFrame(columns).to_csv(folder / "train.csv", index=False)
    if asked is not None:
        pd.DataFrame(asked).to_csv(folder / "submission.csv", index=False)
        given["submission"] = str(folder / "submission.csv")
    read = Roles.model_validate(given)
    dataset = read_dataset(read)
    return look_at("made", read, dataset, audit(dataset, read))


def outcomes(rows: int, each: int = 4) -> list[str]:
    """Return an outcome for each row, every so many of them "yes"."""
    return ["no" if row % each else "yes" for row in range(rows)]


def halves(rows: int) -> list[float]:
    """Return a number for each row that no other has, and that nobody takes for the number of a lead."""
    return [row + 0.5 for row in range(rows)]
