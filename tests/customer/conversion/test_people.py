"""Customers have the leads of their company, and as many expected conversions as their chances say."""

from __future__ import annotations

import numpy as np
import pytest

from bench.customer.conversion.chances import tiers_of
from bench.customer.conversion.people import alikeness, converting, people_of, people_of_both, people_table
from bench.customer.leads import Scored
from bench.plan.indices import CustomersSection
from bench.record.columns import CUSTOMERS
from tests.customer.made import leads_of

TIERS = tiers_of(CustomersSection(), 0.2)  # from 50, 20, 5.88 and 0


def test_a_lead_of_no_company_is_a_customer_of_its_own() -> None:
    people = people_of(leads_of([0.1] * 5, [1, -1, 0, 1, -1]), ("Acme", "Bolt"))
    assert people.names == ("Bolt", "b", "Acme", "e")
    assert people.of.tolist() == [0, 1, 2, 0, 3]


def test_a_company_without_a_name_is_called_by_its_number() -> None:
    assert people_of(leads_of([0.1, 0.1], [7, 0]), ("Acme",)).names == ("7", "Acme")


def test_a_company_is_one_customer_in_both_tables() -> None:
    scored = Scored(leads_of([0.1, 0.1], [0, -1], [0, 1]), leads_of([0.2, 0.2], [0, -1], names="pq"), 0.2, ("Acme",))
    people = people_of_both(scored)
    assert people.names == ("Acme", "b", "q")
    assert people.of.tolist() == [0, 1, 0, 2]


def test_customers_have_their_leads_their_conversions_and_a_rank() -> None:
    labelled = leads_of([0.3, 0.1, 0.7, 0.4], [0, 0, 1, -1], [1, 0, 1, 0])
    called = leads_of([0.6, 0.2, 0.9], [0, 0, -1], names="pqr")
    table = people_table(Scored(labelled, called, 0.2, ("Acme", "Bolt")), TIERS).set_index("customer")
    assert [*table.reset_index()] == [*CUSTOMERS][:-2]  # but the reasons
    acme, bolt, lone, fresh = (table.loc[name] for name in ("Acme", "Bolt", "d", "r"))
    assert acme[["is", "leads", "labelled", "converted", "open"]].tolist() == ["company", 4, 2, 1, 2]
    assert acme[["expected", "index", "rank", "tier"]].tolist() == [0.8, 40.0, 2, "B"]
    assert fresh[["is", "leads", "open", "expected", "index", "rank", "tier"]].tolist() == [
        *("open lead", 1, 1, 0.9, 90.0, 1, "A")
    ]
    assert lone[["is", "index", "tier", "expected"]].tolist() == ["labelled lead", 40.0, "B", 0.0]
    assert bolt[["is", "index", "converted", "open", "expected_high"]].tolist() == ["company", 70.0, 1, 0, 0]
    assert table["rank"].isna().tolist() == [False, True, True, False]  # none of their leads is to be called


def test_without_open_leads_the_labelled_ones_are_ranked() -> None:
    labelled = leads_of([0.3, 0.1, 0.7], [0, 0, -1], [1, 0, 1])
    table = people_table(Scored(labelled, None, 0.2, ("Acme",)), TIERS)
    assert table["leads"].tolist() == [2, 1]
    assert table["open"].tolist() == [0, 0]
    assert table["rank"].tolist() == [2, 1]
    assert table["expected"].tolist() == [0.4, 0.7]


def test_leads_that_convert_each_for_themselves_have_the_binomial_distribution() -> None:
    """Of ten tosses of a coin 2 to 8 come up heads in 95 of 100 cases; of one lead with 99 %, one."""
    low, high = converting(leads_of([0.5] * 10 + [0.99]), np.array([0] * 10 + [1]), 2, alike=0.0)
    assert (low.tolist(), high.tolist()) == ([2, 1], [8, 1])


