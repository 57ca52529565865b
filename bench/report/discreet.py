"""What a page may say of a reason, a notice or a path: it quotes no single lead and names nobody."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.notices import shortened
from bench.page.block import FEWEST_SHOWN

GAP: Final = "…"  # stands for what is not shown
_LONGEST: Final = 200  # letters of a reason
_FEWEST_LETTERS: Final = 3  # of a level that is looked for in a reason; shorter ones stand in every sentence
_PAIRS: Final = ("''", '""', "``", "‘’", "“”", "«»")
# From an opening quotation mark to its partner, or to the end where the sentence was cut off before it. The apostrophe
# of "doesn't" opens nothing: it stands behind a letter.
_QUOTED: Final = re.compile("|".join(rf"(?<!\w)[bru]?{pair[0]}((?:\\.|.)*?)(?:{pair[1]}(?!\w)|$)" for pair in _PAIRS))
_SEVERAL_GAPS: Final = re.compile(rf"{GAP}(?:\W{{1,4}}{GAP})+")
# An address, or a figure that may be a cell; not that of a setting, as in "cell_seconds = 300".
_FIGURE: Final = re.compile(r"\S+@\S+|(?<![\w=.])(?<!= )\d{3,}(?:\.\d+)?(?!\w)")


@dataclass(frozen=True)
class Reasons:
    """Tells why cells failed, and what libraries warned of, without anything that may be a cell of the table.

    Attributes
    ----------
    columns : names that may be told
    rare : levels, companies and ids of too few leads to be told
    """

    columns: frozenset[str]
    rare: tuple[str, ...]
    _cleared: dict[str, str] = field(default_factory=dict, init=False)  # what was looked through, as it is told

    @classmethod
    def of(cls, dataset: Dataset) -> Reasons:
        """Return what may be told of a table."""
        return cls(frozenset(map(str, dataset.features)), tuple(dict.fromkeys(_rare_levels(dataset))))

    def told(self, reason: str) -> list[str]:
        """Return an error, or several warnings joined by semicolons, a sentence each.

        What stands in quotes is left out unless it names a column; so is what follows a colon behind the type of the
        error, where libraries put the value that they choked on; and so are rare levels wherever they stand.
        """
        return [self._clear(_without_values(part)) for part in _QUOTED.sub(self._unquoted, reason).split("; ")]

    def _clear(self, sentence: str) -> str:
        """Return a sentence without rare levels; there may be very many of them, and few different sentences."""
        if sentence not in self._cleared:
            cleared = sentence
            for level in self.rare:
                if level in cleared:
                    cleared = cleared.replace(level, GAP)
            self._cleared[sentence] = shortened(_SEVERAL_GAPS.sub(GAP, cleared), _LONGEST)
        return self._cleared[sentence]

    def _unquoted(self, found: re.Match[str]) -> str:
        inside = next((part for part in found.groups() if part is not None), "")
        return f"'{shortened(inside, 60)}'" if inside in self.columns else GAP


def homeless(text: str) -> str:
    """Return a text that names files with ``~`` for the folder of whoever runs this: it may hold a person's name."""
    home = str(Path.home())
    return text.replace(f"{home}/", "~/") if len(home) > 1 else text


def typed(path: Path) -> str:
    """Return a path as it is typed into a shell, from the folder that this runs in."""
    words = homeless(str(path))
    return f"~/{shlex.quote(words[2:])}" if words.startswith("~/") else shlex.quote(words)


def _without_values(sentence: str) -> str:
    kind, colon, message = sentence.partition(": ")
    if not colon:
        kind, message = "", sentence
    said, value, _ = message.partition(": ")
    return _FIGURE.sub(GAP, f"{kind}{colon}{said}{f': {GAP}' if value else ''}")


def _rare_levels(dataset: Dataset) -> Iterator[str]:
    """Yield the levels, companies and ids that stand in too few leads to be shown."""
    tables = [dataset.features] if dataset.submission is None else [dataset.features, dataset.submission]
    for name, column in dataset.features.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            yield from _rare(column.cat.categories, [table[name].cat.codes.to_numpy() for table in tables])
    companies = [side for side in (dataset.groups, dataset.submission_groups) if side is not None]
    if dataset.group_names:
        yield from _rare(dataset.group_names, companies)
    if dataset.ids is not None:
        yield from (one for one in map(str, dataset.ids.dropna()) if len(one) >= _FEWEST_LETTERS)


def _rare(levels: Iterable[object], codes: Sequence[NDArray[np.integer]]) -> Iterator[str]:
    names = [str(level) for level in levels]
    known = np.fromiter(chain.from_iterable(side[side >= 0] for side in codes), dtype=np.int64)
    leads = np.bincount(known, minlength=len(names))
    return (names[i] for i in np.flatnonzero(leads < FEWEST_SHOWN) if len(names[i]) >= _FEWEST_LETTERS)
