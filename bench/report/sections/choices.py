"""What each choice is worth, as effects on every axis and as a heat map of two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from bench.data.notices import shortened
from bench.page.block import Block, PageTable, Plot
from bench.page.heat import heat_map
from bench.page.plots import FIRST, PALE, axes, drawn
from bench.report.crossed import Crossed, crossed, widest
from bench.report.effects import Effect, ablation, effects, is_floor, steps_table
from bench.report.told import Told
from bench.score.objective import Objective
from bench.vocabulary import AXES, Axis

MOST = 12  # components of an axis in a plot or a table; effects.csv has all
_LETTERS: Final = 30  # of a component's name in a plot


def choices_block(told: Told) -> Block | None:
    """Return the section; None where it cannot be told how far chance goes."""
    board, objective = told.board, told.experiment.objective
    if board.certainty is None or board.verdict.single is None:
        return None
    trials, redrawn = board.plan.trials, board.certainty.redrawn
    found = effects(trials, redrawn)
    if not found:
        return None
    floors = frozenset(trial.named("model") for trial in trials if is_floor(trial))
    (leader,) = board.verdict.single.weights
    shown, cut = _shown(found, objective)
    choices = [one for one in shown if one.axis != "model" or one.component not in floors]
    order = widest(found, floors)
    value = dict(zip(redrawn.trials, redrawn.value.tolist(), strict=True))
    plots = [_effects(choices, objective)] if any(one.pairs for one in choices) else []
    if len(order) > 1:
        two = order[0], order[1]
        two = two if _many(choices, two[0]) >= _many(choices, two[1]) else two[::-1]
        together = crossed(trials, value, two, objective, MOST)
        plots += [_heat(together, two, objective)] if together else []
    return Block(
        "What each choice is worth",
        [*_sentences(choices, objective), *cut, *board.edges],
        [_table(shown, objective), steps_table(ablation(trials, redrawn, objective, leader), objective)],
        plots,
    )


def _shown(found: Sequence[Effect], objective: Objective) -> tuple[list[Effect], list[str]]:
    """Return the components of each axis that have most pairs, the best first, and a sentence on those left out."""
    kept = []
    for axis in AXES:
        mine = sorted((one for one in found if one.axis == axis), key=lambda one: -one.pairs)[:MOST]
        kept += sorted(mine, key=lambda one: (not one.pairs, -objective.sign * (one.difference or 0.0)))
    less = Counter(one.axis for one in found) - Counter(one.axis for one in kept)
    if not less:
        return kept, []
    named = ", ".join(f"{count:,} of {axis}" for axis, count in less.items())
    return kept, [
        f"Of each axis the {MOST} components with most pairs are shown; left out are {named}. effects.csv has all."
    ]


def _sentences(choices: Sequence[Effect], objective: Objective) -> list[str]:
    """Say which axes matter, and how to read what is shown."""
    named = objective.named
    sure = [one for one in choices if _is_told(one)]
    open_ = [axis for axis in AXES if any(one.axis == axis for one in choices) and axis not in {o.axis for o in sure}]
    said = []
    if sure:
        most = max(sure, key=lambda one: abs(one.difference or 0.0))
        better = objective.sign * (most.difference or 0.0) > 0
        ends = sorted((abs(most.low or 0.0), abs(most.high or 0.0)))
        first, second = (most.component, most.reference) if better else (most.reference, most.component)
        said.append(
            f"The choice that matters most is on {most.axis}: {first} is better than {second} by "
            f"{abs(most.difference or 0.0):.3f} {named}, everything else being equal (95 % interval {ends[0]:.3f} to "
            f"{ends[1]:.3f})."
        )
    if open_:
        said.append(f"No choice on {' or '.join(open_)} is shown to make a difference to {named}.")
    return [
        *said,
        "Compared are pairs of finished trials that are equal but for one axis; each 95 % interval stands for itself "
        "and says how far the difference may move on other rows like these.",
    ]


def _is_told(one: Effect) -> bool:
    return one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)


def _effects(choices: Sequence[Effect], objective: Objective) -> Plot:
    """Draw each difference with its interval, axis by axis."""
    lines: list[tuple[str, Effect | None]] = []
    for axis in AXES:
        mine = [one for one in choices if one.axis == axis and one.pairs]
        if mine:
            lines += [(f"{axis}, against {shortened(mine[0].reference, _LETTERS)}", None)]
            lines += [(shortened(one.component, _LETTERS), one) for one in mine]
    figure, plain = axes(7.2, 0.9 + 0.27 * len(lines))
    plain.axvline(0, color=PALE, linewidth=1.2)
    for place, (_, one) in enumerate(lines):
        if one is None or one.difference is None or one.low is None or one.high is None:
            continue
        colour, face = (FIRST, FIRST) if _is_told(one) else (PALE, "none")
        plain.plot([one.low, one.high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        plain.plot(one.difference, place, marker="o", markersize=7, color=colour, markerfacecolor=face)
    plain.set_yticks(range(len(lines)), labels=[label for label, _ in lines])
    for label, (_, one) in zip(plain.get_yticklabels(), lines, strict=True):
        label.set_fontweight("normal" if one else "bold")
    named, side = objective.named, "right" if objective.sign > 0 else "left"
    plain.set(xlabel=f"difference in {named}; better is to the {side}", ylim=(len(lines) - 0.4, -0.6))
    plain.tick_params(axis="y", length=0)
    plain.grid(visible=False, axis="y")
    return Plot(
        drawn(figure),
        f"What each component is worth in {named} against another on its axis (the bold line names it), with 95 % "
        f"intervals; better is to the {side}. A filled point: the interval leaves out zero, so the difference is "
        "shown; a hollow one: it may be chance.",
    )


def _many(choices: Sequence[Effect], axis: Axis) -> int:
    return sum(one.axis == axis for one in choices)


def _heat(found: Crossed, two: tuple[Axis, Axis], objective: Objective) -> Plot:
    """Draw what the components of two axes score together."""
    rows, columns = ([shortened(str(name), _LETTERS) for name in side] for side in found.values.axes)
    values, named = found.values.to_numpy(dtype=float), objective.named
    svg = heat_map(values, rows, columns, lambda value: f"{value:.3f}", objective.sign, two)
    if found.contexts:
        ways = "the one way" if found.contexts == 1 else f"the {found.contexts:,} ways"
        what = f"mean {named} over {ways} of doing everything else that was run with every pair shown"
    else:
        what = (
            f"best {named} of each pair, since nothing else was run with all of them: a pair with more trials had more "
            "luck"
        )
    cut = [axis for axis, out in zip(two, found.left_out, strict=True) if out]
    shown = f" Of {' and '.join(cut)} the {MOST} most frequent are shown." if cut else ""
    empty = " Of an empty cell no trial is finished." if np.isnan(values).any() else ""
    return Plot(
        svg,
        f"{two[0].capitalize()} and {two[1]}, the two axes whose components differ most, together: {what}; the deeper "
        f"the colour, the better, all between {np.nanmin(values):.3f} and {np.nanmax(values):.3f}.{empty}{shown}",
    )


def _table(shown: Sequence[Effect], objective: Objective) -> PageTable:
    columns = ("axis", "component", "against", f"difference in {objective.named}", "95 % interval", "pairs")
    rows = [
        (
            one.axis,
            one.component,
            one.reference,
            "" if one.difference is None else f"{one.difference:+.3f}",
            "" if one.low is None or one.high is None else f"{one.low:+.3f} to {one.high:+.3f}",
            f"{one.pairs:,}",
        )
        for one in shown
    ]
    less = " Less is better." if objective.sign < 0 else ""
    caption = f"What each component is worth, everything else being equal; without a pair nothing is known.{less}"
    return PageTable(caption, columns, rows, frozenset(columns[3:]))
