"""Which columns the winner leans on, as far as `bench explain` has measured it."""

from __future__ import annotations

from bench.data.notices import shortened
from bench.page.block import Block, Plot
from bench.page.plots import FIRST, SECOND, axes, drawn
from bench.report.commands import typed_command
from bench.report.explained import Explained, leaned_table
from bench.report.told import Told

_TITLE = "Which columns the winner leans on"
_LETTERS = 32  # of a column's name in a plot


def leaning_block(told: Told) -> Block | None:
    """Return the section; before `bench explain` how it is made, and None without a winner."""
    found = told.board.explained
    if found is not None:
        drawing = [(_plot(found), leaned_table(found))] if found.leaned else []
        return Block(_TITLE, found.sentences, [table for _, table in drawing], [plot for plot, _ in drawing])
    if told.board.verdict.winner is None:
        return None
    return Block(
        _TITLE,
        ["This is not measured yet: the command below does, and writes this report anew."],
        commands=[typed_command(told, "explain")],
    )


def _plot(found: Explained) -> Plot:
    """Draw what is lost of average precision, column by column."""
    figure, plain = axes(7.2, 0.8 + 0.32 * len(found.leaned))
    places = range(len(found.leaned))
    lost = [one.average_precision for one in found.leaned]
    plain.barh(places, [one.mean for one in lost], height=0.55, color=FIRST)
    plain.hlines(places, [one.lowest for one in lost], [one.highest for one in lost], color=SECOND, linewidth=2)
    for marker, ends in (("<", [one.lowest for one in lost]), (">", [one.highest for one in lost])):
        plain.plot(ends, places, marker, color=SECOND, markersize=5)
    plain.set_yticks(places, labels=[shortened(one.named, _LETTERS) for one in found.leaned])
    plain.set(xlabel="average precision lost", xlim=(0, None), ylim=(len(found.leaned) - 0.4, -0.6))
    plain.tick_params(axis="y", length=0)
    plain.grid(visible=False, axis="y")
    return Plot(
        drawn(figure),
        "How much average precision (how well converting leads stand before the others; 1 is perfect) the winner loses "
        "when it cannot use what a column says: bars are means over the folds, lines between arrowheads reach from the "
        "fold that loses least to the one that loses most.",
    )
