"""How much is filled: by column, by lead, and if what may stand for a gap were one."""

from __future__ import annotations

from typing import Final

import numpy as np

from bench.explore.columns import suspects_of
from bench.explore.fault import Dimension, Fault, largest_first
from bench.explore.look import Look

MEASURE: Final = "Share of all cells but the outcome's that are filled; a placeholder named in the experiment is a gap."
GAP: Final = "a gap"
_MUCH: Final = 0.5  # of the columns, or of the leads
_EMPTIEST: Final = 0.95  # quantile of gaps in a lead


def completeness(look: Look) -> Dimension:
    """Return how much is filled and where it is not."""
    gap, faults, suspected = look.gap, [], 0
    leads, columns = gap.shape
    for column in look.dataset.columns:
        empty = int(gap[column.name].sum())
        if empty:
            faults.append(Fault((column.name,), GAP, empty))
        texts = column.kind == "category"  # numbers that stand for none are a matter of accuracy
        for suspect in suspects_of(column.kind, look.values[column.name]) if texts else ():
            suspected += suspect.cells
            faults.append(Fault((column.name,), f"'{suspect.value}', which may be a gap", suspect.cells))
    of_lead = gap.to_numpy().sum(axis=1)
    share = 1 - float(of_lead.sum()) / gap.size
    half, emptiest = (int(number) for number in np.quantile(of_lead, [0.5, _EMPTIEST], method="inverted_cdf"))
    many = int((of_lead > _MUCH * columns).sum())
    sentences = [
        f"{int((of_lead == 0).sum()):,} of {leads:,} leads have no gap. Half of the leads have gaps in at most {half} "
        f"of the {columns} columns, the emptiest 5 % in {emptiest} or more; {many:,} in more than half of them.",
    ]
    if any(fault.what == GAP and fault.leads > _MUCH * leads for fault in faults):
        sentences.append(
            "Of a column that is empty in most leads, ask whether only some leads are asked for it: then the gap "
            "itself tells something."
        )
    if suspected:
        sentences.append(
            f"If what looks like a stand-in for a gap were one, {share - suspected / gap.size:.1%} of the cells would "
            f"be filled and not {share:.1%}."
        )
    return Dimension("Completeness", MEASURE, share, largest_first(faults), sentences)
