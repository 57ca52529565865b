"""How much sooner the winner finds conversions than chance: lift and cumulative gains."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def gains_block(told: Told) -> Block | None:
    """Return the section."""
    return None
