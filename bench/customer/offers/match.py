"""The best offer for each customer, its reason in words, and where offers collide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.customer.offers.conditions import CONVERSION, Condition, Offer, check_offers, joined
from bench.customer.readable import FEWEST, LETTERS, Mask
from bench.data.cells import cells_of, numbers
from bench.data.notices import shortened
from bench.errors import ExperimentError

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Offered:
    """Which customers match which offers.

    Attributes
    ----------
    customers : their names
    matches : ndarray of shape (customers, offers)
    best : ndarray of shape (customers,), the place of the best offer, -1 for none
    reasons : why each customer gets its best offer; empty for none
    notices : one sentence for each condition whose values do not occur
    """

    offers: tuple[Offer, ...]
    customers: tuple[str, ...]
    matches: Mask
    best: Places
    reasons: tuple[str, ...]
    notices: tuple[str, ...] = ()

    @property
    def covered(self) -> int:
        """Return how many customers have an offer."""
        return int((self.best >= 0).sum())

    @cached_property
    def rivals(self) -> Mask:
        """Return the offers that match with the priority of the best; shape as ``matches``."""
        priority = np.array([offer.priority for offer in self.offers])
        highest = self.matches & (priority == priority[self.best][:, np.newaxis])
        return np.asarray(highest, dtype=bool)

    @property
    def conflicts(self) -> int:
        """Return for how many customers several offers of the highest priority match."""
        return int((self.rivals.sum(axis=1) > 1).sum())

    def collisions(self) -> list[tuple[int, int, int]]:
        """Return pairs of offers and how many customers' conflicts they are in, the most frequent first."""
        together = _together(self.rivals, self.rivals)
        pairs = [(int(together[one, two]), one, two) for one, two in np.argwhere(np.triu(together, 1))]
        return [(one, two, times) for times, one, two in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))]

    def overshadowed(self) -> dict[int, int]:
        """Return the offers that match but are never the best, and the offer that is most often in their place."""
        best = self.best[:, np.newaxis] == np.arange(len(self.offers))
        instead = _together(self.matches, best)
        never = np.flatnonzero(self.matches.any(axis=0) & ~best.any(axis=0))
        return {int(one): int(instead[one].argmax()) for one in never}


def match_offers(
    offers: Sequence[Offer],
    names: tuple[str, ...],
    facts: pd.DataFrame,
    shares: pd.DataFrame | None,
    cells: pd.DataFrame,
    of: Places,
    tiers: Collection[str] = (),
) -> Offered:
    """Find the best offer for each customer: of the highest priority, then of the most conditions, then the first.

    A customer with several leads matches the conditions of an offer on columns if one of its leads fits them all.

    Parameters
    ----------
    names : of the customers
    facts : DataFrame of shape (customers, ...), as far as there are such: "tier" and "class" as texts, "index" from 0
        to 100
    shares : DataFrame of shape (customers, indices), of each statistical index the share in percent, NaN where it
        cannot be told yet: then no condition on it holds; None without such indices
    cells : DataFrame of str of shape (leads, columns), the leads to call as their file writes them, but
        placeholders as gaps
    of : ndarray of shape (leads,), the customer of each lead
    tiers : names of the tiers; without any, those that a customer is in

    Raises
    ------
    ExperimentError
        If a condition asks for something that does not exist.
    """
    shares = pd.DataFrame(index=facts.index) if shares is None else shares
    check_offers(offers, map(str, cells), map(str, shares), tiers or _occurring(facts, "tier"))
    around = _Around(facts, shares, cells, of)
    matches = np.ones((len(names), len(offers)), dtype=bool)
    for place, offer in enumerate(offers):
        for condition in offer.when:
            _check_numbers(offer, condition, around)
        matches[:, place] = around.match(offer)
    order = sorted(range(len(offers)), key=lambda place: (-offers[place].priority, -len(offers[place].when), place))
    best = np.where(matches.any(axis=1), np.array(order)[matches[:, order].argmax(axis=1)], -1)
    reasons = np.full(len(names), "", dtype=object)
    for place, offer in enumerate(offers):
        chosen = np.flatnonzero(best == place)
        if len(chosen):
            leads = around.first_that_fits(offer)[chosen]
            parts = [around.words(condition, chosen, leads) for condition in offer.when]
            reasons[chosen] = [joined(said) for said in zip(*parts, strict=True)] if parts else "for everybody"
    notices = [said for offer in offers for condition in offer.when if (said := _strange(offer, condition, around))]
    return Offered(tuple(offers), names, matches, best, tuple(reasons), tuple(notices))


