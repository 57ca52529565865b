"""What the race stopped, and where the time went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.notices import plural, shortened
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, THIRD, axes, drawn
from bench.report.leaderboard import Row
from bench.report.raced import raced_sentences
from bench.report.told import Told
from bench.run.search import Decided
from bench.vocabulary import AXES, Axis

STAGES: Final = {
    "prepare_seconds": "prepare",
    "resample_seconds": "resample",
    "fit_seconds": "fit",
    "predict_seconds": "predict",
}
MOST_BARS: Final = 12
MOST_COMPONENTS: Final = 15  # of an axis in the table; the others share a row
DOTS: Final = (48, 24)  # of a plot at the most, across and up: more would lie on each other
_LOOKS: Final = ((SECOND, "//"), (THIRD, "||"), (FIRST, ""), (PALE, "\\\\"))  # hatched by lines: dots take 200 kB
_SHORTEST_SECONDS: Final = 0.001  # that a logarithmic scale shows; the record rounds below it


def cost_block(told: Told) -> Block | None:
    """Return the section; None where no cell is recorded.

    Seconds are wall seconds of the process that ran a cell, added up: with several processes the clock saw fewer.
    """
    cells = told.cells
    if not len(cells):
        return None
    rounds = [] if told.board.search is None else told.board.search.decided
    race = [one for one in rounds if one.round.stage == "race"]
    plots = [
        *([_race_plot(race)] if len(race) > 1 else []),
        _time_plot(told),
        *([_value_plot(told)] if _finished(told) else []),
    ]
    tables = [*([_rounds_table(rounds)] if rounds else []), _components_table(told)]
    return Block("Race and cost", list(_sentences(told)), tables, plots)


def _sentences(told: Told) -> Iterator[str]:
    """Say how much time it took, where it went, how much memory, and what race and budget did."""
    cells, finals = told.cells, told.final_cells
    seconds = cells[list(STAGES)].sum()
    total = float(seconds.sum())
    shares = ", ".join(f"{_share(float(seconds[column]), total)} to {stage}" for column, stage in STAGES.items())
    yield (
        f"{plural(len(cells), 'cell')}, each one of {plural(cells['trial'].nunique(), 'trial')} on one fold, took "
        f"{_duration(total)} of computing: {shares}. That is added up over all processes."
    )
    peak = cells.iloc[int(np.argmax(cells["peak_megabytes"]))]
    named = {trial.id: trial.configuration for trial in told.board.plan.trials}
    if peak["peak_megabytes"] > 0:  # else nobody could measure it
        yield (
            f"The most memory that a process held was {_memory(float(peak['peak_megabytes']))}, in a cell of "
            f"{shortened(named[str(peak['trial'])], 120)}."
        )
    if finals is not None and len(finals):
        again = float(finals[list(STAGES)].sum().sum())
        yield (
            f"{plural(finals['trial'].nunique(), 'finalist')} ran on the other kind of folds too: "
            f"{plural(len(finals), 'cell')} more, {_duration(again)}."
        )
    if told.board.search is not None:
        yield from raced_sentences(told.board.search, told.experiment, told.board.verdict.allowed)
    missing = len(told.board.plan.trials) - cells["trial"].nunique()
    if missing:
        yield f"{plural(missing, 'trial')} of the plan {'has' if missing == 1 else 'have'} no cell yet."


def _race_plot(race: Sequence[Decided]) -> Plot:
    """Draw how many trials began each fold of the race, and how many came through it."""
    from matplotlib.ticker import MaxNLocator

    began = [len(one.round.trials) for one in race]
    through = [len(one.going_on) for one in race]
    numbers = np.arange(1, len(race) + 1)
    figure, plain = axes(height=3.0)
    plain.step([0, *numbers], [*began, through[-1]], where="post", color=FIRST, label="still in the race")
    plain.plot(numbers, through, "s", color=SECOND, label="came through the fold")
    cut = [one for one in race if one.recorded < one.cells]
    if cut:
        where = [one.round.number for one in cut]
        plain.plot(where, [one.recorded for one in cut], "x", color=THIRD, label="ran before the budget ended the fold")
    plain.set(xlabel="folds of the race done", ylabel="trials", ylim=(0, 1.08 * max(began)))
    for axis in (plain.xaxis, plain.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Plot(
        drawn(figure),
        f"{plural(began[0], 'trial')} began the race and {through[-1]:,} came through its "
        f"{plural(len(race), 'fold')}: the lower the line, the more computing was saved.",
    )


def _rounds_table(rounds: Sequence[Decided]) -> PageTable:
    """Return what became of the trials of each fold; the batches of tuning are told together."""
    together: defaultdict[tuple[str, int], list[Decided]] = defaultdict(list)
    for one in rounds:
        together[one.round.stage, one.round.number].append(one)
    rows = [
        [
            f"{stage}, fold {number:,}",
            *(
                f"{sum(counts):,}"
                for counts in (
                    [one.cells for one in found],
                    [one.recorded for one in found],
                    [len(one.stopped) for one in found],
                    [len(one.going_on) for one in found],
                )
            ),
        ]
        for (stage, number), found in together.items()
    ]
    columns = ("fold", "trials that began it", "of them ran", "stopped after it", "came through")
    caption = (
        "What became of the trials, fold after fold; the rest failed, or had no time left. Where time was left at the "
        "end, some that were stopped have run to theirs."
    )
    return PageTable(caption, columns, rows, frozenset(columns[1:]))


def _time_plot(told: Told) -> Plot:
    """Draw the seconds that each model took, stage by stage; preparing counts where a cell was first to need it."""
    by_model = _by_component(told, "model")
    if len(by_model) > MOST_BARS:
        by_model = _folded(by_model, MOST_BARS)
    figure, plain = axes(height=1.5 + 0.32 * len(by_model))
    left = np.zeros(len(by_model))
    names = [shortened(str(name), 32) for name in by_model.index]
    places = np.arange(len(names))[::-1]
    for (column, stage), (colour, hatch) in zip(STAGES.items(), _LOOKS, strict=True):
        width = by_model[column].to_numpy()
        plain.barh(places, width, left=left, color=colour, edgecolor="white", linewidth=0, hatch=hatch, label=stage)
        left += width
    plain.set_yticks(places, names)
    plain.grid(visible=False, axis="y")
    plain.set_axisbelow(True)
    plain.set(xlabel="seconds of all cells together")
    figure.legend(frameon=False, loc="outside lower center", ncols=len(STAGES))
    most = str(by_model.index[0])
    return Plot(
        drawn(figure),
        f"Seconds by model and by stage: most went to {shortened(most, 60)}, "
        f"{_share(float(left[0]), float(left.sum()))} of all. What cells share is prepared once and counts with the "
        "model of the first cell that needed it.",
    )


def _value_plot(told: Told) -> Plot:
    """Draw the score of every finished trial against the seconds of its fits."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    finished, objective, certainty = _finished(told), told.experiment.objective, told.board.certainty
    seconds = np.array([max(_SHORTEST_SECONDS, float(row["fit_seconds"])) for row in finished])
    score = np.array([float(row[objective.metric]) for row in finished])
    tied = np.array([row.get("tied") == "yes" for row in finished])
    figure, plain = axes()
    plain.set_xscale("log")
    close = seconds.max() < 30 * seconds.min()
    plain.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if close else (1,)))
    plain.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:,.10g}"))
    plain.xaxis.set_minor_formatter(NullFormatter())
    for chosen, mark, colour, label in (
        (~tied, ".", PALE, "finished trial" if certainty is None else "surely behind the best"),
        (tied, "^", FIRST, "may be the best: tied"),
    ):
        shown = np.flatnonzero(chosen)[thinned(np.log(seconds[chosen]), score[chosen])]
        if len(shown):
            plain.plot(seconds[shown], score[shown], mark, color=colour, markersize=5, label=label)
    if certainty is not None:
        ids = [str(row["trial"]) for row in finished]
        one = ids.index(certainty.ties.cheapest(dict(zip(ids, seconds.tolist(), strict=True))))
        named = f"cheapest of the tied: {shortened(str(finished[one]['configuration']), 60)}"
        plain.plot(seconds[one], score[one], "o", color=SECOND, fillstyle="none", markersize=11, label=named)
    better = "less is better" if objective.sign < 0 else "more is better"
    plain.set(xlabel="seconds of all fits of a trial", ylabel=f"{objective.named} ({better})")
    figure.legend(frameon=False, loc="outside lower center")
    worth = f"{int(tied.sum()):,} of them may be the best one. " if certainty is not None else ""
    return Plot(
        drawn(figure),
        f"What {plural(len(finished), 'finished trial')} score and what they cost to fit, on a scale whose steps are "
        f"ten times as many seconds. {worth}Where dots lie on each other, one stands for several.",
    )


