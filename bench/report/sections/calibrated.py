"""Whether the winner's probabilities mean what they say, as a plot."""

from __future__ import annotations

import numpy as np

from bench.page.block import Block, Plot
from bench.page.plots import FIRST, PALE, SECOND, axes, drawn
from bench.report.calibrated import Calibrated, calibration_table
from bench.report.told import Told
from bench.score.calibration import Reliability


def calibrated_block(told: Told) -> Block | None:
    """Show what was predicted against what was observed, as it is and after a sigmoid; None without a winner."""
    found = told.board.calibration
    if found is None:
        return None
    table = found.plain.table
    held = int(table["predicted"].between(table["low"], table["high"]).sum())
    alike = "" if told.dataset.groups is None else "; they take leads of one company as independent, so are too narrow"
    sentences = [found.sentence]
    if len(table) > 1:
        sentences.append(
            f"Of {len(table)} groups of held-out leads with about the same probability {held} converted as often as it "
            f"says, as far as their 95 % intervals can tell{alike}."
        )
    sentences.append(
        "Whom a threshold calls does not depend on it; what a probability is used for besides, such as adding up "
        "expected conversions, does."
    )
    if told.held_out.fold_of.shape[0] > 1:
        sentences.append("The first repeat stands for all.")
    tables = [
        calibration_table(found.plain, "as it is"),
        calibration_table(found.sigmoid, "after a sigmoid learnt on the other folds"),
    ]
    return Block("Do the winner's probabilities mean what they say?", sentences, tables, [_plot(found)])


def _plot(found: Calibrated) -> Plot:
    """Draw the share that converted against what was predicted."""
    figure, plain = axes(5.0, 4.4)
    plain.plot([0, 100], [0, 100], "--", color=PALE, linewidth=1, label="as predicted")
    tops = [
        _bins(plain, found.plain, FIRST, "o", "as they are"),
        _bins(plain, found.sigmoid, SECOND, "s", "after a sigmoid"),
    ]
    top = min(100.0, 5 + max(tops))
    plain.set(xlabel="predicted, %", ylabel="converted, %", xlim=(0, top), ylim=(0, top))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Plot(
        drawn(figure),
        "Share of held-out leads that converted against the probability they were given, with 95 % intervals, as it is "
        "and after a sigmoid learnt on the other folds. On the dashed line both are the same; below it, fewer convert "
        "than predicted.",
    )


def _bins(plain: object, told: Reliability, colour: str, mark: str, label: str) -> float:
    """Draw the bins of one kind of probabilities and return the highest number drawn, in percent."""
    from matplotlib.axes import Axes

    assert isinstance(plain, Axes)
    table = 100 * told.table[["predicted", "observed", "low", "high"]]
    ends = [np.maximum(0, table["observed"] - table["low"]), np.maximum(0, table["high"] - table["observed"])]
    plain.errorbar(
        table["predicted"], table["observed"], yerr=ends, fmt=mark, color=colour, markersize=4, capsize=2, label=label
    )
    return float(max(table["predicted"].max(), table["high"].max()))
