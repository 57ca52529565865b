"""How much sooner the winner finds conversions than chance: lift and cumulative gains."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from bench.page.block import FEWEST_SHOWN, Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn
from bench.report.calling import held_out_calls, interval_words
from bench.report.told import Told
from bench.score.calls import Band, Calls, bands, evenly

TENTHS: Final = 10
POINTS: Final = 200  # of a curve
_TITLE: Final = "How much sooner conversions are found"
_NOTHING_TOLD: Final = (
    "The model of each fold gives all of its leads the same probability: nobody is to be called first, and calling "
    "finds what chance does."
)


def gains_block(told: Told) -> Block | None:
    """Show conversions found and lift by how many of the held-out leads are called; None without a winner."""
    found = held_out_calls(told)
    if found is None:
        return None
    _, held_out = found
    if not _tells_apart(told):
        return Block(_TITLE, [_NOTHING_TOLD])
    leads = len(told.held_out.y)
    count = max(1, min(TENTHS, leads // FEWEST_SHOWN))
    cut = bands(held_out.y, held_out.probability, held_out.units, count)
    made = held_out.calls
    sentences = _sentences(cut, made)
    if len(cut) < count and len(cut) > 1:
        sentences.append(
            f"Leads share probabilities, and those of one are never parted: there are {len(cut)} bands in place of "
            f"{count}."
        )
    table = _table(cut, held_out.repeats, interval_words(told))
    return Block(_TITLE, sentences, [table], [_gains(made, cut), _rates(cut)])


def _tells_apart(told: Told) -> bool:
    """Whether any fold's model gives its leads different probabilities; folds differ whatever models know."""
    probability, fold_of = told.probability, told.held_out.fold_of
    assert probability is not None
    return any(
        np.ptp(scores[folds == fold]) > 0
        for scores, folds in zip(probability, fold_of, strict=True)
        for fold in np.unique(folds)
    )


def _sentences(cut: Sequence[Band], made: Calls) -> list[str]:
    first, leads = cut[0], float(made.counts.rows[-1])
    half = int(np.argmax(made.counts.recall >= 0.5))
    calls = float(made.counts.predicted_positives[half])
    said = [
        f"Calling the best {first.reached:.1%} of the leads finds {first.found:.1%} of the conversions, "
        f"{first.lift:.1f} times as many as calling at random."
    ]
    said = said if len(cut) > 1 else []  # of a handful of leads all are in one band
    said.append(
        f"Half of the conversions are found within the first {calls:,.0f} calls ({calls / leads:.1%} of the leads); at "
        f"random it takes {leads / 2:,.0f}."
    )
    if any(later.low > earlier.high for earlier, later in pairwise(cut)):
        said.append("A later band surely converts more often than the one before it: the order of leads is in doubt.")
    return said


def _table(cut: Sequence[Band], repeats: int, intervals: str) -> PageTable:
    columns = ("leads, %", "leads", "conversions", "share", "95 % interval", "lift", "found so far")
    names = _names(cut)
    rows = [
        (
            name,
            f"{band.rows / repeats:,.0f}",
            f"{band.positives / repeats:,.0f}",
            f"{band.rate:.1%}",
            f"{band.low:.1%} to {band.high:.1%}",
            f"{band.lift:.2f}",
            f"{band.found:.1%}",
        )
        for name, band in zip(names, cut, strict=True)
    ]
    caption = (
        "Held-out leads by their probability, the likeliest first. Lift is the share of a band against that of all "
        f"leads; 1 is chance. For the intervals {intervals}."
    )
    return PageTable(caption, columns, rows, frozenset(columns[1:]))


def _names(cut: Sequence[Band]) -> list[str]:
    """Name bands by which part of the leads they are."""
    return [f"{start:.3g}–{end:.3g}" for start, end in pairwise(_ends(cut))]


def _ends(cut: Sequence[Band]) -> list[float]:
    """Return where bands begin and end, in percent of the leads."""
    return [0.0, *(100 * band.reached for band in cut)]


def _gains(made: Calls, cut: Sequence[Band]) -> Plot:
    """Draw the share of the conversions found against the share of the leads called."""
    counts = made.counts
    places = evenly(counts.predicted_positives, POINTS)
    called = np.append(0.0, 100 * counts.predicted_positives[places] / counts.rows[places])
    base = 100 * float(counts.positives[-1] / counts.rows[-1])
    figure, plain = axes()
    plain.plot([0, base, 100], [0, 100, 100], ":", color=PALE, linewidth=2, label="if all were known")
    plain.plot(called, np.append(0.0, 100 * counts.recall[places]), color=FIRST, label="the winner")
    reached, found = ([100 * getattr(band, name) for band in cut] for name in ("reached", "found"))
    plain.plot(reached, found, "o", color=FIRST, markersize=5)
    plain.plot([0, 100], [0, 100], "--", color=PALE, label="at random")
    plain.set(xlabel="leads called, % (the likeliest first)", ylabel="conversions found, %")
    plain.set(xlim=(0, 101), ylim=(0, 103))
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    first = cut[0]
    return Plot(
        drawn(figure),
        f"Share of the conversions found when held-out leads are called from the likeliest down: the first "
        f"{first.reached:.0%} find {first.found:.0%}. Leads of one probability are called in any order.",
    )


def _rates(cut: Sequence[Band]) -> Plot:
    """Draw the share that converts in each band, with its interval."""
    figure, plain = axes()
    rate, low, high = (100 * np.array([getattr(band, name) for band in cut]) for name in ("rate", "low", "high"))
    ends = [np.maximum(0, rate - low), np.maximum(0, high - rate)]
    base = 100 * cut[0].rate / cut[0].lift if cut[0].lift else 0.0
    plain.axhline(base, color=PALE, linestyle="--", label=f"all leads: {base:.1f} %")
    plain.errorbar(range(len(cut)), rate, yerr=ends, fmt="o", color=FIRST, markersize=6, capsize=3, label="the band")
    plain.set_xticks(np.arange(len(cut) + 1) - 0.5, [f"{end:.3g}" for end in _ends(cut)])
    plain.set(xlabel="leads, % (the likeliest first)", ylabel="converted, %", xlim=(-0.5, len(cut) - 0.5))
    plain.set_ylim(bottom=0)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Plot(
        drawn(figure),
        f"Share of leads that converted, band by band from the likeliest down, with 95 % intervals: "
        f"{cut[0].rate:.1%} in the first, {cut[-1].rate:.1%} in the last.",
    )
