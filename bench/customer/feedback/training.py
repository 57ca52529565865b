"""Write outcomes as the next training table, with a file beside it that says where each row comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.manifest import Facts
from bench.customer.feedback.drift import Trained
from bench.customer.feedback.outcomes import Outcomes
from bench.data.cells import cells_of, days, numbers
from bench.data.notices import listed, plural
from bench.data.schema import Schema
from bench.data.understand import Placeholders
from bench.data.writing import csv_text
from bench.errors import DataError
from bench.record.disk import make_room, replacing

LINEAGE: Final = ".lineage.json"
BIAS: Final = (
    "Outcomes that are known only of leads that were called teach the next model nothing of those that were not: keep "
    "calling a few leads by lot, and mark them."
)


@dataclass(frozen=True)
class Extended:
    """A training table that was written.

    Attributes
    ----------
    old_rows, new_rows : of the bundle's training table (0 without it), and from the outcomes
    left_out : why -> leads
    doubled, contradicting : new rows that equal an old one in every feature; those of them with another outcome
    absent : columns of training that the outcomes lack: empty in new rows
    strange : columns of numbers or dates in which new rows hold something else
    """

    path: Path
    old_rows: int
    new_rows: int
    left_out: dict[str, int]
    doubled: int
    contradicting: int
    absent: tuple[str, ...]
    strange: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Return what was written, in words."""
        old = f"{plural(self.old_rows, 'row')} of training and " if self.old_rows else ""
        said = [f"{self.path}: {old}{plural(self.new_rows, 'row')} of these outcomes; {self.path.name}{LINEAGE}."]
        if not self.old_rows:
            said.append(f"{self.path}: the rows of training are not in it, since their table is not at hand.")
        said += [f"{self.path}: {plural(leads, 'lead')} left out: {why}." for why, leads in self.left_out.items()]
        if self.doubled:
            said.append(
                f"{self.path}: {plural(self.doubled, 'new row')} equal a row of training in every feature, "
                f"{self.contradicting:,} of them with another outcome; all are kept."
            )
        if self.absent:
            said.append(f"{self.path}: new rows have no {listed(self.absent)}, which training has: empty there.")
        if self.strange:
            said.append(
                f"{self.path}: new rows hold cells unlike the numbers or dates of training in {listed(self.strange)}. "
                "Mend them, or give the kind of these columns in the next experiment, which may read them otherwise."
            )
        return said


def check_free(path: Path) -> None:
    """Refuse to write over anything, before the work that is done for it."""
    for there in (path, path.with_name(path.name + LINEAGE)):
        if there.exists():
            raise DataError(f"{there} is there already and is not overwritten. Name another file with --train-out.")
    make_room(path, DataError)


def write_training(
    path: Path, manifest: Facts, outcomes: Outcomes, trained: Trained, sources: dict[str, Path]
) -> Extended:
    """Write the next training table: the old one where it is at hand, then every lead whose outcome is known.

    Cells are as their files write them, so that the bundle's experiment reads it with another ``train``.

    Parameters
    ----------
    sources : files that it rests on: "manifest", "outcomes", and "leads" where they stand apart

    Raises
    ------
    DataError
        If the file, or the one for its lineage, is there already.
    """
    check_free(path)
    schema = manifest.data_schema
    old = None if trained.table is None else trained.table.frame
    known = outcomes.known
    new = outcomes.leads.frame[known].assign(**{schema.target: np.array(manifest.labels)[outcomes.y[known]]})
    left_out = {"the outcome is not known yet": int((~known).sum())} if not known.all() else {}
    columns = _columns(schema, new) if old is None else list(old)
    if old is not None and schema.id in old:
        met = new[schema.id].isin(old[schema.id]) if schema.id in new else pd.Series(False, index=new.index)
        if met.any():
            left_out["a row of training has the id"] = int(met.sum())
            new = new[~met]
    absent = tuple(str(name) for name in columns if name not in new)
    strange = _strange(new, schema)
    new = new.reindex(columns=columns)
    doubled = contradicting = 0
    if old is not None:
        doubled, contradicting = _met_before(old, new, schema)
    table = new if old is None else pd.concat([old, new], ignore_index=True)
    with replacing(path) as file:
        file.write(csv_text(table))
    done = Extended(path, 0 if old is None else len(old), len(new), left_out, doubled, contradicting, absent, strange)
    with replacing(path.with_name(path.name + LINEAGE)) as file:
        file.write(json.dumps(_lineage(done, manifest, trained, sources), ensure_ascii=False, indent=1) + "\n")
    return done


def met_in_training(old: pd.DataFrame, new: pd.DataFrame, schema: Schema) -> NDArray[np.bool_]:
    """Return which new rows equal an old one in every feature, cells as written; shape (new rows,)."""
    return _met(old, new, list(schema.features))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _columns(schema: Schema, frame: pd.DataFrame) -> list[str]:
    """Return the columns of training among those of the leads, as far as the bundle knows them, in the leads' order."""
    told = {*(column.name for column in schema.columns), *schema.others, schema.target, schema.id}
    return [name for name in map(str, frame) if name in told]


def _strange(new: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
    """Return the columns of numbers or dates that hold a cell which is neither that nor a gap."""
    read = {"number": numbers, "date": days}
    wanted = {one.name: read[one.kind] for one in schema.columns if one.kind in read and one.name in new}
    cells = Placeholders().blank(new[list(wanted)], schema.missing)
    return tuple(name for name, values in wanted.items() if np.isnan(values(cells_of(cells[name]).levels)).any())


def _met_before(old: pd.DataFrame, new: pd.DataFrame, schema: Schema) -> tuple[int, int]:
    """Return how many new rows equal an old one in every feature, and how many of them none of the same outcome."""
    doubled = met_in_training(old, new, schema)
    alike = _met(old, new, [*schema.features, schema.target])
    return int(doubled.sum()), int((doubled & ~alike).sum())


def _met(old: pd.DataFrame, new: pd.DataFrame, columns: list[str]) -> NDArray[np.bool_]:
    before, now = (pd.util.hash_pandas_object(frame[columns], index=False) for frame in (old, new))
    return now.isin(before).to_numpy()


def _lineage(done: Extended, manifest: Facts, trained: Trained, sources: dict[str, Path]) -> dict[str, object]:
    """Return where the rows of a training table come from, and what was left out and why."""
    train = trained.experiment.data.train if trained.experiment is not None and trained.table is not None else None
    files = {"table": done.path, **sources} | ({} if train is None else {"training": Path(train)})
    return {
        "written": datetime.now(UTC).date().isoformat(),
        "bundle": {
            name: getattr(manifest, name) for name in ("experiment", "made", "data_id", "folds_id", "threshold")
        },
        "files": {what: {"name": path.name, "sha256": sha256_of(path)} for what, path in files.items()},
        "rows": {"training": done.old_rows, "outcomes": done.new_rows},
        "training_left_out": trained.why or None,
        "left_out": done.left_out,
        "equal_to_a_training_row": done.doubled,
        "of_these_with_another_outcome": done.contradicting,
        "columns_empty_in_new_rows": list(done.absent),
        "columns_of_numbers_or_dates_with_other_cells": list(done.strange),
        "caution": BIAS,
    }
