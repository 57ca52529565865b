"""Which cells failed, and why."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def failures_block(told: Told) -> Block | None:
    """Return the section."""
    return None
