"""A table of a page as lines of Markdown, so that page and leaderboard.md say the same."""

from __future__ import annotations

from collections.abc import Iterable

from bench.page.block import PageTable


def table_lines(table: PageTable) -> list[str]:
    """Return a table, its caption left out."""
    rule = ("---:" if name in table.numbers else "---" for name in table.columns)
    return [_line(table.columns), _line(rule), *(_line(inert(cell) for cell in row) for row in table.rows)]


def inert(text: str) -> str:
    """Keep a user's words from ending a cell of a table or being read as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;").replace("\n", " ")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
