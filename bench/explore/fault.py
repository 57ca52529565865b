"""What may be wrong with the data, and by which dimension of data quality it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.page.block import Plot


@dataclass(frozen=True)
class Fault:
    """Something about one column or several that may be wrong.

    Attributes
    ----------
    columns : which are concerned; none for the rows as a whole
    what : what is wrong, in words
    leads : how many leads it is about
    advice : what to do, in a sentence; empty where nothing calls for it, or another part does
    """

    columns: tuple[str, ...]
    what: str
    leads: int
    advice: str = ""

    @property
    def place(self) -> str:
        """Return the columns in one line."""
        return " / ".join(self.columns) or "all columns"


@dataclass(frozen=True)
class Dimension:
    """One dimension of data quality.

    Attributes
    ----------
    measure : what the share is of, in words by which it can be counted again
    share : in [0, 1], 1 for the best; None where nothing tells it
    faults : the largest first
    sentences : what is to be known beyond the share
    """

    name: str
    measure: str
    share: float | None
    faults: Sequence[Fault]
    sentences: Sequence[str] = ()
    plots: Sequence[Plot] = ()


def largest_first(faults: Sequence[Fault]) -> list[Fault]:
    """Return faults by the leads they are about."""
    return sorted(faults, key=lambda fault: -fault.leads)
