"""Scores counted in bins: of two labelled classes and of rows without labels, drawn anew company by company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.companies import company_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS: Final = 10  # at most; in simulations 5 to 20 are alike, beyond that few positives make ratios of noise
SMOOTHING: Final = 0.5  # rows added to each bin of a class, so that no ratio is 0 or infinite


@dataclass(frozen=True)
class Shares:
    """How each class and the new rows spread over bins of scores; each of shape (bins,), adding up to 1."""

    positive: Floats
    negative: Floats
    new: Floats

    @classmethod
    def of(cls, labelled: Floats, new: Floats) -> Shares:
        """Make shares of counts: those of the negatives and then of the positives, and those of the new rows."""
        negative, positive = labelled.reshape(2, -1) + SMOOTHING
        return cls(positive / positive.sum(), negative / negative.sum(), new / new.sum())

    def balanced(self) -> Floats:
        """Return the calibrated probability of each bin where both classes are as frequent, shape (bins,)."""
        return self.positive / (self.positive + self.negative)

    def beyond(self, rate: float) -> Floats:
        """Return by how much more of the new rows than of the mixture lies below each threshold, (bins - 1,)."""
        return np.cumsum(self.new - rate * self.positive - (1 - rate) * self.negative)[:-1]

    def called(self) -> tuple[Floats, Floats, Floats]:
        """Return the shares of the new rows, of the positives and of the negatives above each threshold."""
        new, positive, negative = (1 - np.cumsum(part)[:-1] for part in (self.new, self.positive, self.negative))
        return new, positive, negative


@dataclass(frozen=True)
class Units:
    """What is drawn as a whole, companies or rows, by how its rows spread over cells; equal ones are kept once.

    Attributes
    ----------
    spread : ndarray of shape (kinds of units, cells)
    times : ndarray of shape (kinds of units,)
    """

    spread: Floats
    times: Ints

    @classmethod
    def of(cls, cell: Ints, cells: int, groups: Ints | None, weights: Floats | None = None) -> Units:
        """Count weighted rows by unit; rows of no group are units of their own."""
        unit = company_of(groups, len(cell))
        spread = np.zeros((unit.max() + 1, cells))
        np.add.at(spread, (unit, cell), 1.0 if weights is None else weights)
        return cls(*np.unique(spread.round(9), axis=0, return_counts=True))

    def total(self) -> Floats:
        """Return the weighted rows of each cell."""
        return self.times @ self.spread

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Return `total` of as many units drawn with replacement, shape (draws, cells)."""
        count = int(self.times.sum())
        return rng.multinomial(count, self.times / count, size=draws) @ self.spread


def bin_edges(y: NDArray[np.int8], probability: Floats, weights: Floats) -> Floats:
    """Return inner edges of bins that each hold an equal part of both classes, had they the same total weight."""
    order = np.argsort(probability, kind="stable")
    positive = y == 1
    each = np.where(positive, weights / weights[positive].sum(), weights / weights[~positive].sum()) / 2
    at = np.searchsorted(np.cumsum(each[order]), np.arange(1, BINS) / BINS)
    edges: Floats = np.unique(probability[order][at])
    return np.asarray(edges[edges > probability.min()])  # below the smallest there is nothing
