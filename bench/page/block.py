"""What a page is made of: blocks of sentences, plots and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

FEWEST_SHOWN: Final = 5  # leads with a level or a term that a page shows: it quotes no single one


@dataclass(frozen=True)
class PageTable:
    """A table of a page, its cells as they are read.

    Attributes
    ----------
    caption : one sentence
    numbers : which columns are numbers, and so stand to the right
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LiveRow:
    """A row of a `LiveTable`.

    Attributes
    ----------
    cells : one for each column, as it is read; numbers with a dot and commas between thousands, empty for none
    facets : facet -> value, by which rows are filtered; one for each facet of the table
    details : (name, value) pairs shown when the row is opened
    marked : whether it stands out, as tied with the best
    """

    cells: Sequence[str]
    facets: Mapping[str, str] = field(default_factory=dict)
    details: Sequence[tuple[str, str]] = ()
    marked: bool = False


@dataclass(frozen=True)
class LiveTable:
    """A table whose rows are sorted, filtered, searched and opened; whole to read where no script runs.

    Attributes
    ----------
    caption : one sentence
    numbers : which columns are numbers, sorted by the first that a cell holds, a cell without one last
    named_by : the column whose cell names its row
    facets : what rows can be filtered by, in order; a column or anything else that `LiveRow.facets` tells
    mark : what a marked row is, in a word or two, beside the row's name: colour alone does not tell everyone
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[LiveRow]
    numbers: frozenset[str]
    named_by: str
    facets: Sequence[str] = ()
    mark: str = ""


@dataclass(frozen=True)
class Plot:
    """A drawing as SVG, and what it shows for those who do not see it."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Block:
    """A part of a page under a heading of its own: sentences, plots, tables, commands.

    Attributes
    ----------
    sentences : what is to be known, the most important first
    live : a table that is worked with, behind the others
    commands : what is typed into a terminal, a line each
    """

    title: str
    sentences: Sequence[str] = ()
    tables: Sequence[PageTable] = field(default=())
    plots: Sequence[Plot] = field(default=())
    live: LiveTable | None = None
    commands: Sequence[str] = ()
