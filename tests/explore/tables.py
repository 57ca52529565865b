"""Small tables that are looked at, from a file or as made up in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.audit.finding import Finding
from bench.audit.inspect import audit
from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Demo, Roles
from bench.explore.look import Look, Seen, look_at

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


def look_of(
    features: pd.DataFrame,
    y: Sequence[int],
    groups: Sequence[int] | None = None,
    *,
    company: str | None = None,
    findings: Sequence[Finding] = (),
) -> Look:
    """Return a look at features of an outcome each and, where ``groups`` are given, of companies."""
    dataset = Dataset(
        features=features,
        y=np.array(y, dtype=np.int8),
        labels=("0", "1"),
        groups=None if groups is None else np.array(groups, dtype=np.int64),
        time=None,
        submission=None,
        submission_groups=None,
        ids=None,
        sample=None,
        columns=(),
        notices=(),
        data_id="0",
    )
    roles = Roles(demo=Demo(), target="converted", positive="1", groups=company)
    written = features.astype("str")
    return Look("made up", roles, dataset, written, written, None, findings)


def levels(*counts: tuple[str | None, int]) -> pd.Series:
    """Return a category of so many leads of each level, None for gaps."""
    return pd.Series([level for level, leads in counts for _ in range(leads)], dtype="str").astype("category")


def converted(*counts: tuple[int, int]) -> list[int]:
    """Return so many converted leads and so many others, again and again."""
    return [outcome for ones, zeros in counts for outcome in [1] * ones + [0] * zeros]


def all_text(seen: Seen) -> str:
    """Return every text that a part would show or write: sentences, tables, plots and sheets."""
    block, live = seen.block, seen.block.live
    rows = [row for table in block.tables for row in table.rows] + [row.cells for row in (live.rows if live else ())]
    said = [*seen.act, *block.sentences, *(cell for row in rows for cell in row)]
    said += [plot.svg + plot.caption for plot in block.plots]
    return "\n".join([*said, *(sheet.to_csv() for sheet in seen.sheets.values())])
