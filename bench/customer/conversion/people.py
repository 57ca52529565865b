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
    outcomes correlate by ``alike`` (see `alikeness`; 0: each lead for itself, the Poisson-binomial distribution).
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
    """Return the correlation, 0 to 1, between the outcomes of two leads of one company, beyond what their chances say.

    Of each company with several labelled leads the mean product of two residuals and of their standard deviations: the
    moment estimate of an intraclass correlation (Fleiss 1981), a company counting once however large it is. 0 where no
    company has several.
    """
    assert labelled.y is not None  # they are labelled
    rows = labelled.groups >= 0
    of = np.unique(labelled.groups[rows], return_inverse=True)[1]
    chance = labelled.chance[rows]
    leads = np.bincount(of)

    def mean_of_pairs(one: Floats) -> Floats:
        pairs = np.bincount(of, one) ** 2 - np.bincount(of, one**2)
        return np.asarray(pairs[leads > 1] / (leads * (leads - 1))[leads > 1])

    deviation = mean_of_pairs(np.sqrt(chance * (1 - chance))).sum()
    together = mean_of_pairs(labelled.y[rows] - chance).sum()
    return float(np.clip(together / deviation, 0, 1)) if deviation > 0 else 0.0


def _people(names: Sequence[str], groups: NDArray[np.int64], companies: tuple[str, ...]) -> People:
    of = pd.factorize(company_of(groups, len(groups)))[0].astype(np.intp)
    first = np.unique(of, return_index=True)[1]
    return People(tuple(_named(names[row], int(groups[row]), companies) for row in first), of)


def _named(lead: str, group: int, companies: tuple[str, ...]) -> str:
    if group < 0:
        return lead
    return companies[group] if group < len(companies) else str(group)
