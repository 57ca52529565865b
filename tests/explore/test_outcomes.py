"""How many of some leads convert: intervals by company, giants left out, nothing of fewer than five."""

from __future__ import annotations

import numpy as np
import pytest

from bench.explore.outcomes import Outcomes, outcomes_of, percent
from bench.score.interval import wilson
from tests.audit.tables import dataset_of

EVERY = np.ones(100, dtype=bool)


def of(y: np.ndarray, company: np.ndarray | None = None) -> Outcomes:
    return outcomes_of(dataset_of({"a": np.arange(len(y))}, y.astype(np.int8), groups=company))


def test_a_rate_is_the_share_that_converts_with_the_interval_of_wilson() -> None:
    rate = of(np.arange(100) < 20).rate(EVERY)
    assert (rate.leads, rate.converted, rate.rate) == (100, 20, 0.2)
    assert (rate.low, rate.high) == wilson(0.2, 100)
    assert str(rate) == "20% (13 to 29)"


def test_of_fewer_than_five_leads_nothing_but_their_number_is_told() -> None:
    y = np.arange(100) < 20
    few = of(y).rate(np.arange(100) < 4)
    assert (few.leads, few.converted, few.rate, str(few)) == (4, None, None, "too few leads")
    assert of(y).rate(np.arange(100) < 5).converted == 5


def test_leads_of_one_company_make_the_interval_wider() -> None:
    y = np.arange(100) // 10 % 5 == 0  # ten companies of ten leads, alike inside
    alone, together = of(y).rate(EVERY), of(y, np.arange(100) // 10).rate(EVERY)
    assert alone.rate == together.rate == 0.2
    assert together.high - together.low > 2 * (alone.high - alone.low)  # type: ignore[operator]


def test_a_company_with_much_of_the_conversions_is_left_out_and_said_to_be() -> None:
    y = np.concatenate([np.ones(50), np.tile([1, 0, 0, 0], 50)])
    company = np.concatenate([np.zeros(50), np.arange(1, 201)]).astype(np.int64)
    found = of(y, company)
    assert found.rate(np.ones(250, dtype=bool)).rate == 0.25
    assert found.sentences[0] == (
        "One company brings 50% of all conversions with 20% of the leads, and is left out of every rate below: of the "
        "200 other leads 25% convert, of all 40%."
    )


def test_doubt_is_that_of_the_two_sample_z_test_where_no_company_has_two_leads() -> None:
    y, chosen = np.concatenate([np.arange(50) < 20, np.arange(50) < 10]), np.arange(100) < 50
    # pooled: z = 0.2 / sqrt(0.3 · 0.7 · 2 / 50) = 2.182, p = 0.0291
    assert of(y).doubt(chosen, ~chosen) == pytest.approx(0.0291, abs=0.0001)
    assert of(y).doubt(chosen, chosen & ~chosen) == 1.0


def test_many_alike_leads_of_one_company_are_no_proof_of_a_difference() -> None:
    chosen = np.arange(400) < 100
    y = np.where(chosen, 0, np.arange(400) % 5 == 0)  # none of a hundred leads converts, of others one in five
    assert of(y).doubt(chosen, ~chosen) < 0.001
    one_company = np.where(chosen, 0, np.arange(400))
    assert of(y, one_company).doubt(chosen, ~chosen) > 0.5


def test_a_share_is_written_to_two_digits() -> None:
    assert [percent(share) for share in (0, 0.00001, 0.0052, 0.041, 0.373, 0.9962, 1)] == [
        "0%",
        "0%",
        "0.52%",
        "4.1%",
        "37%",
        "99.6%",
        "100%",
    ]
