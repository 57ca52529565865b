"""The leaderboard as a table that is sorted, filtered, searched and opened."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def ranking_block(told: Told) -> Block | None:
    """Return the section."""
    return None
