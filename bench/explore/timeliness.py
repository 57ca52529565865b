"""How old the leads are, how far those to predict lie behind them, and what is filled otherwise than before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of, days, moments
from bench.data.notices import plural
from bench.explore.accuracy import stands_for_none
from bench.explore.columns import month_of
from bench.explore.fault import Dimension, Fault, largest_first
from bench.explore.look import Look
from bench.page.block import FEWEST_SHOWN, Plot
from bench.page.plots import FIRST, SECOND, axes, drawn

Days = NDArray[np.float64]  # since 1970-01-01, NaN for a gap

MEASURE: Final = "Share of the labelled leads that came in within a year (365 days) of the newest one."
_YEAR: Final = 365
_PARTS: Final = 10  # of the leads in the order of time
_FEWEST: Final = 500  # leads with a time; in fewer, the filling of a tenth is mostly chance
_MONTHS: Final = 240  # drawn
_CHANGE: Final = 0.20  # of the leads of a tenth


def timeliness(look: Look) -> Dimension:
    """Return how old the leads are; nothing is told without a column of time."""
    since = look.dataset.time
    if since is not None:
        since = np.where(stands_for_none(since, np.ones(len(since), dtype=np.int64)), np.nan, since)
    if since is None or np.sum(~np.isnan(since)) < 2 * FEWEST_SHOWN:
        return Dimension("Timeliness", MEASURE, None, [], [_untold(look)])
    known = since[~np.isnan(since)]
    asked = _asked(look)
    sentences = [*_span(known), *_ahead(known, asked)]
    if len(known) < len(since):
        sentences.append(f"Of {plural(len(since) - len(known), 'lead')} nobody knows when they came in.")
    share = float(np.mean(known >= known.max() - _YEAR))
    return Dimension(
        "Timeliness", MEASURE, share, largest_first(list(_changes(look, since))), sentences, [_by_month(known, asked)]
    )


def _untold(look: Look) -> str:
    dates = [column.name for column in look.dataset.columns if column.kind == "date"]
    hint = f' {dates[0]} holds dates: is it when a lead came in? Then write time = "{dates[0]}".' if dates else ""
    return f"How old the leads are cannot be told: the experiment names no column of time that is filled.{hint}"


def _asked(look: Look) -> Days | None:
    """Return when the leads to predict came in; None where nobody says."""
    frame, name = look.submission_cells, look.roles.time
    if frame is None or name not in frame:
        return None
    cells = cells_of(frame[name])
    since = cells.spread(days(cells.levels))
    since = since[~np.isnan(since)]
    return since if len(since) >= 2 * FEWEST_SHOWN else None


def _oldest(known: Days) -> float:
    """Return the day by which the first few leads had come in: that of a single one is not quoted."""
    return float(np.partition(known, FEWEST_SHOWN - 1)[FEWEST_SHOWN - 1])


def _newest(known: Days) -> float:
    return -_oldest(-known)


def _span(known: Days) -> Iterator[str]:
    yield (
        f"The labelled leads came in from {_day(_oldest(known))} to {_day(_newest(known))}, half of them until "
        f"{_day(float(np.median(known)))}; the day at either end is that of the fifth lead from there."
    )


def _ahead(known: Days, asked: Days | None) -> Iterator[str]:
    if asked is None:
        return
    first, last = (round(day - _newest(known)) for day in (_oldest(asked), _newest(asked)))
    if first > 0:
        yield f"The leads to predict came in {first:,} to {last:,} days after the newest labelled one."
    elif last > 0:
        yield f"The leads to predict came in from {-first:,} days before the newest labelled one to {last:,} after."
    else:
        yield "The leads to predict came in no later than the labelled ones."


def _changes(look: Look, since: Days) -> Iterator[Fault]:
    """Yield the columns whose share of filled cells differs much between tenths of the leads in order of time.

    Each is about the leads of those tenths in which it is filled much less often than in the fullest one.
    """
    order = np.argsort(since, kind="stable")[: int(np.sum(~np.isnan(since)))]
    if len(order) < _FEWEST:
        return
    tenths = np.array_split(order, _PARTS)
    for name in map(str, look.gap):
        gap = look.gap[name].to_numpy()
        filled = np.array([1 - gap[rows].mean() for rows in tenths])
        if np.ptp(filled) < _CHANGE:
            continue
        low, high = int(filled.argmin()), int(filled.argmax())
        between = ""
        if abs(filled[-1] - filled[0]) < np.ptp(filled) / 2:
            between = (
                f"; in between in {filled[low]:.0%} (around {_month(since, tenths[low])}) to {filled[high]:.0%} "
                f"(around {_month(since, tenths[high])})"
            )
        seldom = sum(len(rows) for rows, share in zip(tenths, filled, strict=True) if share <= filled[high] - _CHANGE)
        yield Fault(
            (name,),
            f"filled in {filled[0]:.0%} of the oldest tenth of the leads, in {filled[-1]:.0%} of the newest{between}",
            seldom,
            "Ask when the form or the process changed: a gap means something else before and after.",
        )


def _by_month(known: Days, asked: Days | None) -> Plot:
    """Draw how many leads came in each month; months of fewer leads than are shown count as none."""
    figure, plain = axes(6.4, 2.8)
    for since, name, colour, marker in ((known, "labelled", FIRST, "o"), (asked, "to predict", SECOND, "s")):
        if since is None:
            continue
        months, leads = np.unique(month_of(since), return_counts=True)
        counts = pd.Series(leads, pd.PeriodIndex(pd.DatetimeIndex(months.astype("datetime64[s]")), freq="M"))
        counts = counts[counts >= FEWEST_SHOWN]
        if len(counts):
            every = counts.reindex(pd.period_range(counts.index.min(), counts.index.max(), freq="M"), fill_value=0)
            every = every[-_MONTHS:]
            plain.plot(
                pd.PeriodIndex(every.index).to_timestamp(), every, color=colour, marker=marker, markersize=3, label=name
            )
    plain.set_ylim(bottom=0)
    plain.set_ylabel("leads a month")
    plain.yaxis.set_major_formatter("{x:,.0f}")
    plain.legend(frameon=False)
    figure.autofmt_xdate()
    said = "How many leads came in each month" + (", labelled ones and those to predict." if asked is not None else ".")
    return Plot(drawn(figure), said)


def _day(since: float) -> str:
    return f"{moments(np.array([since]))[0]}"[:10]


def _month(since: Days, rows: NDArray[np.int64]) -> str:
    return str(month_of(np.array([np.median(since[rows])]))[0])
