"""Plots as SVG whose text stays text, the same bytes for the same figures."""

from __future__ import annotations

import re
import warnings
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that differ in lightness too, and stand out on white and on dark pages (Okabe and Ito 2008).
FIRST: Final = "#0072b2"
SECOND: Final = "#d55e00"
THIRD: Final = "#009e73"
PALE: Final = "#999999"


def axes(width: float = 6.4, height: float = 3.6) -> tuple[Figure, Axes]:
    """Return a figure of so many inches and its axes, without a frame above and to the right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    plain = figure.subplots()
    plain.spines[["top", "right"]].set_visible(False)
    plain.grid(alpha=0.25)
    plain.set_axisbelow(True)  # else the grid is drawn over bars and areas
    return figure, plain


def drawn(figure: Figure) -> str:
    """Return a figure as an SVG element.

    Letters stay letters, so that they can be read aloud, searched and shown in any font; what the page colours as text
    is drawn in its colour.
    """
    import matplotlib as mpl
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a label's dollars are dollars
    out = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "leadbench"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the reader's font draws it
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg[svg.index("<svg") :], flags=re.DOTALL)  # style: the page's
    svg = in_tags(svg, r"font-family: [^;\"]*;? ?", "")  # the page's again, which has Korean fonts to fall back to
    return in_tags(svg, "#000000", "currentColor")


def in_tags(svg: str, pattern: str, new: str) -> str:
    """Replace a pattern in the tags of an SVG element, and nothing in the text between them."""
    return re.sub(r"<[^>]*>", lambda tag: re.sub(pattern, new, tag[0]), svg)
