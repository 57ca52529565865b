"""What customers did, a row each, as text: the tables of an experiment together, or a log of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of
from bench.data.dataset import read_tables
from bench.data.match import read_labels
from bench.data.notices import Notices
from bench.data.table import Table, read_table, table_from_frame
from bench.data.typed import Levels
from bench.data.understand import Placeholders
from bench.errors import DataError, ExperimentError, did_you_mean
from bench.plan.experiment import Experiment
from bench.plan.indices import IndexFile, IndexSection, TableSection


@dataclass(frozen=True)
class Log:
    """A table of what customers did.

    Attributes
    ----------
    cells : DataFrame of str, placeholders as gaps; the columns that are asked for are in it
    customer : Series of str, the customer of each row; missing where there is none
    columns : of the whole table
    place : where the rows come from, to open a sentence
    converted : ndarray of shape (n,), 1 for a row that converted, 0 for one that did not, NaN where that is not known;
        None where no row is labelled
    """

    cells: pd.DataFrame
    customer: pd.Series[str]
    columns: tuple[str, ...]
    place: str
    converted: NDArray[np.float64] | None = None

    def numbered(self) -> tuple[NDArray[np.int64], pd.Index]:
        """Return the number of each row's customer, -1 for none, and the customers' names by number.

        Raises
        ------
        DataError
            If no row names a customer.
        """
        numbers, names = pd.factorize(self.customer)
        if not len(names):
            raise DataError(f"{self.place}: no row names a customer in '{self.customer.name}'. Name another column.")
        return numbers.astype(np.int64), pd.Index(names)


def log_of_experiment(experiment: Experiment) -> Log:
    """Return the labelled rows of an experiment and those to predict, with the companies as customers.

    Cells of the rows to predict are spelled as the labelled ones spell them, 1.0 as 1.

    Raises
    ------
    ExperimentError
        If it names no companies.
    DataError
        If a table cannot be read, or has no such column.
    """
    roles = experiment.data
    if roles.groups is None:
        raise ExperimentError(
            f"{experiment.path}: [[index]] needs to know whose row is whose. Name the column of the customer as groups "
            "in [data]."
        )
    train, submission, _ = read_tables(roles)
    _check_column(train, roles.groups, f"{experiment.path}: groups in [data]")
    _check_column(train, roles.target, f"{experiment.path}: target in [data]")
    y, _ = read_labels(train, roles.target, roles.positive)
    parts = [_needed(train, roles.groups, experiment.index, roles.missing)]
    converted = y.astype(np.float64)
    if submission:
        asked = _needed(submission, roles.groups, experiment.index, roles.missing)
        words = {roles.groups, *(section.column for section in experiment.index if section.values)}
        parts.append(
            asked.assign(**{str(name): _spelled(parts[0], asked, str(name)) for name in asked if name in words})
        )
        converted = np.append(converted, np.full(len(asked), np.nan))
    cells = pd.concat(parts, ignore_index=True)
    customer = cells[roles.groups]
    place = " and ".join(table.place for table in (train, submission) if table)
    return Log(cells, customer.mask(customer.isin(roles.ungrouped)), _columns(train), place, converted)


def log_of_file(file: IndexFile, beside: Collection[str] = ()) -> Log:
    """Return the log that an index file names, with the columns of its indices and those ``beside`` them.

    Raises
    ------
    DataError
        If it cannot be read, or has no such column.
    """
    table = _table(file.table)
    _check_column(table, file.table.customer, f"{file.path}: customer in [table]")
    cells = _needed(table, file.table.customer, file.index, file.table.missing, beside)
    return Log(cells, cells[file.table.customer], _columns(table), table.place)


def _table(section: TableSection) -> Table:
    if section.path:
        return read_table(Path(section.path))
    from bench.data.washing import make_washing

    assert section.demo is not None  # TableSection has one source
    return table_from_frame(make_washing(section.demo.customers, section.demo.seed).log, "made-up washing log")


def _needed(
    table: Table,
    customer: str,
    sections: Iterable[IndexSection],
    missing: Iterable[str],
    beside: Collection[str] = (),
) -> pd.DataFrame:
    """Return the columns of a table that indices look at and those ``beside`` them, placeholders as gaps."""
    names = {customer, *beside, *(name for section in sections for name in (section.column, section.amount) if name)}
    return Placeholders().blank(table.frame[[name for name in _columns(table) if name in names]], tuple(missing))


def _spelled(train: pd.DataFrame, asked: pd.DataFrame, name: str) -> pd.Series[str]:
    levels = Levels(cells_of(train[name]).levels) if name in train else Levels(())
    return levels.spelled(name, asked[name], Notices()).astype("str")


def _check_column(table: Table, name: str, asker: str) -> None:
    if name not in table.frame:
        raise DataError(
            f"{asker} is '{name}', and {table.place} has no such column.{did_you_mean(name, _columns(table))}"
        )


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(map(str, table.frame))
