"""Which columns may be filled in only once the outcome is known, and so are of no use before."""

from __future__ import annotations

import numpy as np

from bench.data.notices import listed, shortened
from bench.explore.converting import LETTERS
from bench.explore.look import LATE, Look, Seen
from bench.page.block import Block, PageTable

LISTED = 20
_COLUMNS = ("column", "of 100 pairs put right", "audit")


def late(look: Look) -> Seen | None:
    """Return the features that tell nearly too much of the outcome; None where none does."""
    found = look.late
    if not found:
        return None
    codes: dict[str, list[str]] = {}
    for finding in look.findings:
        codes.setdefault(finding.place, []).append(finding.code)
    names = listed(f"{shortened(one.name, LETTERS)} ({_of_100(one.right)})" for one in found)
    act = (
        f"{names}: of 100 pairs of a converted and another of {len(look.counted.y):,} leads a column alone orders so "
        "many right. Ask if it is known only afterwards; then drop it."
    )
    block = Block(
        "What may be known only afterwards",
        [
            "A column that is filled in after the outcome, or because of it, makes every score too good and is empty "
            f"for a new lead. Suspected is what alone puts {100 * LATE:.0f} of 100 pairs of a converted and another "
            "lead in order, or what the audit doubts. A true sign may be as strong: only people can tell.",
            "Nothing else on this page advises to use these columns.",
        ],
        [
            PageTable(
                "Columns that may know the outcome, those that tell most first.",
                _COLUMNS,
                [
                    (shortened(one.name, LETTERS), _of_100(one.right), ", ".join(codes.get(one.name, ())))
                    for one in found[:LISTED]
                ],
                frozenset(_COLUMNS[1:2]),
            )
        ],
    )
    return Seen(block, [act])


def _of_100(share: float) -> str:
    return "not told" if np.isnan(share) else f"{100 * share:.0f}"
