"""What the audit found in the table."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def findings_block(told: Told) -> Block | None:
    """Return the section."""
    return None
