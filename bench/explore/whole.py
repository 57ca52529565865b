"""The whole look: its page, opened by what somebody would act upon, and a sheet for each table behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

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
from bench.page.page import page
from bench.record.disk import replacing
from bench.record.inert import inert

PARTS: Final[tuple[Callable[[Look], Seen | None], ...]] = (
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


def explore(look: Look, folder: Path) -> tuple[Path, list[str]]:
    """Write explore.html and its sheets into a folder; return where the page lies, and what to act upon."""
    seen = [found for part in PARTS if (found := part(look)) is not None]
    act = [sentence for found in seen for sentence in found.act[:1]]
    folder.mkdir(parents=True, exist_ok=True)
    for found in seen:
        for stem, sheet in found.sheets.items():
            with replacing(folder / f"{stem}.csv") as file:
                _inert(sheet).to_csv(file, index=False, lineterminator="\n")
    path = folder / "explore.html"
    with replacing(path) as file:
        file.write(page(look.name, act, [found.block for found in seen]))
    return path, act


def _inert(sheet: pd.DataFrame) -> pd.DataFrame:
    """Keep words of a table from being read as formulas."""
    made = sheet.copy()
    for name in sheet.select_dtypes(["object", "str"]):
        made[name] = sheet[name].map(lambda cell: inert(cell) if isinstance(cell, str) else cell)
    return made
