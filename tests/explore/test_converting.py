"""Tests of how often leads of each kind convert, and how surely."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.explore.converting import (
    ABOVE,
    UNSURE,
    chance_of,
    judged,
    levels_of,
    lines_of,
    rates_by_level,
    rates_of,
)
from bench.score.interval import wilson
from tests.explore.tables import converted, levels, look_of


def rates(column: pd.Series, y: list[int], groups: list[int] | None = None) -> pd.DataFrame:
    """Return the rates of a column's levels."""
    made = levels_of(column)
    assert made is not None
    return rates_by_level(*made, look_of(pd.DataFrame({"a": column}), y, groups).counted)


def test_rates_count_leads_and_conversions_of_each_level() -> None:
    found = rates(levels(("x", 10), ("y", 20), (None, 6)), converted((4, 6), (2, 18), (0, 6)))
    assert found["level"].tolist() == ["y", "x", "(no value)"]
    assert found["leads"].tolist() == [20, 10, 6]
    assert found["conversions"].tolist() == [2, 4, 0]
    assert tuple(found.loc[1, ["low", "high"]]) == pytest.approx(wilson(0.4, 10))
    assert found.loc[1, "lift"] == pytest.approx(0.4 / (6 / 36))


def test_levels_of_fewer_than_five_leads_share_a_line() -> None:
    found = rates(levels(("x", 10), ("rare", 4), ("rarer", 3)), converted((4, 6), (4, 0), (0, 3)))
    assert found["level"].tolist() == ["x", "(2 rarer values)"]
    assert found["levels"].tolist() == [1, 2]
    assert found["leads"].tolist() == [10, 7]


def test_a_line_of_fewer_than_five_leads_is_left_out() -> None:
    assert rates(levels(("x", 10), ("rare", 4)), converted((4, 6), (4, 0)))["level"].tolist() == ["x"]


def test_a_level_that_one_company_holds_or_an_address_joins_the_rarer_ones() -> None:
    column = levels(("x", 10), ("own", 6), ("a@b.c", 6))
    found = rates(column, converted((4, 6), (4, 2), (1, 5)), [*range(10), *[10] * 6, *range(11, 17)])
    assert found["level"].tolist() == ["x", "(2 rarer values)"]


def test_leads_of_one_company_are_counted_together() -> None:
    y, company = np.array(converted((10, 0), (0, 30)), dtype=np.int8), np.array([*[0] * 5, *[1] * 5, *range(2, 32)])
    line = np.repeat([0, 1], [10, 30])
    found = rates_of(line, np.arange(40), 2, y, company)
    assert found.loc[0, "companies"] == 2
    assert found.loc[0, "low"] == pytest.approx(wilson(1.0, 2)[0])


def test_chance_is_twice_the_binomial_tail() -> None:
    tail = 10 * 0.1**3 * 0.9**2 + 5 * 0.1**4 * 0.9 + 0.1**5
    one, five = np.ones(5, dtype=np.int64), np.array([1, 1, 1, 0, 0])
    assert chance_of(five, one, 0.1) == pytest.approx(2 * tail)
    assert chance_of(0 * one, one, 0.1) == 1.0
    assert chance_of(one, one, 0.1) == pytest.approx(2 * 0.1**5)
    assert chance_of(five, one, 1 - 0.1) == pytest.approx(2 * (1 - 5 * 0.9**4 * 0.1 - 0.9**5))


def test_chance_takes_a_share_of_few_companies_far_off_more_easily() -> None:
    alone = chance_of(np.repeat([1, 0], [20, 20]), np.ones(40, dtype=np.int64), 0.1)
    together = chance_of(np.array([10, 10, 0, 0]), np.full(4, 10), 0.1)
    assert alone < 1e-9
    assert together > 0.05


def test_chance_has_hardly_a_part_in_a_share_of_many_leads_far_off() -> None:
    hits = np.repeat([1, 0], [6000, 4000])
    assert chance_of(hits, np.ones(10_000, dtype=np.int64), 0.1) < 1e-12
    pairs = chance_of(2 * hits, np.full(10_000, 2), 0.1)
    assert 0 < pairs < 1e-9


def test_of_many_levels_without_an_effect_hardly_one_is_called_sure() -> None:
    draw = np.random.default_rng(7)
    column = pd.Series(draw.integers(0, 400, 8000).astype(str), dtype="str").astype("category")
    found = judged(rates(column, draw.binomial(1, 0.1, 8000).tolist()))
    assert (found["p_value"] < 0.05).sum() > 3
    assert (found["verdict"] == UNSURE).all()


def test_an_effect_is_sure_alone_and_not_among_many() -> None:
    lines = pd.DataFrame({"levels": 1, "lift": 2.0, "p_value": [0.03, *[0.9] * 99]})
    assert judged(lines[:1])["verdict"].tolist() == [ABOVE]
    assert judged(lines)["verdict"].iloc[0] == UNSURE


def test_nothing_is_said_of_rarer_levels_together() -> None:
    lines = pd.DataFrame({"levels": [1, 3], "lift": 2.0, "p_value": [0.001, 0.001]})
    assert judged(lines)["verdict"].tolist() == [ABOVE, ""]


def test_a_company_that_brings_many_conversions_is_not_among_the_leads_that_count() -> None:
    y = converted((30, 0), (20, 180))
    found = look_of(pd.DataFrame({"a": range(230)}), y, [0] * 30 + list(range(1, 201))).counted
    assert len(found.y) == len(found.features) == 200
    assert found.average == 0.1


def test_it_stays_where_hardly_a_conversion_is_left_without_it() -> None:
    y = converted((30, 0), (9, 191))
    look = look_of(pd.DataFrame({"a": range(230)}), y, [0] * 30 + list(range(1, 201)))
    assert len(look.counted.y) == 230
    assert len(look.outcomes.sentences) == 1


def test_few_numbers_have_levels_and_many_have_none() -> None:
    few, many = levels_of(pd.Series([1.0, 0.5, np.nan])), levels_of(pd.Series(np.arange(20.0)))
    assert few is not None
    assert few[0] == ["0.5", "1"]
    assert few[1].tolist() == [1, 0, -1]
    assert many is None
    assert levels_of(pd.Series([np.nan, np.nan])) is None


def test_a_line_reads_as_a_rate_with_its_interval() -> None:
    found = judged(rates(levels(("x", 100), ("y", 100)), converted((29, 71), (0, 100))))
    found.insert(0, "column", "a")
    assert lines_of(found)[0].said == "29% (21 to 39)"
