"""Each column among leads that converted and among those that did not."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def distributions(look: Look) -> Seen | None:
    """Return the part."""
    return None