def test_leads_that_convert_together_may_all_do_so_or_none() -> None:
    low, high = converting(leads_of([0.5] * 10), np.zeros(10, dtype=np.intp), 1, alike=1.0)
    assert (low.tolist(), high.tolist()) == ([0], [10])


def test_a_chance_that_is_not_known_well_widens_the_count() -> None:
    sure, unsure = (
        converting(leads_of([0.5] * 200, off=off), np.zeros(200, dtype=np.intp), 1, alike=0.0) for off in (0.0, 0.3)
    )
    assert sure[1][0] - sure[0][0] < 32
    assert unsure[1][0] - unsure[0][0] > 90


def test_outcomes_of_a_company_that_agree_are_alike() -> None:
    groups = [0, 0, 1, 1, 2, 2, 3, 3, -1, -1]
    agree = leads_of([0.5] * 10, groups, [1, 1, 0, 0, 1, 1, 0, 0, 1, 0])
    assert alikeness(agree) == 1.0
    half = leads_of([0.5] * 10, groups, [1, 1, 0, 0, 1, 0, 1, 1, 1, 0])
    assert alikeness(half) == pytest.approx(0.5)  # three of four agree: (3 - 1) / 4
    never = leads_of([0.5] * 4, [0, 0, 1, 1], [1, 0, 1, 0])
    assert alikeness(never) == 0.0


def test_leads_of_different_chances_that_have_one_fate_are_wholly_alike() -> None:
    """Five companies go by the numbers 0.1, 0.3, ... 0.9; the correlation of their two leads is only a quarter."""
    y = [1, 1, 0, 1, 0, 1, 0, 1, 0, 0]
    assert alikeness(leads_of([0.2, 0.8] * 5, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], y)) == pytest.approx(1.0)
    assert alikeness(
        leads_of([0.8, 0.2] * 5, [4, 4, 1, 1, 2, 2, 3, 3, 0, 0], [1, 1, *[1, 0] * 3, 0, 0])
    ) == pytest.approx(1)


def test_chances_that_tell_companies_apart_leave_nothing_to_be_alike() -> None:
    rng = np.random.default_rng(0)
    chance = np.repeat(rng.uniform(0.1, 0.9, 3_000), 2)
    y = (rng.random(6_000) < chance).astype(int)
    assert alikeness(leads_of(chance.tolist(), np.repeat(np.arange(3_000), 2).tolist(), y.tolist(), names="a")) < 0.05


def test_a_company_counts_once_however_many_leads_it_has() -> None:
    groups = [0] * 40 + [1, 1, 2, 2, 3, 3]
    outcomes = [1] * 40 + [1, 0, 1, 0, 0, 1]  # the large one agrees, three small ones do not
    assert alikeness(leads_of([0.5] * 46, groups, outcomes)) == 0.0


def test_without_companies_of_several_leads_nothing_is_alike() -> None:
    assert alikeness(leads_of([0.5, 0.5], None, [1, 0])) == 0.0
    assert alikeness(leads_of([0.5, 0.5], [0, 1], [1, 0])) == 0.0


def test_drawn_again_conversions_lie_within_in_95_of_100_cases() -> None:
    """Leads of a company that go together half the time, as `alikeness` finds."""
    rng = np.random.default_rng(3)
    of = np.repeat(np.arange(400), 5)
    chance = rng.uniform(0.1, 0.9, 400)[of]
    together = rng.random(len(of)) < np.sqrt(0.5)
    y = (np.where(together, rng.random(400)[of], rng.random(len(of))) < chance).astype(int)
    leads = leads_of(chance.tolist(), of.tolist(), y.tolist(), names="a")
    alike = alikeness(leads)
    assert alike == pytest.approx(0.5, abs=0.1)
    real = np.bincount(of, y)
    held = []
    for correlation in (alike, 0.0):
        low, high = converting(leads, of, 400, correlation)
        held.append(((low <= real) & (real <= high)).mean())
    assert held[0] > 0.93
    assert held[1] < 0.92
