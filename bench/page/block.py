"""What a page is made of: blocks of sentences, tables and plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


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
class Plot:
    """A drawing as SVG, and what it shows for those who do not see it."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Block:
    """A part of a page under a heading of its own.

    Attributes
    ----------
    sentences : what is to be known, the most important first
    """

    title: str
    sentences: Sequence[str] = ()
    tables: Sequence[PageTable] = field(default=())
    plots: Sequence[Plot] = field(default=())
