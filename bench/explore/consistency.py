"""Whether the table contradicts itself: equal leads of different outcomes, columns that almost say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.notices import plural, shortened
from bench.explore.fault import Dimension, Fault, largest_first
from bench.explore.look import Look

Bits = NDArray[np.bool_]

MEASURE: Final = (
    "Share of the leads that contradict nothing: no equal lead (in every column a model may learn from) has another "
    "outcome, and no two columns that otherwise go together differ."
)
_SAME: Final = 0.90  # of the leads with both filled; columns that agree so often name one thing
_BROKEN: Final = 0.01  # of the leads with both filled; a rule that so few break is a rule
_VARIED: Final = 0.20  # of the leads hold another than the most frequent level; else any rule holds nearly
_FEWEST_LEVELS: Final = 3
_FEWEST_ROWS: Final = 5  # leads of a level for it to have a rule of its own
_FEWEST_FILLED: Final = 100
_SCREENED: Final = 3_000  # leads on which a rule is looked for first
_LETTERS: Final = 60  # of a name
_MOST_COLUMNS: Final = 80  # beyond, the pairs take too long; those with most leads filled are compared


@dataclass(frozen=True)
class _Levels:
    """A column in numbers that can be compared with those of another.

    Attributes
    ----------
    codes : ndarray of shape (n,), from 0; -1 for a gap and for a level of too few leads
    texts : of shape (n,), a hash of what is written
    filled : of shape (n,)
    """

    name: str
    codes: NDArray[np.int64]
    texts: NDArray[np.uint64]
    filled: Bits


def consistency(look: Look) -> Dimension:
    """Return the contradictions; which side of one is wrong, the table cannot say."""
    mixed = _mixed_outcomes(look)
    faults = [] if not mixed.any() else [_conflict(mixed)]
    against = mixed
    for fault, broken in _contradictions(look):
        faults.append(fault)
        against = against | broken
    return Dimension("Consistency", MEASURE, 1 - float(against.mean()), largest_first(faults))


def _mixed_outcomes(look: Look) -> Bits:
    """Return which leads equal another in every feature and have another outcome; shape (n,)."""
    hashes = pd.util.hash_pandas_object(look.dataset.features, index=False)
    equal = pd.factorize(hashes)[0]
    share = np.bincount(equal, look.dataset.y) / np.bincount(equal)
    return np.asarray((share[equal] > 0) & (share[equal] < 1))


def _conflict(mixed: Bits) -> Fault:
    return Fault(
        (),
        "equal to a lead of another outcome in every column a model may learn from",
        int(mixed.sum()),
        "Keep the last word on each if they are one lead corrected; else find the column that tells them apart.",
    )


def _contradictions(look: Look) -> Iterator[tuple[Fault, Bits]]:
    """Yield pairs of columns that nearly always agree, or of which one nearly decides the other, and who breaks it."""
    for one, other in combinations(_comparable(look), 2):
        differ = _differ(one, other)
        if differ is not None:
            if differ.any():
                yield _disagreement(one, other, differ), differ
            continue
        for cause, effect in ((one, other), (other, one)):
            broken = _breaks_rule(cause, effect)
            if broken is not None:
                yield _broken_rule(cause, effect, broken), broken
                break  # of two that name one thing the other direction says it again


def _comparable(look: Look) -> list[_Levels]:
    """Return the columns of several levels none of which holds nearly all leads, the best filled ones."""
    found = []
    for column in look.dataset.columns:
        cells = look.values[column.name]
        if column.kind not in ("category", "number") or cells.present < _FEWEST_FILLED:
            continue
        frequent = cells.counts >= _FEWEST_ROWS
        if frequent.sum() >= _FEWEST_LEVELS and cells.counts.max() <= (1 - _VARIED) * cells.present:
            number = np.where(frequent, np.cumsum(frequent) - 1, -1)
            hashes = np.asarray(pd.util.hash_pandas_object(cells.levels, index=False), dtype=np.uint64)
            found.append(
                _Levels(column.name, np.append(number, -1)[cells.codes], hashes[cells.codes], cells.codes >= 0)
            )
    return sorted(found, key=lambda levels: -int(levels.filled.sum()))[:_MOST_COLUMNS]


def _differ(one: _Levels, other: _Levels) -> Bits | None:
    """Return where two columns that hold the same values nearly always differ; None if they do not."""
    both: Bits = one.filled & other.filled
    same: Bits = both & (one.texts == other.texts)
    if both.sum() < _FEWEST_FILLED or same.sum() < _SAME * both.sum():
        return None
    differ: Bits = both & ~same
    return differ


def _breaks_rule(cause: _Levels, effect: _Levels) -> Bits | None:
    """Return which leads break the rule that a level of one column decides the other's; None if it is no rule.

    The share that breaks it is g3 of Kivinen and Mannila (1995, doi:10.1016/0304-3975(95)00028-U), over the leads with
    both filled by levels that are frequent enough. A rule that nobody breaks is none to look into.
    """
    drawn = slice(None, None, max(1, len(cause.codes) // _SCREENED))
    if _error(cause.codes[drawn], effect.codes[drawn]) > 2 * _BROKEN:
        return None
    both = (cause.codes >= 0) & (effect.codes >= 0)
    if both.sum() < _FEWEST_FILLED:
        return None
    x, y = cause.codes[both], effect.codes[both]
    counts = np.bincount(y)
    usual = _usual(x, y)
    breaks = y != usual[x]
    # It has to say more than that one level is the usual one, by a good many levels.
    if (
        not 0 < breaks.mean() <= _BROKEN
        or counts.max() > (1 - _VARIED) * len(y)
        or len(np.unique(usual)) < _FEWEST_LEVELS
    ):
        return None
    broken = np.zeros(len(both), dtype=bool)
    broken[both] = breaks
    return broken


def _error(x: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    both = (x >= 0) & (y >= 0)
    return float(np.mean(y[both] != _usual(x[both], y[both])[x[both]])) if both.any() else 1.0


def _usual(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each level of x the level of y that most of its leads have; -1 where x has no lead."""
    width = int(y.max()) + 1
    pairs, leads = np.unique(x * width + y, return_counts=True)
    usual = np.full(int(x.max()) + 1, -1, dtype=np.int64)
    order = np.argsort(leads, kind="stable")
    usual[pairs[order] // width] = pairs[order] % width  # of several the last is kept, the most frequent
    return usual


def _disagreement(one: _Levels, other: _Levels, differ: Bits) -> Fault:
    both = int((one.filled & other.filled).sum())
    return Fault(
        (one.name, other.name),
        f"different values, where {1 - differ.sum() / both:.1%} of the leads with both filled have the same",
        int(differ.sum()),
        "Ask which of the two is kept up to date, and drop the other.",
    )


def _broken_rule(cause: _Levels, effect: _Levels, broken: Bits) -> Fault:
    name, decided = shortened(cause.name, _LETTERS), shortened(effect.name, _LETTERS)
    both = int(((cause.codes >= 0) & (effect.codes >= 0)).sum())
    return Fault(
        (cause.name, effect.name),
        f"against the rule that {name} decides {decided}, which holds in {1 - broken.sum() / both:.1%} of "
        f"{plural(both, 'lead')}",
        int(broken.sum()),
        f"Look at these leads: {name} or {decided} is wrong there, unless the rule changed.",
    )
