"""Whether the winner's probabilities mean what they say, as a plot."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def calibrated_block(told: Told) -> Block | None:
    """Return the section."""
    return None
