"""Read what became of leads, join it to them, and predict them as they were predicted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.loaded import Bundle
from bench.companies import company_of
from bench.data.cells import same_value
from bench.data.match import Ids
from bench.data.notices import plural
from bench.data.schema import NONE, NewLeads, Reader, Schema
from bench.data.table import Table, read_table
from bench.errors import DataError, did_you_mean

UNKNOWN: Final = -1  # as an outcome: not known yet


@dataclass(frozen=True)
class Outcomes:
    """Leads, what a bundle says of each, and what became of those whose outcome is known.

    Attributes
    ----------
    leads : every lead as its file writes it, without an outcome
    read : the same as models take them
    names : Series of str of shape (n,), ids as written, or numbers of rows from 1
    probability : ndarray of shape (n,), as the bundle says it
    called : ndarray of shape (n,), whether it calls the lead
    y : ndarray of shape (n,), 1 converted, 0 not, `UNKNOWN` not known yet
    unit : ndarray of shape (n,), the company of each lead from 0; one of no company is one of its own
    notices : what was unusual about the files
    """

    leads: Table
    read: NewLeads
    names: pd.Series[str]
    probability: NDArray[np.float64]
    called: NDArray[np.bool_]
    y: NDArray[np.int8]
    unit: NDArray[np.int64]
    notices: tuple[str, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which leads' outcome is known; shape (n,)."""
        return np.asarray(self.y != UNKNOWN)


def read_outcomes(bundle: Bundle, path: Path, leads: Path | None = None) -> Outcomes:
    """Read outcomes and predict their leads; all of it is in memory at once, as a training table is.

    Parameters
    ----------
    path : the leads with their outcome; or ids and outcomes alone, and ``leads`` has the columns
        A lead without an outcome in it is one that is not known yet.

    Raises
    ------
    DataError
        If a column is missing, an outcome is neither label, an id is missing or stands twice, or no id meets its lead.
    """
    schema, table = bundle.schema, read_table(path)
    if schema.target not in table.frame:
        columns = list(table.frame.columns)
        raise DataError(f"{path} has no column '{schema.target}', the outcome.{did_you_mean(schema.target, columns)}")
    y = _labelled(table, schema.target, bundle.manifest.labels)
    joined, notices = table, list(bundle.notices)
    if leads is not None:
        joined, y, said = _joined(schema, table, y, read_table(leads))
        notices += said
    elif not any(column.name in table.frame for column in schema.columns):
        raise DataError(f"{path} has none of the leads' columns. Name the table that has them with --leads.")
    notices += joined.notices
    joined = replace(joined, frame=joined.frame.drop(columns=schema.target, errors="ignore"))
    if schema.id not in joined.frame:
        schema = schema.model_copy(update={"id": None})  # a training table may lack it
    reader = Reader(schema)
    read = reader.read(joined)
    probability = bundle.predictor.probability(read.features)
    numbers = pd.Series(np.arange(1, len(y) + 1)).astype("str")
    return Outcomes(
        leads=joined,
        read=read,
        names=numbers if read.ids is None else read.ids,
        probability=probability,
        called=probability >= bundle.manifest.threshold,
        y=y,
        unit=company_of(_numbered(read), len(y)),
        notices=(*notices, *reader.notices()),
    )


def _labelled(table: Table, target: str, labels: tuple[str, str]) -> NDArray[np.int8]:
    """Return 1 for the positive label, 0 for the negative and `UNKNOWN` for a gap; refuse anything else."""
    values = table.frame[target]
    strange = (values.notna() & ~values.isin(labels)).to_numpy()
    if strange.any():
        first = int(strange.argmax())
        found = str(values.iloc[first])
        near = [label for label in labels if same_value(label) == same_value(found) is not None]
        near += get_close_matches(found, labels, n=1, cutoff=0.5)
        guess = f" Did you mean '{near[0]}'?" if near else ""
        raise DataError(
            f"{table.place}, {table.where(first)}: {target} is '{found}' (1 of {int(strange.sum()):,} such rows), "
            f"neither '{labels[0]}' nor '{labels[1]}'.{guess} Labels are compared as written; an empty cell is an "
            "outcome that is not known yet."
        )
    y = np.where(values == labels[1], 1, 0)
    return np.where(values.isna(), UNKNOWN, y).astype(np.int8)


def _joined(
    schema: Schema, outcomes: Table, y: NDArray[np.int8], leads: Table
) -> tuple[Table, NDArray[np.int8], list[str]]:
    """Return the leads with the outcome of each, by id."""
    if schema.id is None:
        raise DataError(
            f"{leads.place}: the bundle names no id to join it by. Give one table with the leads' columns and "
            f"'{schema.target}'."
        )
    asked, given = (pd.Index(Ids(schema.id).next(table)) for table in (outcomes, leads))
    at = asked.get_indexer(given)
    met = int((at >= 0).sum())
    if not met:
        raise DataError(
            f"{outcomes.place}: none of its {plural(len(asked), 'id')} is in {leads.place} ('{asked[0]}' there, "
            f"'{given[0]}' here). Both need the same ids, written alike."
        )
    said = []
    if met < len(asked):
        said.append(f"{outcomes.place}: {plural(len(asked) - met, 'id')} left out, of no lead in {leads.place}.")
    if met < len(given):
        said.append(f"{leads.place}: {plural(len(given) - met, 'lead')} without a line in {outcomes.place}.")
    return leads, np.where(at >= 0, y[at], UNKNOWN).astype(np.int8), said


def _numbered(read: NewLeads) -> NDArray[np.int64] | None:
    """Return the company of each lead as a number, -1 for none; None where they are not told apart."""
    if read.companies is None or read.known is None:
        return None
    return np.where(read.known == NONE, -1, read.companies.cat.codes).astype(np.int64)
