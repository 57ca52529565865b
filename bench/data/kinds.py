"""Guess the kind of a column from its cells, with the reason, and point at what may stand for a gap."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import (
    DOUBTFUL_PLACEHOLDERS,
    SURE_PLACEHOLDERS,
    Cells,
    are_markers,
    cells_of,
    days,
    numbers,
)
from bench.data.roles import Kind

_LARGEST_EXACT = 2.0**53  # beyond it a float no longer tells one whole number from the next
_FEW = 20  # rows; in fewer, that every value differs says nothing
_SERIAL_SPAN = 3  # times the rows that the numbers of a serial number may spread over
_SUSPECT_CELLS = 5
_HEXADECIMAL = r"\{?(?:[0-9a-fA-F]{16,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?"
_CODE_NAME = re.compile(
    r"(?i:(?:^|[\s_.-])(?:idx|id|code|owner|no|number))$|[a-z0-9](?:Idx|IDX|Id|ID|Code|Owner|No|Number)$"
)


class Guess(NamedTuple):
    """A kind and the reason for it, in words for a person."""

    kind: Kind
    reason: str


class Suspect(NamedTuple):
    """A text or number that may stand for a gap."""

    value: str  # as written
    cells: int
    sure: bool  # False if it may as well be an answer


def guess_kind(values: pd.Series[str] | Cells, name: str = "", *, text: bool = False, group: bool = False) -> Guess:
    """Return what kind a column is, and why.

    Parameters
    ----------
    values : the column in the training rows, as text, placeholders already missing
    name : its name; whole numbers in a column named like a code (``owner_id``) are a category
    text, group : the experiment says that the column is free text, or names the company
    """
    cells = values if isinstance(values, Cells) else cells_of(values)
    if not cells.present:
        return Guess("constant", "every cell is missing")
    if len(cells.levels) == 1 and not cells.gaps:
        return Guess("constant", "one value in every row")
    if text:
        return Guess("text", "named in texts")
    if len(cells.levels) == 1:
        return Guess("category", "one value or a gap")
    spelled = numbers(cells.levels)
    if (~np.isnan(spelled) | are_markers(cells.levels)).all() and not np.isnan(spelled).all():
        return _guess_number(cells, spelled, name, group)
    if cells.count(~np.isnan(days(cells.levels))) >= 0.99 * cells.present:
        return Guess("date", f"dates ({len(cells.levels):,} different)")
    return _guess_words(cells, group)


def suspect_placeholders(cells: Cells) -> tuple[Suspect, ...]:
    """Return the levels of a category that look like a stand-in for a gap, the most frequent first."""
    bare = cells.levels.str.strip().str.lower()
    frequent = cells.counts >= _SUSPECT_CELLS
    sure = bare.isin(SURE_PLACEHOLDERS).to_numpy(dtype=bool) & frequent
    doubtful = bare.isin(DOUBTFUL_PLACEHOLDERS).to_numpy(dtype=bool) & frequent
    found = [
        Suspect(str(cells.levels.iloc[i]), int(cells.counts[i]), bool(sure[i])) for i in np.flatnonzero(sure | doubtful)
    ]
    return tuple(sorted(found, key=lambda suspect: -suspect.cells))


def suspect_numbers(cells: Cells) -> tuple[Suspect, ...]:
    """Return numbers that look like a stand-in for a gap: a lone -1, or 999 far above the rest."""
    spelled = numbers(cells.levels)
    finite = np.isfinite(spelled)
    enough = cells.counts >= max(_SUSPECT_CELLS, 0.005 * cells.rows)
    found = []
    for i in np.flatnonzero(finite & enough):
        value, others = spelled[i], spelled[finite & (spelled != spelled[i])]
        if not len(others):
            continue
        lone_negative = value in (-1, -9, -99, -999, -9999) and others.min() >= 0
        far_above = value in (999, 9999, 99999, 999999) and others.max() < value / 2 and others.min() >= 0
        if lone_negative or far_above:
            found.append(Suspect(str(cells.levels.iloc[i]), int(cells.counts[i]), False))
    return tuple(found)


def is_code_name(name: str) -> bool:
    """Say if a column is named like a code (``customer_idx``, ``Clothing ID``), not like a quantity."""
    return bool(_CODE_NAME.search(name))


def _guess_number(cells: Cells, spelled: NDArray[np.float64], name: str, group: bool) -> Guess:
    finite = spelled[np.isfinite(spelled)]
    different = f"{len(cells.levels):,} different"
    whole = bool(len(finite)) and bool((finite == np.floor(finite)).all()) and len(finite) == len(spelled)
    # A serial number leaves few numbers out; an income that differs in every row leaves out nearly all.
    serial = bool(len(finite)) and finite.max() < finite.min() + _SERIAL_SPAN * cells.rows
    if whole and len(cells.levels) == cells.rows >= _FEW and (serial or is_code_name(name)):
        return Guess("identifier", "a different whole number in every row")
    if whole and (np.abs(finite) > _LARGEST_EXACT).any():
        if len(cells.levels) == cells.present:
            return Guess("identifier", f"whole numbers of more than 15 digits, each once ({different})")
        return Guess("category", f"whole numbers of more than 15 digits, a code ({different})")
    if whole and group:
        return Guess("category", f"the company, by its number ({different})")
    if whole and is_code_name(name):
        return Guess("category", f"whole numbers, a code by its name ({different})")
    if whole and cells.levels.str.fullmatch(r"0[0-9]+").any():
        return Guess("category", f"whole numbers with leading zeros, a code ({different})")
    return Guess("number", f"every value is a number ({different})")


def _guess_words(cells: Cells, group: bool) -> Guess:
    levels, different = cells.levels, f"{len(cells.levels):,} different"
    if group:
        return Guess("category", f"the company ({different})")
    distinct = len(levels) / cells.present
    bare = cells.count(levels.str.fullmatch(r"[\x21-\x7e]{1,64}").to_numpy(dtype=bool)) / cells.present
    if distinct >= 0.95 and bare >= 0.95 and cells.present >= _FEW:
        return Guess("identifier", f"a different word without spaces in nearly every row ({different})")
    hexadecimal = levels.str.fullmatch(_HEXADECIMAL)
    if cells.count(hexadecimal.to_numpy(dtype=bool)) >= 0.99 * cells.present and distinct >= 0.5:
        return Guess("identifier", f"hexadecimal keys ({different})")
    words = float(((levels.str.count(r"\S+") * cells.counts).sum()) / cells.present)
    if (words >= 4 and distinct >= 0.3) or (words >= 3 and distinct >= 0.6):
        return Guess("text", f"sentences, {words:.0f} words on average ({different})")
    share = cells.count(~np.isnan(numbers(levels))) / cells.present
    if share >= 0.5:
        return Guess("category", f"numbers in {share:.1%} of the cells, other texts besides ({different})")
    return Guess("category", f"words or codes ({different})")
