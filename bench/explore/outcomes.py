"""Which leads converted, which of them count, and how many of some convert, sure as companies let one be."""

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
from bench.score.interval import effective_rows, wilson, wilson_of_clusters

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
        return said(self.rate, self.low, self.high)

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
    named : whether companies are named at all
    alone : whether no company has two leads, so that plain Wilson intervals do
    sentences : who is left out and how companies are counted, for the top of the page; none where nothing is to be said
    """

    y: NDArray[np.int8]
    company: NDArray[np.int64]
    kept: Mask
    named: bool
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
        (linearised; Särndal, Swensson and Wretman 1992, section 5.5), and at least that of the pooled z test of so
        many rows as the leads are worth: those of one company that are all alike tell as much as one.
        """
        from scipy.stats import norm

        chosen, others = chosen & self.kept, others & self.kept
        if not chosen.any() or not others.any():
            return 1.0
        parts, shares, worth = np.zeros(self.company.max() + 1), [], []
        for leads, sign in ((chosen, 1), (others, -1)):
            y, company = self.y[leads], self.company[leads]
            hits, rows = (np.bincount(company, of, len(parts)).astype(np.int64) for of in (y, np.ones(len(y))))
            shares.append(float(y.mean()))
            worth.append(effective_rows(hits, rows))
            parts += sign * (hits - shares[-1] * rows) / len(y)
        pooled = float(self.y[chosen | others].mean())
        by_chance = pooled * (1 - pooled) * sum(1 / rows for rows in worth)
        spread = float(np.sqrt(max((parts**2).sum(), by_chance)))
        return float(2 * norm.sf(abs(shares[0] - shares[1]) / spread)) if spread else 1.0


def outcomes_of(dataset: Dataset) -> Outcomes:
    """Return which labelled leads converted, without those of companies that hold over 10 % of the conversions each.

    What such a company does would show in every rate that it has a part in, and says nothing of others. It stays where
    hardly a conversion would be left without it.
    """
    y, groups = dataset.y, dataset.groups
    company, kept = company_of(groups, len(y)), np.ones(len(y), dtype=bool)
    sentences = []
    if groups is not None and (giants := dominant_companies(y, groups)) and can_ask(y[~np.isin(groups, giants)]):
        kept = ~np.isin(groups, giants)
        bring, are = ("One company brings", "is") if len(giants) == 1 else (f"{len(giants)} companies bring", "are")
        sentences.append(
            f"{bring} {percent(1 - y[kept].sum() / y.sum())} of all conversions with {percent(1 - kept.mean())} of the "
            f"leads, and {are} left out of every rate below: of the {int(kept.sum()):,} other leads "
            f"{percent(y[kept].mean())} convert, of all {percent(y.mean())}."
        )
    alone = len(np.unique(company)) == len(company)
    if not alone:
        sentences.append("Leads of one company count together: the fewer companies tell a rate, the less sure it is.")
    return Outcomes(y, company, kept, groups is not None, alone, tuple(sentences))


def percent(share: float) -> str:
    """Return a share in percent to two digits, near the whole to three: "0.52%", "4.1%", "37%" or "99.6%"."""
    return f"{_hundredths(share)}%"


def said(rate: float, low: float, high: float) -> str:
    """Return a rate with its interval: "29% (22 to 37)"."""
    return f"{percent(rate)} ({_hundredths(low)} to {_hundredths(high)})"


def _hundredths(share: float) -> str:
    return "0" if share < 0.0001 else f"{100 * share:{'.3g' if share > 0.99 else '.2g'}}"
