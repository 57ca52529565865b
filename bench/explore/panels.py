"""Small plots side by side, and rates as dots with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bench.data.notices import shortened
from bench.explore.converting import ABOVE, BELOW, UNSURE, Line
from bench.page.plots import FIRST, PALE, SECOND

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABEL_LETTERS: Final = 22  # of a label beside a panel
TITLE_LETTERS: Final = 26  # of a column's name above its panel
SMALL: Final = 9.0  # points, of letters in a panel
# How a verdict is drawn: marks differ in form, so that nobody needs the colours.
_MARKS: Final = {ABOVE: ("^", SECOND), BELOW: ("v", FIRST), UNSURE: ("o", PALE), "": ("x", PALE)}


def panels(count: int, across: int = 3, height: float = 2.0) -> tuple[Figure, list[Axes]]:
    """Return a figure as wide as a page and so many axes, ``across`` of them in a row, each so many inches high."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    down = -(-count // across)
    figure = Figure(figsize=(9.4, height * down), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08))
    every = figure.subplots(down, across, squeeze=False).ravel()
    for plain in every:
        plain.spines[["top", "right"]].set_visible(False)
        plain.tick_params(labelsize=SMALL)
        plain.grid(alpha=0.25)
        plain.set_axisbelow(True)
    for plain in every[count:]:
        plain.set_axis_off()
    return figure, list(every[:count])


def titled(plain: Axes, name: str) -> None:
    """Write a column's name above its panel."""
    plain.set_title(shortened(name, TITLE_LETTERS), fontsize=SMALL, loc="left")


def dotted(plain: Axes, lines: Sequence[Line], average: float) -> None:
    """Draw rates as dots with their intervals, the first on top, beside the average as a dashed line."""
    for at, line in enumerate(lines):
        mark, colour = _MARKS[line.verdict]
        plain.plot([100 * line.low, 100 * line.high], [at, at], color=colour, linewidth=1.2)
        plain.plot([100 * line.rate], [at], mark, color=colour, markersize=5)
    plain.axvline(100 * average, color=PALE, linestyle="--", linewidth=1)
    plain.set_yticks(range(len(lines)), [f"{shortened(line.level, LABEL_LETTERS)} ({line.leads:,})" for line in lines])
    plain.set(ylim=(len(lines) - 0.4, -0.6))
    plain.set_xlim(left=0)
