"""Candidates for derived variables: crosses, ratios, differences, deviations, and what the registry has ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from bench.components import REGISTRIES
from bench.components.steps.columns import category_columns, is_number
from bench.plan.experiment import Choice
from bench.space import Value, matching

# The strongest so many columns are paired: 28 crosses, 28 ratios, at most 28 differences, 16 deviations.
CATEGORIES, NUMBERS, DATES = 8, 8, 4
OF_GROUPS = 4  # numbers, and categories, for deviations
FEWEST = 3  # different values of a number worth pairing: a flag is not
SCALES = 10.0  # a difference of numbers whose spreads differ more is the larger one over again

# Components that need no pair; one that has nothing to do on the table is no candidate.
READY: tuple[tuple[str, Mapping[str, Value]], ...] = (
    ("missing", {}),
    ("code_counts", {}),
    ("timeline", {}),
    ("location", {"replace": False}),
    ("date_parts", {}),
    ("message", {"language": False}),
    ("group_stats", {}),
)


@dataclass(frozen=True)
class Candidate:
    """A derived variable that may be worth having.

    Attributes
    ----------
    choice : the component with its values, as an experiment file would name it
    columns : those it needs of the table
    """

    choice: Choice
    columns: tuple[str, ...]

    @property
    def words(self) -> str:
        """Its name and settings in one line."""
        settings = ", ".join(f"{name} = {value}" for name, value in self.choice.settings.items())
        return f"{self.choice.component.name} ({settings})" if settings else self.choice.component.name


def candidates(table: pd.DataFrame, strength: Mapping[str, float], present: Sequence[Choice]) -> list[Candidate]:
    """Return the candidates on a table, in a fixed order.

    Parameters
    ----------
    table : DataFrame of shape (n, columns), as it reaches a model but for encoding
    strength : how much each column tells of the outcome by itself; the strongest are paired, of equals the first.
        That they were chosen by the outcome does not flatter what a pair gains *over both of its columns*: a filter
        that is independent of the test under its null hypothesis keeps the error (Bourgon, Gentleman and Huber 2010,
        doi:10.1073/pnas.0914005107).
    present : what the table was derived by already, which is no candidate
    """
    found = [*_pairs(table, strength), *_ready(table, present)]
    there = {(choice.component.name, choice.values) for choice in present}
    return [one for one in found if (one.choice.component.name, one.choice.values) not in there]


def _pairs(table: pd.DataFrame, strength: Mapping[str, float]) -> Iterator[Candidate]:
    def strongest(names: list[str]) -> list[str]:
        return sorted((name for name in names if _named(name, table)), key=lambda name: -strength[name])

    categories = strongest([name for name in category_columns(table) if table[name].nunique() > 1])[:CATEGORIES]
    numbers = strongest([str(n) for n in table if is_number(table[n]) and table[n].nunique() >= FEWEST])[:NUMBERS]
    dates = strongest([str(n) for n in table.select_dtypes("datetime")])[:DATES]
    for pair in combinations(categories, 2):
        in_order = tuple(name for name in category_columns(table) if name in pair)
        yield _candidate("cross", in_order, {"columns": ", ".join(map(_pattern, in_order))})
    for pair in combinations(numbers, 2):
        # Of a / b and b / a one is enough; by the number that is positive in more rows.
        one, by = sorted(pair, key=lambda name: float((table[name].to_numpy() > 0).mean()))
        yield _candidate("ratio", (one, by), {"column": _pattern(one), "by": _pattern(by)})
    spread = {name: float(np.nanstd(table[name].to_numpy(dtype=np.float64))) for name in numbers}
    for one, by in (*combinations(numbers, 2), *combinations(dates, 2)):
        if one in dates or 1 / SCALES <= spread[one] / max(spread[by], 1e-300) <= SCALES:
            yield _candidate("difference", (one, by), {"column": _pattern(one), "by": _pattern(by)})
    for one, by in product(numbers[:OF_GROUPS], categories[:OF_GROUPS]):
        yield _candidate("deviation", (one, by), {"column": _pattern(one), "by": _pattern(by)})


def _ready(table: pd.DataFrame, present: Sequence[Choice]) -> Iterator[Candidate]:
    there = {choice.component.name for choice in present}
    for name, values in READY:
        candidate = _candidate(name, tuple(map(str, table)), values)
        if name not in there and candidate.choice.has_a_subject(table):
            yield candidate


def _candidate(name: str, columns: tuple[str, ...], values: Mapping[str, Value]) -> Candidate:
    component = REGISTRIES["derived"][name]
    return Candidate(Choice("derived", component, tuple(component.settle(values, name).items())), columns)


def _pattern(name: str) -> str:
    """Return a name as a pattern can hold it: a comma would part it, a blank at an end would be cut off."""
    inside = "".join("?" if letter in ",*?" else letter for letter in name)
    first, last = (" " * (len(inside) - len(part)) for part in (inside.lstrip(), inside.rstrip()))
    return first.replace(" ", "?") + inside.strip() + last.replace(" ", "?")


def _named(name: str, table: pd.DataFrame) -> bool:
    """Say whether a pattern stands for this column alone."""
    return matching(_pattern(name), map(str, table)) == [name]
