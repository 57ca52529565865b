"""What changes along the table's order, along sequence numbers and over time."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def order(look: Look) -> Seen | None:
    """Return the part."""
    return None
