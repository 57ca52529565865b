"""Gather repairs and suspicions by what was done, so that a table gives a few sentences and not hundreds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_NAMED = 4  # columns listed in a sentence; the others are counted


@dataclass(frozen=True)
class Notices:
    """Counts by sentence and column, in the order in which each sentence first came up."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, sentence: str, column: str, cells: int) -> None:
        """Count cells under a sentence in which ``{cells}`` and ``{columns}`` stand for the totals."""
        if cells:
            columns = self.counts.setdefault(sentence, {})
            columns[column] = columns.get(column, 0) + int(cells)

    def sentences(self) -> tuple[str, ...]:
        """Return the sentences with their totals and the columns most concerned."""
        return tuple(
            text.replace("{cells}", plural(sum(columns.values()), "cell")).replace("{columns}", counted(columns))
            for text, columns in self.counts.items()
        )


def shortened(text: str, letters: int) -> str:
    """Return a cell as a sentence can hold it: in one line of what can be printed, of a long one the beginning."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= letters else f"{line[: letters - 1]}…"


def counted(counts: Mapping[str, int]) -> str:
    """Return "a 7,310, b 12 and 3 more columns", the largest first."""
    largest = sorted(counts.items(), key=lambda item: -item[1])
    return listed(f"{name} {count:,}" for name, count in largest)


def listed(names: Iterable[str], noun: str = "column") -> str:
    """Return "a, b, c, d and 3 more columns"."""
    names = list(names)
    rest = len(names) - _NAMED
    if rest <= 0:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {rest:,} more {noun}{'s' if rest > 1 else ''}"


def plural(count: int, noun: str) -> str:
    """Return "1 cell" or "1,234 cells"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
