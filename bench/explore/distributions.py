"""Each column among leads that converted and among those that did not, as it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.notices import listed, plural, shortened
from bench.explore.compared import BINS, Compared, chance_of_pairs
from bench.explore.converting import LETTERS, Counted
from bench.explore.look import Look, Seen
from bench.explore.outcomes import percent
from bench.explore.panels import LABEL_LETTERS, panels, titled
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN: Final = 24  # columns
LISTED: Final = 20
_A_PLOT: Final = 12  # panels of the first of two drawings
_ALONE: Final = 18  # panels of one that is the only one
_LEVELS: Final = 6  # of a panel
_TELLS: Final = 0.6  # of pairs in which one outcome has the larger value, from which on it is a sign to rank by
_ACTS: Final = 3
_COLUMNS: Final = ["column", "kind", "pairs put right", "converted: larger in", "converted", "not converted"]


def distributions(look: Look) -> Seen | None:
    """Return how the values of each column differ between leads that converted and the others."""
    leads, found = look.counted, look.compared
    if not found:
        return None
    converted = leads.y == 1
    told = [one for one in found if one.right > chance_of_pairs(leads)]
    chosen = [one for one in (told or found[:_LEVELS])[:DRAWN] if len(one.edges if one.levels is None else one.levels)]
    block = Block(
        "Converted against not converted, column by column",
        _sentences(found, told, leads),
        [_table(found, converted)],
        list(_plots(chosen, converted)) if chosen else [],
    )
    sheet = pd.DataFrame([_row(one, converted) for one in found])
    act = list(_act([one for one in told if one.name not in look.doubted], converted))
    return Seen(block, act[:_ACTS], {"distributions": sheet})


def _row(one: Compared, converted: NDArray[np.bool_]) -> dict[str, Any]:
    """Return a column's line in the sheet; a quartile with few leads beyond it is left out."""
    row: dict[str, Any] = {"column": one.name, "kind": one.kind, "pairs_put_right": one.right}
    row |= dict(zip(("larger", "larger_low", "larger_high"), one.larger, strict=True))
    for group, rows in (("converted", converted), ("not_converted", ~converted)):
        row[f"leads_{group}"] = int((one.codes[rows] >= 0).sum())
        row[f"gaps_{group}"] = float((one.codes[rows] < 0).mean())
        quartiles = one.quartiles(rows)
        for which, value in zip(("lower_quartile", "median", "upper_quartile"), quartiles, strict=True):
            row[f"{which}_{group}"] = _written(one, value) if one.kind == "date" else value
    level, among, others = one.widest
    return row | {"level": level, "level_converted": among, "level_not_converted": others}


def _written(one: Compared, value: float) -> str:
    """Return a value as its axis and tables show it; empty where there is none."""
    if np.isnan(value):
        return ""
    if one.kind == "date":
        return str((pd.Timestamp(0) + pd.Timedelta(days=round(value))).date())
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _sentences(found: Sequence[Compared], told: Sequence[Compared], leads: Counted) -> list[str]:
    converted = int(leads.y.sum())
    said = [f"{converted:,} leads that converted are held against {len(leads.y) - converted:,} that did not."]
    if told:
        best = [f"{shortened(one.name, LETTERS)} ({100 * one.right:.0f} of 100)" for one in told[:3]]
        by = "other companies" if leads.named else "other leads"
        said += [
            f"{listed(best)} {'tells' if len(best) == 1 else 'tell'} most, and {plural(len(told), 'column')} of "
            f"{len(found):,} {'tells' if len(told) == 1 else 'tell'} anything alone.",
            "How much a column tells: of 100 pairs of a lead that converted and one that did not, how many it puts in "
            f"the right order, by the rates that its values, or a gap, have among {by}; 50 is a coin's toss.",
        ]
    else:
        said.append("No column alone tells more than a coin's toss would, as far as so many leads can say.")
    return said


def _act(told: Sequence[Compared], converted: NDArray[np.bool_]) -> Iterator[str]:
    """Say which numbers, dates and lengths are surely larger, or smaller, where a lead converts.

    What tells by levels, by a gap or by its middle is told by the rates of those.
    """
    for one in told:
        share, low, high = one.larger
        if one.levels is not None or one.values is None or not max(share, 1 - share) >= _TELLS or low <= 0.5 <= high:
            continue
        mine, theirs = (_written(one, one.quartiles(rows)[1]) for rows in (converted, ~converted))
        words = {"date": ("later", "earlier"), "length": ("longer", "shorter")}.get(one.kind, ("higher", "lower"))
        medians = f", in the middle {mine} against {theirs}" if mine != theirs else ""
        pairs, leads = 100 * max(share, 1 - share), int((one.codes >= 0).sum())
        yield (
            f"{shortened(one.name, LETTERS)} is {words[share < 0.5]} where a lead converts{medians}: so it is in "
            f"{pairs:.0f} of 100 pairs of the {leads:,} leads that have it. A sign to rank by, if it is known "
            "beforehand."
        )


