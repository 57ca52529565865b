"""How often leads convert by country, on standard names, and by continent."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def places(look: Look) -> Seen | None:
    """Return the part."""
    return None
