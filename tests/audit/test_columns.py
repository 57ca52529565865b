"""Columns that say nothing of their own, and values that hold the positives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.audit.association import coded
from bench.audit.columns import check_columns
from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from tests.audit.tables import dataset_of, outcomes, places, text


def found(dataset: Dataset, company: str | None = None) -> list[Finding]:
    return list(check_columns(dataset, coded(dataset.features), company))


def test_a_value_in_all_rows_but_one_in_a_thousand_is_constant() -> None:
    rows = 2000
    nearly, often = np.repeat("no", rows).astype(object), np.repeat("no", rows).astype(object)
    nearly[:2], often[:3] = "yes", "yes"
    (finding,) = found(dataset_of({"nearly": nearly, "often": often}, outcomes(rows)))
    assert (finding.code, finding.place, finding.weight) == ("constant-column", "nearly", "note")
    assert finding.evidence == "All rows but 2 of 2,000 hold one value."


def test_one_value_or_a_gap_is_not_constant() -> None:
    marked = pd.Series(np.where(np.arange(400) < 20, 1.0, np.nan))
    assert found(dataset_of({"marked": marked}, outcomes(400))) == []


def test_equal_columns_are_found_whatever_their_kind() -> None:
    rng = np.random.default_rng(0)
    income, source = rng.normal(size=300), rng.choice(["web", "fair", "mail"], 300)
    income[:30] = np.nan
    message = text([f"message {n}" for n in rng.permutation(300)])
    columns = {"income": income, "source": source, "message": message}
    doubled = {**columns, **{f"{name}.1": cells for name, cells in columns.items()}}
    assert places(found(dataset_of(doubled, outcomes(300))), "duplicate-column") == [
        "income, income.1",
        "source, source.1",
        "message, message.1",
    ]
    assert found(dataset_of(columns, outcomes(300))) == []


def test_a_column_equal_but_for_one_row_is_no_copy() -> None:
    source = np.random.default_rng(0).choice(["web", "fair", "mail"], 300).astype(object)
    other = source.copy()
    other[7] = "phone"
    assert found(dataset_of({"source": source, "other": other}, outcomes(300))) == []


def test_two_names_of_one_thing_are_found() -> None:
    area = np.random.default_rng(0).choice(["hotel", "retail", "office"], 300)
    rate = pd.Series(area).map({"hotel": 0.2, "retail": 0.1, "office": 0.3})
    (finding,) = found(dataset_of({"area": area, "rate": rate}, outcomes(300)))
    assert (finding.code, finding.place) == ("one-to-one", "area, rate")
    assert finding.evidence == "Each of the 3 values of one goes with one value of the other in all 300 rows."


def test_two_values_that_share_a_partner_are_not_one_to_one() -> None:
    area = np.random.default_rng(0).choice(["hotel", "retail", "office"], 300)
    rate = pd.Series(area).map({"hotel": 0.2, "retail": 0.1, "office": 0.1})
    assert found(dataset_of({"area": area, "rate": rate}, outcomes(300))) == []


def test_numbers_that_differ_in_every_row_are_one_to_one_only_in_one_order() -> None:
    rng = np.random.default_rng(0)
    euros, visits = rng.normal(size=300), rng.normal(size=300)
    dataset = dataset_of({"euros": euros, "visits": visits, "won": 1400 * euros + 3}, outcomes(300))
    assert places(found(dataset), "one-to-one") == ["euros, won"]


def test_a_value_with_a_third_of_the_positives_and_few_rows_is_found() -> None:
    y = outcomes(1000)
    source = np.where(np.arange(1000) % 2, "web", "mail").astype(object)
    source[np.flatnonzero(y == 1)[:60]] = "award"
    source[np.flatnonzero(y == 0)[:20]] = "award"
    (finding,) = found(dataset_of({"source": source}, y))
    assert (finding.code, finding.place, finding.weight) == ("dominant-value", "source", "note")
    assert finding.evidence == ("'award' holds 30.0% of the positives and 8.0% of the rows (60 of 80 are positive).")
    assert found(dataset_of({"source": source}, y), company="source") == []


def test_a_value_with_as_many_positives_as_rows_is_not_dominant() -> None:
    source = np.where(np.arange(1000) % 10 < 6, "web", "mail")
    assert found(dataset_of({"source": source}, outcomes(1000))) == []


def test_a_lucky_level_among_hundreds_is_not_dominant() -> None:
    y = np.zeros(1600, dtype=np.int8)
    y[[*range(3), *range(8, 8 * 18, 8)]] = 1  # three of eight rows of one level, one each of 17 others
    assert found(dataset_of({"code": [f"C{n // 8:03}" for n in range(1600)]}, y)) == []
    y[[*range(8), *range(8, 8 * 13, 8)]] = 1  # all eight rows of one level
    assert places(found(dataset_of({"code": [f"C{n // 8:03}" for n in range(1600)]}, y)), "dominant-value") == ["code"]
