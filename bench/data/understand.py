"""Decide what each column is, say what is left out, and point at what may be a gap in disguise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import pandas as pd

from bench.data.cells import Cells, cells_of, numbers
from bench.data.kinds import guess_kind, suspect_numbers, suspect_placeholders
from bench.data.notices import Notices, counted, listed, plural
from bench.data.roles import Kind, Roles

FEWEST_NAMED = 5  # cells of a level that is guessed at: a placeholder recurs, and a rarer one could point at one lead
_MOST_SUSPECTS = 5  # sentences about stand-ins for a gap; the rarer ones share one
_SENTINEL = "{cells} with a number that may stand for a gap, apart from all others of its column ({columns})."
_ALMOST_NUMBERS = (
    "{cells} without a number in columns otherwise of numbers, which makes these categories ({columns}). "
    'If they are errors, say so: kinds = { column = "number" }.'
)


@dataclass(frozen=True)
class Column:
    """What one column of the table is, and why we think so."""

    name: str
    kind: Kind
    reason: str
    gaps: int  # missing cells in train, placeholders and unreadable numbers included
    levels: int  # distinct values in train


def understand(cells: pd.DataFrame, roles: Roles) -> tuple[Column, ...]:
    """Return what each column of the training table is: as the experiment says, else as guessed."""
    return tuple(_understand_column(str(name), cells_of(cells[name]), roles) for name in cells)


def is_feature(column: Column, roles: Roles) -> bool:
    """Say if a column goes into the features."""
    apart = column.name in roles.drop or column.name == roles.id
    return not apart and column.kind not in ("identifier", "constant")


@dataclass(frozen=True)
class Placeholders:
    """Cells read as missing for what stands in them, counted by value and by column."""

    values: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)

    def blank(self, cells: pd.DataFrame, missing: Sequence[str]) -> pd.DataFrame:
        """Return a table whose placeholders are gaps, and count them."""
        blanked: dict[str, pd.Series] = {}
        for name in map(str, cells) if missing else ():
            found = cells[name].isin(missing)
            if found.any():
                self.values.update(cells[name][found].tolist())
                self.columns[name] += int(found.sum())
                blanked[name] = cells[name].mask(found)
        return cells.assign(**blanked)

    def sentences(self, place: str) -> list[str]:
        """Return a sentence that counts them, or none."""
        if not self.columns:
            return []
        held = listed([f"'{value}' {count:,}" for value, count in self.values.most_common()], "value")
        total = plural(self.columns.total(), "cell")
        return [f"{place}: {total} with a placeholder read as missing ({held}), in {counted(self.columns)}."]


def without_placeholders(cells: pd.DataFrame, missing: Sequence[str], place: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the training table with gaps for placeholders, with what that did.

    A sentence counts them, and one for each that never occurs names what is near it.
    """
    found = Placeholders()
    blanked = found.blank(cells, missing)
    never = [_never_seen(value, cells, place) for value in missing if value not in found.values]
    return blanked, [*found.sentences(place), *never]


def left_out(columns: Sequence[Column], roles: Roles, place: str) -> list[str]:
    """Return a sentence for identifiers and one for constant columns that the experiment does not drop."""
    sentences = []
    for kind, noun in (("identifier", "identifier"), ("constant", "constant column")):
        names = [c.name for c in columns if c.kind == kind and c.name not in roles.drop and c.name != roles.id]
        if names:
            sentences.append(f"{place}: {plural(len(names), noun)} left out: {listed(names)}.")
    return sentences


def suspicions(cells: Mapping[str, pd.Series[str]], columns: Sequence[Column], place: str) -> list[str]:
    """Return what looks like a gap in disguise, one sentence for each text and one for all numbers."""
    by_value: dict[str, dict[str, int]] = {}
    sentinels, almost = Notices(), Notices()
    for column in columns:
        if column.name not in cells or column.kind not in ("category", "number"):
            continue
        values = cells_of(cells[column.name])
        if column.kind == "category":
            for suspect in suspect_placeholders(values):
                by_value.setdefault(suspect.value, {})[column.name] = suspect.cells
            almost.add(_ALMOST_NUMBERS, column.name, _stray_texts(values))
        else:
            for suspect in suspect_numbers(values):
                sentinels.add(_SENTINEL, f"{column.name} {suspect.value}:", suspect.cells)
    ranked = sorted(by_value.items(), key=lambda item: -sum(item[1].values()))
    sentences = [_suspicion(value, counts, place) for value, counts in ranked[:_MOST_SUSPECTS]]
    if ranked[_MOST_SUSPECTS:]:
        rest = counted({f"'{value}'": sum(counts.values()) for value, counts in ranked[_MOST_SUSPECTS:]})
        sentences.append(f"{place}: so may these, more rarely: {rest}.")
    return sentences + [f"{place}: {s}" for s in (*sentinels.sentences(), *almost.sentences())]


def _understand_column(name: str, cells: Cells, roles: Roles) -> Column:
    kind, reason = guess_kind(cells, name, text=name in roles.texts, group=name == roles.groups)
    if name in roles.kinds:
        kind, reason = roles.kinds[name], "as kinds says"
    elif name == roles.id:
        kind, reason = "identifier", "named as id"
    elif name == roles.time and kind not in ("date", "constant"):
        kind, reason = "date", "named as time"
    if name in roles.drop:
        reason = f"dropped; {reason}"
    unreadable = cells.count(~np.isfinite(numbers(cells.levels))) if kind == "number" else 0
    return Column(name, kind, reason, cells.gaps + unreadable, len(cells.levels))


def _never_seen(value: str, cells: pd.DataFrame, place: str) -> str:
    frequent = (cells[name].value_counts().head(50) for name in cells)
    levels = {level for counts in frequent for level in counts.index[counts >= FEWEST_NAMED]}
    same = [level for level in levels if level.strip().lower() == value.strip().lower()]
    near = same or get_close_matches(value, levels, n=1)
    return f"{place}: no cell is '{value}', named in missing.{f' Near it: {near[0]!r}.' if near else ''}"


def _stray_texts(cells: Cells) -> int:
    """Return how many cells are no numbers in a column of numbers but for at most 5 % of its cells."""
    words = cells.count(np.isnan(numbers(cells.levels)))
    return words if len(cells.levels) > 20 and words <= 0.05 * cells.present else 0


def _suspicion(value: str, counts: Mapping[str, int], place: str) -> str:
    total = plural(sum(counts.values()), "cell")
    return (
        f"{place}: {total} with '{value}', which may stand for a gap ({counted(counts)}); "
        f'if so, add it to missing = ["{value}"].'
    )
