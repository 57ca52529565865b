"""Planted kinds of customers are found, and none where there are none; more: `python -m benchmarks.latent_classes`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from bench.customer.classes.latent import Classes, latent_classes
from benchmarks.latent_classes import households


@pytest.fixture(scope="module")
def apart() -> tuple[Classes, np.ndarray]:
    table, kind = households(400, apart=0.8, gaps=0.2, seed=0)
    return latent_classes(table, 4, converted=(kind == 0).astype(np.int64), labelled=np.ones(400, dtype=np.int64)), kind


def test_classes_well_apart_are_recovered_with_a_fifth_of_the_cells_missing(apart: tuple[Classes, np.ndarray]) -> None:
    found, kind = apart
    assert len(found.names) == 3
    assert adjusted_rand_score(kind, found.of) >= 0.9
    assert found.posterior.sum(axis=1) == pytest.approx(1)


def test_classes_are_numbered_by_size_and_named_by_what_they_have_more_of(apart: tuple[Classes, np.ndarray]) -> None:
    found, kind = apart
    assert (np.diff(np.bincount(found.of)) <= 0).all()
    assert (kind[found.of == 0] == 0).mean() > 0.9, "the largest planted"
    for name, traits in zip(found.names, found.traits, strict=True):
        assert name == f"{traits[0].column} {traits[0].level}, {traits[1].column} {traits[1].level}"
        assert traits[0].low > 0


def test_conversion_of_a_class_is_that_of_its_customers(apart: tuple[Classes, np.ndarray]) -> None:
    found, kind = apart
    assert sum(of.converted for of in found.conversions) == (kind == 0).sum()
    assert sum(of.labelled for of in found.conversions) == 400
    assert found.conversions[0].low > 0.8
    assert found.conversions[1].high < 0.2


def test_a_customer_between_classes_cannot_be_told(apart: tuple[Classes, np.ndarray]) -> None:
    found, _ = apart
    between = replace(found, posterior=np.array([[0.5, 0.4, 0.1], [0.1, 0.2, 0.7]]))
    assert between.labels.tolist() == ["", "3"]
    assert between.told.tolist() == [False, True]


def test_overlapping_classes_are_recovered_in_part() -> None:
    table, kind = households(600, apart=0.55, gaps=0.0, seed=0)
    found = latent_classes(table, 3)
    assert 0.5 <= adjusted_rand_score(kind, found.of) < 0.95


def test_no_classes_are_found_where_none_are() -> None:
    table, _ = households(300, apart=0.0, gaps=0.2, seed=0)
    found = latent_classes(table, 2)
    assert found.names == ("all",)
    assert found.traits == ((),)
    assert found.told.all()
    assert {tried.classes for tried in found.tried} == {1, 2}


def test_the_same_customers_give_the_same_classes_whatever_converted(apart: tuple[Classes, np.ndarray]) -> None:
    table, kind = households(400, apart=0.8, gaps=0.2, seed=0)
    again = latent_classes(table, 4, converted=(kind == 1).astype(np.int64), labelled=np.ones(400, dtype=np.int64))
    assert (again.posterior == apart[0].posterior).all()
    assert again.conversions != apart[0].conversions


def test_no_class_is_smaller_than_asked() -> None:
    table, _ = households(400, apart=0.8, gaps=0.0, seed=0)
    found = latent_classes(table, 3, smallest=120)  # the smallest planted has about 80
    assert np.bincount(found.of).min() >= 120
    assert any(tried.smallest < 120 for tried in found.tried)


def test_few_customers_or_no_columns_are_one_class() -> None:
    table, _ = households(30, apart=0.8, gaps=0.0, seed=0)
    assert latent_classes(table, 6).names == ("all",)
    assert latent_classes(pd.DataFrame({"flag": [1.0] * 30}), 6).posterior.shape == (30, 1)
    assert latent_classes(table, 0).names == ("all",)
    assert latent_classes(table[:0], 6).posterior.shape == (0, 1)
    gaps = pd.DataFrame({"pages": [np.nan] * 200, "kind": pd.Categorical([None] * 200)})
    assert latent_classes(gaps, 6).names == ("all",)
