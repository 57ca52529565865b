"""Columns that tell a person what a lead is: a few levels, or numbers cut at round figures, and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from bench.companies import company_of
from bench.data.notices import shortened
from bench.errors import ExperimentError, did_you_mean

LEVELS: Final = 12  # of a category that are told apart; more nobody keeps in mind
COVERED: Final = 0.8  # share of the leads that those levels and gaps hold in a column chosen by itself
CUTS: Final = 19  # of a number, at every twentieth of the leads
FEWEST: Final = 5  # customers with what is shown to all
SHOWN: Final = 3  # levels of a column that a page names in one condition
LETTERS: Final = 60  # of a cell that is shown
OTHER: Final = "another value"
GAP: Final = "missing"

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Readable:
    """A column as a few levels: of a category the frequent ones, of a number the stretches between its cuts.

    A code is the place of a level; behind the levels of a category stands any other value, and last a gap.

    Attributes
    ----------
    levels : of a category, the most frequent first, each of as many labelled leads as were asked for, and of five
        customers; none of a number
    cuts : of a number, from the smallest; a stretch begins with its cut. None of a category

    Without levels and cuts it only counts whether anything is given.
    """

    name: str
    levels: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()

    @property
    def width(self) -> int:
        """Return the number of codes."""
        return len(self.levels or self.cuts) + 2

    def codes(self, features: pd.DataFrame) -> Codes:
        """Return the code of each lead's cell; shape (n,)."""
        column = features[self.name]
        if self.levels:
            places = pd.Index(self.levels).get_indexer(pd.Index(_texts(column)))
            codes = np.where(places < 0, len(self.levels), places)
        elif self.cuts:
            codes = np.searchsorted(np.array(self.cuts), column.to_numpy(np.float64), side="right")
        else:
            codes = np.zeros(len(column), dtype=np.int64)
        return np.where(column.isna(), self.width - 1, codes).astype(np.int64)

    def words(self, allowed: Mask, occur: Mask, *, brief: bool = False) -> str:
        """Say which cells are allowed: "size is Small or missing", "visits from 3 to below 10".

        Parameters
        ----------
        allowed : ndarray of shape (width,), of each code; neither none nor all of those that occur
        occur : likewise, codes that any lead has: of others nothing is said
        brief : name three levels, shortened, and count the rest of them
        """
        if self.levels:
            named = [*((shortened(level, LETTERS) for level in self.levels) if brief else self.levels), OTHER, GAP]
            inside, outside = ([named[code] for code in np.flatnonzero(which & occur)] for which in (allowed, ~allowed))
            # What is left out says it shorter, and as plainly where that is a level or two.
            if len(outside) <= 2 < len(inside) and OTHER not in outside:
                return f"{self.name} is {'not' if len(outside) == 1 else 'neither'} {' nor '.join(outside)}"
            return f"{self.name} is {either(inside, SHOWN if brief else LEVELS)}"
        stretches = np.flatnonzero(allowed[:-1])
        gaps = allowed[-1] and occur[-1]
        low, high = (stretches[0], stretches[-1]) if len(stretches) else (0, 0)
        if not len(stretches):
            return f"{self.name} is {GAP}"
        if low == 0 and high == len(self.cuts):
            return f"{self.name} is not {GAP}"
        if low == 0:
            said = f"below {figure(self.cuts[high])}"
        elif high == len(self.cuts):
            said = f"at least {figure(self.cuts[low - 1])}"
        else:
            said = f"from {figure(self.cuts[low - 1])} to below {figure(self.cuts[high])}"
        return f"{self.name} {said}{f' or {GAP}' if gaps else ''}"


def readable_columns(
    features: pd.DataFrame,
    names: Sequence[str],
    smallest: int,
    groups: NDArray[np.int64] | None = None,
    companies: Sequence[str] = (),
) -> tuple[Readable, ...]:
    """Return the columns that leads are described by.

    Without ``names`` those are all numbers and categories. Of a category the frequent levels are told apart, at most 12
    of ``smallest`` leads and five customers each, if they and the gaps hold 80 % of the leads; of others only whether
    anything is given. Likewise of texts, dates and the company's name, which are only taken where they are named. A
    column in which nothing differs describes nobody.

    Parameters
    ----------
    features : of the labelled leads, see `bench.data.dataset.Dataset.features`
    names : columns to take, and no others
    smallest : leads that a level has at least
    groups, companies : the number of each lead's company, -1 for none, and their names by number

    Raises
    ------
    ExperimentError
        If a column that is named does not exist.
    """
    customers = company_of(groups, len(features))
    of_company = set() if groups is None else company_columns(features, groups, companies)
    found = []
    for name in chosen_columns(features, names):
        column = features[name]
        if name not in of_company and (is_numeric_dtype(column.dtype) or isinstance(column.dtype, pd.CategoricalDtype)):
            told = _cut(column) or _told_apart(column, customers, smallest, bool(names))
            found.append(told or _given(column, smallest))
        elif names:
            found.append(_given(column, smallest))
    return tuple(column for column in found if column is not None)


