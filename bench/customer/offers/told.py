"""Offers as a sheet and as a part of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.customer.offers.match import Offered
from bench.page.block import Block, PageTable
from bench.record.columns import OFFERED
from bench.record.sheet import write_sheet

PAIRS: Final = 5  # of colliding offers that a page shows


def write_offers(offered: Offered, folder: Path) -> Path:
    """Write ``offers.csv`` and return its path; columns are described in `bench.record.columns.OFFERED`."""
    others = offered.matches.copy()
    has = np.flatnonzero(offered.best >= 0)
    others[has, offered.best[has]] = False
    names = np.array([offer.name for offer in offered.offers], dtype=object)
    texts = np.array([offer.text for offer in offered.offers], dtype=object)
    table = pd.DataFrame(
        {
            "customer": list(offered.customers),
            "offer": [names[one] if one >= 0 else None for one in offered.best],
            "text": [texts[one] or None if one >= 0 else None for one in offered.best],
            "reason": [reason or None for reason in offered.reasons],
            "others": ["; ".join(names[row]) or None for row in others],
        },
        columns=list(OFFERED),
    )
    path = folder / "offers.csv"
    write_sheet(table, path)
    return path


def offers_block(offered: Offered) -> Block:
    """Return the offers as a part of a page: how many customers each is for, and where they collide."""
    count, covered = len(offered.customers), offered.covered
    said = [f"{covered:,} of {count:,} customers ({covered / max(count, 1):.1%}) have an offer."]
    if common := int(
        np.isin(offered.best, [place for place, offer in enumerate(offered.offers) if not offer.when]).sum()
    ):
        said[0] += f" {common:,} of them have one that is for everybody."
    if offered.conflicts:
        said.append(
            f"For {offered.conflicts:,} customers several offers of the same priority match: they get the one of the "
            "most conditions, and of equals the first in the file. Other priorities decide otherwise."
        )
    names = [offer.name for offer in offered.offers]
    said += [
        f"'{names[one]}' is never the best: where it matches, another is, most often '{names[by]}'."
        for one, by in offered.overshadowed().items()
    ]
    said += [f"'{names[one]}' matches nobody." for one in np.flatnonzero(~offered.matches.any(axis=0))]
    rows = [
        [
            offer.name,
            offer.words(),
            f"{offer.priority}",
            f"{offered.matches[:, place].sum():,}",
            f"{(offered.best == place).sum():,}",
        ]
        for place, offer in enumerate(offered.offers)
    ]
    counted = ["priority", "customers that match", "get it"]
    tables = [PageTable("Offers and whom they are for.", ["offer", "for", *counted], rows, frozenset(counted))]
    if pairs := offered.collisions()[:PAIRS]:
        collided = [[names[one], names[two], f"{times:,}"] for one, two, times in pairs]
        caption = "Offers of the same priority that match the same customers."
        tables.append(PageTable(caption, ["offer", "other offer", "customers"], collided, frozenset({"customers"})))
    return Block("Offers", [*said, *offered.notices], tables)