def thinned(across: NDArray[np.float64], up: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the places of points enough to see where all are: one of those in each field of a grid of `DOTS`."""
    if not len(across):
        return np.empty(0, dtype=np.intp)
    fields = [
        np.floor((values - values.min()) / (np.ptp(values) or 1.0) * (count - 1e-9)).astype(np.int64)
        for values, count in ((across, DOTS[0]), (up, DOTS[1]))
    ]
    return np.sort(np.unique(fields[0] * DOTS[1] + fields[1], return_index=True)[1])


def _components_table(told: Told) -> PageTable:
    """Return the seconds of every component, axis by axis; an axis on which all trials do the same is left out."""
    rows = []
    for axis in AXES:
        found = _by_component(told, axis)
        if len(found) < 2:
            continue
        for name, one in _folded(found, MOST_COMPONENTS).iterrows():
            seconds = [float(one[column]) for column in STAGES]
            rows.append(
                [
                    f"{axis}: {shortened(str(name), 60)}",
                    f"{int(one['cells']):,}",
                    *(f"{part:,.1f}" for part in seconds),
                    f"{sum(seconds):,.1f}",
                    _share(sum(seconds), float(found[list(STAGES)].to_numpy().sum())),
                ]
            )
    columns = ("component", "cells", *(f"{stage}, s" for stage in STAGES.values()), "all, s", "share")
    caption = (
        "Seconds by component: those of an axis add up to all of it. Rows that several cells share are prepared and "
        "resampled once, which counts with the first cell that needed them, whatever its model."
    )
    return PageTable(caption, columns, rows, frozenset(columns[1:]))


def _by_component(told: Told, axis: Axis) -> pd.DataFrame:
    """Return cells and seconds by component of an axis, the costliest first."""
    of = {trial.id: trial.named(axis) for trial in told.board.plan.trials}
    cells = told.cells.assign(component=told.cells["trial"].map(of), cells=1)
    found = cells.groupby("component")[["cells", *STAGES]].sum()
    return found.iloc[np.argsort(-found[list(STAGES)].sum(axis=1).to_numpy(), kind="stable")]


def _folded(found: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the first rows, and the others as one."""
    if len(found) <= most:
        return found
    others = found.iloc[most - 1 :].sum().to_frame(f"{len(found) - most + 1:,} others").T
    return pd.concat([found.iloc[: most - 1], others])


def _finished(told: Told) -> list[Row]:
    metric = told.experiment.objective.metric
    return [row for row in told.board.rows if row["status"] == "done" and np.isfinite(row[metric])]


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "0%"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _memory(megabytes: float) -> str:
    return f"{megabytes:,.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
