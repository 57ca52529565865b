"""Which columns are missing together, how leads convert there, and the patterns that gaps make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from bench.data.notices import listed, shortened
from bench.explore.outcomes import Mask, Outcomes, Rate
from bench.page.block import FEWEST_SHOWN

NEARLY: Final = 0.98  # of the leads with a gap in either of two columns have one in both: they are missing together
MOST_PATTERNS: Final = 1000
LETTERS: Final = 32


@dataclass(frozen=True)
class Gap:
    """Columns that are missing together, and how often leads convert where they are.

    Attributes
    ----------
    columns : whose gaps are (nearly) the same, in their order
    missing : ndarray of shape (n,), the leads with a gap in the first of them
    asked : share of the rows to predict with a gap; None without such rows
    without, given : how leads convert with a gap and where the column is filled in
    doubt : chance of such a difference where there is none, times the gaps tested, at most 1
    tells : correlation of gap and conversion (phi), -1 to 1
    """

    columns: tuple[str, ...]
    missing: Mask
    asked: float | None
    without: Rate
    given: Rate
    doubt: float
    tells: float

    @property
    def name(self) -> str:
        """Return the columns in a line."""
        return listed(shortened(column, LETTERS) for column in self.columns)

    @property
    def share(self) -> float:
        """Return the share of the leads with a gap."""
        return float(self.missing.mean())


def missing_cells(cells: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Return where cells are missing; in a feature, cells that models take for gaps too, as words among numbers."""
    return pd.DataFrame({name: (features if name in features else cells)[name].isna() for name in cells})


def gaps_of(missing: pd.DataFrame, asked: pd.DataFrame | None, outcomes: Outcomes) -> list[Gap]:
    """Return the gaps of the columns, those missing together as one, the most frequent first.

    Parameters
    ----------
    missing, asked : DataFrames of bool, of the labelled leads and of the rows to predict
    """
    together: list[list[str]] = []
    columns = {str(name): missing[name].to_numpy() for name in missing if missing[name].any()}
    for name, gap in columns.items():
        for group in together:
            first = columns[group[0]]
            if (gap & first).sum() >= NEARLY * (gap | first).sum():
                group.append(name)
                break
        else:
            together.append([name])
    if asked is not None:  # never missing in training, but where it counts
        together += [[str(name)] for name in asked if asked[name].any() and str(name) not in columns]
    enough = [
        min((of := columns[group[0]]).sum(), (~of).sum()) >= FEWEST_SHOWN for group in together if group[0] in columns
    ]
    return sorted(
        (_gap(group, missing, asked, outcomes, max(sum(enough), 1)) for group in together), key=lambda gap: -gap.share
    )


def _gap(
    group: Sequence[str], missing: pd.DataFrame, asked: pd.DataFrame | None, outcomes: Outcomes, tests: int
) -> Gap:
    gap = missing[group[0]].to_numpy()
    without, given = outcomes.rate(gap), outcomes.rate(~gap)
    both = without.rate is not None and given.rate is not None
    seen, y = gap[outcomes.kept], outcomes.y[outcomes.kept]
    tells = float(np.corrcoef(seen, y)[0, 1]) if both and 0 < y.mean() < 1 else 0.0
    return Gap(
        tuple(group),
        gap,
        float(asked[group[0]].mean()) if asked is not None and group[0] in asked else None,
        without,
        given,
        min(tests * outcomes.doubt(gap, ~gap), 1.0) if both else 1.0,
        tells,
    )


@dataclass(frozen=True)
class Pattern:
    """Leads with the same columns missing.

    Attributes
    ----------
    missing : for each gap whether it is there
    """

    missing: tuple[bool, ...]
    leads: int
    rate: Rate


def patterns_of(found: Sequence[Gap], outcomes: Outcomes) -> list[Pattern]:
    """Return the patterns of five leads or more, the most frequent first, a thousand at most."""
    gap = np.column_stack([one.missing for one in found])
    rows, of_row = np.unique(gap, axis=0, return_inverse=True)
    leads = np.bincount(of_row)
    order = [at for at in np.argsort(-leads, kind="stable") if leads[at] >= FEWEST_SHOWN][:MOST_PATTERNS]
    return [Pattern(tuple(map(bool, rows[at])), int(leads[at]), outcomes.rate(of_row == at)) for at in order]