def chosen_columns(features: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the columns that [customers] names, each once, or all where it names none.

    Raises
    ------
    ExperimentError
        If one does not exist.
    """
    known = [*map(str, features)]
    for name in names:
        if name not in known:
            raise ExperimentError(
                f"[customers] columns names '{name}', which is no feature.{did_you_mean(name, known)}"
            )
    return [*dict.fromkeys(names or known)]


def company_columns(features: pd.DataFrame, groups: NDArray[np.int64], companies: Sequence[str]) -> set[str]:
    """Return the columns that hold nothing but the company, as a text or as a number.

    Parameters
    ----------
    groups, companies : the number of each lead's company, -1 for none, and their names by number
    """
    leads = groups >= 0
    if not leads.any() or groups.max() >= len(companies):
        return set()
    names = pd.Series(companies, dtype=object)[groups[leads]]
    codes = pd.to_numeric(names, errors="coerce").to_numpy(np.float64)
    spelt = not np.isnan(codes).all()

    def is_company(column: pd.Series) -> bool:
        if is_numeric_dtype(column.dtype):
            return spelt and np.array_equal(column.to_numpy(np.float64), codes, equal_nan=True)
        return bool((column.astype(object).to_numpy() == names.to_numpy()).all())

    return {str(name) for name, column in features.items() if is_company(column[leads])}


def either(words: Sequence[str], most: int = LEVELS) -> str:
    """Return "A", "A or B", "A, B or C", or "A, B or 7 more" where there are more than ``most``."""
    shown = list(words) if len(words) <= most + 1 else [*words[:most], f"{len(words) - most} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def figure(number: float) -> str:
    """Return a number as people write it: 0.25, 2019, 12,000."""
    return f"{number:,.10g}" if abs(number) >= 10_000 else f"{number:.10g}"


def _cut(column: pd.Series) -> Readable | None:
    """Return a number as its stretches; None for what is no number, or a flag of two."""
    given = column.dropna()
    if not is_numeric_dtype(column.dtype) or given.nunique() <= 2:
        return None
    return Readable(str(column.name), cuts=_cuts(given.to_numpy(np.float64)))


def _told_apart(column: pd.Series, customers: Codes, smallest: int, named: bool) -> Readable | None:
    """Return a category as its frequent levels; None if it has none, or too much else where it is not named."""
    by_level = pd.Series(customers).groupby(_texts(column))
    counts = by_level.size()
    told = (counts >= smallest) & (by_level.nunique() >= FEWEST)
    frequent = counts[told].sort_values(ascending=False, kind="stable")[:LEVELS]
    others = counts.sum() - frequent.sum()
    if frequent.empty or frequent.iloc[0] == len(column) or (others > (1 - COVERED) * len(column) and not named):
        return None
    return Readable(str(column.name), levels=tuple(map(str, frequent.index)))


def _given(column: pd.Series, smallest: int) -> Readable | None:
    """Return a column as given or missing; None if hardly any lead tells the two apart."""
    gaps = int(column.isna().sum())
    return Readable(str(column.name)) if smallest <= gaps <= len(column) - smallest else None


def _texts(column: pd.Series) -> NDArray[np.object_]:
    """Return cells as texts, a gap as None: numbers that are flags as people write them."""
    if is_numeric_dtype(column.dtype):
        return column.map(figure, na_action="ignore").astype(object).to_numpy()
    return column.astype(object).to_numpy()


def _cuts(given: NDArray[np.float64]) -> tuple[float, ...]:
    """Return round numbers near the twentieths, each with numbers below it and from it on."""
    at = np.quantile(given, np.linspace(0, 1, CUTS + 2)[1:-1], method="higher")
    spread = np.ptp(at) or np.ptp(given)
    decimals = int(np.ceil(-np.log10(spread / 100)))  # so that rounding moves a cut by at most a two-hundredth of it
    cuts = np.unique(np.round(at, decimals))
    return tuple(map(float, cuts[(cuts > given.min()) & (cuts <= given.max())]))
