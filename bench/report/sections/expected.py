"""What is expected of the submission, and at other shares of positives."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def expected_block(told: Told) -> Block | None:
    """Return the section."""
    return None
