"""How the leads of an outcomes file differ from those of training, as far as training can be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from bench.audit.drift import compare_columns
from bench.audit.finding import Finding
from bench.bundle.manifest import Facts
from bench.data.dataset import Dataset, read_dataset, read_tables
from bench.data.schema import NONE, NewLeads, Schema
from bench.data.table import Table
from bench.errors import BenchError
from bench.plan.experiment import Experiment, experiment_of


@dataclass(frozen=True)
class Trained:
    """The experiment and the table that a bundle was made of, where they can be had.

    Attributes
    ----------
    experiment : None where this version does not read it
    dataset, table : None where the table is not there, or is another one
    why : one sentence why something is None, "" where nothing is
    """

    experiment: Experiment | None
    dataset: Dataset | None
    table: Table | None
    why: str


def trained_on(manifest: Facts) -> Trained:
    """Look for a bundle's training table where its experiment says, from the folder that this runs in."""
    try:
        experiment = experiment_of(manifest.source, Path(f"{manifest.experiment}.toml"))
    except BenchError as slip:
        return Trained(None, None, None, f"The experiment in the bundle cannot be read here ({slip})".rstrip(".") + ".")
    where = experiment.data.train or "the demo"
    try:
        dataset = read_dataset(experiment.data)
        table = read_tables(experiment.data)[0]
    except BenchError as slip:
        return Trained(experiment, None, None, f"The training table is not at hand: {slip}")
    if dataset.data_id != manifest.data_id:
        why = f"{where} is not the table that the bundle was trained on ({dataset.data_id}, not {manifest.data_id})."
        return Trained(experiment, None, None, why)
    return Trained(experiment, dataset, table, "")


def column_drift(dataset: Dataset, read: NewLeads) -> tuple[Finding, ...]:
    """Return the columns whose values, levels or gaps differ from training beyond chance.

    As `bench.audit.drift.compare_columns`, whose "rows to predict" are these leads here.
    """
    before, now = dataset.features.copy(), read.features.copy()
    for name in before.select_dtypes("category"):
        levels = union_categoricals([before[name], now[name]], sort_categories=True).categories
        dtype = pd.CategoricalDtype(levels)
        before[name], now[name] = before[name].astype(dtype), now[name].astype(dtype)
    groups = None if dataset.groups is None else _companies(dataset, read)
    both = replace(dataset, features=before, submission=now, submission_groups=groups)
    return tuple(compare_columns(both))


def new_levels(read: NewLeads, schema: Schema) -> dict[str, float]:
    """Return for each category with levels that training never showed the share of leads that hold one."""
    shares = {}
    for column in schema.columns:
        if column.kind == "category" and column.name in read.features:
            cells = read.features[column.name]
            foreign = ~cells.cat.categories.isin(column.levels)
            share = float(np.append(foreign, False)[cells.cat.codes].mean())
            if share:
                shares[column.name] = share
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


def _companies(dataset: Dataset, read: NewLeads) -> NDArray[np.int64]:
    """Return the companies under the numbers that they have in training, new ones behind them, -1 for none."""
    if read.companies is None or read.known is None:
        return np.full(len(read.features), -1)
    names = pd.Index(dataset.group_names)
    levels = read.companies.cat.categories
    number = names.get_indexer(levels)
    new = number < 0
    number[new] = len(names) + np.arange(new.sum())
    of = np.append(number, -1)[read.companies.cat.codes]
    return np.where(read.known == NONE, -1, of).astype(np.int64)
