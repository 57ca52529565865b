"""The ensemble's members, and how far they make the same errors."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Final

import numpy as np

from bench.data.notices import shortened
from bench.ensemble.members import Member
from bench.page.block import Block, Plot
from bench.page.heat import heat_map
from bench.report.ensemble import MEANT, blend_sentence, members_table, why_not
from bench.report.told import Told

MOST = 12  # members in the plot, the heaviest; the table has all
_TITLE: Final = "The ensemble"
_LETTERS: Final = 44  # of a configuration in the plot


def members_block(told: Told) -> Block | None:
    """Return the section; of an ensemble that does not win only why, and None of a single trial that is all of it."""
    verdict, experiment = told.board.verdict, told.experiment
    if verdict.ensemble is None or verdict.single is None or verdict.ensemble.weights == verdict.single.weights:
        return None
    said = blend_sentence(verdict, experiment.objective)
    if verdict.winner is not verdict.ensemble:
        return Block(_TITLE, [said, why_not(verdict, experiment.objective)])
    table = members_table(verdict.members, told.board.plan.trials, experiment.objective)
    plots, alike = [], []
    if len(verdict.members) > 1:
        alike = [_alike(verdict.members)]
        plots = [_overlap(verdict.members, {trial.id: trial.configuration for trial in told.board.plan.trials})]
    return Block(_TITLE, [said, *alike, MEANT], [table], plots)


def _alike(members: Sequence[Member]) -> str:
    """Say how many of their errors two members share."""
    shared = [part for member in members for part in member.overlap.values()]
    between = f" on average (from {min(shared):.0%} to {max(shared):.0%})" if len(members) > 2 else ""
    return (
        f"Of the errors that one of two members makes, both make {mean(shared):.0%}{between}: the fewer, the more one "
        "can put right what the other gets wrong."
    )


def _overlap(members: Sequence[Member], configurations: dict[str, str]) -> Plot:
    """Draw which share of their errors every two members make together."""
    shown = members[:MOST]
    values = np.array([[one.overlap.get(other.trial, np.nan) for other in shown] for one in shown])
    numbered = [f"{number} {shortened(configurations[one.trial], _LETTERS)}" for number, one in enumerate(shown, 1)]
    columns = [str(number) for number in range(1, len(shown) + 1)]
    cut = f" Of {len(members)} members the {MOST} heaviest are shown." if len(members) > MOST else ""
    return Plot(
        heat_map(values, numbered, columns, lambda share: f"{share:.0%}"),
        "Errors that two members make together, as a share of those that either makes; the deeper the colour, the more "
        f"alike they are. Members by weight, numbered alike in rows and columns.{cut}",
    )
