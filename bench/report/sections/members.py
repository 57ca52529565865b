"""The ensemble's members, and how far they make the same errors."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def members_block(told: Told) -> Block | None:
    """Return the section."""
    return None
