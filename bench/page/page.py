"""A page as one HTML file that opens offline: text escaped, nothing loaded, no script."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from bench.page.block import Block, Plot
from bench.page.plots import in_tags

if TYPE_CHECKING:
    from markupsafe import Markup


def page(title: str, opening: Sequence[str], blocks: Sequence[Block], closing: Sequence[str] = ()) -> str:
    """Return a page.

    Parameters
    ----------
    opening : sentences under the title: the answer first
    closing : sentences at its foot: how it was made
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = files("bench.page")
    layout = (here / "layout.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(layout)
    style = Markup((here / "style.css").read_text(encoding="utf-8"))
    return template.render(title=title, style=style, opening=opening, blocks=blocks, closing=closing, svg=_element)


def _element(plot: Plot, part: int, number: int) -> Markup:
    """Return a plot as a picture with a name, its ids its own on the page."""
    from markupsafe import Markup, escape

    own = f"plot-{part}-{number}-"
    svg = in_tags(plot.svg, r'\b(id="|href="#|url\(#)', rf"\g<1>{own}")
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.caption)}" ', 1))
