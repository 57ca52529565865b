"""Where the winner's threshold lies, and what another would mean."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def thresholds_block(told: Told) -> Block | None:
    """Return the section."""
    return None
