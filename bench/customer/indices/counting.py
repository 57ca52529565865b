"""Which rows of a log an index counts, and which it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.derived.customer_share import counted_between
from bench.components.steps.derived.shares import Floats, History, history_of
from bench.customer.indices.log import Log
from bench.data.cells import Cells, are_markers, cells_of, clock_hours, numbers
from bench.data.notices import listed, plural
from bench.errors import DataError, did_you_mean
from bench.plan.indices import IndexSection

FEWEST_ROWS = 5  # of a level that is shown or proposed
UNREAD = 0.01  # the share of filled cells that may be of another kind than is asked for


@dataclass(frozen=True)
class Counted:
    """The rows that an index counts.

    Attributes
    ----------
    words : which rows count, in plain words
    rows : ndarray of shape (n,), 1 for a row that counts, 0 for another, NaN for one that is left out
    amount : ndarray of shape (n,), what each row weighs, NaN where that is not known; None where each weighs the same
    """

    name: str
    words: str
    rows: Floats
    amount: Floats | None


def counted(section: IndexSection, log: Log, notices: list[str]) -> Counted:
    """Return the rows that a section counts; what is unusual is added to ``notices``.

    Raises
    ------
    DataError
        See `bench.customer.indices.statistical.indices_of`.
    """
    if section.converted:
        rows, words = _converted(section, log), "rows that converted"
    elif section.values:
        rows, words = _with_values(section, log, notices)
    elif section.hours is not None:
        first, last = section.hours
        hours = _read(section, str(section.column), log, clock_hours, "times like 07:45 or 2024-03-31T07:45", notices)
        rows = np.where(np.isnan(hours), np.nan, counted_between(hours, first, last))
        words = f"rows with '{section.column}' from {first}:00 to {last}:00"
    else:
        assert section.between is not None  # IndexSection has one condition
        low, high = section.between
        values = _read(section, str(section.column), log, _finite, "numbers", notices)
        rows = np.where(np.isnan(values), np.nan, counted_between(values, low, high))
        words = f"rows with '{section.column}' {_range(low, high)}"
    amount = None if section.amount is None else _amounts(section, section.amount, log, notices)
    if amount is not None:
        words = f"'{section.amount}' in {words}"
    return Counted(section.name, words, rows, amount)


def history(what: Counted, customer: NDArray[np.int64], customers: int) -> History:
    """Return each customer's history; ``customer`` is -1 for a row of none, which is left out."""
    known = customer >= 0
    return history_of(customer[known], what.rows[known], customers, None if what.amount is None else what.amount[known])


def _converted(section: IndexSection, log: Log) -> Floats:
    if log.converted is None:
        raise DataError(f"{_place(section, log)}: 'converted' is asked for, but no row says who converted.")
    return log.converted


def _with_values(section: IndexSection, log: Log, notices: list[str]) -> tuple[Floats, str]:
    column = _cells(section, str(section.column), log)
    rows = dict(zip(column.levels, column.counts.tolist(), strict=True))
    absent = [value for value in section.values if value not in rows]
    if absent:
        near = get_close_matches(absent[0], [value for value, times in rows.items() if times >= FEWEST_ROWS], n=1)
        said = f"{_place(section, log)}: no cell of '{section.column}' is '{absent[0]}'"
        guess = f" Near it: '{near[0]}'." if near else ""
        if len(absent) == len(section.values):
            raise DataError(f"{said}, and so no row counts.{guess} Values are compared as written.")
        notices.append(f"{said}, named in values.{guess}")
    counts = column.levels.isin(section.values).to_numpy().astype(np.float64)
    return column.spread(counts), f"rows with '{section.column}' {_either(section.values, rows)}"


def _either(values: tuple[str, ...], rows: dict[str, int]) -> str:
    """Return the values as a reader sees them, without those that tell of single rows."""
    shown = [f"'{value}'" for value in values if rows.get(value, 0) >= FEWEST_ROWS]
    rare = len(values) - len(shown)
    if rare:
        shown.append(f"{plural(rare, 'rare value')}")
    return " or ".join(shown) if len(shown) < 4 else f"one of {listed(shown, 'value')}"


def _range(low: float, high: float) -> str:
    if np.isinf(high):
        return f"from {low:g} on"
    return f"below {high:g}" if np.isinf(low) else f"from {low:g} to below {high:g}"


def _amounts(section: IndexSection, name: str, log: Log, notices: list[str]) -> Floats:
    amount = _read(section, name, log, _finite, "numbers", notices)
    below = np.flatnonzero(amount < 0)
    if len(below):
        raise DataError(
            f"{_place(section, log)}: {plural(len(below), 'amount')} of '{name}' below 0, the first in row "
            f"{below[0] + 1:,}. A share of amounts needs all of them to be 0 or more."
        )
    if not (amount > 0).any():
        raise DataError(f"{_place(section, log)}: no amount of '{name}' is above 0. Name another column.")
    return amount


def _read(
    section: IndexSection,
    name: str,
    log: Log,
    read: Callable[[pd.Series[str]], Floats],
    wanted: str,
    notices: list[str],
) -> Floats:
    """Return what the cells of a column spell, NaN for gaps; a few that spell nothing are gaps and noticed."""
    column = _cells(section, name, log)
    values = read(column.levels)
    wrong = column.count(np.isnan(values) & ~are_markers(column.levels))
    if not wrong and np.isnan(values).all():
        raise DataError(f"{_place(section, log)}: all cells of '{name}' are missing. Name another column.")
    if wrong > UNREAD * column.present or not np.isfinite(values).any():
        raise DataError(
            f"{_place(section, log)}: {wrong:,} of {plural(column.present, 'filled cell')} of '{name}' are no "
            f"{wanted}. Name another column or mend the cells."
        )
    if wrong:
        notices.append(f"{_place(section, log)}: {plural(wrong, 'cell')} of '{name}' that are no {wanted} left out.")
    return column.spread(values)


def _cells(section: IndexSection, name: str, log: Log) -> Cells:
    if name not in log.cells:
        raise DataError(f"{_place(section, log)}: there is no column '{name}'.{did_you_mean(name, log.columns)}")
    column = cells_of(log.cells[name])
    if not column.present:
        raise DataError(f"{_place(section, log)}: all cells of '{name}' are missing. Name another column.")
    return column


def _finite(levels: pd.Series[str]) -> Floats:
    values = numbers(levels)
    return np.where(np.isinf(values), np.nan, values)


def _place(section: IndexSection, log: Log) -> str:
    return f"{log.place}, index '{section.name}'"