def _table(found: Sequence[Compared], converted: NDArray[np.bool_]) -> PageTable:
    rows = []
    for one in found[:LISTED]:
        larger, low, high = one.larger
        level, among, others = one.widest
        cells = [f"{shortened(level, LETTERS)}: {percent(among)}", percent(others)] if level else ["", ""]
        if one.levels is None:
            cells = [_middle_half(one, rows_) for rows_ in (converted, ~converted)]
        rows.append(
            [
                shortened(one.name, LETTERS),
                one.kind,
                "" if np.isnan(one.right) else f"{100 * one.right:.0f} of 100",
                "" if np.isnan(larger) else f"{100 * larger:.0f} of 100 ({100 * low:.0f} to {100 * high:.0f})",
                *cells,
            ]
        )
    rest = f" The {LISTED} first of {len(found):,}; all are in distributions.csv." if len(found) > LISTED else ""
    caption = (
        "Columns, those that tell most first. Of numbers, dates and lengths of texts (in letters): in how many pairs "
        "the converted lead has the larger value, with its 95 % interval, and medians with the middle half of the "
        f"leads; of categories: the level whose shares differ most.{rest}"
    )
    return PageTable(caption, _COLUMNS, rows, frozenset(_COLUMNS[2:4]))


def _middle_half(one: Compared, rows: NDArray[np.bool_]) -> str:
    low, middle, high = (_written(one, value) for value in one.quartiles(rows))
    return f"{middle} ({low} to {high})" if middle else ""


def _plots(chosen: Sequence[Compared], converted: NDArray[np.bool_]) -> Iterator[Plot]:
    """Yield one drawing, or two of several panels each; the second does not explain itself again."""
    first = len(chosen) if len(chosen) <= _ALONE else _A_PLOT
    names = [shortened(one.name, LETTERS) for one in chosen]
    yield Plot(
        _drawn(chosen[:first], converted),
        f"Share of the leads that converted (solid lines, dots) and of those that did not (dashed lines, squares), in "
        f"percent: {listed(names[:first])}. Numbers and dates lie in up to {BINS} bins of about equally many leads "
        "each, some ends of which are written below, so where a column tells nothing both lines are alike; of "
        f"categories the {_LEVELS} levels whose shares differ most are drawn.",
    )
    if rest := chosen[first:]:
        yield Plot(_drawn(rest, converted), f"The next columns, drawn likewise: {listed(names[first:])}.")


def _drawn(chosen: Sequence[Compared], converted: NDArray[np.bool_]) -> str:
    """Draw a panel for each column: steps over bins of equally many leads, or the shares of levels."""
    from matplotlib.lines import Line2D

    figure, every = panels(len(chosen), across=3, height=1.9)
    for plain, one in zip(every, chosen, strict=True):
        if one.levels is None:
            _steps(plain, one, converted)
        else:
            _dumbbells(plain, one.levels)
        titled(plain, one.name if one.kind != "length" else f"{one.name}, letters")
    keys = [
        Line2D([], [], color=SECOND, marker="o", markersize=4, label="converted"),
        Line2D([], [], color=FIRST, marker="s", markersize=4, fillstyle="none", linestyle="--", label="not converted"),
    ]
    figure.legend(handles=keys, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return drawn(figure)


def _steps(plain: Axes, one: Compared, converted: NDArray[np.bool_]) -> None:
    bins = len(one.edges) + 1
    ends = np.arange(bins + 1)
    for rows, colour, style, width in ((converted, SECOND, "-", 2.0), (~converted, FIRST, "--", 1.4)):
        within = np.bincount(one.codes[rows & (one.codes >= 0)], minlength=bins)
        plain.stairs(100 * within / max(within.sum(), 1), ends, color=colour, linestyle=style, linewidth=width)
    several = 3 if len(one.edges) > 6 else 2  # labels that are nearer would run together
    marked = np.unique(np.linspace(0, len(one.edges) - 1, several).round().astype(int))
    plain.set_xticks(marked + 1, [_ticked(one, float(one.edges[at])) for at in marked])
    plain.set_ylim(bottom=0)


def _ticked(one: Compared, value: float) -> str:
    """Return a value as short as an axis needs it."""
    from matplotlib.ticker import EngFormatter

    if one.kind == "date":
        return _written(one, value)[:7]
    return EngFormatter(places=1, sep="")(value) if abs(value) >= 100_000 else _written(one, value)


def _dumbbells(plain: Axes, levels: pd.DataFrame) -> None:
    differ = (levels["converted"] - levels["others"]).abs().sort_values(ascending=False, kind="stable")
    shown = levels.loc[differ.index[:_LEVELS]].reset_index(drop=True)
    among, others = 100 * shown["converted"], 100 * shown["others"]
    plain.hlines(shown.index, np.minimum(among, others), np.maximum(among, others), color=PALE, linewidth=1)
    plain.plot(others, shown.index, "s", color=FIRST, markersize=5, fillstyle="none")
    plain.plot(among, shown.index, "o", color=SECOND, markersize=4)
    plain.set_yticks(shown.index, [shortened(level, LABEL_LETTERS) for level in shown["level"]])
    plain.set(ylim=(len(shown) - 0.4, -0.6))
    plain.set_xlim(left=0)
