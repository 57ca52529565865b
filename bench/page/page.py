"""A page as one HTML file that opens offline: text escaped, nothing loaded, no script but our own."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from bench.page.block import Block, LiveTable, PageTable, Plot
from bench.page.plots import in_tags

if TYPE_CHECKING:
    from markupsafe import Markup

_BROAD_POINTS: Final = 360  # a drawing wider than this is not squeezed into a phone: it scrolls
_NAME_LETTERS: Final = 20  # a column with longer names needs room to be read
_STROKE: Final = re.compile(r"(?<=\w)/(?=\w)")
_PERCENT: Final = re.compile(r"(?<=\d) (?=%)")
_COMMAND: Final = re.compile(r"`(bench [^`]*)`")


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

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_whole)
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
        said=_said,
        svg=_element,
        width=_width,
        broad=_broad,
        named=_named,
        kept=_kept,
        long=_long,
        broken=_broken,
    )
    return html.lstrip().encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be written


def _text_of(name: str) -> str:
    return (files("bench.page") / name).read_text(encoding="utf-8")


def _whole(words: object) -> object:
    """Return words in which no line ends between a number and its percent sign; what is markup stays as it is."""
    from markupsafe import Markup

    return _PERCENT.sub("\u00a0", words) if isinstance(words, str) and not isinstance(words, Markup) else words


def _said(sentence: str) -> Markup:
    """Return a sentence, what is to be typed into a terminal set apart in it."""
    from markupsafe import Markup, escape

    parts = _COMMAND.split(_PERCENT.sub("\u00a0", sentence))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _element(plot: Plot, part: int, number: int) -> Markup:
    """Return a plot as a picture with a name, its ids its own on the page."""
    from markupsafe import Markup, escape

    own = f"plot-{part}-{number}-"
    svg = in_tags(plot.svg, r'\b(id="|href="#|url\(#)', rf"\g<1>{own}")
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.caption)}" ', 1))


def _width(plot: Plot) -> str:
    """Return how wide a plot is, so that its caption is no wider."""
    points = _points(plot)
    return "auto" if points is None else f"{points:g}pt"


def _broad(plot: Plot) -> bool:
    return (_points(plot) or 0) > _BROAD_POINTS


def _points(plot: Plot) -> float | None:
    found = re.match(r'<svg [^>]*?\bwidth="([\d.]+)pt"', plot.svg)
    return float(found[1]) if found else None


def _named(table: PageTable | LiveTable) -> bool:
    """Whether the names of a table's rows are long."""
    if isinstance(table, LiveTable):
        at = list(table.columns).index(table.named_by)
        names = [row.cells[at] for row in table.rows]
    else:
        names = [row[0] for row in table.rows if row]
    return max(map(len, names), default=0) > _NAME_LETTERS


def _broken(words: str) -> Markup:
    """Return words of a cell that wrap after a stroke too, as the parts of a configuration do."""
    from markupsafe import Markup, escape

    return Markup("/<wbr>").join(map(escape, _STROKE.split(words)))


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
