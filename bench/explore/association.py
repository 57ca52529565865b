"""What goes with what: numbers, categories and the outcome in one clustered matrix."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def association(look: Look) -> Seen | None:
    """Return the part."""
    return None
