"""What changes along the table's order, along sequence numbers and over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of, numbers
from bench.data.notices import listed, shortened
from bench.explore.calendar import calendars
from bench.explore.look import Look, Seen
from bench.explore.outcomes import Outcomes, percent
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn
from bench.score.interval import wilson

BINS: Final = 40
FEWEST_IN_BIN: Final = 10  # leads or codes
FEWEST_CODES: Final = 100  # different numbers of a sequence, for something to be said of neighbours
FEWEST_CONVERTED: Final = 10
SURE: Final = 0.001  # chance that an order that says nothing is said to say something
CLEAR: Final = 0.05  # correlation of neighbours, or with the place, that somebody would act upon
MOVES: Final = 0.15  # of the mean, from the first part to the last, likewise
ORDERED: Final = 0.99  # rank correlation of numbers and places from which the file is in their order
GIVEN_OUT: Final = 0.8  # of numbers and the places where they first stand, from which they follow the file
SORTED: Final = 0.5  # correlation of neighbours from which a file is put together by outcome
PARTS: Final = 5  # of an order, whose first and last are compared
PLOTTED: Final = 4
LETTERS: Final = 32

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Some neighbours in an order.

    Attributes
    ----------
    units, leads : how many codes (or leads), and how many leads of theirs
    rate, low, high : mean over the units of the share that converts, and its 95 % interval
    """

    units: int
    leads: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Along:
    """How leads convert along an order: of the file, or of the numbers of a column from the lowest.

    Attributes
    ----------
    name : of the column; empty for the order of the file
    unit : what stands in the order: "lead", "company" or "code"
    converts : ndarray of shape (units,), the share of each unit's leads that converts, in order
    neighbours, trend : correlation of the shares of neighbours, and of share and place
    clumped, rising : whether chance does not bring that; a falling trend is one too
    by_file : whether the numbers were given out along the file, and so show its order
    """

    name: str
    unit: str
    bins: Sequence[Bin]
    converts: Floats
    neighbours: float
    trend: float
    clumped: bool
    rising: bool
    by_file: bool = False

    @property
    def called(self) -> str:
        """Return what the order is called in a sentence."""
        return f"the numbers of {shortened(self.name, LETTERS)}" if self.name else "the order of the file"


def order(look: Look) -> Seen | None:
    """Return how leads convert along the file, along the numbers of codes, and over time."""
    outcomes = look.outcomes
    alone = _one_each(look, outcomes)
    along = [found for found in (_file(outcomes, alone), *_codes(look, outcomes, alone)) if found is not None]
    dated = calendars(look, outcomes)
    if not along and not dated.tables:
        return None
    sentences = [
        *(_said(found, outcomes.alone) for found in along),
        *_counting(look),
        *dated.sentences,
    ]
    codes = sorted(along[1:], key=lambda found: -abs(found.neighbours))
    plots = [_plot(found) for found in (*along[:1], *codes[:PLOTTED])] + list(dated.plots)
    sheets = {"order": _sheet(along), **dated.sheets}
    tables = [_table(along), *dated.tables] if along else dated.tables
    acts = [sentence for found in sorted(along, key=lambda found: -abs(found.neighbours)) if (sentence := _act(found))]
    return Seen(Block("Order and time", sentences, tables, plots), [*dated.act, *acts], sheets)


def serial_correlation(values: Floats) -> tuple[float, float]:
    """Return the correlation of neighbours in a row, and the chance of one as large where the order says nothing.

    The mean product of neighbours' deviations over the variance; where every order is as likely it is about normal with
    mean -1 / (n - 1) and variance 1 / (n - 1) (Wald and Wolfowitz 1943, doi:10.1214/aoms/1177731358). Of outcomes
    that are 0 or 1 it is large where there are few runs.

    Parameters
    ----------
    values : ndarray of shape (n,), n at least 3
    """
    from scipy.stats import norm

    off = values - values.mean()
    if not (spread := float(off @ off)):
        return 0.0, 1.0
    found = float(off[:-1] @ off[1:]) / spread
    return found, float(2 * norm.sf(abs(found + 1 / (len(off) - 1)) * np.sqrt(len(off) - 1)))


def _one_each(look: Look, outcomes: Outcomes) -> NDArray[np.int64]:
    """Return the first lead of each company, without copies of earlier leads: others are alike for another reason."""
    copy = pd.util.hash_pandas_object(look.written, index=False).duplicated().to_numpy()
    first: NDArray[np.int64] = np.flatnonzero(
        outcomes.kept & ~copy & ~pd.Series(outcomes.company).duplicated().to_numpy()
    )
    return first


