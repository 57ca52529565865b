"""Parts that feedback looks at one by one: periods, bands of the score, levels of a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of, moments, numbers
from bench.data.splits import block_of_times

FEWEST_LEADS: Final = 5  # of a level; rarer ones share one
MOST_LEVELS: Final = 20  # of a column; the rarest share one
FEWEST_CONVERTED: Final = 20  # in each period: below, a recall is known to no better than a fifth
MOST_PERIODS: Final = 24
MOST_PARTS: Final = 4
MOST_NUMBERS: Final = 10  # different ones that stand each for itself; more are cut into quarters
SCORE, PERIOD, CUSTOMER, OTHERS, GAP = "score", "period", "customer", "all others", "no value"
_BANDS: Final = ("likeliest tenth", "next two tenths", "next three tenths", "last four tenths")


@dataclass(frozen=True)
class Slicing:
    """One way to cut the leads into parts.

    Attributes
    ----------
    name : of the column, or "period", "score", "customer"
    levels : names of the parts
    of : ndarray of shape (n,), the part of each lead; -1 for none
    named : whether a page may show the levels: those of a company's column name customers
    """

    name: str
    levels: tuple[str, ...]
    of: NDArray[np.int64]
    named: bool = True


def by_score(probability: NDArray[np.float64]) -> Slicing:
    """Cut leads by their place: the likeliest tenth, the next two, the next three, and the rest; ties stay together."""
    edges = np.quantile(probability, (0.9, 0.7, 0.4))
    part = len(edges) - np.searchsorted(edges[::-1], probability, side="right")
    held, of = np.unique(part, return_inverse=True)
    names = tuple(f"{_BANDS[one]} (from {edges[one]:.1%})" if one < len(edges) else _BANDS[one] for one in held)
    return Slicing(SCORE, names, of.astype(np.int64))


def by_level(name: str, cells: pd.Series[str], named: bool = True, codes: bool = False) -> Slicing:
    """Cut leads by the levels of a column, rare ones together; more than a few numbers into quarters.

    Parameters
    ----------
    cells : Series of shape (n,), as written, a gap missing
    codes : whether its numbers are names
    """
    held = cells_of(cells)
    values = numbers(held.levels)
    if not codes and len(values) > MOST_NUMBERS and np.isfinite(values).all():
        return _quarters(name, held.spread(values), named)
    order = np.argsort(-held.counts, kind="stable")[:MOST_LEVELS]
    own = [int(level) for level in order if held.counts[level] >= FEWEST_LEADS]
    names = [str(held.levels.iloc[level]) for level in own]
    number = np.full(len(held.levels) + 1, len(own), dtype=np.int64)  # the last stands for a gap
    number[own] = np.arange(len(own))
    if held.gaps >= FEWEST_LEADS:
        number[-1] = len(own) + 1
    of = number[held.codes]
    return _compact(name, (*names, OTHERS, GAP), of, named)


def by_period(time: NDArray[np.float64], counted: NDArray[np.bool_]) -> tuple[Slicing | None, str]:
    """Cut leads by time: months, quarters or parts of as many days' leads, whichever first has enough in each.

    Parameters
    ----------
    time : ndarray of shape (n,), days since 1970-01-01; NaN where missing
    counted : ndarray of shape (n,), the leads of which each period needs some: those that converted

    Returns
    -------
    the slicing, None where leads do not suffice for two periods, and a sentence on how it was chosen
    """
    dated = ~np.isnan(time)
    if not dated.any():
        return None, "No lead has a date, so periods are not told apart."
    when = pd.Series(pd.DatetimeIndex(moments(time[dated])))
    for what, name in _CALENDAR.items():
        names = name(when)
        levels, part = np.unique(names.to_numpy(dtype=str), return_inverse=True)
        of = np.full(len(time), -1, dtype=np.int64)
        of[dated] = part
        if 2 <= len(levels) <= MOST_PERIODS and _enough(of, counted, len(levels)):
            return Slicing(PERIOD, tuple(map(str, levels)), of), f"Periods are {what}."
    for parts in range(MOST_PARTS, 1, -1):
        blocks = block_of_times(time, parts)
        if blocks is not None and _enough(blocks, counted, parts):
            spans = [moments(np.array([time[blocks == one].min(), time[blocks == one].max()])) for one in range(parts)]
            names_of = tuple(f"{str(first)[:10]} to {str(last)[:10]}" for first, last in spans)
            said = f"Periods are {parts} of about as many leads each: calendar months or quarters hold too few."
            return Slicing(PERIOD, names_of, blocks), said
    return None, f"There are not {FEWEST_CONVERTED} conversions for each of two periods, so none are told apart."


_CALENDAR: Final[dict[str, Callable[[pd.Series], pd.Series]]] = {
    "calendar months": lambda when: when.dt.strftime("%Y-%m"),
    "calendar quarters": lambda when: when.dt.year.astype("str") + " Q" + when.dt.quarter.astype("str"),
}


def _enough(of: NDArray[np.int64], counted: NDArray[np.bool_], parts: int) -> bool:
    held = np.bincount(of[counted & (of >= 0)], minlength=parts)
    return bool(held.min() >= FEWEST_CONVERTED)


def _quarters(name: str, values: NDArray[np.float64], named: bool) -> Slicing:
    filled = ~np.isnan(values)
    edges = np.unique(np.quantile(values[filled], (0.25, 0.5, 0.75)))
    part = np.where(filled, np.searchsorted(edges, values, side="left"), len(edges) + 1)
    bounds = [f"{edge:,.6g}" for edge in edges]
    between = [f"over {low} to {high}" for low, high in pairwise(bounds)]
    names = [f"up to {bounds[0]}", *between, f"over {bounds[-1]}"]
    return _compact(name, (*names, GAP), part, named)


def _compact(name: str, levels: tuple[str, ...], of: NDArray[np.int64], named: bool) -> Slicing:
    """Leave out levels that no lead has."""
    held, again = np.unique(of, return_inverse=True)
    return Slicing(name, tuple(levels[int(one)] for one in held), again.astype(np.int64), named)
