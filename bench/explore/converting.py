"""How often leads of each kind convert, how surely so, and which of many kinds surely differ from the average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import company_of
from bench.components.steps.columns import is_number, levels_and_codes
from bench.data.notices import shortened
from bench.explore.outcomes import Outcomes, percent, said
from bench.page.block import FEWEST_SHOWN
from bench.score.interval import effective_rows, wilson_of_clusters

ABOVE: Final = "surely above"
BELOW: Final = "surely below"
UNSURE: Final = "not sure"
SURE: Final = 0.05  # the share of wrong ones to expect among all that are called sure
FEW_VALUES: Final = 10  # so many different numbers are looked at one by one, as a category's levels
LETTERS: Final = 60  # of a level in a sentence or a table
_SMALLEST: Final = 1e-12  # of a tail that Student's t is asked for
_FEWEST_COMPANIES: Final = 2  # a level that one company alone holds says what that company did


@dataclass(frozen=True)
class Counted:
    """The leads whose conversions are counted.

    Attributes
    ----------
    features : DataFrame of shape (n, features)
    y : ndarray of shape (n,), 1 for converted
    company : ndarray of shape (n,), numbers from 0; without companies each lead has its own
    named : whether companies are named at all
    """

    features: pd.DataFrame
    y: NDArray[np.int8]
    company: NDArray[np.int64]
    named: bool

    @property
    def average(self) -> float:
        """Share of all of them that converted."""
        return float(self.y.mean())


def counted(features: pd.DataFrame, outcomes: Outcomes) -> Counted:
    """Return the leads that rates are of, by themselves.

    Parameters
    ----------
    features : DataFrame of shape (n, features), of all labelled leads
    """
    kept = outcomes.kept
    own = company_of(outcomes.company[kept], int(kept.sum()))
    return Counted(features[kept].reset_index(drop=True), outcomes.y[kept], own, outcomes.named)


def levels_of(column: pd.Series[Any]) -> tuple[list[str], NDArray[np.intp]] | None:
    """Return the levels of a category or of few numbers and each row's, -1 for a gap; None of any other column."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return levels_and_codes(column)
    if not is_number(column):
        return None
    codes, values = pd.factorize(column, sort=True)
    return ([f"{value:.10g}" for value in values], codes) if 0 < len(values) <= FEW_VALUES else None


def rates_by_level(
    levels: Sequence[str], codes: NDArray[np.intp], leads: Counted, gap: str = "(no value)"
) -> pd.DataFrame:
    """Return how often leads of each level convert, the most frequent level first.

    Shown are levels of at least `FEWEST_SHOWN` leads and two companies, but none that holds an e-mail address; the
    others share a line, and so do leads without a value. A line of fewer leads is left out.

    Parameters
    ----------
    codes : ndarray of shape (n,), the place of each lead's level; -1 for a gap
    gap : what leads without a value are called

    Returns
    -------
    rates : DataFrame
        level, levels (how many the line stands for, 0 for gaps) and the columns of `rates_of`.
    """
    filled, several = codes >= 0, int(leads.company.max()) + 1
    rows = np.bincount(codes[filled], minlength=len(levels))
    held = np.unique(codes[filled].astype(np.int64) * several + leads.company[filled]) // several
    companies = np.bincount(held, minlength=len(levels))
    unnamed = np.array(["@" not in level for level in levels], dtype=bool)
    shown = (rows >= FEWEST_SHOWN) & (companies >= _FEWEST_COMPANIES) & unnamed
    order = np.flatnonzero(shown)[np.argsort(-rows[shown], kind="stable")]
    rarer = int((~shown & (rows > 0)).sum())
    line_of = np.full(len(levels) + 1, len(order))  # the line after the levels is for rarer ones
    line_of[order] = np.arange(len(order))
    line_of[-1] = len(order) + 1  # and the last one for gaps
    rates = rates_of(line_of[codes], np.arange(len(codes)), len(order) + 2, leads.y, leads.company)
    rates.insert(0, "level", [*(levels[at] for at in order), f"({rarer:,} rarer values)", gap])
    rates.insert(1, "levels", [*[1] * len(order), rarer, 0])
    return rates[rates["leads"] >= FEWEST_SHOWN].reset_index(drop=True)