def _file(outcomes: Outcomes, alone: NDArray[np.int64]) -> Along | None:
    rows = int(outcomes.kept.sum())
    at = (np.cumsum(outcomes.kept) - 1) * _bins(rows) // rows
    rates = [outcomes.rate(at == number) for number in range(_bins(rows))]
    bins = [
        Bin(rate.leads, rate.leads, rate.rate, rate.low, rate.high)
        for rate in rates
        if rate.rate is not None and rate.low is not None and rate.high is not None
    ]
    return _along("", "lead", bins, outcomes.y[alone].astype(np.float64))


def _codes(look: Look, outcomes: Outcomes, alone: NDArray[np.int64]) -> Iterator[Along | None]:
    """Yield the columns whose cells are whole numbers that name something, each number a unit."""
    from scipy.stats import spearmanr

    for column in look.dataset.columns:
        name, roles = column.name, look.roles
        if column.kind not in ("category", "identifier") or name == roles.id or column.levels < FEWEST_CODES:
            continue
        if column.kind == "identifier" and _counts(look.cells[name]):
            continue
        own = name == roles.groups
        cells = look.cells[name]
        cells = cells.mask(cells.isin(roles.ungrouped)) if own else cells.iloc[alone]
        y = outcomes.y if own else outcomes.y[alone]
        found = cells_of(cells)
        codes = numbers(found.levels)
        whole = np.isfinite(codes) & (codes == np.floor(codes))
        rows = np.flatnonzero(whole)
        if len(rows) < FEWEST_CODES or found.count(whole) < 0.99 * found.present:
            continue
        leads, converted = found.counts, np.bincount(found.codes[found.codes >= 0], y[found.codes >= 0], len(codes))
        sorted_rows = rows[np.argsort(codes[rows], kind="stable")]
        share, leads = (converted / np.maximum(leads, 1))[sorted_rows], leads[sorted_rows]
        bins = [
            Bin(len(part), int(leads[part].sum()), float(share[part].mean()), *wilson(share[part].mean(), len(part)))
            for part in np.array_split(np.arange(len(share)), _bins(len(share)))
        ]
        found_along = _along(name, "company" if own else "code", bins, share)
        given_out = abs(spearmanr(rows, codes[rows]).statistic) > GIVEN_OUT  # levels come as the file first has them
        yield found_along and replace(found_along, by_file=bool(given_out))


def _counts(cells: pd.Series[str]) -> bool:
    """Say if the numbers of a column go up, or down, along the file: its order is theirs."""
    from scipy.stats import spearmanr

    values = cells_of(cells).spread(numbers(cells_of(cells).levels))
    if len(values) < FEWEST_CODES or np.isnan(values).any() or values.min() == values.max():
        return False
    return bool(abs(spearmanr(np.arange(len(values)), values).statistic) > ORDERED)


def _counting(look: Look) -> Iterator[str]:
    identifiers = [column.name for column in look.dataset.columns if column.kind == "identifier"]
    names = [name for name in identifiers if _counts(look.cells[name])]
    if names:
        yield f"The file is in the order of {listed(shortened(name, LETTERS) for name in names)}."


