"""How many of some leads convert, and how surely, where leads of one company may be alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.audit.association import can_ask
from bench.companies import company_of
from bench.data.companies import dominant_companies
from bench.data.dataset import Dataset
from bench.page.block import FEWEST_SHOWN
from bench.score.interval import wilson, wilson_of_clusters

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rate:
    """How many of some leads convert.

    Attributes
    ----------
    rate, low, high : share that converts and its 95 % interval; None, as ``converted``, of fewer than five leads
    """

    leads: int
    converted: int | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.rate is None or self.low is None or self.high is None:
            return "too few leads"
        return f"{percent(self.rate)} ({percent(self.low)} to {percent(self.high)})"

    def cells(self, of: str = "") -> dict[str, Any]:
        """Return its fields as cells of a sheet, named with what the leads have in common."""
        return {f"{name}_{of}" if of else name: value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Outcomes:
    """Which leads converted, and whose they are.

    Attributes
    ----------
    y, company : ndarrays of shape (n,); a row of no company is one of its own
    kept : ndarray of shape (n,), the leads that rates are of
    alone : whether no company has two leads, so that plain Wilson intervals do
    sentences : who is left out, none where there is nothing to say
    """

    y: NDArray[np.int8]
    company: NDArray[np.int64]
    kept: Mask
    alone: bool
    sentences: tuple[str, ...]

    def rate(self, chosen: Mask) -> Rate:
        """Return how many of the chosen leads convert; see `bench.score.interval.wilson_of_clusters`."""
        chosen = chosen & self.kept
        leads = int(chosen.sum())
        if leads < FEWEST_SHOWN:
            return Rate(leads)
        y = self.y[chosen]
        if self.alone:
            share = float(y.mean())
            return Rate(leads, int(y.sum()), share, *wilson(share, leads))
        hits, rows = (np.bincount(self.company[chosen], of).astype(np.int64) for of in (y, np.ones(leads)))
        share, low, high = wilson_of_clusters(hits, rows)
        return Rate(leads, int(y.sum()), share, low, high)

    def doubt(self, chosen: Mask, others: Mask) -> float:
        """Return the p-value of the two-sided test that chosen and other leads convert equally often.

        The normal test of a difference of two shares, whose variance is that of its parts summed by company
        (linearised; Särndal, Swensson and Wretman 1992, section 5.5), and at least that of the pooled z test.
        """
        from scipy.stats import norm

        chosen, others = chosen & self.kept, others & self.kept
        if not chosen.any() or not others.any():
            return 1.0
        parts, shares = np.zeros(self.company.max() + 1), []
        for leads, sign in ((chosen, 1), (others, -1)):
            y = self.y[leads]
            shares.append(float(y.mean()))
            parts += sign * np.bincount(self.company[leads], (y - shares[-1]) / len(y), len(parts))
        pooled = float(self.y[chosen | others].mean())
        by_chance = pooled * (1 - pooled) * (1 / chosen.sum() + 1 / others.sum())
        spread = float(np.sqrt(max((parts**2).sum(), by_chance)))
        return float(2 * norm.sf(abs(shares[0] - shares[1]) / spread)) if spread else 1.0


def outcomes_of(dataset: Dataset) -> Outcomes:
    """Return which labelled leads converted, without those of companies that hold over 10 % of the conversions each.

    What such a company does would show in every rate that it has a part in, and says nothing of others. It stays where
    hardly a conversion would be left without it.
    """
    y, groups = dataset.y, dataset.groups
    company, kept = company_of(groups, len(y)), np.ones(len(y), dtype=bool)
    sentences: tuple[str, ...] = ()
    if groups is not None and (giants := dominant_companies(y, groups)) and can_ask(y[~np.isin(groups, giants)]):
        kept = ~np.isin(groups, giants)
        sentences = (
            f"Conversion is looked at without {'one company' if len(giants) == 1 else f'{len(giants)} companies'} with "
            f"{percent(1 - y[kept].sum() / y.sum())} of the conversions and {percent(1 - kept.mean())} of the leads, "
            "which would show in every figure.",
        )
    return Outcomes(y, company, kept, len(np.unique(company)) == len(company), sentences)


def percent(share: float) -> str:
    """Return "0.52%", "4.1%", "37%" or "99.6%"."""
    return f"{100 * share:.3g}%" if share > 0.99 else f"{100 * share:.2g}%" if share < 0.1 else f"{100 * share:.0f}%"
