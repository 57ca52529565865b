"""Customers: whose leads they are, and how many of them are expected to convert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import company_of
from bench.customer.conversion.chances import Tier, rank_of, tier_of
from bench.customer.leads import Floats, Leads, Scored
from bench.score.calibration import logit
from bench.score.interval import NORMAL_95

DRAWS, SEED = 400, 7  # of what the leads of a customer do


@dataclass(frozen=True)
class People:
    """The customers of some leads, in the order of their first lead.

    Attributes
    ----------
    names : of each company; of a lead that belongs to none, the lead's
    of : ndarray of shape (leads,), the number of each lead's customer
    """

    names: tuple[str, ...]
    of: NDArray[np.intp]


def people_of(leads: Leads, companies: tuple[str, ...]) -> People:
    """Tell whose each lead is: its company's, or its own where it belongs to none.

    ``companies`` are the names by number; a company without one is called by its number.
    """
    return _people(leads.names, leads.groups, companies)


def people_of_both(scored: Scored) -> People:
    """Tell whose the labelled leads are and, behind them, the open ones."""
    tables = [scored.labelled] if scored.open is None else [scored.labelled, scored.open]
    names = [name for table in tables for name in table.names]
    return _people(names, np.concatenate([table.groups for table in tables]), scored.companies)


def people_table(scored: Scored, tiers: tuple[Tier, ...]) -> pd.DataFrame:
    """Return a row for each customer of `people_of_both`, in this order.

    Columns as `bench.record.columns.CUSTOMERS` describes them, without reasons. A customer's index is the mean chance
    of its open leads; where none is open, of its labelled ones by models that did not train on them.
    """
    labelled, leads = scored.labelled, scored.to_call
    assert labelled.y is not None  # they are labelled
    both = people_of_both(scored)
    size, to_call = len(both.names), both.of[len(both.of) - len(leads) :]
    of_labelled = both.of[: len(labelled)]
    count, chances = np.bincount(to_call, minlength=size), np.bincount(to_call, leads.chance, size)
    known, odds = np.bincount(of_labelled, minlength=size), np.bincount(of_labelled, labelled.chance, size)
    is_called = count > 0
    index = 100 * np.where(is_called, chances, odds) / np.where(is_called, count, known)
    low, high = converting(leads, to_call, size, alikeness(labelled))
    rank = np.full(size, np.nan)
    rank[is_called] = rank_of(index[is_called])
    is_company = np.zeros(size, dtype=bool)
    is_company[of_labelled[labelled.groups >= 0]] = True
    is_company[to_call[leads.groups >= 0]] = True
    return pd.DataFrame(
        {
            "customer": both.names,
            "is": np.where(is_company, "company", np.where(known > 0, "labelled lead", "open lead")),
            "leads": known + (0 if scored.open is None else count),
            "labelled": known,
            "converted": np.bincount(of_labelled, labelled.y, size).astype(np.int64),
            "open": 0 if scored.open is None else count,
            "expected": chances.round(3),
            "expected_low": low,
            "expected_high": high,
            "index": index.round(2),
            "rank": pd.array(rank, dtype="Int64"),
            "tier": tier_of(index, tiers),
        }
    )


def converting(
    leads: Leads, of: NDArray[np.intp], size: int, alike: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many leads of each customer convert at the least and at the most, in 95 of 100 cases; shape (size,).

    Drawn `DRAWS` times: the chances of a customer's leads are off together, as far as their intervals say, and their
    outcomes go together in a share ``alike`` of the pairs (see `alikeness`; 0: the Poisson-binomial distribution).
    """
    from scipy.special import expit  # here: planning need not wait for it

    rng = np.random.default_rng(SEED)
    odds, error = logit(leads.chance), (logit(leads.high) - logit(leads.low)) / (2 * NORMAL_95)
    drawn = np.empty((DRAWS, size), dtype=np.int32)
    for draw in drawn:
        chance = expit(odds + error * rng.standard_normal(size)[of])
        # Two leads that both go by their customer's number convert together: that is so of alike of the pairs.
        with_others = rng.random(len(of)) < np.sqrt(alike)
        number = np.where(with_others, rng.random(size)[of], rng.random(len(of)))
        draw[:] = np.bincount(of[number < chance], minlength=size)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0, method="inverted_cdf")
    return low.astype(np.int64), high.astype(np.int64)


def alikeness(labelled: Leads) -> float:
    """Return which share, 0 to 1, of the pairs of leads of one company have one fate, beyond what their chances say.

    Two leads of chances p and q that go by one number convert both with the chance min(p, q), and pq each for itself.
    Of each company with several labelled leads it is the mean product of two residuals over the mean of the difference:
    where all chances are equal the moment estimate of an intraclass correlation (Fleiss 1981); where they are not, a
    correlation would be smaller than the share. A company counts once however large it is; 0 where none has several.
    """
    assert labelled.y is not None  # they are labelled
    rows = np.flatnonzero(labelled.groups >= 0)
    rows = rows[np.lexsort((labelled.chance[rows], labelled.groups[rows]))]
    _, first, leads = np.unique(labelled.groups[rows], return_index=True, return_counts=True)
    of = np.repeat(np.arange(len(leads)), leads)
    chance = labelled.chance[rows]
    larger = leads[of] - 1 - (np.arange(len(rows)) - first[of])  # leads of the company behind this one
    several = leads > 1

    def pairs(one: Floats) -> Floats:
        return np.asarray(np.bincount(of, one) ** 2 - np.bincount(of, one**2))[several]

    number = (leads * (leads - 1))[several]
    most = ((2 * np.bincount(of, chance * larger)[several] - pairs(chance)) / number).sum()
    together = (pairs(labelled.y[rows] - chance) / number).sum()
    return float(np.clip(together / most, 0, 1)) if most > 0 else 0.0


def _people(names: Sequence[str], groups: NDArray[np.int64], companies: tuple[str, ...]) -> People:
    of = pd.factorize(company_of(groups, len(groups)))[0].astype(np.intp)
    first = np.unique(of, return_index=True)[1]
    return People(tuple(_named(names[row], int(groups[row]), companies) for row in first), of)


def _named(lead: str, group: int, companies: tuple[str, ...]) -> str:
    if group < 0:
        return lead
    return companies[group] if group < len(companies) else str(group)