@dataclass(frozen=True)
class _Around:
    """What conditions are asked of: facts of customers and cells of their leads."""

    facts: pd.DataFrame
    shares: pd.DataFrame
    cells: pd.DataFrame
    of: Places
    _numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def match(self, offer: Offer) -> Mask:
        """Return which customers match an offer."""
        matching = np.ones(len(self.facts), dtype=bool)
        for condition in offer.when:
            if condition.column is None:
                matching &= self.holds(condition)
        if any(condition.column is not None for condition in offer.when):
            matching &= self.first_that_fits(offer) < len(self.cells)
        return matching

    def first_that_fits(self, offer: Offer) -> Places:
        """Return each customer's first lead that fits all conditions on columns, the number of leads for none."""
        fitting = np.ones(len(self.cells), dtype=bool)
        for condition in offer.when:
            if condition.column is not None:
                fitting &= self.fits(condition)
        first = np.full(len(self.facts), len(self.cells), dtype=np.intp)
        np.minimum.at(first, self.of[fitting], np.flatnonzero(fitting))
        return first

    def holds(self, condition: Condition) -> Mask:
        """Return for which customers a condition holds that is not on a column."""
        if condition.index is not None:
            return _within(condition, self._share(condition.index))
        name, wanted = ("tier", condition.tier) if condition.tier else ("class", condition.class_)
        return self.facts[name].isin(wanted).to_numpy() if name in self.facts else np.zeros(len(self.facts), dtype=bool)

    def fits(self, condition: Condition) -> Mask:
        """Return which leads have a cell that fits a condition on a column."""
        assert condition.column is not None
        texts = self.cells[condition.column]
        if condition.missing is not None:
            return np.asarray((texts.isna() | (texts == "")) == condition.missing)
        if condition.values:
            return texts.isin(condition.values).to_numpy()
        return _within(condition, self.number(condition.column))

    def number(self, column: str) -> NDArray[np.float64]:
        """Return the number that each lead's cell spells, NaN where it spells none."""
        if column not in self._numbers:
            cells = cells_of(self.cells[column])
            spelt = numbers(cells.levels)
            self._numbers[column] = cells.spread(np.where(np.isfinite(spelt), spelt, np.nan))
        return self._numbers[column]

    def words(self, condition: Condition, chosen: Places, leads: Places) -> list[str]:
        """Say of each of the chosen customers, for whom a condition holds, by what; ``leads`` are those that fit."""
        if condition.tier or condition.class_:
            name = "tier" if condition.tier else "class"
            return [f"{name} {one}" for one in self.facts[name].iloc[chosen]]
        if condition.index is not None:
            name, unit = (f"{CONVERSION} index", "") if condition.index == CONVERSION else (condition.index, "%")
            return [f"{name} {share:.0f}{unit}" for share in self._share(condition.index)[chosen]]
        if condition.missing is not None:
            return [condition.words()] * len(chosen)
        return [
            f"{condition.column} is {shortened(cell, LETTERS)}" for cell in self.cells[condition.column].iloc[leads]
        ]

    def _share(self, index: str) -> NDArray[np.float64]:
        if index == CONVERSION and "index" not in self.facts:
            return np.full(len(self.facts), np.nan)
        return (self.facts["index"] if index == CONVERSION else self.shares[index]).to_numpy(np.float64)


def _check_numbers(offer: Offer, condition: Condition, around: _Around) -> None:
    if condition.column is None or not condition.bounded or not len(around.cells):
        return
    if np.isnan(around.number(condition.column)).all():
        raise ExperimentError(
            f"{offer.place}: offer '{offer.name}' asks for numbers of the column '{condition.column}', in which no "
            "cell is one. Ask for 'values', or leave the condition out."
        )


def _within(condition: Condition, values: NDArray[np.float64]) -> Mask:
    low = -np.inf if condition.from_ is None else condition.from_
    high = np.inf if condition.below is None else condition.below
    return (values >= low) & (values < high)  # NaN lies nowhere


def _together(one: Mask, two: Mask) -> NDArray[np.int64]:
    """Return for each pair of columns in how many rows both hold."""
    return (one.T.astype(np.float64) @ two.astype(np.float64)).astype(np.int64)


def _strange(offer: Offer, condition: Condition, around: _Around) -> str | None:
    """Say which values or classes of a condition do not occur; None if all do."""
    if condition.values and condition.column is not None:
        customers = pd.Series(around.of).groupby(around.cells[condition.column].to_numpy()).nunique()
        kind, wanted, found = condition.column, condition.values, set(customers.index)
        frequent = [str(level) for level in customers.index[customers >= FEWEST]]  # no single one is quoted
    elif condition.class_:
        found = _occurring(around.facts, "class")
        kind, wanted, frequent = "class", condition.class_, sorted(found)
    else:
        return None
    strange = [value for value in wanted if value not in found]
    if not strange:
        return None
    near = get_close_matches(strange[0], frequent, n=1, cutoff=0.6)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return (
        f"Offer '{offer.name}' ({offer.place}) asks for {joined([repr(value) for value in strange])} of {kind}, which "
        f"nobody has.{guess}"
    )


def _occurring(facts: pd.DataFrame, name: str) -> set[str]:
    return {str(one) for one in facts[name].unique() if one} if name in facts else set()
