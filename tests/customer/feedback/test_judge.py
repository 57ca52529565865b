"""What a bundle predicted against what happened, on leads made up or worked by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.bundle.manifest import Estimate, Facts, Policy
from bench.companies import company_of
from bench.customer.feedback.drift import Trained, column_drift, new_levels
from bench.customer.feedback.give import feedback_tables
from bench.customer.feedback.judge import Feedback, judge
from bench.customer.feedback.measures import Judged, differences, measure, share_of_top, spread_of
from bench.customer.feedback.outcomes import UNKNOWN, Outcomes
from bench.customer.feedback.page import feedback_block
from bench.customer.feedback.said import answers, details, drift_sentences, level_told, sentences
from bench.customer.feedback.slices import Slicing, by_level, by_period, by_score
from bench.customer.feedback.threshold import move, threshold_by_share
from bench.customer.feedback.training import write_training
from bench.data.dataset import Dataset, read_dataset, read_tables
from bench.data.roles import Roles
from bench.data.schema import NewLeads, Reader, Schema, Wanted
from bench.data.table import Table, table_from_frame
from bench.errors import DataError
from bench.record.columns import FEEDBACK, OUTCOMES
from bench.score.calibration import reliability
from bench.score.objective import Objective
from tests.bundle.bundles import FACTS

SCHEMA = Schema(
    columns=(Wanted(name="visits", kind="number"), Wanted(name="region", kind="category", levels=("north", "south"))),
    features=("visits", "region"),
    others=("firm",),
    missing=(),
    target="won",
    id="id",
    groups=None,
    ungrouped=(),
)
BUNDLE = FACTS.model_copy(
    update={
        "labels": ("no", "yes"),
        "target": "won",
        "data_schema": SCHEMA,
        "rows": 1000,
        "positives": 200,
        "threshold": 0.3,
        "policy": Policy(word="train", assumed_rate=0.2, called_share=0.25),
        "estimate": Estimate(metric="f1", value=0.6, precision=0.6, recall=0.6, low=0.5, high=0.7),
    }
)


def judged(y: object, probability: object, unit: object = None, threshold: float = 0.3) -> Judged:
    y, probability = np.array(y, dtype=np.int8), np.array(probability, dtype=float)
    rows = np.arange(len(y)) if unit is None else np.array(unit)
    return Judged(y, probability, probability, probability >= threshold, rows)


def drawn(rows: int, seed: int = 0, logit_then: float = 0.0, slope: float = 1.0) -> Judged:
    """Leads that convert as their probability says, but for a shift and a slope of its logit."""
    rng = np.random.default_rng(seed)
    place = rng.normal(-2, 1.5, rows)
    y = rng.random(rows) < 1 / (1 + np.exp(-(logit_then + slope * place)))
    return judged(y, 1 / (1 + np.exp(-place)))


def outcomes(y: object, probability: object, **more: object) -> Outcomes:
    y, probability = np.array(y, dtype=np.int8), np.array(probability, dtype=float)
    frame = pd.DataFrame(
        {
            "id": [f"lead {row}" for row in range(len(y))],
            "visits": [str(row % 9) for row in range(len(y))],
            "region": ["north", "south"] * (len(y) // 2) + ["north"] * (len(y) % 2),
        },
        dtype="str",
    )
    leads = Table(frame, "leads.csv")
    made = Outcomes(
        leads=leads,
        read=Reader(SCHEMA).read(leads),
        names=frame["id"],
        probability=probability,
        called=probability >= BUNDLE.threshold,
        y=y,
        unit=company_of(None, len(y)),
        notices=(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def given(rows: int = 400, facts: Facts = BUNDLE, slicings: tuple[Slicing, ...] = (), **more: object) -> Feedback:
    leads = drawn(rows)
    return judge(facts, outcomes(leads.y, leads.probability, **more), Objective(), slicings, draws=50)


# --- measures -----------------------------------------------------------------------------------------------------


def test_every_measure_is_that_of_its_counts() -> None:
    # Called are the first four, and two of them convert; of ten leads three convert, and the likeliest is one of them.
    ten = judged([1, 1, 0, 0, 1, 0, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1])
    row = measure(ten, (), True, draws=20).iloc[0]
    assert (row["leads"], row["converted"], row["called"]) == (10, 3, 4)
    assert row["precision"] == 0.5
    assert row["recall"] == pytest.approx(2 / 3)
    assert row["f1"] == pytest.approx(4 / 7)
    assert row["expected"] == pytest.approx(4.0)
    assert row["converted_of_expected"] == pytest.approx(0.75)
    assert row["lift"] == pytest.approx(1 / 0.3)


def test_parts_sum_to_all_leads() -> None:
    leads = drawn(300)
    parts = Slicing("region", ("north", "south", "east"), np.arange(300) % 3)
    rows = measure(leads, (parts,), True, draws=20)
    counts = ["leads", "converted", "called", "expected"]
    np.testing.assert_allclose(rows.loc[1:, counts].sum(), rows.loc[0, counts].astype(float))


def test_a_tie_at_the_edge_of_the_top_counts_in_part() -> None:
    # A fifth of ten leads are two: the first, and a third of each of the three that tie behind it.
    np.testing.assert_allclose(
        share_of_top(np.array([0.5, 0.9, 0.5, 0.5, *[0.1] * 6]), 0.2)[:4], [1 / 3, 1, 1 / 3, 1 / 3]
    )
    assert share_of_top(np.full(30, 0.2)).sum() == pytest.approx(3.0)


def test_a_share_of_one_is_not_certain() -> None:
    six = judged([1] * 6 + [0] * 6, [0.9] * 6 + [0.1] * 6)
    row = measure(six, (), True, draws=20).iloc[0]
    assert (row["precision"], row["precision_high"]) == (1, 1)
    assert row["precision_low"] == pytest.approx(6 / (6 + 1.96**2), abs=1e-4)


def test_no_conversion_at_all_leaves_room_for_some() -> None:
    rows = measure(judged([0] * 10 + [1] * 10, [0.5] * 20), (Slicing("part", ("a", "b"), np.repeat([0, 1], 10)),), True)
    part = rows.iloc[1]
    assert (part["converted_of_expected"], part["converted_of_expected_low"]) == (0, 0)
    assert part["converted_of_expected_high"] == pytest.approx(-np.log(0.025) / 5)


def test_numbers_of_few_companies_have_no_interval() -> None:
    row = measure(judged([1, 0] * 20, [0.5] * 40, np.arange(40) % 4), (), True, draws=20).iloc[0]
    assert row["precision"] == 0.5
    assert np.isnan(row["precision_low"])


def test_leads_of_one_company_count_as_one_in_intervals() -> None:
    leads = drawn(300)
    four = [np.repeat(values, 4) for values in (leads.y, leads.probability)]
    alone, together, as_rows = (
        measure(judged(*leads_, unit), (), True).iloc[0]
        for leads_, unit in (
            ((leads.y, leads.probability), None),
            (four, np.repeat(np.arange(300), 4)),
            (four, None),
        )
    )
    assert together["precision_low"] == pytest.approx(alone["precision_low"])
    width = as_rows["precision_high"] - as_rows["precision_low"]
    assert width < 0.7 * (alone["precision_high"] - alone["precision_low"])


def test_the_error_of_the_slope_does_not_shrink_by_copies_in_a_company() -> None:
    leads = drawn(300)
    found = reliability(leads.y, leads.probability)
    four = judged(np.repeat(leads.y, 4), np.repeat(leads.probability, 4), np.repeat(np.arange(300), 4))
    assert spread_of(four, found) == pytest.approx(spread_of(leads, found))
    rows = replace(four, unit=np.arange(1200))
    assert spread_of(rows, found) == pytest.approx(spread_of(leads, found) / 2)


def test_what_needs_uncalled_leads_is_empty_without_them() -> None:
    row = measure(drawn(300), (), False, draws=20).iloc[0]
    assert row[["recall", "f1", "lift", "converted_share", "recall_low"]].isna().all()
    assert row[["precision", "converted_of_expected"]].notna().all()


# --- differences --------------------------------------------------------------------------------------------------


def test_a_part_that_converts_otherwise_is_named_and_others_are_not() -> None:
    leads = drawn(1500)
    rng = np.random.default_rng(3)
    part = rng.integers(0, 5, 1500)
    y = np.where((part == 2) & (rng.random(1500) < 0.6), 0, leads.y).astype(np.int8)
    unlike, compared = differences(replace(leads, y=y), (Slicing("region", tuple("abcde"), part),), True)
    assert compared == 15
    assert [(one.level, one.measure) for one in unlike[:2]] == [("c", "converted_of_expected"), ("c", "precision")]
    assert all((one.value < one.rest) == (one.level == "c") for one in unlike)
    assert all(one.p_value < 0.05 for one in unlike)


def test_parts_alike_are_seldom_named() -> None:
    named = 0
    for seed in range(60):
        parts = tuple(
            Slicing(name, tuple("abcdef"), np.random.default_rng([seed, place]).integers(0, 6, 600))
            for place, name in enumerate(("one", "two"))
        )
        named += bool(differences(drawn(600, seed), parts, True)[0])
    assert named <= 7  # 3 are expected; 8 or more come with a chance below 1 %


def test_two_parts_are_compared_once_and_bands_of_the_score_by_conversions_alone() -> None:
    leads = drawn(600)
    halves = Slicing("customer", ("known", "new"), np.arange(600) % 2)
    assert differences(leads, (halves,), True)[1] == 3
    assert differences(leads, (halves,), False)[1] == 2
    assert differences(leads, (by_score(leads.probability),), True)[1] == 4


# --- slices -------------------------------------------------------------------------------------------------------


def days(*dates: str) -> np.ndarray:
    return np.array([(pd.Timestamp(date) - pd.Timestamp("1970-01-01")).days for date in dates], dtype=float)


@pytest.mark.parametrize(
    ("converted", "names", "said"),
    [
        (20, ("2026-01", "2026-02", "2026-03", "2026-04"), "Periods are calendar months."),
        (10, ("2026 Q1", "2026 Q2"), "Periods are calendar quarters."),
        (7, ("2026-01-10 to 2026-02-10", "2026-03-10 to 2026-04-10"), "Periods are 2 of about as many leads each"),
        (4, (), "There are not 20 conversions for each of two periods"),
    ],
)
def test_periods_are_the_finest_with_conversions_enough(converted: int, names: tuple[str, ...], said: str) -> None:
    of_month = converted if converted != 10 else 20
    first = days("2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10")
    time = np.repeat(first, [of_month, of_month, of_month, 2 * converted])
    if converted == 7:
        time = np.repeat(first, [14, 14, 14, 14])
    elif converted == 10:
        time = np.repeat(first, [10, 5, 5, 20])
    elif converted == 4:
        time = np.repeat(first, 4)
    slicing, sentence = by_period(np.append(time, np.nan), np.ones(len(time) + 1, dtype=bool))
    assert sentence.startswith(said)
    assert (() if slicing is None else slicing.levels) == names
    assert slicing is None or slicing.of[-1] == -1


def test_rare_levels_share_one_and_gaps_stand_apart() -> None:
    cells = pd.Series([*["web"] * 6, *["fair"] * 5, *["x"] * 4, "y", *[None] * 5], dtype="str")
    slicing = by_level("source", cells)
    assert slicing.levels == ("web", "fair", "all others", "no value")
    assert list(np.bincount(slicing.of)) == [6, 5, 5, 5]


def test_many_numbers_are_cut_into_quarters_unless_they_are_codes() -> None:
    cells = pd.Series(np.arange(1, 101)).astype("str")
    slicing = by_level("visits", cells)
    assert slicing.levels == ("up to 25.75", "over 25.75 to 50.5", "over 50.5 to 75.25", "over 75.25")
    assert list(np.bincount(slicing.of)) == [25] * 4
    assert by_level("owner", cells, codes=True).levels == ("all others",)


def test_bands_of_the_score_begin_with_the_likeliest() -> None:
    slicing = by_score(np.arange(100) / 100)
    assert [name.split(" (")[0] for name in slicing.levels] == [
        "likeliest tenth",
        "next two tenths",
        "next three tenths",
        "last four tenths",
    ]
    assert list(np.bincount(slicing.of)) == [10, 20, 30, 40]
    assert list(slicing.of[[99, 89, 69, 39]]) == [0, 1, 2, 3]
    assert len(by_score(np.full(50, 0.2)).levels) == 1


# --- threshold ----------------------------------------------------------------------------------------------------


def test_a_threshold_far_from_the_best_should_move() -> None:
    leads = drawn(1500, logit_then=1.5)
    found = move(leads, 0.5, 0.2, Objective(), draws=100)
    assert found is not None
    assert found.shown
    assert found.best < 0.3
    assert 0 < found.low < found.gain < found.high


def test_the_best_threshold_should_not_move() -> None:
    best = move(drawn(1500), 0.3, 0.2, Objective(), draws=20)
    assert best is not None
    again = move(drawn(1500), best.best, 0.2, Objective(), draws=100)
    assert again is not None
    assert not again.shown
    assert again.gain <= 0


def test_few_conversions_say_nothing_of_the_threshold() -> None:
    assert move(judged([1] * 29 + [0] * 500, [0.9] * 29 + [0.1] * 500), 0.5, 0.1, Objective()) is None


def test_the_threshold_by_share_is_half_the_best_f1_that_probabilities_promise() -> None:
    # Lipton, Elkan and Narayanaswamy (2014): of calibrated probabilities the best threshold is half the best F1.
    chance = drawn(20_000).probability
    best = threshold_by_share(chance, chance, Objective())
    called = chance >= best
    f1 = 2 * chance[called].sum() / (called.sum() + chance.sum())
    assert best == pytest.approx(f1 / 2, abs=0.002)


@pytest.mark.parametrize(
    ("leads", "threshold", "said"),
    [
        # The best threshold for the probabilities is 0.267.
        (drawn(3000, logit_then=2.0), 0.26, "It should because of the share: had nothing changed but the share"),
        (drawn(3000, logit_then=1.0, slope=0.5), 0.3, "Partly because of the share: had nothing changed but the share"),
        (drawn(3000, logit_then=1.0, slope=2.0), 0.6, "It should because scores mean something else than it was"),
    ],
    ids=["share", "both", "scores"],
)
def test_what_moves_the_threshold_is_told_apart(leads: Judged, threshold: float, said: str) -> None:
    rate = float(drawn(3000).y.mean())
    policy = Policy(word="train", assumed_rate=rate, called_share=0.25)
    facts = BUNDLE.model_copy(update={"threshold": threshold, "positives": round(1000 * rate), "policy": policy})
    made = outcomes(leads.y, leads.probability, called=leads.probability >= threshold)
    told = sentences(judge(facts, made, Objective(), draws=50))
    assert any(one.startswith(f"Should the threshold move? Yes: from {threshold} to ") for one in told), told
    assert any(one.startswith(said) for one in told), told


def test_a_broken_capacity_is_told() -> None:
    leads = drawn(1500)
    objective = Objective(metric="precision_at_k", k=0.05)
    found = move(leads, 0.1, 0.2, objective, draws=50)
    assert found is not None
    assert found.breaks
    assert found.shown
    assert (leads.probability >= found.best).mean() <= 0.05


# --- judging ------------------------------------------------------------------------------------------------------


def test_expected_conversions_are_moved_to_the_assumed_share() -> None:
    # At odds of 1 to 4 in training and 1 to 1 assumed, 20 % become 50 %.
    policy = Policy(word="estimate", assumed_rate=0.5, called_share=0.25)
    facts = BUNDLE.model_copy(update={"policy": policy, "threshold": 0.1})
    made = replace(outcomes([1, 0] * 20, [0.2] * 40), called=np.arange(40) < 10)
    feedback = judge(facts, made, Objective(), draws=20)
    assert feedback.overall["expected"] == pytest.approx(20.0)
    assert feedback.expected_then == pytest.approx(8.0)


def test_outcomes_of_called_leads_alone_leave_out_what_they_cannot_tell() -> None:
    leads = drawn(800)
    y = np.where(leads.called, leads.y, UNKNOWN)
    feedback = judge(BUNDLE, outcomes(y, leads.probability), Objective(), draws=20)
    assert (feedback.selection, feedback.known_called, feedback.known_uncalled) == ("called", 1.0, 0.0)
    assert (feedback.estimate, feedback.ranking, feedback.move) == (None, {}, None)
    assert np.isnan(feedback.overall["recall"])
    told = " ".join(sentences(feedback))
    assert "Outcomes are known of called leads alone" in told
    assert "(recall)" not in told
    assert "AUC" not in told
    assert "Should the threshold move? Not to be known: leads below it have no outcome." in told


def test_a_worth_of_calls_is_known_from_called_leads() -> None:
    leads = drawn(2000)
    y = np.where(leads.called, leads.y, UNKNOWN)
    objective = Objective(metric="profit", value=100, cost=60)
    feedback = judge(BUNDLE, outcomes(y, leads.probability), objective, draws=50)
    assert feedback.selection == "called"
    assert feedback.move is not None
    assert feedback.move.best > BUNDLE.threshold


def test_outcomes_known_more_often_of_called_leads_are_said_to_lean() -> None:
    leads = drawn(800)
    hidden = ~leads.called & (np.arange(800) % 2 == 0)
    feedback = judge(BUNDLE, outcomes(np.where(hidden, UNKNOWN, leads.y), leads.probability), Objective(), draws=20)
    assert feedback.selection == "uneven"
    assert any("The outcome is known of 100% of the called leads" in one for one in sentences(feedback))
    assert feedback.unknown == hidden.sum()


def test_outcomes_that_are_missing_alike_lean_to_nothing() -> None:
    leads = drawn(800)
    y = np.where(np.arange(800) % 3 == 0, UNKNOWN, leads.y)
    assert judge(BUNDLE, outcomes(y, leads.probability), Objective(), draws=20).selection == "all"


def test_the_share_called_is_that_of_all_leads() -> None:
    leads = drawn(800)
    y = np.where(leads.called, leads.y, UNKNOWN)
    assert judge(BUNDLE, outcomes(y, leads.probability), Objective(), draws=20).called_now == leads.called.mean()


def test_a_handful_of_outcomes_gives_counts_alone() -> None:
    feedback = given(29)
    assert not feedback.enough
    told = sentences(feedback)
    assert told[0].startswith(f"Of 29 leads with a known outcome {feedback.overall['converted']} converted")
    assert told[-1].startswith("That is too few to say more: it takes 30 known outcomes")
    assert given(30).enough
    assert not given(30, unit=np.arange(30) % 4).enough
    assert given(30, unit=np.arange(30) % 5).enough


def test_a_bundle_that_calls_nobody_is_told_so() -> None:
    told = sentences(given(called=np.zeros(400, dtype=bool)))
    assert "No lead is called." in told


def test_one_probability_for_all_is_judged_too() -> None:
    feedback = judge(BUNDLE, outcomes([1, 0, 0, 0] * 50, [0.25] * 200), Objective(), draws=20)
    assert feedback.overall["lift"] == pytest.approx(1.0)
    assert feedback.ranking is not None
    assert feedback.ranking["roc_auc"].value == 0.5
    assert feedback_block(feedback).plots


@pytest.mark.parametrize(("outcome", "said"), [(0, "none is 'yes'"), (1, "none is 'no'")])
def test_outcomes_of_one_kind_are_refused(outcome: int, said: str) -> None:
    with pytest.raises(DataError, match=f"of 40 known outcomes {said}. Feedback needs some of both"):
        judge(BUNDLE, outcomes([outcome] * 40 + [UNKNOWN], [0.5] * 41), Objective())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.3, 0.9, "within the"),
        (0.9, 0.95, "below the 0.920 (0.900 to 0.950) on the bundle's card."),
        (0.01, 0.02, "above the 0.015 (0.010 to 0.020) on the bundle's card."),
    ],
)
def test_the_estimate_of_the_card_is_held_against_what_came(low: float, high: float, said: str) -> None:
    value = 0.92 if low == 0.9 else (low + high) / 2
    estimate = Estimate(metric="f1", value=value, precision=0.5, recall=0.5, low=low, high=high)
    told = sentences(given(facts=BUNDLE.model_copy(update={"estimate": estimate})))
    assert any(one.startswith("F1 is ") and said in one for one in told), told


def test_leads_that_training_knew_are_pointed_out() -> None:
    leads = drawn(200)
    feedback = judge(BUNDLE, outcomes(leads.y, leads.probability), Objective(), met=0.5, draws=20)
    assert sentences(feedback)[1].startswith("50% of them equal a row of training in every feature")
    assert not any("by heart" in one for one in sentences(replace(feedback, met=0.01)))


def test_too_sure_probabilities_are_called_so() -> None:
    leads = drawn(3000, slope=0.6, logit_then=-0.8)
    told = sentences(judge(BUNDLE, outcomes(leads.y, leads.probability), Objective(), draws=20))
    assert any("likely and unlikely leads are less far apart than their probabilities say" in one for one in told)
    assert any("are as far apart as their probabilities say" in one for one in sentences(given(3000)))


def test_scores_less_far_apart_are_not_said_to_be_too_high() -> None:
    # Every band converts more than its probabilities say; the likeliest by the least.
    leads = drawn(3000, slope=0.7, logit_then=1.0)
    feedback = judge(BUNDLE, outcomes(leads.y, leads.probability), Objective(), draws=20)
    found = feedback.calibration
    assert found is not None
    assert (found.table["observed"] > found.table["predicted"]).iloc[:-1].all()
    told = " ".join(sentences(feedback))
    assert "less far apart than their probabilities say" in told
    assert "convert less" not in told


def test_the_answers_come_first_and_nothing_is_told_twice() -> None:
    feedback = given(800)
    first = answers(feedback)
    assert [one.split(" ")[0] for one in first] == ["Of", f"{feedback.overall['expected']:,.0f}", "Of", "Should"]
    assert not set(first) & set(details(feedback))
    assert " ".join(sentences(feedback)).count("F1 is ") == 1
    assert "; F1 " not in " ".join(sentences(feedback))
    ranked = BUNDLE.model_copy(update={"estimate": BUNDLE.estimate.model_copy(update={"metric": "roc_auc"})})
    assert "; F1 " in " ".join(answers(given(800, facts=ranked)))


def test_a_level_is_told_in_one_short_line() -> None:
    assert level_told("north\r\n\x1b[31meast") == "north [31meast"
    assert level_told("전환" * 500) == "전환" * 29 + "전…"
    leads = drawn(600)
    y = np.where((np.arange(600) % 2 == 0) & (leads.y == 1), 0, leads.y).astype(np.int8)
    half = Slicing("region", ("x" * 10_000, "a\nb"), np.arange(600) % 2)
    told = sentences(judge(BUNDLE, outcomes(y, leads.probability), Objective(), (half,), draws=20))
    assert any(one.startswith("By region, xxx") for one in told)
    assert max(map(len, told)) < 400
    assert "\n" not in "".join(told)


# --- page and tables ----------------------------------------------------------------------------------------------


def test_the_page_names_no_company_and_no_rare_level() -> None:
    leads = drawn(400)
    y = np.where(np.arange(400) % 4 == 0, 1, leads.y).astype(np.int8)
    firms = Slicing("firm", ("Acme", "all others"), (np.arange(400) % 4 > 0).astype(np.int64), named=False)
    regions = Slicing("region", ("north", "south"), (np.arange(400) >= 4).astype(np.int64))
    feedback = judge(BUNDLE, outcomes(y, leads.probability), Objective(), (firms, regions), draws=20)
    assert any(one.level == "Acme" for one in feedback.unlike)
    block = feedback_block(feedback, ["No column differs."])
    page = repr(block)
    assert "Acme" not in page
    assert "lead 1" not in page
    assert "north" not in page  # four leads
    assert "south" in page
    assert block.sentences[-1] == "No column differs."
    assert "No part differs" not in page
    assert block == feedback_block(feedback, ["No column differs."])


def test_a_level_of_one_company_is_not_on_the_page() -> None:
    leads = drawn(400)
    unit = np.where(np.arange(400) < 40, 400, np.arange(400))  # forty leads, and all of them one company's
    city = Slicing("city", ("Acmeville", "elsewhere"), (np.arange(400) >= 40).astype(np.int64))
    feedback = judge(BUNDLE, outcomes(leads.y, leads.probability, unit=unit), Objective(), (city,), draws=20)
    assert "Acmeville" in set(feedback.table["level"])
    page = repr(feedback_block(feedback))
    assert "Acmeville" not in page
    assert "elsewhere" in page


def test_every_column_that_is_written_is_documented() -> None:
    leads = drawn(200)
    made = outcomes([*leads.y[:-1], UNKNOWN], leads.probability)
    feedback = judge(BUNDLE, made, Objective(), (by_score(leads.probability[:-1]),), draws=20)
    tables = feedback_tables(feedback, made, [])
    assert list(tables) == ["feedback.csv", "outcomes.csv", "drift.csv"]
    assert list(tables["feedback.csv"]) == list(FEEDBACK)
    assert list(tables["outcomes.csv"]) == [name for name in OUTCOMES if name != "customer"]
    written = tables["outcomes.csv"]
    assert list(written["outcome"].iloc[-2:]) == ["yes" if leads.y[-2] else "no", ""]
    assert ((written["decision"] == "yes") == leads.called).all()
    assert tables["feedback.csv"]["roc_auc"].notna().sum() == 1
    assert not tables["feedback.csv"].drop(columns="roc_auc").loc[0, list(FEEDBACK)[2:-7]].isna().any()


# --- drift and the next training table ----------------------------------------------------------------------------


def trained(folder: Path, rows: int = 300, **roles: object) -> tuple[Dataset, Table, Roles]:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "id": [f"old {row}" for row in range(rows)],
            "visits": rng.integers(0, 100, rows).astype(str),
            "region": rng.choice(["north", "south"], rows),
            "firm": "=1+1",
            "won": np.where(rng.random(rows) < 0.3, "yes", "no"),
        }
    )
    frame.to_csv(folder / "train.csv", index=False)
    named = Roles.model_validate(
        {"train": str(folder / "train.csv"), "target": "won", "positive": "yes", "id": "id", "drop": ["firm"]} | roles
    )
    return read_dataset(named), read_tables(named)[0], named


def test_columns_are_compared_with_training() -> None:
    rng = np.random.default_rng(5)
    region = pd.Categorical(rng.choice(["north", "south"], 500), categories=["north", "south", "unseen"])
    features = pd.DataFrame({"visits": rng.normal(0, 1, 500), "region": region})
    dataset = Dataset(
        features.assign(region=features["region"].cat.remove_unused_categories()),
        *(np.zeros(500, dtype=np.int8), ("no", "yes"), None, None, None, None, None, None, (), (), "made"),
    )
    same = NewLeads(features, None, None, None)
    assert column_drift(dataset, same) == ()
    moved = features.assign(visits=features["visits"] + 2)
    moved.loc[:99, "region"] = "unseen"
    found = column_drift(dataset, NewLeads(moved, None, None, None))
    assert {("drifted-column", "visits"), ("new-values", "region")} <= {(one.code, one.place) for one in found}
    (said,) = drift_sentences(found, {}, "")
    assert said.startswith("Against training: values are distributed otherwise in visits")


def test_without_the_training_table_new_levels_are_told() -> None:
    frame = pd.DataFrame({"visits": ["1"] * 10, "region": ["north"] * 6 + ["east"] * 3 + [None]}, dtype="str")
    read = Reader(SCHEMA.model_copy(update={"id": None})).read(Table(frame, "leads.csv"))
    found = new_levels(read, SCHEMA)
    assert found == {"region": 0.3}
    (said,) = drift_sentences(None, found, "It is not at hand.")
    assert said == (
        "It is not at hand. So columns are not compared with training's, only scores and levels. Levels that training "
        "never showed: region (30% of the leads)."
    )


def test_the_next_training_table_is_read_as_the_last_one(tmp_path: Path) -> None:
    dataset, table, roles = trained(tmp_path)
    made = outcomes([1, 0, UNKNOWN, 1], [0.5] * 4)
    frame = made.leads.frame.assign(firm='say "x",\n2', extra="7")
    frame.loc[3, "id"] = "old 7"
    frame.loc[0, ["visits", "region"]] = table.frame.loc[0, ["visits", "region"]].to_numpy()
    frame.loc[1, "visits"] = "777"
    made = replace(made, leads=replace(made.leads, frame=frame))
    for name in ("manifest.json", "outcomes.csv"):
        (tmp_path / name).write_text(name)
    sources = {name.split(".")[0]: tmp_path / name for name in ("manifest.json", "outcomes.csv")}
    path = tmp_path / "next.csv"
    done = write_training(path, BUNDLE, made, Trained(None, dataset, table, ""), sources)
    assert (done.old_rows, done.new_rows, done.doubled) == (300, 2, 1)
    assert done.left_out == {"the outcome is not known yet": 1, "a row of training has the id": 1}
    again = read_tables(roles.model_copy(update={"train": str(path)}))[0].frame
    pd.testing.assert_frame_equal(again.iloc[:300], table.frame)
    assert again.iloc[300:].to_numpy().tolist() == [
        ["lead 0", *table.frame.loc[0, ["visits", "region"]], 'say "x",\n2', "yes"],
        ["lead 1", "777", "south", 'say "x",\n2', "no"],
    ]
    assert read_dataset(roles.model_copy(update={"train": str(path)})).y.sum() == dataset.y.sum() + 1
    lineage = json.loads((tmp_path / "next.csv.lineage.json").read_text())
    assert lineage["bundle"]["data_id"] == BUNDLE.data_id
    assert lineage["rows"] == {"training": 300, "outcomes": 2}
    assert set(lineage["files"]) == {"table", "manifest", "outcomes"}
    assert len(lineage["files"]["table"]["sha256"]) == 64
    assert "Outcomes that are known only of leads that were called" in lineage["caution"]


def test_cells_that_are_no_numbers_are_pointed_out_in_the_next_table(tmp_path: Path) -> None:
    dataset, table, roles = trained(tmp_path)
    made = outcomes([1, 0, 1], [0.5] * 3)
    frame = made.leads.frame.assign(firm="x", visits=["1,5", None, "7"])
    made = replace(made, leads=replace(made.leads, frame=frame))
    path = tmp_path / "next.csv"
    done = write_training(path, BUNDLE, made, Trained(None, dataset, table, ""), {})
    assert done.strange == ("visits",)
    assert any("of training in visits" in one for one in done.sentences())
    again = read_dataset(roles.model_copy(update={"train": str(path)}))
    kinds = [next(one.kind for one in data.columns if one.name == "visits") for data in (dataset, again)]
    assert kinds == ["number", "category"]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    made = outcomes([1, 0], [0.5] * 2)
    for name in ("next.csv", "next.csv.lineage.json"):
        (tmp_path / name).write_text("yesterday's")
        with pytest.raises(DataError, match=r"is there already and is not overwritten\. Name another file with"):
            write_training(tmp_path / "next.csv", BUNDLE, made, Trained(None, None, None, "gone"), {})
        assert (tmp_path / name).read_text() == "yesterday's"
        (tmp_path / name).unlink()


def test_without_the_old_table_the_new_rows_stand_alone(tmp_path: Path) -> None:
    made = outcomes([1, 0], [0.5] * 2)
    made = replace(made, leads=table_from_frame(made.leads.frame.assign(extra="7"), "leads.csv"))
    (tmp_path / "manifest.json").write_text("{}")
    sources = {"manifest": tmp_path / "manifest.json"}
    done = write_training(tmp_path / "next.csv", BUNDLE, made, Trained(None, None, None, "It is gone."), sources)
    assert (tmp_path / "next.csv").read_text() == "id,visits,region,won\nlead 0,0,north,yes\nlead 1,1,south,no\n"
    assert json.loads((tmp_path / "next.csv.lineage.json").read_text())["training_left_out"] == "It is gone."
    assert any("the rows of training are not in it" in one for one in done.sentences())
