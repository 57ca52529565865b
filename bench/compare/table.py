"""All trials of two runs in one table, those whose score changed most first."""

from __future__ import annotations

from typing import Final

from bench.compare.recorded import Recorded
from bench.compare.told import LONGEST, Comparison, named, number
from bench.data.notices import shortened
from bench.page.block import LiveRow, LiveTable

BOTH: Final = "both"
ALONE: Final = ("A alone", "B alone")


def trials_table(found: Comparison) -> LiveTable:
    """Return the trials of both runs by how much they changed, then those of one alone, the best first."""
    both = found.overlap
    score = named(both.metric)
    columns = ("trial", "configuration", "in", "rank in A", "rank in B", f"{score} in A", f"{score} in B", "B less A")
    changed = [one.trial for one in both.moved]
    unfinished = [trial for trial in found.one.trials if trial in found.other.trials and trial not in set(changed)]
    places = [
        *((trial, BOTH) for trial in [*changed, *unfinished]),
        *((trial, ALONE[0]) for trial in both.only_one),
        *((trial, ALONE[1]) for trial in both.only_other),
    ]
    return LiveTable(
        "Trials of either run: those of both first, by how much their score changed, then those of one alone, the best "
        "first. Ranks are among all trials of a run; a trial that did not finish has none.",
        columns,
        [_row(found, trial, place) for trial, place in places],
        frozenset(columns[3:]),
        "configuration",
        facets=("in", "model"),
        mark="may be the best of both",
    )


def _row(found: Comparison, trial: str, place: str) -> LiveRow:
    ranked = [run.finished.get(trial) for run in found.runs]
    configuration = next(filter(None, (run.trials.get(trial) for run in found.runs)), trial)
    ranks = ["" if one is None else f"{one.rank:,}" for one in ranked]
    scores = [None if one is None else one.scores[found.overlap.metric] for one in ranked]
    change = "" if scores[0] is None or scores[1] is None else f"{scores[1] - scores[0]:+,.4f}"
    told = [shortened(configuration, LONGEST), place, *ranks, *("" if one is None else number(one) for one in scores)]
    details = [(f"in {name}", _status(run, trial)) for name, run in zip("AB", found.runs, strict=True)]
    written = next((run.ranking[trial].hyperparameters for run in found.runs if trial in run.ranking), "")
    if written:
        details.insert(0, ("hyperparameters", written))
    return LiveRow(
        [trial, *told, change],
        {"in": place, "model": configuration.rpartition("/")[2]},
        details,
        all(one is not None and one.tied for one in ranked),
    )


def _status(run: Recorded, trial: str) -> str:
    if trial not in run.trials:
        return "not run"
    return run.ranking[trial].status if trial in run.ranking else "not ranked yet"
