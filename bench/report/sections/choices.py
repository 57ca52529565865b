"""What each choice is worth, as plots."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def choices_block(told: Told) -> Block | None:
    """Return the section."""
    return None