def _bins(units: int) -> int:
    return max(1, min(BINS, units // FEWEST_IN_BIN))


def _along(name: str, unit: str, bins: Sequence[Bin], converts: Floats) -> Along | None:
    """Return what is found along an order; None where too few stand in it or too few convert."""
    from scipy.stats import pearsonr

    told = min((converts > 0).sum(), (converts < 1).sum()) >= FEWEST_CONVERTED and np.ptp(converts) > 0
    if len(converts) < FEWEST_CODES or not told:
        return None
    neighbours, doubt = serial_correlation(converts)
    # Not by ranks: of codes with few leads most shares are 0, and their ranks would tell how many leads a code has.
    trend = pearsonr(np.arange(len(converts)), converts)
    part, mean = len(converts) // PARTS, converts.mean()
    moves = abs(converts[:part].mean() - converts[-part:].mean()) >= MOVES * mean
    rising = bool(trend.pvalue < SURE and abs(trend.statistic) >= CLEAR and moves)
    clumped = doubt < SURE and neighbours >= CLEAR
    return Along(name, unit, bins, converts, neighbours, float(trend.statistic), clumped, rising)


def _said(found: Along, alone: bool) -> str:
    units = "companies" if found.unit == "company" else f"{found.unit}s"
    told = []
    if found.rising:
        first, last = _ends(found)
        told.append(f"from the first fifth to the last conversion goes from {percent(first)} to {percent(last)}")
    if found.clumped:
        told.append(
            f"neighbouring {units} convert alike: next to one that converts {percent(_next_to(found))} do, on average "
            f"{percent(float(found.converts.mean()))}"
        )
    if not told:
        told.append(f"says nothing clear of conversion (correlation of neighbouring {units} {found.neighbours:.3f})")
    leads = "copies left out" if alone else "one lead of each company, copies left out"
    note = {"lead": leads, "company": "each company once"}.get(
        found.unit, "each code once"
    ) + ", numbered along the file" * found.by_file
    said = f"{found.called}: {'; '.join(told)} ({note})."
    return said[0].upper() + said[1:]


def _ends(found: Along) -> tuple[float, float]:
    part = len(found.converts) // PARTS
    return float(found.converts[:part].mean()), float(found.converts[-part:].mean())


def _next_to(found: Along) -> float:
    """Return the mean share of those whose neighbour, before or after, converts in half of its leads or more."""
    share = found.converts
    converts = share >= 0.5
    return float(np.concatenate([share[1:][converts[:-1]], share[:-1][converts[1:]]]).mean()) if converts.any() else 0.0


def _act(found: Along) -> str:
    name, (first, last) = shortened(found.name, LETTERS), _ends(found)
    usual, near = percent(float(found.converts.mean())), percent(_next_to(found))
    if not found.name and found.neighbours >= SORTED:
        return (
            f"The rows of the file are sorted by outcome: of {len(found.converts):,} leads {usual} convert, next to a "
            f"converted one {near}. Shuffle when you split; the row number, or a code given out along the rows, is no "
            "feature."
        )
    if found.name and found.clumped and not found.by_file:
        one = "a company" if found.unit == "company" else "a code"
        return (
            f"{name} is more than a name: of the leads next to {one} that converts {near} do, of all {usual} "
            f"({len(found.converts):,} codes). Ask how they are given out; as numbers in a few bins they may tell of "
            "new ones."
        )
    if found.rising and found.unit != "company" and not found.by_file:
        return (
            f"{found.called[0].upper()}{found.called[1:]}: conversion goes from {percent(first)} in the first fifth of "
            f"{len(found.converts):,} {found.unit}s to {percent(last)} in the last. Find out what changed; if that is "
            "the order of time, judge models on the last part."
        )
    return ""


def _table(along: Sequence[Along]) -> PageTable:
    columns = ("order", "units", "first fifth", "last fifth", "correlation of neighbours", "next to one that converts")
    rows = []
    for found in along:
        first, last = _ends(found)
        name = shortened(found.name, LETTERS) or "the file"
        cells = (f"{len(found.converts):,}", percent(first), percent(last), f"{found.neighbours:.3f}")
        rows.append((name, *cells, percent(_next_to(found))))
    caption = (
        "How many convert along each order. Units are leads (one of each company) or codes, each counted once; the "
        "correlation of neighbours is near 0 where the order says nothing."
    )
    return PageTable(caption, columns, rows, frozenset(columns[1:]))


def _plot(found: Along) -> Plot:
    """Draw the rate of each bin with its interval, and the rate of all."""
    figure, plain = axes(6.4, 2.8)
    place = 100 * (np.arange(len(found.bins)) + 0.5) / len(found.bins)
    rate, low, high = (100 * np.array([getattr(one, end) for one in found.bins]) for end in ("rate", "low", "high"))
    plain.vlines(place, low, high, color=FIRST, alpha=0.45)
    plain.plot(place, rate, "o", color=FIRST, markersize=4)
    plain.axhline(np.average(rate, weights=[one.units for one in found.bins]), color=PALE, linestyle="--")
    where = f"place among {found.called}, %" if found.name else "place in the file, %"
    plain.set(xlabel=where, ylabel="converts, %", xlim=(0, 100), ylim=(0, min(105, 1.1 * float(high.max()) + 1)))
    return Plot(
        drawn(figure),
        f"How many convert along {found.called}, in {len(found.bins)} equal parts with 95% intervals; the mean dashed.",
    )


def _sheet(along: Sequence[Along]) -> pd.DataFrame:
    """Return a row for each bin of each order; no row names a code."""
    return pd.DataFrame(
        {"order": found.name or "file", "part": number, **vars(one)}
        for found in along
        for number, one in enumerate(found.bins, 1)
    )
