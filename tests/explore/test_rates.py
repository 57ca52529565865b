"""Tests of conversion rates by category."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.audit.finding import Finding
from bench.explore.rates import rates
from bench.page.page import page
from tests.explore.tables import all_text, converted, levels, look_of

PARTNERS = pd.DataFrame({"type": levels(("Partner", 60), ("Client", 200), ("Guest", 200))})
BOUGHT = converted((30, 30), (20, 180), (20, 180))


def test_what_surely_converts_more_often_is_a_sign_to_rank_by() -> None:
    seen = rates(look_of(PARTNERS, BOUGHT))
    assert seen is not None
    assert seen.act[0].startswith("type 'Partner': 50% (38 to 62) of 60 leads convert, 3.3 times the average")
    assert len(seen.act) == 1
    assert seen.sheets["rates"]["verdict"].tolist() == ["surely below", "surely below", "surely above"]


def test_a_column_that_the_audit_doubts_calls_for_nothing() -> None:
    finding = Finding("after-outcome", "type", "Gone.", "Drop it.", "leak")
    seen = rates(look_of(PARTNERS, BOUGHT, findings=[finding]))
    assert seen is not None
    assert not seen.act
    assert len(seen.sheets["rates"]) == 3


def test_a_sure_level_of_a_handful_of_leads_is_not_worth_a_sentence() -> None:
    features = pd.DataFrame({"type": levels(("Partner", 8), ("Client", 1000))})
    seen = rates(look_of(features, converted((7, 1), (100, 900))))
    assert seen is not None
    assert seen.sheets["rates"]["verdict"].tolist() == ["not sure", "surely above"]
    assert not seen.act


def test_without_an_effect_nothing_is_to_act_upon() -> None:
    seen = rates(look_of(PARTNERS, converted((6, 54), (20, 180), (20, 180))))
    assert seen is not None
    assert not seen.act
    assert "0 surely convert more often and 0 less often" in seen.block.sentences[0]


def test_every_level_can_be_searched_by_column_and_verdict() -> None:
    seen = rates(look_of(PARTNERS, BOUGHT))
    assert seen is not None
    assert seen.block.live is not None
    first = seen.block.live.rows[0]
    assert first.cells[:4] == ["type", "Partner", "60", "30"]
    assert first.facets == {"column": "type", "verdict": "surely above"}
    assert not seen.block.live.mark  # the column of verdicts says it


def test_the_company_is_not_looked_at_by_level() -> None:
    features = PARTNERS.assign(firm=levels(("Acme", 60), ("Bolt", 200), ("Core", 200)))
    seen = rates(look_of(features, BOUGHT, [*range(460)], company="firm"))
    assert seen is not None
    assert "Acme" not in all_text(seen)


def test_no_level_of_fewer_than_five_leads_is_shown_or_written() -> None:
    features = PARTNERS.assign(town=levels(("Rome", 200), ("Secretville", 4), ("Oslo", 252), ("Hideaway", 4)))
    seen = rates(look_of(features, BOUGHT))
    assert seen is not None
    shown = all_text(seen)
    assert "Rome" in shown
    assert "(2 rarer values)" in shown
    assert "Secretville" not in shown
    assert "Hideaway" not in shown


def test_spellings_that_folding_would_merge_are_shown_side_by_side() -> None:
    features = pd.DataFrame({"type": levels(("End-Customer", 200), ("End Customer", 100), ("Guest", 200))})
    seen = rates(look_of(features, converted((10, 190), (50, 50), (20, 180))))
    assert seen is not None
    (table,) = seen.block.tables
    assert table.rows == [["type", "End Customer: 50% (40 to 60) of 100", "End-Customer: 5% (2.7 to 9) of 200", "yes"]]
    assert seen.sheets["rates"]["read_as"].tolist() == ["", "", "End-Customer"]


def test_markup_long_values_and_korean_break_nothing() -> None:
    features = pd.DataFrame(
        {"<b>$x$": levels(("<script>alert(1)</script>", 50), ("견적 요청", 50), ("y" * 10_000, 50))}
    )
    seen = rates(look_of(features, converted((40, 10), (5, 45), (5, 45))))
    assert seen is not None
    html = page("t", seen.act, [seen.block])
    assert "<script>alert" not in html
    assert "견적 요청" in html
    assert "y" * 100 not in html


def test_a_table_without_levels_has_no_rates() -> None:
    numbers = pd.DataFrame({"a": np.arange(40.0), "gap": np.full(40, np.nan)})
    assert rates(look_of(numbers, converted((20, 20)))) is None


def test_columns_of_one_value_or_of_gaps_are_legal() -> None:
    features = pd.DataFrame(
        {"one": levels(("x", 40)), "gaps": levels((None, 40)), "rare": levels(("x", 2), (None, 38))}
    )
    seen = rates(look_of(features, converted((20, 20))))
    assert seen is not None
    assert set(seen.sheets["rates"]["verdict"]) == {"not sure"}
