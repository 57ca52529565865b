"""A table as few plain levels: a row for each customer, numbers as low, middle and high, rare values together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.columns import by_frequency, is_number
from bench.customer.readable import GAP, OTHER, chosen_columns, figure

MOST_LEVELS = 6
FREQUENT = 0.05  # of the customers a category is known of: a level this frequent stands for itself
FEWEST = 20  # customers of such a level, at least
COVERED = 0.5  # of the known cells; a category whose frequent levels cover less is only given or missing
APART = 0.2  # of the known numbers; zeros as frequent are a level of their own
ONE_SIDED = 0.95  # of the customers; a column with a level as frequent tells next to nothing
SAME = 0.8  # Cramér's V


@dataclass(frozen=True)
class Levels:
    """Columns in levels that can be read aloud.

    Attributes
    ----------
    columns : their names
    levels : of each column
    codes : ndarray of shape (n, columns), the number of each cell's level
    same : columns that were left out, each with the one that says the same
    """

    columns: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    same: tuple[tuple[str, str], ...] = ()


def per_customer(features: pd.DataFrame, of: NDArray[np.intp]) -> pd.DataFrame:
    """Return a row for each customer: the median of a number or date, the most frequent level of a category or text.

    Of levels as frequent it is the one that more leads of the table have, of these the first of the alphabet; cells
    that are missing do not count where another is known.

    Parameters
    ----------
    features : DataFrame of shape (leads, columns)
    of : ndarray of shape (leads,), the customer of each lead as a number from 0

    Returns
    -------
    DataFrame of shape (customers, columns), by the customers' numbers
    """
    customers = int(of.max(initial=-1)) + 1
    rows = {}
    for name, column in features.items():
        if isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
            rows[name] = _most_frequent(column, of, customers)
        else:
            rows[name] = column.groupby(of).median().reindex(range(customers))
    return pd.DataFrame(rows)


def levels_of(table: pd.DataFrame, columns: Sequence[str] = ()) -> Levels:
    """Return the columns that can be read, in levels; ``columns`` names them, without any a rule does.

    A category keeps its frequent levels; the others are one. Where the frequent ones cover less than half, as of
    places, and of free text, it is only told whether anything is given. Numbers are cut into thirds, zeros apart where
    they are many; a number of up to four values keeps them. A gap is a level: what nobody filled in says something of
    a lead. Dates are left out, since they tell when a lead came and not what it is like.

    The rule: of columns that say the same (Cramér's V of 0.8 or more) one is kept, a category before a number, then the
    one that is known of more. Groups would else be found in nothing but a column that is there twice.

    Parameters
    ----------
    table : DataFrame of shape (n, features), as `per_customer` returns it

    Raises
    ------
    ExperimentError
        If a column that is named does not exist.
    """
    read = {name: found for name in chosen_columns(table, columns) if (found := _in_levels(table[name])) is not None}
    told = [name for name, (_, codes) in read.items() if np.bincount(codes).max() <= ONE_SIDED * len(codes)]
    kept, same = (told, ()) if columns else _without_copies(told, table, {name: read[name][1] for name in told})
    codes = np.column_stack([read[name][1] for name in kept]) if kept else np.empty((len(table), 0), dtype=np.int64)
    return Levels(tuple(kept), tuple(read[name][0] for name in kept), codes, same)


def _most_frequent(column: pd.Series[Any], of: NDArray[np.intp], customers: int) -> pd.Series[Any]:
    category = column.astype("category")
    codes = category.cat.codes.to_numpy().astype(np.int64)
    known = codes >= 0
    width = max(len(category.cat.categories), 1)
    pairs, leads = np.unique(of[known] * width + codes[known], return_counts=True)
    customer, level = np.divmod(pairs, width)
    of_all = np.bincount(codes[known], minlength=width)
    order = np.lexsort((level, -of_all[level], -leads, customer))
    firsts = order[np.unique(customer[order], return_index=True)[1]]
    found = np.full(customers, -1)
    found[customer[firsts]] = level[firsts]
    levels = pd.Categorical.from_codes(found, category.cat.categories)
    return pd.Series(levels).astype(column.dtype)


def _in_levels(column: pd.Series[Any]) -> tuple[tuple[str, ...], NDArray[np.int64]] | None:
    """Return the levels that occur, a gap the last, and the number of each cell's; None for what cannot be read."""
    gaps = column.isna().to_numpy()
    if gaps.all() or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return None
    names, codes = _bands(column) if is_number(column) else _frequent(column)
    codes = np.where(gaps, len(names), codes)
    occurring, codes = np.unique(codes, return_inverse=True)
    return tuple([*names, GAP][at] for at in occurring), codes.astype(np.int64)


def _frequent(column: pd.Series[Any]) -> tuple[list[str], NDArray[np.int64]]:
    if isinstance(column.dtype, pd.StringDtype):
        return ["given"], np.zeros(len(column), dtype=np.int64)
    counts = by_frequency(column)
    known = sum(counts.values())
    kept = [level for level, rows in counts.items() if rows >= max(FREQUENT * known, FEWEST)][:MOST_LEVELS]
    if sum(counts[level] for level in kept) < COVERED * known:
        return ["given"], np.zeros(len(column), dtype=np.int64)
    codes = pd.Index(kept).get_indexer(pd.Index(column.astype(object)))
    return [*map(str, kept), OTHER], np.where(codes < 0, len(kept), codes).astype(np.int64)


def _bands(column: pd.Series[Any]) -> tuple[list[str], NDArray[np.int64]]:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= 4:
        return [figure(value) for value in distinct], np.searchsorted(distinct, values)
    zeros = (known == 0).mean() >= APART
    banded = known[known != 0] if zeros else known
    cuts = np.unique([float(f"{cut:.3g}") for cut in np.quantile(banded, [1 / 3, 2 / 3])])
    between = [f"over {figure(low)} to {figure(high)}" for low, high in pairwise(cuts)]
    codes = np.searchsorted(cuts, values)
    names = [f"up to {figure(cuts[0])}", *between, f"over {figure(cuts[-1])}"]
    return ([*names, "0"], np.where(values == 0, len(names), codes)) if zeros else (names, codes)


def _without_copies(
    names: list[str], table: pd.DataFrame, codes: dict[str, NDArray[np.int64]]
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Return the columns that are kept, in the order of the table, and those left out with what says the same."""
    from bench.components.steps.imputation.association import cramers_v

    kept: list[str] = []
    same = []
    numbers = set(table.select_dtypes("number"))
    for name in sorted(names, key=lambda name: (name in numbers, table[name].isna().sum())):
        as_this = next((other for other in kept if cramers_v(codes[name], codes[other]) >= SAME), None)
        if as_this is None:
            kept.append(name)
        else:
            same.append((name, as_this))
    return sorted(kept, key=names.index), tuple(same)
