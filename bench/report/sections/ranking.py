"""The leaderboard as a table that is sorted, filtered, searched and opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bench.data.notices import plural
from bench.page.block import Block, LiveRow, LiveTable, PageTable
from bench.record.store import Store
from bench.report.certain import certainty_sentences
from bench.report.leaderboard import Row, heading, shown_columns
from bench.report.told import Told
from bench.score.objective import Objective
from bench.score.uncertainty import Corrected
from bench.vocabulary import AXES

_WORDS: Final = frozenset({"trial", "configuration", "status", "floor"})
_ELSEWHERE: Final = frozenset({"hyperparameters", "tied", "trial"})  # among the details, a mark, and the last column
_DETAILS: Final = ("average_precision", "roc_auc", "brier", "log_loss", "f1_ordinary")
_RANGES: Final = {
    "thresholds of the folds": ("threshold_low", "threshold_high"),
    "thresholds nearly as good": ("flat_low", "flat_high"),
}


def ranking_block(told: Told) -> Block | None:
    """Return the section; None where nothing has run."""
    board, experiment = told.board, told.experiment
    if not board.rows:
        return None
    reading = [
        f"Trials are ranked by {experiment.objective.named}; a row opens to its settings, and the lists "
        "above the table keep the rows of one choice."
    ]
    if sum(row.get("tied") == "yes" for row in board.rows) > 1:
        reading.append("Trials marked tied are not shown to be worse than the best.")
    if any(row["status"] == "stopped" for row in board.rows):
        reading.append(
            "Trials that the race stopped rank below the finished ones, with what they scored on the folds they had."
        )
    return Block(
        "Leaderboard",
        [*certainty_sentences(board.certainty, experiment, board.rows, board.verdict.allowed), *reading],
        _candidates(told),
        live=_live(told),
    )


def _live(told: Told) -> LiveTable:
    experiment, rows = told.experiment, told.board.rows
    shown = [name for name in shown_columns(experiment, rows) if name not in _ELSEWHERE] + ["fit_seconds", "trial"]
    facets = [name for name in (*AXES, "tied", "status") if len({row.get(name) for row in rows} - {None}) > 1]
    ended = _ended(told.store, (row["trial"] for row in rows if row["status"] == "partial"))
    new_are = told.board.winner.new_are if told.board.winner else "new"
    headings = {name: heading(name, new_are) for name in shown}
    return LiveTable(
        caption="All trials with a recorded fold, the best first.",
        columns=tuple(headings.values()),
        rows=[
            LiveRow(
                cells=[_cell(name, row.get(name, "")) for name in shown],
                facets={name: str(row[name]) for name in facets if name in row},
                details=_details(row, shown, ended),
                marked=row.get("tied") == "yes",
            )
            for row in rows
        ],
        numbers=frozenset(text for name, text in headings.items() if name not in _WORDS),
        named_by=headings["configuration"],
        facets=facets,
        mark="tied",
    )


def _details(row: Row, shown: Sequence[str], ended: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a row has to tell beside its cells."""
    told = [(axis, row[axis]) for axis in AXES] + [("hyperparameters", row["hyperparameters"] or "all by default")]
    told += [(heading(name), _cell(name, row[name])) for name in _DETAILS if name in row and name not in shown]
    told += [
        (name, f"{row[low]:.4f} to {row[high]:.4f}")
        for name, (low, high) in _RANGES.items()
        if row.get(low) is not None
    ]
    if row.get("surely_behind"):
        told.append(("behind the best at the least", f"{row['surely_behind']:.4f}"))
    if row["trial"] in ended:
        told.append(("folds", ended[row["trial"]]))
    return told


def _ended(store: Store, trials: Iterable[str]) -> dict[str, str]:
    """Say of trials that are not finished how their folds ended."""
    every = [(repeat, fold) for repeat in range(store.folds.repeats) for fold in range(store.folds.count)]
    found = {}
    for trial in trials:
        ways = Counter(store.status((trial, *pair)) or "not run" for pair in every)
        found[trial] = ", ".join(f"{count} {way}" for way, count in ways.most_common())
    return found


def _candidates(told: Told) -> list[PageTable]:
    """Return the best single trial beside the ensemble, with their corrected scores; none where they are one."""
    verdict, objective = told.board.verdict, told.experiment.objective
    single, ensemble = verdict.single, verdict.ensemble
    if single is None or ensemble is None or single.weights == ensemble.weights:
        return []
    named, rows = objective.named, []
    members = len(ensemble.weights)
    together = f"the ensemble of {members}" if members > 1 else "the ensemble, which is another trial alone"
    for name, blend in (("the best single trial", single), (together, ensemble)):
        found = verdict.estimate_of(blend)
        rows.append(
            (
                f"{name} (wins)" if blend is verdict.winner else name,
                f"{blend.score.value(objective):.4f}",
                "" if found is None else f"{found.value:.4f}",
                "" if found is None else f"{found.low:.3f} to {found.high:.3f}",
                *_kept(objective, found),
                f"{blend.score.predicted_positives:,.0f}",
            )
        )
    corrected = f"{named}, corrected"
    asked = [] if objective.floor is None else ["{} with that ({:g} asked for)".format(*objective.floor)]
    figures = (f"{named} as measured", corrected, "95 % interval", *asked, "called positive")
    caption = (
        "What could be handed in. Corrected is for the luck of choosing: of many trials the best on these leads owes "
        f"some of its score to them. Called positive: of {plural(len(told.held_out.y), 'labelled row')} held out."
    )
    return [PageTable(caption, ("candidate", *figures), rows, frozenset(figures))]


def _kept(objective: Objective, found: Corrected | None) -> list[str]:
    """Return the recall or precision that goes with a corrected score, which does not see whether it is kept."""
    if objective.floor is None:
        return []
    if found is None:
        return [""]
    missed = "" if objective.keeps(found.counts) else ", missed"
    return [f"{float(objective.short(found.counts)):.4f}{missed}"]


def _cell(name: str, value: object) -> str:
    """Return a cell as it is read."""
    if isinstance(value, float):
        return f"{value:,.2f}" if name == "fit_seconds" else f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
