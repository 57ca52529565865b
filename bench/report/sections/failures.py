"""Which cells failed, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from bench.data.notices import plural, shortened
from bench.page.block import Block, PageTable
from bench.plan.grid import Trial
from bench.report.commands import typed_command
from bench.report.discreet import Reasons, homeless
from bench.report.told import Told

MOST_SHOWN: Final = 20  # rows of a table; the others share one
MOST_NAMED: Final = 3  # components to blame
_STATUSES: Final = {"failed": "failed", "timeout": "took too long", "memory": "took too much memory"}


@dataclass(frozen=True)
class Alike:
    """Cells that ended in the same way, and the trials that they are of."""

    reason: str
    status: str
    cells: int
    trials: frozenset[str]


def failures_block(told: Told) -> Block | None:
    """Return the section: cells that are not done, and what libraries warned of in those that are.

    Reasons are told without values: libraries quote the cell that they choked on. The whole of each stands in
    cells.csv.
    """
    cells = told.cells if told.final_cells is None else pd.concat([told.cells, told.final_cells], ignore_index=True)
    is_done, silent = cells["status"] == "done", cells["reason"] == ""
    reasons = Reasons.of(told.dataset) if (~is_done | ~silent).any() else Reasons(frozenset(), ())
    ended = list(_alike(cells[~is_done], reasons))
    warned = list(_alike(cells[is_done & ~silent], reasons))
    trials = {trial.id: trial for trial in told.board.plan.trials}
    tables = [
        _table("Cells that are not done, by reason.", ended, trials, status=True),
        _table("What libraries warned of in cells that are done.", warned, trials, status=False),
    ]
    return Block(
        "What failed",
        [*_sentences(cells, ended, warned), *map(homeless, told.board.notices)],
        [table for table in tables if table.rows],
        commands=[typed_command(told, "run", "--retry", "failed")] if ended else [],
    )


def failed_sentence(told: Told) -> str | None:
    """Say at the top of the page that cells failed; None where all is well."""
    cells = told.cells
    failed = int((cells["status"] != "done").sum())
    if not failed:
        return None
    return (
        f"{failed:,} of {plural(len(cells), 'cell')} did not come to an end, and their trials are not ranked: see "
        "“What failed”."
    )


def in_common(trials: Collection[str], of: Mapping[str, Trial]) -> str:
    """Name the components that some trials have and that not all trials have, the likeliest to be the cause first.

    That is the one of whose trials the largest part is among these.
    """
    these, everybody = [set(of[trial].by_name) for trial in trials], [set(trial.by_name) for trial in of.values()]
    if len(these) == 1:
        (trial,) = trials
        return shortened(of[trial].configuration, 120)
    with_it = {name: sum(name in names for names in everybody) for name in set.intersection(*these)}
    telling = sorted((count, name) for name, count in with_it.items() if count < len(everybody))
    if not telling:
        return "nothing that the other trials have not" if len(these) < len(everybody) else "all trials"
    return "; ".join(
        f"{name.replace('.', ' ', 1)} ({len(these):,} of its {plural(count, 'trial')})"
        for count, name in telling[:MOST_NAMED]
    )


def _alike(cells: pd.DataFrame, reasons: Reasons) -> Iterator[Alike]:
    """Yield cells by status and by what can be told of their reasons, the most frequent first."""
    told = {reason: [one for one in reasons.told(reason) if not _counts_others(one)] for reason in set(cells["reason"])}
    each = cells[["trial", "status"]].assign(reason=cells["reason"].map(told)).explode("reason")
    found = [
        Alike(str(reason), str(status), len(group), frozenset(group["trial"]))
        for (status, reason), group in each.groupby(["status", "reason"])
    ]
    yield from sorted(found, key=lambda one: (-one.cells, one.status, one.reason))


def _counts_others(sentence: str) -> bool:
    """Say whether a sentence only counts warnings that were left out."""
    return sentence.startswith("and ") and sentence.endswith(" more")


def _sentences(cells: pd.DataFrame, ended: Sequence[Alike], warned: Sequence[Alike]) -> list[str]:
    total = plural(len(cells), "cell")
    if not len(cells):
        return ["No cell is recorded."]
    if not ended:
        said = [f"All {total} that ran, of {plural(cells['trial'].nunique(), 'trial')}, are done: nothing failed."]
    else:
        failed = cells[cells["status"] != "done"]
        by_status = ", ".join(
            f"{count:,} {_STATUSES.get(str(status), str(status))}"
            for status, count in failed["status"].value_counts().items()
        )
        said = [
            f"{len(failed):,} of {total} are not done ({by_status}). A trial with such a cell is not ranked, and "
            f"{plural(failed['trial'].nunique(), 'trial')} "
            f"{'has' if failed['trial'].nunique() == 1 else 'have'} one. The command below runs them again; "
            "the whole reasons stand in cells.csv. Here values that a reason quotes are replaced by “…”."
        ]
    if warned:
        said.append("Cells that are done may have warned: a result is there, and what is said below may have hurt it.")
    return said


def _table(caption: str, found: Sequence[Alike], trials: Mapping[str, Trial], *, status: bool) -> PageTable:
    columns = ["reason", *(["how it ended"] if status else []), "cells", "trials", "what its trials have in common"]
    rows = [
        [
            one.reason,
            *([_STATUSES.get(one.status, one.status)] if status else []),
            f"{one.cells:,}",
            f"{len(one.trials):,}",
            in_common(one.trials, trials),
        ]
        for one in found[:MOST_SHOWN]
    ]
    if others := found[MOST_SHOWN:]:
        trials_of_others = frozenset().union(*(one.trials for one in others))
        rows.append(
            [
                f"{len(others):,} other reasons",
                *([""] if status else []),
                f"{sum(one.cells for one in others):,}",
                f"{len(trials_of_others):,}",
                "",
            ]
        )
    return PageTable(caption, columns, rows, frozenset({"cells", "trials"}))
