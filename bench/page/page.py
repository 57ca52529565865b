"""A page as one HTML file that opens offline: text escaped, nothing loaded, no script but our own."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from bench.page.block import Block, LiveTable, Plot
from bench.page.plots import in_tags

if TYPE_CHECKING:
    from markupsafe import Markup


def page(title: str, opening: Sequence[str], blocks: Sequence[Block], closing: Sequence[str] = ()) -> str:
    """Return a page.

    Only a page with a `LiveTable` has a script, and its policy lets no other run.

    Parameters
    ----------
    opening : sentences under the title: the answer first
    closing : sentences at its foot: how it was made
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    script = _text_of("page.js") if any(block.live for block in blocks) else ""
    html = environment.from_string(_text_of("layout.html")).render(
        title=title,
        opening=opening,
        blocks=blocks,
        closing=closing,
        style=Markup(_text_of("style.css")),
        script=Markup(script),
        script_hash=Markup(f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"),
        svg=_element,
        width=_width,
        kept=_kept,
        long=_long,
    )
    return html.lstrip().encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be written


def _text_of(name: str) -> str:
    return (files("bench.page") / name).read_text(encoding="utf-8")


def _element(plot: Plot, part: int, number: int) -> Markup:
    """Return a plot as a picture with a name, its ids its own on the page."""
    from markupsafe import Markup, escape

    own = f"plot-{part}-{number}-"
    svg = in_tags(plot.svg, r'\b(id="|href="#|url\(#)', rf"\g<1>{own}")
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.caption)}" ', 1))


def _width(plot: Plot) -> str:
    """Return how wide a plot is, so that its caption is no wider."""
    found = re.match(r'<svg [^>]*?\bwidth="([\d.]+pt)"', plot.svg)
    return found[1] if found else "auto"


def _long(words: str) -> bool:
    """Whether a cell holds more than a table can be laid out for, all in all or without a space."""
    return len(words) > 40 and (len(words) > 200 or max(map(len, words.split()), default=0) > 40)


def _kept(live: LiveTable) -> dict[str, object]:
    """Return what the script is told of a table beyond its cells: each word once, and places among them."""
    words: dict[str, int] = {}
    facets = [[row.facets.get(name, "") for name in live.facets] for row in live.rows]
    details = [[word for pair in row.details for word in pair] for row in live.rows]
    places = [[[words.setdefault(word, len(words)) for word in row] for row in told] for told in (facets, details)]
    return {"facets": list(live.facets), "facets_of": places[0], "details_of": places[1], "words": list(words)}
