"""What the race stopped, and where the time went."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def cost_block(told: Told) -> Block | None:
    """Return the section."""
    return None
