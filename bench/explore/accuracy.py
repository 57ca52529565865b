"""Cells that look wrong by themselves: numbers off their scale, impossible dates, spellings of one value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import Cells, are_markers, days, numbers
from bench.data.dataset import Column
from bench.data.kinds import suspect_numbers
from bench.data.notices import listed, plural, shortened
from bench.explore.fault import Dimension, Fault, largest_first
from bench.explore.look import Look
from bench.page.block import FEWEST_SHOWN
from bench.plan.suggest import personal

Wrong = tuple[str, NDArray[np.bool_], str]  # what is wrong, with which levels, what to do

MEASURE: Final = (
    "Share of the filled cells of numbers, dates and categories without a sign of an error: a number off its scale or "
    "standing for none, a date that cannot be, a rarer spelling of a value."
)
_RARELY: Final = 0.01  # of the filled cells; signs as frequent as that are how a column is
_FAR: Final = 100.0  # times what 99 % of the leads stay below
_ALMOST_NUMBERS: Final = 0.05  # of the filled cells; with fewer words than that a column is one of numbers
_MANY_LEVELS: Final = 20
_FIRST_DAY, _LAST_DAY = days(pd.Series(["1900-01-02", "2100-01-01"], dtype="str"))
_ZERO_ALONE_BEFORE: Final = 3652.0  # 1980-01-01: where hardly a date lies before it, 1970-01-01 is a clock at zero
_PAIRS_SHOWN: Final = 2
_LETTERS: Final = 30


def accuracy(look: Look) -> Dimension:
    """Return the cells that look wrong, without knowing what would be right."""
    faults, filled, wrong = [], 0, 0
    for column in look.dataset.columns:
        if column.kind not in ("number", "category", "date"):
            continue
        cells = look.values[column.name]
        filled += cells.present
        seen = np.zeros(len(cells.levels), dtype=bool)
        for what, levels, advice in _wrong(look, column, cells):
            if leads := cells.count(levels):
                faults.append(Fault((column.name,), what, leads, advice))
            seen |= levels
        wrong += cells.count(seen)
    return Dimension("Accuracy", MEASURE, 1 - wrong / filled if filled else None, largest_first(faults))


def _wrong(look: Look, column: Column, cells: Cells) -> Iterator[Wrong]:
    if column.kind == "number":
        yield from _numbers(cells)
    elif column.kind == "date":
        yield from _dates(cells)
    else:
        yield from _almost_numbers(cells)
        named = column.name == look.roles.groups or bool(personal(column, cells))
        yield from _spellings(cells, named)


def _numbers(cells: Cells) -> Iterator[Wrong]:
    values = numbers(cells.levels)
    unreadable = ~np.isfinite(values)
    yield (
        "no number in a column of numbers",
        unreadable & ~are_markers(cells.levels),
        "Mend them, or leave them as gaps.",
    )
    suspects = {suspect.value for suspect in suspect_numbers(cells)}
    stand_in = cells.levels.isin(suspects).to_numpy(dtype=bool)
    told = listed([f"'{value}'" for value in sorted(suspects)], "number")
    yield f"a number that may stand for none ({told})", stand_in, ""
    sound = ~unreadable & ~stand_in
    if not sound.any():
        return
    negative = sound & (values < 0)
    if cells.count(negative) <= _RARELY * cells.count(sound):
        yield (
            "a number below 0 where nearly all others are not",
            negative,
            "Ask where they come from; if wrong, blank them.",
        )
    spread = np.repeat(values[sound], cells.counts[sound])
    limit = _FAR * float(np.quantile(spread, 0.99))
    if limit > 0:
        far = sound & (values > limit)
        yield "a number more than 100 times what 99 % of the leads stay below", far, "Look for another unit, or a slip."


def _dates(cells: Cells) -> Iterator[Wrong]:
    since = days(cells.levels)
    yield "no date in a column of dates", np.isnan(since), "Mend them, or leave them as gaps."
    beyond = stands_for_none(since, cells.counts)
    what = "a date that stands for none (up to 1900-01-01, from 2100 on, or a lone 1970-01-01)"
    yield what, beyond, "If they stand for none, add them to missing."


def stands_for_none(since: NDArray[np.float64], leads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which days since 1970-01-01 no lead has, each held by so many; NaN is no day and none of them."""
    beyond: NDArray[np.bool_] = (since < _FIRST_DAY) | (since >= _LAST_DAY)
    zero = (since >= 0) & (since < 1)
    early = (since < _ZERO_ALONE_BEFORE) & ~zero & ~beyond
    return beyond | zero if leads[early].sum() <= _RARELY * leads.sum() else beyond


def _almost_numbers(cells: Cells) -> Iterator[Wrong]:
    words = np.isnan(numbers(cells.levels))
    if len(cells.levels) > _MANY_LEVELS and cells.count(words) <= _ALMOST_NUMBERS * cells.present:
        yield "a text among numbers", words, 'If it is an error, write kinds = { column = "number" }.'


def _spellings(cells: Cells, named: bool) -> Iterator[Wrong]:
    """Yield the levels that differ from a more frequent one in nothing but case, spaces, hyphens and the like."""
    from bench.components.steps.derived.spelling import one_spelling  # a library of similarity, needed here alone

    levels = cells.levels.tolist()
    spelled = one_spelling(dict(zip(levels, cells.counts.tolist(), strict=True)), similar=100)
    read_as = np.array([spelled[level] for level in levels], dtype=object)
    rarer = read_as != np.array(levels, dtype=object)
    if not rarer.any():
        return
    examples = "" if named else _examples(cells, read_as, rarer)
    yield (
        f"{plural(int(rarer.sum()), 'rarer spelling')} of {plural(len(set(read_as[rarer])), 'value')}{examples}",
        rarer,
        'Write them as one, or add derived = ["normalise"] to the grid.',
    )


def _examples(cells: Cells, read_as: NDArray[np.object_], rarer: NDArray[np.bool_]) -> str:
    """Return the most frequent of them, of those that enough leads hold."""
    places = [at for at in np.flatnonzero(rarer) if cells.counts[at] >= FEWEST_SHOWN]
    largest = sorted(places, key=lambda at: -cells.counts[at])[:_PAIRS_SHOWN]
    pairs = [_pair(str(cells.levels.iloc[at]), str(read_as[at])) for at in largest]
    return f", such as {' and '.join(pairs)}" if pairs else ""


def _pair(rarer: str, usual: str) -> str:
    one, other = (f"'{shortened(level, _LETTERS)}'" for level in (rarer, usual))
    return f"{one} for {other}" if one != other else f"{one} with other spaces or invisible characters"
