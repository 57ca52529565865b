"""The whole look: its page, opened by what somebody would act upon, and a sheet for each table behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Final

import pandas as pd

from bench.data.notices import plural, shortened
from bench.explore.association import association
from bench.explore.converting import LETTERS
from bench.explore.distributions import distributions
from bench.explore.gaps import gaps
from bench.explore.late import late
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
    late,
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

SHEETS: Final = (
    *("columns", "quality", "gaps", "gap_patterns", "distributions", "rates", "countries", "continents"),
    *("customer_types", "association", "order", "months", "terms", "sides", "sides_parts", "sides_spellings"),
)
"""Every stem that a part may write a sheet under."""

_GRAVEST: Final = ("late", "sides", "order", "quality", "overview", "gaps", "rates", "distributions", "terms", "places")
"""Whose calls come first: what may make a score untrue, then what spoils what is learned; the rest as on the page."""

FEW: Final = 3  # sentences that the page opens with at least, where parts have so many
MOST: Final = 8  # and at most
_OF_A_PART: Final = 4  # of one part, there and in its block


@dataclass(frozen=True)
class Explored:
    """A look that was taken.

    Attributes
    ----------
    path : of the page
    act : sentences that the page opens with, to act upon, the gravest first
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
    act = _first([seen[name].act for name in sorted(seen, key=_gravity)])
    sheets = {stem: sheet for found in seen.values() for stem, sheet in found.sheets.items() if len(sheet)}
    folder.mkdir(parents=True, exist_ok=True)
    for stem, sheet in sheets.items():
        with replacing(folder / f"{stem}.csv") as file:
            _inert(sheet).to_csv(file, index=False, lineterminator="\n")
    for stem in set(SHEETS) - set(sheets):
        (folder / f"{stem}.csv").unlink(missing_ok=True)  # of an earlier look: this page does not tell of it
    path = folder / "explore.html"
    blocks = [_with_acts(found, act) for found in seen.values()]
    if failed:
        blocks.append(Block("What could not be looked at", failed))
    with replacing(path) as file:
        file.write(
            page(
                f"{look.name}: the leads before any model",
                [*_opening(act), *_audited(look, audit), _converts(look), *look.outcomes.sentences],
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


def _first(acts: Sequence[Sequence[str]]) -> list[str]:
    """Return the first sentence of each part, and where these are few the second ones too."""
    rounds = [[sentence for sentence in one if sentence is not None] for one in zip_longest(*acts)]
    first = len(rounds[0]) if rounds else 0
    return [sentence for one in rounds for sentence in one][: min(max(first, FEW), MOST)]


def _with_acts(found: Seen, opened: Sequence[str]) -> Block:
    """Return a part's block with the first few things that it calls for and the page does not open with."""
    more = [sentence for sentence in found.act[:_OF_A_PART] if sentence not in opened]
    return replace(found.block, sentences=[*found.block.sentences, *more])


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


def _converts(look: Look) -> str:
    target, positive = (shortened(name, LETTERS) for name in (str(look.roles.target), look.roles.positive))
    return f"A lead converts here if {target} is {positive}."


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
