"""How leads convert by month, weekday and hour, and whether the last months are still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of, clock_hours, days, moments
from bench.data.notices import plural, shortened
from bench.explore.look import Look
from bench.explore.outcomes import Outcomes, Rate
from bench.page.block import PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn

SPANS: Final = (("D", "day", 35), ("W", "week", 200), ("M", "month", 2_000), ("Q", "quarter", 6_000))
"""Period, its name, and the days up to which leads are counted by it; beyond, by year."""
TAILS: Final = 0.002  # of the dates on each side that may lie anywhere, as 1900-01-01 and 9999-12-31 do
RECENT, BEFORE = 3, 9  # periods that are compared
FALL: Final = 0.8  # the rate of recent periods against those before, from which they are said to fall
SURE: Final = 0.01
DATED: Final = 3  # columns of dates that are drawn
LISTED: Final = 24
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LETTERS: Final = 32


@dataclass(frozen=True)
class Dated:
    """What is found over time: parts of a block."""

    sentences: Sequence[str] = ()
    act: Sequence[str] = ()
    tables: Sequence[PageTable] = ()
    plots: Sequence[Plot] = ()
    sheets: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Calendar:
    """How leads convert by a column of dates.

    Attributes
    ----------
    unit : "day", "week", "month", "quarter" or "year"
    periods : of five leads or more, in order, with how they convert
    aside : leads dated far from all others
    changes : (earlier half of the leads, later half) if they surely differ
    falls : (recent, before) if the last periods surely convert less often than those before
    weekdays, hours : by name; none where the column holds no times, or all on one
    uneven : a weekday that surely differs from the others; empty for none
    """

    name: str
    unit: str
    periods: Mapping[str, Rate]
    aside: int
    changes: tuple[Rate, Rate] | None
    falls: tuple[Rate, Rate] | None
    weekdays: Mapping[str, Rate]
    hours: Mapping[str, Rate]
    uneven: str


def calendars(look: Look, outcomes: Outcomes) -> Dated:
    """Return how leads convert over time, by each column of dates, the one that orders the rows first."""
    names = [column.name for column in look.dataset.columns if column.kind == "date" or column.name == look.roles.time]
    names.sort(key=lambda name: name != look.roles.time)
    found = [calendar for name in names if (calendar := _calendar(name, look.cells[name], outcomes))]
    if not found:
        return Dated()
    sheet = pd.DataFrame(
        {"column": one.name, "by": by, "period": period, **rate.cells()}
        for one in found
        for by, rates in ((one.unit, one.periods), ("weekday", one.weekdays), ("hour", one.hours))
        for period, rate in rates.items()
    )
    shown = found[:DATED]
    return Dated(
        [sentence for one in shown for sentence in _sentences(one)],
        [_open(one) for one in shown if one.falls],
        [_table(one) for one in shown],
        [plot for one in shown for plot in _plots(one)],
        {"months": sheet},
    )


def _calendar(name: str, cells: pd.Series[str], outcomes: Outcomes) -> Calendar | None:
    column = cells_of(cells)
    since = column.spread(days(column.levels))
    known = ~np.isnan(since)
    if len(np.unique(since[known])) < 2:
        return None
    low, high = np.quantile(since[known], [TAILS, 1 - TAILS])
    slack = 30 + (high - low) / 10
    near = known & (since >= low - slack) & (since <= high + slack)
    code, unit = next(((code, unit) for code, unit, most in SPANS if high - low <= most), ("Y", "year"))
    when = pd.PeriodIndex(moments(since[near]), freq=code)
    period = np.full(len(since), -1)
    period[near], order = pd.factorize(when, sort=True)
    weekday = np.full(len(since), -1)
    weekday[near] = pd.DatetimeIndex(moments(since[near])).day_of_week
    hour = np.nan_to_num(column.spread(clock_hours(column.levels)), nan=-1.0).astype(np.int64)
    hours = np.unique(hour[hour >= 0])
    by_day = _rates(weekday, WEEKDAYS, outcomes)
    return Calendar(
        name,
        unit,
        _rates(period, [_label(one, unit) for one in order], outcomes),
        int((known & ~near).sum()),
        _changes(since, near, outcomes),
        _falls(period, len(order), outcomes),
        by_day,
        _rates(hour, [f"{at:02}" for at in range(24)], outcomes) if len(hours) > 2 else {},
        _uneven(weekday, by_day, outcomes),
    )


def _rates(at: NDArray[np.int64], names: Sequence[str], outcomes: Outcomes) -> dict[str, Rate]:
    rates = {name: outcomes.rate(at == number) for number, name in enumerate(names)}
    return {name: rate for name, rate in rates.items() if rate.rate is not None}


def _label(period: pd.Period, unit: str) -> str:
    return f"{period.start_time:%Y-%m-%d}" if unit == "week" else str(period)


def _changes(since: NDArray[np.float64], near: NDArray[np.bool_], outcomes: Outcomes) -> tuple[Rate, Rate] | None:
    middle = np.median(since[near])
    earlier, later = near & (since < middle), near & (since >= middle)
    if outcomes.doubt(earlier, later) >= SURE:
        return None
    return outcomes.rate(earlier), outcomes.rate(later)


def _falls(period: NDArray[np.int64], periods: int, outcomes: Outcomes) -> tuple[Rate, Rate] | None:
    """Return how the last periods and those before convert, if the last surely do less often."""
    if periods < 2 * RECENT:
        return None
    recent = period >= periods - RECENT
    before = (period >= periods - RECENT - BEFORE) & (period >= 0) & ~recent
    one, other = outcomes.rate(recent), outcomes.rate(before)
    if one.rate is None or other.rate is None or one.rate > FALL * other.rate:
        return None
    return (one, other) if outcomes.doubt(recent, before) < SURE else None


def _uneven(weekday: NDArray[np.int64], by_day: Mapping[str, Rate], outcomes: Outcomes) -> str:
    """Return the weekday that converts surely other than the rest, the surest by Bonferroni; empty for none."""
    doubts = {
        name: outcomes.doubt(weekday == WEEKDAYS.index(name), (weekday >= 0) & (weekday != WEEKDAYS.index(name)))
        for name, rate in by_day.items()
    }
    if len(doubts) < 2:
        return ""
    surest = min(doubts, key=lambda name: doubts[name])
    return surest if doubts[surest] * len(doubts) < SURE else ""


def _sentences(one: Calendar) -> Iterator[str]:
    name = shortened(one.name, LETTERS)
    over = f"over {plural(len(one.periods), one.unit)} of {name}"
    if one.changes:
        earlier, later = one.changes
        yield f"Conversion changes {over}: {earlier} of the earlier half of the leads, {later} of the later half."
    else:
        yield f"No sure change of conversion {over} (earlier against later half of the leads)."
    if one.falls:
        yield _open(one)
    if one.uneven:
        yield f"By weekday of {name}, {one.uneven} stands out: {one.weekdays[one.uneven]} of its leads convert."
    if one.aside:
        yield f"{plural(one.aside, 'lead')} with a {name} far from all others left out."


def _open(one: Calendar) -> str:
    assert one.falls is not None  # asked for only where they fall
    recent, before = one.falls
    return (
        f"{shortened(one.name, LETTERS)}: in the last {RECENT} {one.unit}s {recent} of {recent.leads:,} leads convert, "
        f"in the {BEFORE} before {before} of {before.leads:,}. Outcomes may not be in yet: ask how long a lead takes, "
        "and leave out younger ones."
    )


def _table(one: Calendar) -> PageTable:
    columns = (one.unit, "leads", "convert")
    rows = [(period, f"{rate.leads:,}", str(rate)) for period, rate in list(one.periods.items())[-LISTED:]]
    rest = f" The last {LISTED}; all are in months.csv." if len(one.periods) > LISTED else ""
    caption = f"How many leads convert by {one.unit} of {shortened(one.name, LETTERS)}, with 95% intervals.{rest}"
    return PageTable(caption, columns, rows, frozenset(columns[1:]))


def _plots(one: Calendar) -> Iterator[Plot]:
    name = shortened(one.name, LETTERS)
    yield _plot(one.periods, f"{one.unit} of {name}", f"How many leads come in and convert by {one.unit} of {name}")
    if len(one.weekdays) > 2:
        yield _plot(one.weekdays, f"weekday of {name}", f"How many leads come in and convert by weekday of {name}")
    if one.hours:
        yield _plot(one.hours, f"hour of {name}", f"How many leads come in and convert by hour of {name}")


def _plot(rates: Mapping[str, Rate], label: str, caption: str) -> Plot:
    """Draw leads as bars and, above them, the rates with their intervals."""
    figure, plain = axes(6.4, 3.2)
    counts = plain.twinx()
    counts.bar(range(len(rates)), [rate.leads for rate in rates.values()], color=PALE, alpha=0.35, width=0.8)
    counts.set_ylabel("leads (bars)")
    counts.set_ylim(0, 3 * max(rate.leads for rate in rates.values()))
    counts.spines[["top", "left"]].set_visible(False)
    at = range(len(rates))
    rate, low, high = (100 * np.array([getattr(one, end) for one in rates.values()]) for end in ("rate", "low", "high"))
    plain.set_zorder(counts.get_zorder() + 1)
    plain.patch.set_visible(False)
    plain.vlines(at, low, high, color=FIRST, alpha=0.45)
    plain.plot(at, rate, "o-", color=FIRST, markersize=4, linewidth=1)
    step = -(-len(rates) // 12)
    plain.set_xticks(range(0, len(rates), step), list(rates)[::step], rotation=45 if len(rates) > 7 else 0)
    plain.set(xlabel=label, ylabel="converts, % (points)", ylim=(0, min(105, 1.1 * float(high.max(initial=0)) + 1)))
    return Plot(drawn(figure), f"{caption}: points are shares that convert with 95% intervals, bars are leads.")
