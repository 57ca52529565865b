"""Companies that fix the outcome of their rows, and giants among them."""

from __future__ import annotations

import numpy as np

from bench.audit.association import coded
from bench.audit.companies import check_companies
from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from tests.audit.tables import dataset_of, outcomes, places


def found(dataset: Dataset, column: str | None = "customer") -> list[Finding]:
    return list(check_companies(dataset, coded(dataset.features), column))


def visits(rows: int) -> dict[str, np.ndarray]:
    return {"visits": np.random.default_rng(5).normal(size=rows)}


def test_companies_whose_rows_share_one_outcome_are_found() -> None:
    groups = np.repeat(np.arange(100), 4)
    (finding,) = found(dataset_of(visits(400), np.repeat(outcomes(100), 4), groups=groups))
    assert (finding.code, finding.place, finding.weight) == ("company-fixes-label", "customer", "leak")
    assert finding.evidence == (  # 0.2⁴ + 0.8⁴ = 0.4112
        "100.0% of the 100 companies with several different rows have one outcome in all of them, where chance gives "
        "41.1%; the intraclass correlation is 1.00."
    )


def test_companies_whose_rows_know_nothing_of_each_other_give_no_finding() -> None:
    for seed in range(10):
        groups = np.repeat(np.arange(100), 4)
        assert found(dataset_of(visits(400), outcomes(400, seed), groups=groups)) == []


def test_copies_of_a_row_do_not_make_a_company_of_one_outcome() -> None:
    each = visits(100)["visits"]
    dataset = dataset_of(
        {"visits": np.repeat(each, 4)}, np.repeat(outcomes(100), 4), groups=np.repeat(np.arange(100), 4)
    )
    assert found(dataset) == []


def test_one_giant_of_one_outcome_is_not_taken_for_the_custom_of_all() -> None:
    y, groups = outcomes(1000), np.arange(1000) // 4
    y[:200], groups[:200] = 1, 0
    assert places(found(dataset_of(visits(1000), y, groups=groups)), "company-fixes-label") == []


def test_codes_that_hold_one_outcome_each_are_found_where_no_company_is_named() -> None:
    codes = [f"C{n:03}" for n in np.repeat(np.arange(100), 4)]
    y = np.repeat(outcomes(100), 4)
    (finding,) = found(dataset_of({**visits(400), "account": codes}, y), None)
    assert (finding.code, finding.place) == ("company-fixes-label", "account")
    assert finding.evidence.startswith("100.0% of the 100 levels with several different rows")
    assert 'groups = "account"' in finding.advice
    assert found(dataset_of({**visits(400), "account": codes}, outcomes(400)), None) == []


def test_a_company_with_many_positives_is_found_and_named_by_its_row_if_no_feature() -> None:
    y, groups = outcomes(2000), np.arange(2000)
    won = np.flatnonzero(y == 1)[:80]
    groups[won] = 3000
    dominant = [f for f in found(dataset_of(visits(2000), y, groups=groups)) if f.code == "dominant-value"]
    assert [(finding.weight, finding.evidence) for finding in dominant] == [
        (
            "leak",
            f"The company of row {won[0] + 1} holds 20.0% of the positives and 4.0% of the rows (80 of 80 are "
            "positive).",
        )
    ]


def test_giants_are_named_with_their_shares() -> None:
    groups, y = np.arange(1000), outcomes(1000)
    groups[:30] = 0
    y[:30] = np.arange(30) < 3
    names = [f"company {n}" for n in groups]
    (finding,) = found(dataset_of({"customer": names}, y, groups=groups))
    assert (finding.code, finding.place, finding.weight) == ("giant-company", "customer", "note")
    assert finding.evidence == (
        f"1 company with more than 1% of the rows: 'company 0' 3.0% of the rows and {3 / y.sum():.1%} of the positives."
    )


def test_among_few_companies_of_one_size_none_is_a_giant() -> None:
    groups = np.arange(1000) % 20  # 5 % of the rows each
    assert found(dataset_of(visits(1000), outcomes(1000), groups=groups)) == []


def test_rows_of_no_company_are_no_company() -> None:
    assert found(dataset_of(visits(400), outcomes(400), groups=np.full(400, -1))) == []
