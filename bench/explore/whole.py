"""The whole look: its page, opened by what somebody would act upon, and a sheet for each table behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from bench.data.notices import plural
from bench.explore.association import association
from bench.explore.distributions import distributions
from bench.explore.gaps import gaps
from bench.explore.look import Look, Seen
from bench.explore.order import order
from bench.explore.overview import overview
from bench.explore.places import places
from bench.explore.quality import quality
from bench.explore.rates import rates
from bench.explore.sides import sides
from bench.explore.terms import terms
from bench.page.block import FEWEST_SHOWN, Block
from bench.page.page import page
from bench.record.disk import replacing
from bench.record.inert import inert

Part = Callable[[Look], Seen | None]

PARTS: Final[tuple[Part, ...]] = (
    overview,
    quality,
    gaps,
    distributions,
    rates,
    places,
    association,
    order,
    terms,
    sides,
)
"""In the order of the page; each returns None where there is nothing to look at."""

_GRAVEST: Final = ("sides", "order", "quality", "overview", "gaps", "terms", "association", "rates", "places")
"""Whose calls come first: what may make a score untrue, then what spoils what is learned; the rest as on the page."""


@dataclass(frozen=True)
class Explored:
    """A look that was taken.

    Attributes
    ----------
    path : of the page
    act : sentences that somebody would act upon, the gravest first, one of each part
    failed : a sentence for each part that this table has none of, for what went wrong
    """

    path: Path
    act: tuple[str, ...]
    failed: tuple[str, ...]


def explore(look: Look, folder: Path, audit: str = "`bench audit FILE`") -> Explored:
    """Write explore.html and its sheets into a folder.

    Parameters
    ----------
    audit : what tells the findings that ``look`` counts: one command or several, each between backticks
    """
    seen, failed = _seen(look)
    act = [sentence for found in sorted(seen, key=_gravity) for sentence in seen[found].act[:1]]
    sheets = {stem: sheet for found in seen.values() for stem, sheet in found.sheets.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for stem, sheet in sheets.items():
        with replacing(folder / f"{stem}.csv") as file:
            _inert(sheet).to_csv(file, index=False, lineterminator="\n")
    path = folder / "explore.html"
    blocks = [found.block for found in seen.values()]
    if failed:
        blocks.append(Block("What could not be looked at", failed))
    with replacing(path) as file:
        file.write(
            page(
                f"{look.name}: the leads before any model",
                [*_opening(act), *_audited(look, audit)],
                blocks,
                list(_closing(look, sheets)),
            )
        )
    return Explored(path, tuple(act), tuple(failed))


def _seen(look: Look) -> tuple[dict[str, Seen], list[str]]:
    """Return what each part found, by its name, and a sentence for each that could not look at this table."""
    seen, failed = {}, []
    for part in PARTS:
        try:
            found = part(look)
        except Exception as error:  # on a table that nobody thought of the other parts still tell something
            # Not its message: it may quote a cell.
            failed.append(f"The part '{part.__name__}' could not be made of this table ({type(error).__name__}).")
            continue
        if found is not None:
            seen[part.__name__] = found
    return seen, failed


def _gravity(name: str) -> int:
    return _GRAVEST.index(name) if name in _GRAVEST else len(_GRAVEST)


def _opening(act: Sequence[str]) -> Iterator[str]:
    if not act:
        yield "Nothing in this table calls for something to be done before a model is fitted."
        return
    yield "To act upon, the gravest first:"
    yield from act


def _audited(look: Look, audit: str) -> Iterator[str]:
    """Yield what leads into the audit, whose findings are not told again."""
    leaks = sum(finding.weight == "leak" for finding in look.findings)
    if look.findings:
        grave = f", {leaks:,} of which may keep a score from coming true" if leaks else ""
        yield f"The audit has {plural(len(look.findings), 'finding')} on this table{grave}: see {audit}."


def _closing(look: Look, sheets: dict[str, pd.DataFrame]) -> Iterator[str]:
    yield (
        f"Made of {plural(len(look.cells), 'labelled lead')} without fitting a model of who converts; the table is as "
        f"it was. No single lead is quoted: a value or a word is shown where at least {FEWEST_SHOWN} leads have it."
    )
    if sheets:
        yield f"The tables behind this page lie beside it: {', '.join(f'{stem}.csv' for stem in sheets)}."


def _inert(sheet: pd.DataFrame) -> pd.DataFrame:
    """Keep words of a table from being read as formulas."""
    made = sheet.copy()
    for name in sheet.select_dtypes(["object", "str"]):
        made[name] = sheet[name].map(lambda cell: inert(cell) if isinstance(cell, str) else cell)
    return made
