"""The target table, on leads few enough to count by hand and on tables whose segments are planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from bench.customer.leads import Leads, Scored
from bench.customer.readable import Readable, company_columns, readable_columns
from bench.customer.target.segments import Segment, target_table, write_target
from bench.customer.target.told import target_block
from bench.customer.target.tree import grow
from bench.errors import ExperimentError
from bench.plan.indices import CustomersSection
from bench.record.columns import TARGET
from bench.score.interval import wilson

TEN = np.arange(10, 0, -1) / 10
FIVE = CustomersSection(smallest=5)


def leads(
    features: dict[str, object], chance: Sequence[float], y: Sequence[int] | None = None, groups: Sequence[int] = ()
) -> Leads:
    """Return leads of no company, or of those given, whose texts are categories."""
    frame = pd.DataFrame(features, index=range(len(chance)))
    texts = [name for name in frame if frame[name].dtype in ("str", object)]
    chances = np.asarray(chance, dtype=float)
    return Leads(
        tuple(f"lead-{row}" for row in range(len(chances))),
        frame.astype(dict.fromkeys(texts, "category")),
        np.asarray(groups if len(groups) else np.full(len(chances), -1), dtype=np.int64),
        chances,
        chances,
        chances,
        chances,
        None if y is None else np.asarray(y, dtype=np.int8),
    )


def scored(labelled: Leads, to_call: Leads | None = None, companies: tuple[str, ...] = ()) -> Scored:
    assert labelled.y is not None
    return Scored(labelled, to_call, float(labelled.y.mean()), companies)


def planted(rows: int = 1200, seed: int = 0) -> Scored:
    """Return leads of whom small ones with ten visits or more convert at 60 %, the others at 5 %."""
    rng = np.random.default_rng(seed)
    size, visits = rng.choice(["Small", "Large", "Middle"], rows), rng.integers(0, 20, rows).astype(float)
    chance = np.where((size == "Small") & (visits >= 10), 0.6, 0.05)
    noise = rng.choice(["a", "b", "c"], rows)
    features = {"size": size, "visits": visits, "noise": noise}
    return scored(leads(features, chance, rng.random(rows) < chance), leads(features, chance))


def whole(segments: Sequence[Segment]) -> tuple[int, int, int, float]:
    return (
        sum(one.leads for one in segments),
        sum(one.converted for one in segments),
        sum(one.open_leads for one in segments),
        pytest.approx(sum(one.expected_conversions for one in segments)),
    )


def test_calls_saved_are_those_that_chance_needs_for_as_many_conversions() -> None:
    found = target_table(scored(leads({"x": np.zeros(10)}, TEN, [1, 1, 0, 1, 0, 0, 0, 0, 1, 0])), FIVE)
    second, third = found.bands[1], found.bands[2]
    # Four of ten convert, so that two are found by 2 / 0.4 = 5 calls at random.
    assert (second.leads, second.cumulative_leads, second.cumulative_gains, second.calls_saved) == (1, 2, 0.5, 3.0)
    assert (third.rate, third.lift, third.calls_saved) == (0.0, 0.0, 2.0)
    assert (second.lift, second.mean_index) == (2.5, 90.0)
    assert (found.bands[-1].cumulative_gains, found.bands[-1].calls_saved) == (1.0, 0.0)


def test_leads_of_one_chance_share_a_band() -> None:
    chance = [0.9] * 3 + [0.5] * 15 + [0.1] * 2
    found = target_table(scored(leads({"x": np.zeros(20)}, chance, [1, 0] * 10)), FIVE)
    assert [one.leads for one in found.bands] == [3, 15, 2]
    assert [one.segment for one in found.bands] == [
        "chance of at least 90%",
        "chance from 50% to below 90%",
        "chance below 50%",
    ]
    alike = target_table(scored(leads({"x": np.zeros(20)}, [0.5] * 20, [1, 0] * 10)), FIVE)
    assert [(one.segment, one.leads) for one in alike.bands] == [("all leads", 20)]


def test_a_tier_begins_at_its_lowest_index_also_where_no_lead_reaches_it() -> None:
    found = target_table(scored(leads({"x": np.zeros(10)}, TEN / 2, [1, 0] * 5)), FIVE, {"C": 0, "A": 60, "B": 30})
    assert [(one.segment, one.leads) for one in found.tiers] == [
        ("A: chance of at least 60%", 0),
        ("B: chance from 30% to below 60%", 5),
        ("C: chance below 30%", 5),
    ]
    assert np.isnan(found.tiers[0].rate)
    assert "cannot be told" in target_block(found).tables[1].rows[0]


@pytest.mark.parametrize("with_open", [True, False])
def test_segments_of_each_kind_sum_to_the_whole(with_open: bool) -> None:
    rng = np.random.default_rng(3)
    rows = 600
    size = rng.choice(np.array(["Small", "Large", None], dtype=object), rows)
    visits = np.where(rng.random(rows) < 0.3, np.nan, rng.integers(0, 9, rows))
    chance = np.where(pd.isna(size) | (visits > 5), 0.5, 0.1)
    labelled = leads({"size": size, "visits": visits}, chance, rng.random(rows) < chance, rng.integers(-1, 80, rows))
    to_call = leads({"size": ["Huge", "Small", None, "Large"], "visits": [np.nan, -3, 99, 4]}, [0.9, 0.5, 0.1, 0])
    found = target_table(scored(labelled, to_call if with_open else None), FIVE, {"hot": 30, "cold": 0})
    assert labelled.y is not None
    assert len(found.groups) > 2
    for kind in (found.bands, found.tiers, found.groups):
        assert whole(kind) == (rows, labelled.y.sum(), *((4, 1.5) if with_open else (0, 0.0)))
        assert (kind[-1].cumulative_leads, kind[-1].cumulative_gains) == (rows, pytest.approx(1))
        assert kind[-1].calls_saved == pytest.approx(0)


def test_a_tree_says_the_planted_segment_in_words() -> None:
    found = target_table(planted(), CustomersSection())
    assert found.groups[0].segment == "size is Small, visits at least 10"
    assert found.groups[0].low < 0.6 < found.groups[0].high
    assert found.groups[0].open_leads == found.groups[0].leads
    assert all(one.leads >= 50 for one in found.groups)


def test_a_gap_is_a_level_of_its_own() -> None:
    rng = np.random.default_rng(0)
    kind = rng.choice(np.array(["End", "Installer", None], dtype=object), 800)
    amount = np.where(rng.random(800) < 0.3, np.nan, rng.random(800))
    chance = np.where(pd.isna(kind) | np.isnan(amount), 0.7, 0.05)
    found = target_table(scored(leads({"kind": kind, "amount": amount}, chance, rng.random(800) < chance)), FIVE)
    words = [one.segment for one in found.groups]
    assert "kind is missing" in " ".join(words)
    assert any("amount is missing" in one for one in words)


@pytest.mark.parametrize("which", ["missing", "missing or low", "missing or high", "given"])
def test_gaps_of_a_number_go_to_the_side_they_are_like(which: str) -> None:
    amount = np.where(np.arange(400) % 4 == 0, np.nan, np.arange(400.0))
    gap, low = np.isnan(amount), amount < 200
    alike = {"missing": gap, "missing or low": gap | low, "missing or high": gap | (amount >= 200), "given": ~gap}[
        which
    ]
    features = pd.DataFrame({"amount": amount})
    rules = grow(readable_columns(features, (), 5), features, alike.astype(np.int8), 5)
    converting = np.any([held for rule in rules if alike[held := rule.holds(features)].mean() > 0.5], axis=0)
    # A cut lies near a twentieth of the leads, and so by a few of them beside the true one.
    assert (converting != alike).sum() < 20
    assert (converting[gap] == alike[gap]).all()


def test_rates_of_groups_are_not_those_of_the_leads_that_shaped_them() -> None:
    rng = np.random.default_rng(1)
    reported, counted = [], []
    for _ in range(8):
        features = {f"x{column}": rng.random(600) for column in range(8)}
        table = scored(leads(features, rng.random(600), rng.random(600) < 0.2))
        best = max(target_table(table, CustomersSection()).groups, key=lambda one: one.converted / one.leads)
        reported.append(best.rate)
        counted.append(best.converted / best.leads)
        assert best.told_by < best.leads
    # Nothing tells the outcome here: 20 % of any leads convert, and more of those a split was chosen on.
    assert np.mean(counted) > 0.25
    assert np.mean(reported) == pytest.approx(0.2, abs=0.05)


def test_companies_are_on_one_side_and_the_interval_knows_that_their_leads_are_alike() -> None:
    y = np.repeat(np.random.default_rng(2).random(60) < 0.3, 10)
    one = leads({"x": np.zeros(600)}, np.full(600, 0.3), y, np.repeat(np.arange(60), 10))
    alone = replace(one, groups=np.full(600, -1))
    (together,), (apart,) = (target_table(scored(of), FIVE).bands for of in (one, alone))
    exact = binomtest(int(y.sum()), 600).proportion_ci(method="wilson")
    assert (apart.low, apart.high) == pytest.approx((exact.low, exact.high), abs=1e-5)
    # Ten alike count for one, and sixty for a little less, since only sixty tell how alike they are.
    assert (together.low, together.high) == pytest.approx(wilson(y.mean(), 60 * (1.9639 / 2.0010) ** 2), abs=1e-5)


def test_a_level_of_few_leads_and_the_company_are_never_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = 400
    company = rng.integers(0, 40, rows)
    rare = np.where(np.arange(rows) < 4, "Vendor 12", rng.choice(["yes", "no"], rows))
    companies = ("Acme", "Bolt", "Cog", *(f"Firm {number}" for number in range(37)))
    # Firm 9 has a fourth of all leads, and a name of its own in a column of brands.
    company[:100] = 12
    brand = np.where(company == 12, "Nine", rng.choice(["own", "none"], rows))
    features = {"firm": np.array(companies)[company], "rare": rare, "brand": brand, "code": company * 7.0}
    chance = np.where((company == 12) | (rare == "yes"), 0.9, 0.1)
    table = scored(leads(features, chance, rng.random(rows) < chance, company), companies=companies)
    text = write_target(target_table(table, FIVE), tmp_path).read_text()
    assert "rare is" in text
    assert not any(name in text for name in ("Vendor", "firm", "Firm", "Acme", "Bolt", "Cog", "Nine"))


def test_what_tells_nothing_apart_makes_no_groups() -> None:
    table = scored(leads({"x": np.zeros(200), "y": [f"{row}" for row in range(200)]}, np.full(200, 0.5), [1, 0] * 100))
    found = target_table(table, CustomersSection())
    assert [one.segment for one in found.groups] == ["all leads"]
    assert target_block(found).sentences[-1] == "No column tells apart leads that convert more often than others."


def test_of_texts_dates_and_the_company_is_only_told_whether_anything_is_given() -> None:
    features = pd.DataFrame(
        {
            "size": pd.Categorical(["S", "S", "L", "L"] * 5),
            "place": pd.Categorical([None] * 10 + [f"town {row}" for row in range(10)]),
            "day": pd.to_datetime(["2024-01-01", None] * 10),
            "note": pd.Series(["some words", None] * 10, dtype="str"),
            "firm": pd.Categorical(["Acme", None] * 10),
            "full": pd.Series(["every cell"] * 20, dtype="str"),
        }
    )
    groups = np.array([1, -1] * 10)
    columns = readable_columns(features, (), 5, groups, ("Bolt", "Acme"))
    assert columns == (Readable("size", levels=("L", "S")), Readable("place"))
    named = readable_columns(features, ("firm", "note", "day", "full", "note"), 5, groups, ("Bolt", "Acme"))
    assert named == (Readable("firm"), Readable("note"), Readable("day"))
    assert named[0].codes(features).tolist() == [0, 1] * 10
    gap = np.array([False, True])
    assert (named[0].words(gap, ~gap | gap), named[0].words(~gap, ~gap | gap)) == (
        "firm is missing",
        "firm is not missing",
    )


def test_a_column_that_does_not_exist_is_a_slip() -> None:
    features = pd.DataFrame({"size": pd.Categorical(["S", "L"]), "visits": [1.0, 2.0]})
    said = r"columns names 'sise', which is no feature\. Did you mean 'size'\? Known: size, visits\.$"
    with pytest.raises(ExperimentError, match=said):
        readable_columns(features, ("sise",), 5)


def test_the_company_is_known_by_its_cells_also_as_a_number_and_beside_the_placeholder_of_no_company() -> None:
    groups = np.repeat([2, 0, 1, -1], [6, 5, 4, 5])
    written = np.repeat(["47", "9", "030", "47466"], [6, 5, 4, 5])
    features = pd.DataFrame(
        {
            "customer": pd.Categorical(written),
            "number": written.astype(float),
            "gaps": np.full(20, np.nan),
            "staff": np.repeat([47.0, 9, 31, 0], [6, 5, 4, 5]),
        }
    )
    assert company_columns(features, groups, ("9", "030", "47")) == {"customer", "number"}
    assert company_columns(features, np.full(20, -1), ()) == set()


def test_the_first_of_groups_told_by_noise_is_not_better_than_the_average() -> None:
    rng = np.random.default_rng(3)
    first, sure = [], 0
    for _ in range(12):
        features = {f"x{column}": rng.random(600) for column in range(6)}
        table = scored(leads(features, rng.random(600), rng.random(600) < 0.2))
        found = target_table(table, CustomersSection())
        first.append(found.groups[0].lift)
        said = " ".join(target_block(found).sentences)
        sure += "the best group is" in said
        assert ("no group is found that surely converts more often than the average" in said) != (
            "the best group is" in said
        )
    # Put in order by the leads that tell the rates, the first one's lift was 1.2 in the mean.
    assert np.mean(first) == pytest.approx(1, abs=0.15)
    assert sure <= 1


def test_a_group_of_one_company_alone_counts_as_average_where_groups_are_summed_up() -> None:
    rng = np.random.default_rng(0)
    kind = np.where(np.arange(600) < 250, 1.0, rng.choice([2.0, 3.0], 600))
    chance = np.choose(kind.astype(int), [0, 0.9, 0.5, 0.1])
    groups = np.where(np.arange(600) < 250, 0, -1)
    found = target_table(scored(leads({"kind": kind}, chance, rng.random(600) < chance, groups)), FIVE)
    untold = [one for one in found.groups if not one.told_by]
    told = [one for one in found.groups if one.told_by]
    assert [one.leads for one in untold] == [250]
    assert not found.groups[-1].told_by
    assert "kind below 2" not in " ".join(target_block(found).sentences)
    average = sum(one.rate * one.leads for one in told) / sum(one.leads for one in told)
    assert told[0].lift == pytest.approx(told[0].rate / average)
    assert (found.groups[-1].cumulative_gains, found.groups[-1].calls_saved) == pytest.approx((1, 0))


def test_a_level_of_ten_thousand_letters_is_shortened_on_the_page_alone() -> None:
    size = Readable("size", levels=("x" * 10_000, "y"))
    first, every = np.array([1, 0, 0, 0], dtype=bool), np.ones(4, dtype=bool)
    assert size.words(first, every, brief=True) == f"size is {'x' * 59}…"
    assert size.words(first, every) == f"size is {'x' * 10_000}"


def test_columns_that_are_named_are_the_only_ones() -> None:
    table = planted()
    found = target_table(table, CustomersSection(columns=("noise", "visits")))
    assert not any("size" in one.segment for one in found.groups)


SIZE = Readable("size", levels=("S", "M", "L", "XL", "XXL"))
VISITS = Readable("visits", cuts=(1.0, 2.5, 12_000.0))


@pytest.mark.parametrize(
    ("column", "allowed", "said"),
    [
        (SIZE, [1, 0, 0, 0, 0, 0, 0], "size is S"),
        (SIZE, [1, 1, 0, 0, 0, 1, 1], "size is S, M, another value or missing"),
        (SIZE, [0, 1, 1, 1, 1, 1, 1], "size is not S"),
        (SIZE, [1, 1, 1, 1, 0, 1, 0], "size is neither XXL nor missing"),
        (SIZE, [1, 1, 1, 1, 1, 0, 0], "size is S, M, L or 2 more"),
        (VISITS, [1, 0, 0, 0, 0], "visits below 1"),
        (VISITS, [0, 1, 1, 0, 0], "visits from 1 to below 12,000"),
        (VISITS, [0, 0, 1, 1, 1], "visits at least 2.5 or missing"),
        (VISITS, [0, 0, 0, 0, 1], "visits is missing"),
        (VISITS, [1, 1, 1, 1, 0], "visits is not missing"),
    ],
)
def test_a_condition_reads_as_it_is_meant(column: Readable, allowed: list[int], said: str) -> None:
    every = np.ones(column.width, dtype=bool)
    assert column.words(np.array(allowed, dtype=bool), every, brief=True) == said


def test_of_gaps_that_no_lead_has_nothing_is_said() -> None:
    occur = np.array([1, 1, 1, 1, 0], dtype=bool)
    assert VISITS.words(np.array([0, 0, 1, 1, 1], dtype=bool), occur) == "visits at least 2.5"


def test_numbers_are_cut_at_round_figures() -> None:
    given = np.random.default_rng(0).lognormal(7, 1, 5000)
    (column,) = readable_columns(pd.DataFrame({"amount": given}), (), 50)
    assert len(column.cuts) == 19
    assert all(cut == round(cut, -1) for cut in column.cuts)
    (years,) = readable_columns(pd.DataFrame({"year": np.arange(5000) % 7 + 2018.0}), (), 50)
    assert years.cuts == (2019, 2020, 2021, 2022, 2023, 2024)
    (flag,) = readable_columns(pd.DataFrame({"flag": np.arange(500) % 2.0}), (), 50)
    assert (flag.levels, flag.words(np.array([0, 1, 0, 0], dtype=bool), np.ones(4, dtype=bool))) == (
        ("0", "1"),
        "flag is 1",
    )


def test_every_lead_is_in_exactly_one_leaf() -> None:
    table = planted(seed=4)
    features, y = table.labelled.features, table.labelled.y
    assert y is not None
    rules = grow(readable_columns(features, (), 20), features[:600], y[:600], 20)
    assert len(rules) > 3
    other = pd.DataFrame({"size": [None, "Huge"], "visits": [np.nan, 1e9], "noise": ["a", None]})
    for of in (features, other):
        assert (np.sum([rule.holds(of) for rule in rules], axis=0) == 1).all()


def test_the_table_is_written_with_its_columns_and_open_leads_empty_where_there_are_none(tmp_path: Path) -> None:
    table = planted()
    path = write_target(target_table(table, CustomersSection()), tmp_path)
    assert list(pd.read_csv(path)) == list(TARGET)
    before = path.read_bytes()
    assert write_target(target_table(table, CustomersSection()), tmp_path).read_bytes() == before
    write_target(target_table(replace(table, open=None), CustomersSection()), tmp_path)
    assert pd.read_csv(path)[["open_leads", "expected_conversions"]].isna().all(axis=None)


def test_the_page_says_what_calling_the_best_first_is_worth() -> None:
    y = [1] * 10 + [1, 0] * 5 + [0] * 80
    chance = np.linspace(0.99, 0.01, 100)
    block = target_block(target_table(scored(leads({"x": np.zeros(100)}, chance, y)), FIVE))
    assert block.sentences[0] == (
        "Calling the first two bands, 20% of the leads, finds 100% of the conversions: 20 calls, where calling at "
        "random takes 100 to find as many."
    )
    first = block.tables[0].rows[0]
    assert first[1:] == ("10", "10", "100% (72 to 100)", "6.7", "67%", "57")
    again = target_block(target_table(scored(leads({"x": np.zeros(100)}, chance, y)), FIVE))
    assert again.plots[0].svg == block.plots[0].svg
    assert "at random" in block.plots[0].svg


def test_groups_say_whose_rates_they_are_and_when_they_do_not_differ() -> None:
    said = target_block(target_table(planted(), CustomersSection())).sentences
    assert said[1].startswith("Told by what is known of a lead, the best group is: size is Small, visits at least 10. ")
    assert "leads that had no part in finding them" in said[2]
    found = target_table(planted(), CustomersSection())
    overlapping = replace(found, groups=(found.groups[0], replace(found.groups[-1], high=0.9)))
    assert "intervals overlap" in target_block(overlapping).sentences[-1]


def test_a_company_shapes_the_groups_or_tells_their_rates_but_not_both() -> None:
    rng = np.random.default_rng(5)
    kind = rng.choice(["a", "b"], 780)
    chance = np.where(kind == "a", 0.6, 0.1)
    labelled = leads({"kind": kind}, chance, rng.random(780) < chance, np.repeat(np.arange(60), 13))
    found = target_table(scored(labelled), FIVE)
    told = sum(one.told_by for one in found.groups)
    assert (told % 13, 0.4 < told / 780 < 0.6) == (0, True)
    assert "companies that had no part in finding them" in target_block(found).sentences[2]


def test_where_one_company_has_nearly_all_leads_nothing_is_told_of_groups() -> None:
    rng = np.random.default_rng(6)
    kind = rng.choice(["a", "b"], 300)
    chance = np.where(kind == "a", 0.6, 0.1)
    found = target_table(scored(leads({"kind": kind}, chance, rng.random(300) < chance, np.arange(300) // 298)), FIVE)
    assert [(one.segment, one.told_by) for one in found.groups] == [("all leads", 300)]


def test_an_assumed_rate_far_from_the_labelled_one_is_spoken_of() -> None:
    table = planted()
    said = [
        target_block(target_table(replace(table, rate=rate), CustomersSection())).sentences[1]
        for rate in (table.rate, 0.5)
    ]
    assert not said[0].startswith("Of the labelled leads")
    assert said[1].startswith("Of the labelled leads 15% converted, of those to call 50% are assumed to: rates")