def rates_of(
    line: NDArray[np.intp], lead: NDArray[np.intp], lines: int, y: NDArray[np.int8], company: NDArray[np.int64]
) -> pd.DataFrame:
    """Return how often the leads of each line convert, with the 95 % interval of `wilson_of_clusters`.

    Parameters
    ----------
    line, lead : ndarrays of shape (pairs,): this lead stands in this line; a lead may stand in several, or in none
    lines : how many there are

    Returns
    -------
    rates : DataFrame of shape (lines, 8)
        leads, conversions, companies, rate, low, high, lift (rate over the average of all leads) and p_value (of
        `chance_of`); NaN where a line has no lead.
    """
    average, several = float(y.mean()), int(company.max()) + 1
    pair, of = np.unique(line.astype(np.int64) * several + company[lead], return_inverse=True)
    rows = np.bincount(of, minlength=len(pair))
    hits = np.bincount(of, y[lead], minlength=len(pair)).astype(np.int64)
    ends = np.searchsorted(pair, several * np.arange(lines + 1))
    found = []
    for start, end in pairwise(ends.tolist()):
        leads, converted = int(rows[start:end].sum()), int(hits[start:end].sum())
        rate, low, high = wilson_of_clusters(hits[start:end], rows[start:end])
        p_value = chance_of(hits[start:end], rows[start:end], average) if leads else np.nan
        found.append((leads, converted, end - start, rate, low, high, rate / average, p_value))
    names = ["leads", "conversions", "companies", "rate", "low", "high", "lift", "p_value"]
    return pd.DataFrame(found, columns=names)


def chance_of(hits: NDArray[np.int64], rows: NDArray[np.int64], average: float) -> float:
    """Return how likely chance takes a share of hits at least as far from the average of all: twice the binomial tail.

    The tail is that of Clopper and Pearson (1934), by the incomplete beta function and so for rows that are no whole
    number too. Rows of companies count by their design effect about their own share or about the average, whichever is
    larger, up to that of companies whose rows are all alike (Kish 1965, section 8.2); and where fewer companies than
    rows tell that effect, the tail is as heavy as Student's t is for so many (Korn and Graubard 1998, Survey
    Methodology 24, 193-201). In simulations without an effect, companies of 4 rows on average, it lies below 0.05 in
    2 to 4 % of the levels; by the effect about the share alone in up to 8 %.

    Parameters
    ----------
    hits, rows : ndarrays of shape (companies,), with a row at least
    """
    from scipy.special import betainc, stdtr, stdtrit

    total, companies = int(rows.sum()), int((rows > 0).sum())
    share, alike = float(hits.sum() / total), total**2 / float((rows**2).sum())
    squared = float(((hits - average * rows) ** 2).sum())
    about_average = total**2 * average * (1 - average) / squared if squared else np.inf
    effective = max(min(effective_rows(hits, rows), about_average), alike)
    taken = share * effective
    at_least = betainc(taken, effective - taken + 1, average) if share > 0 else 1.0
    at_most = betainc(effective - taken, taken + 1, 1 - average) if share < 1 else 1.0
    tail = min(at_least, at_most, 0.5)
    if 0 < share < 1 and 1 < companies < total:
        tail = stdtr(companies - 1, stdtrit(total - 1, max(tail, _SMALLEST)))
    return float(2 * tail)


def judged(rates: pd.DataFrame) -> pd.DataFrame:
    """Add p_adjusted and verdict to lines looked at together: of those called sure about 5 % may be wrong.

    By Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x. Nothing is said of rarer levels together.
    """
    from scipy.stats import false_discovery_control

    asked = (rates["levels"] <= 1).to_numpy()
    adjusted = np.full(len(rates), np.nan)
    if asked.any():
        adjusted[asked] = false_discovery_control(rates["p_value"].to_numpy()[asked])
    sure = np.where(rates["lift"] > 1, ABOVE, BELOW)
    verdict = np.where(asked, np.where(adjusted < SURE, sure, UNSURE), "")
    return rates.assign(p_adjusted=adjusted, verdict=verdict)


@dataclass(frozen=True)
class Line:
    """A line of rates as it is read; see `rates_by_level`."""

    column: str
    level: str
    levels: int
    leads: int
    conversions: int
    rate: float
    low: float
    high: float
    lift: float
    verdict: str

    @property
    def said(self) -> str:
        """Return the rate with its 95 % interval: "29% (22 to 37)"."""
        return said(self.rate, self.low, self.high)

    @property
    def short(self) -> str:
        """Return the level as a sentence or a table can hold it."""
        return shortened(self.level, LETTERS)

    @property
    def cells(self) -> list[str]:
        """Return the level, leads, conversions, rate, interval, lift and verdict as cells of a page's table."""
        counts, interval = (self.leads, self.conversions), f"{percent(self.low)} to {percent(self.high)}"
        return [
            self.short,
            *(f"{count:,}" for count in counts),
            percent(self.rate),
            interval,
            f"{self.lift:.2f}",
            self.verdict,
        ]


def lines_of(rates: pd.DataFrame) -> list[Line]:
    """Return the lines of judged rates that name their column."""
    names = [field.name for field in fields(Line)]
    return [Line(*values) for values in rates[names].itertuples(index=False)]
