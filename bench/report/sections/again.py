"""How to make the run again: commands, versions, fingerprints."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def again_block(told: Told) -> Block | None:
    """Return the section."""
    return None
