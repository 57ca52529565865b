"""Which columns the winner leans on."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def leaning_block(told: Told) -> Block | None:
    """Return the section."""
    return None
