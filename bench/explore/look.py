"""What is looked at: both tables as they are written and as models take them, and what each part finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pandas as pd

from bench.audit.finding import Finding
from bench.data.cells import Cells, cells_of
from bench.data.dataset import Dataset, read_tables
from bench.data.roles import Roles
from bench.data.understand import Placeholders
from bench.explore.compared import Compared, compared
from bench.explore.converting import Counted, counted
from bench.explore.outcomes import Outcomes, outcomes_of
from bench.page.block import Block

LATE: Final = 0.78  # of pairs put right by one column alone, from which on it may know the outcome
AFTERWARDS: Final = frozenset({"target-copy", "after-outcome"})  # findings of columns that may know it


@dataclass(frozen=True)
class Look:
    """The tables of an experiment as they are looked at.

    Attributes
    ----------
    dataset : features as models take them, outcomes, companies and days
    written : DataFrame of str, the labelled table without its target as its file writes it
    cells : the same with gaps for the placeholders that the experiment names
    submission_cells : likewise the rows to predict; None without them
    """

    name: str
    roles: Roles
    dataset: Dataset
    written: pd.DataFrame
    cells: pd.DataFrame
    submission_cells: pd.DataFrame | None
    findings: Sequence[Finding]

    @cached_property
    def values(self) -> dict[str, Cells]:
        """Each column of `cells` as its distinct values and where each stands."""
        return {str(name): cells_of(self.cells[name]) for name in self.cells}

    @cached_property
    def gap(self) -> pd.DataFrame:
        """Whether a cell is a gap, shape (n, columns): empty, a placeholder, or unreadable as what its column is."""
        features = self.dataset.features
        held = {name: (features if name in features else self.cells)[name].isna() for name in map(str, self.cells)}
        return pd.DataFrame(held)

    @cached_property
    def outcomes(self) -> Outcomes:
        """Which leads converted, whose they are, and which of them rates are of."""
        return outcomes_of(self.dataset)

    @cached_property
    def counted(self) -> Counted:
        """The leads that rates are of."""
        return counted(self.dataset.features, self.outcomes)

    @cached_property
    def compared(self) -> list[Compared]:
        """Each feature but the company among converted and other leads, those that tell most first."""
        return compared(self.counted, self.roles.groups)

    @cached_property
    def late(self) -> list[Compared]:
        """The features that tell so much that they may be filled in after the outcome."""
        asked = {finding.place for finding in self.findings if finding.code in AFTERWARDS}
        return [one for one in self.compared if one.right >= LATE or one.name in asked]

    @cached_property
    def doubted(self) -> frozenset[str]:
        """What nobody is told to rank leads by: columns that may be late, and those that the audit takes for a leak."""
        leaks = {finding.place for finding in self.findings if finding.weight == "leak"}
        return frozenset(leaks | {one.name for one in self.late})


@dataclass(frozen=True)
class Seen:
    """What a part of the look found.

    Attributes
    ----------
    act : sentences that somebody would act upon, the weightiest first; none where nothing calls for it
    sheets : stem of a CSV -> its table, every row of it; cells of text are made inert when it is written
    """

    block: Block
    act: Sequence[str] = ()
    sheets: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def look_at(name: str, roles: Roles, dataset: Dataset, findings: Sequence[Finding]) -> Look:
    """Read the tables of an experiment once more, as text."""
    train, submission, _ = read_tables(roles)
    written = train.frame.drop(columns=roles.target)

    def blanked(frame: pd.DataFrame) -> pd.DataFrame:
        return Placeholders().blank(frame, roles.missing)

    asked = None if submission is None else blanked(submission.frame)
    return Look(name, roles, dataset, written, blanked(written), asked, findings)
