"""How the winner does on known and on new customers, and what of the rows to predict training has shown."""

from __future__ import annotations

from bench.page.block import Block
from bench.report.told import Told


def customers_block(told: Told) -> Block | None:
    """Return the section."""
    return None
