"""Which columns have gaps together, and what a gap says of conversion."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def gaps(look: Look) -> Seen | None:
    """Return the part."""
    return None
