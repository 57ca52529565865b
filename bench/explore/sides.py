"""The labelled leads and those to predict, side by side."""

from __future__ import annotations

from bench.explore.look import Look, Seen


def sides(look: Look) -> Seen | None:
    """Return the part."""
    return None
