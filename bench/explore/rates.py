"""How often leads convert by category, and how surely."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def rates(look: Look) -> Seen | None:
    """Return the part."""
    return None
