"""Say which columns the winner leans on, and why single leads get the probability they get."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter

from bench.data.notices import plural, shortened
from bench.ensemble.alike import SAME
from bench.ensemble.blend import who_predicts
from bench.ensemble.explain import DEALS, MOST_ROWS, Importance
from bench.ensemble.leads import ExplainedLeads
from bench.page.block import PageTable
from bench.record import inert as spreadsheet
from bench.record.columns import IMPORTANCE, REASONS
from bench.record.disk import replacing
from bench.report.markdown import inert, table_lines
from bench.score.objective import Objective

MOST_SHOWN = 15  # in the table; importance.csv has all
EACH_WAY = 3  # columns that raise a lead's chances, and as many that lower them
LONGEST = 200  # letters of a lead's cell, or of a column's name in a sentence


@dataclass(frozen=True)
class Lost:
    """What is lost of a score without what columns say: the mean over the folds, and its ends among them."""

    mean: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Leaned:
    """Columns that a winner leans on, one or several that say the same."""

    columns: tuple[str, ...]
    average_precision: Lost
    objective: Lost

    @property
    def named(self) -> str:
        """The columns in one cell."""
        return " + ".join(self.columns)


@dataclass(frozen=True)
class Explained:
    """What was said of the columns that a winner leans on.

    Attributes
    ----------
    members : trial -> weight of the winner, or of the trial that was asked about
    metric : the objective as a sentence writes it
    leaned : the columns that every fold lost by, those lost most by first, at most `MOST_SHOWN`
    """

    members: dict[str, float]
    sentences: list[str]
    metric: str
    leaned: tuple[Leaned, ...]

    @property
    def table(self) -> list[str]:
        """The lines of a Markdown table; none where no column is seen to matter."""
        return table_lines(leaned_table(self)) if self.leaned else []


def explained(members: dict[str, float], found: Sequence[Importance], objective: Objective) -> Explained:
    """Put into words which columns the winner leans on."""
    first = [one for one in found if one.shown and len(one.columns) == 1]
    together = [one for one in found if one.shown and len(one.columns) > 1]
    covered = {name for one in together for name in one.columns}
    idle = [one.columns[0] for one in found if not one.shown and len(one.columns) == 1]
    idle = [name for name in idle if name not in covered]
    sentences = [_first(members, first), *(_together(one, found) for one in together)]
    if idle:
        named = ", ".join(shortened(name, LONGEST) for name in idle)
        sentences.append(f"Not seen to matter, since one fold at least lost nothing by them: {named}.")
    sentences.append(
        f"What is lost on at most {MOST_ROWS:,} held-out rows of each fold when a column's cells are dealt out anew "
        f"among them before preparation (permutation importance, mean of {DEALS} deals and over the folds)."
    )
    leaned = (
        Leaned(one.columns, _lost(one.average_precision), _lost(one.objective))
        for one in [one for one in found if one.shown][:MOST_SHOWN]
    )
    return Explained(members, sentences, objective.named, tuple(leaned))


def explained_lines(told: Explained) -> list[str]:
    """Return it as lines of Markdown."""
    return [*told.table, *(line for sentence in told.sentences for line in ("", inert(sentence)))]


def leaned_table(told: Explained) -> PageTable:
    """Return a row for each column that the winner leans on."""
    lost = ("average precision lost", f"{told.metric} lost")
    columns = ("column", *(name for of in lost for name in (of, "lowest to highest fold")))
    rows = [
        (
            one.named,
            *(
                cell
                for lost in (one.average_precision, one.objective)
                for cell in (f"{lost.mean:.3f}", f"{lost.lowest:.3f} to {lost.highest:.3f}")
            ),
        )
        for one in told.leaned
    ]
    return PageTable("What is lost without what a column says.", columns, rows, frozenset(columns[1:]))


def write_importance(told: Explained, found: Sequence[Importance], folder: Path, of: str = "") -> None:
    """Write importance.csv, and importance.json, what is said of it; ``of`` keeps another's apart from the winner's."""
    stem = f"importance-{of}" if of else "importance"
    with replacing(folder / f"{stem}.json") as file:
        json.dump(asdict(told), file, indent=2, ensure_ascii=False)
        file.write("\n")
    with replacing(folder / f"{stem}.csv") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(IMPORTANCE)
        for one in found:
            scores = (one.average_precision, one.objective)
            figures = [f"{figure:.6f}" for lost in scores for figure in (lost.mean(), lost.min(), lost.max())]
            named = spreadsheet.inert(" + ".join(one.columns))
            writer.writerow([named, len(one.columns), *figures, "yes" if one.shown else "no"])


def read_explained(folder: Path) -> Explained | None:
    """Return what was said last of a winner of this run; None where nothing was, or by a version without figures."""
    try:
        return _adapter().validate_json((folder / "importance.json").read_bytes())
    except (OSError, ValueError):
        return None


def write_reasons(leads: ExplainedLeads, written: pd.DataFrame, path: Path) -> list[str]:
    """Write a row for each lead and each of the columns that raise or lower its chances most; say what was written.

    The file quotes leads and is for the eyes of those who call them; no page shows it.

    Parameters
    ----------
    written : DataFrame of str, the table to predict as its file writes it
    """
    parts = leads.reasons.contributions
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REASONS)
        for place, name in enumerate(leads.names):
            row = parts.iloc[place]
            order = row.sort_values(key=lambda value: -value.abs(), kind="stable")
            for sign, direction in ((1, "raises"), (-1, "lowers")):
                for column, added in order[np.sign(order) == sign][:EACH_WAY].items():
                    cell = written[str(column)].iloc[leads.rows[place]]
                    value = "" if pd.isna(cell) else spreadsheet.inert(shortened(str(cell), LONGEST))
                    named = spreadsheet.inert(name), f"{leads.probability[place]:.6f}"
                    writer.writerow([*named, direction, spreadsheet.inert(str(column)), value, f"{added:.4f}"])
    said = (
        f"{path}: the reasons for the probability of {plural(len(leads.names), 'lead')}. It quotes them: keep it apart."
    )
    return [said, leads.reasons.sentence] if leads.reasons.sentence else [said]


def _first(members: dict[str, float], first: Sequence[Importance]) -> str:
    who = who_predicts(members)
    if not first:
        return f"No single column is seen to matter to {who}."
    figures = ((shortened(one.columns[0], LONGEST), one.average_precision.mean()) for one in first[:5])
    named = ", ".join(f"{column} ({lost:.3f})" for column, lost in figures)
    return f"{who[0].upper()}{who[1:]} leans most on {named}: average precision lost without what they say."


def _together(block: Importance, found: Sequence[Importance]) -> str:
    """Say what columns that cover for each other are worth as one."""
    alone = max(
        one.average_precision.mean() for one in found if len(one.columns) == 1 and one.columns[0] in block.columns
    )
    both, named = block.average_precision.mean(), " and ".join(shortened(name, LONGEST) for name in block.columns)
    return (
        f"{named} say nearly the same (Cramér's V of {SAME:g} or more) and can cover for each "
        f"other: dealt out together they cost {both:.3f}, the first of them alone {alone:.3f}."
    )


def _lost(folds: NDArray[np.float64]) -> Lost:
    return Lost(float(folds.mean()), float(folds.min()), float(folds.max()))


@cache
def _adapter() -> TypeAdapter[Explained]:
    return TypeAdapter(Explained)
