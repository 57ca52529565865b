"""Order and time: what changes along the file, along numbers that are names, and by month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.explore.look import Seen
from bench.explore.order import order, serial_correlation
from tests.explore.tables import looked

ROWS = 800
RNG = np.random.default_rng(3)
CHANCE = np.where(RNG.random(ROWS) < 0.2, "yes", "no")
NOISE = RNG.normal(size=ROWS)


def seen(folder: Path, won: Any, **columns: Any) -> Seen:
    roles = {name: columns.pop(name) for name in ("groups", "ungrouped", "time", "drop", "kinds") if name in columns}
    found = order(looked(folder, {"n": NOISE[: len(won)], **columns, "won": won}, **roles))
    assert found is not None
    return found


def test_the_serial_correlation_of_a_short_row_is_as_by_hand() -> None:
    # Deviations of 0, 0, 1, 1 are -.5, -.5, .5, .5: products .25, -.25, .25 over a sum of squares of 1.
    found, doubt = serial_correlation(np.array([0.0, 0, 1, 1]))
    assert found == pytest.approx(0.25)
    assert doubt == pytest.approx(2 * 0.1562, abs=0.001)  # z = (0.25 + 1/3) · sqrt(3) = 1.010
    assert serial_correlation(np.ones(9)) == (0.0, 1.0)


def test_outcomes_in_no_order_say_nothing(tmp_path: Path) -> None:
    found = seen(tmp_path, CHANCE)
    assert found.block.sentences[0].startswith("The order of the file: says nothing clear of conversion")
    assert not found.act
    assert len(found.sheets["order"]) == 40
    assert found.sheets["order"]["leads"].sum() == ROWS


def test_a_trend_along_the_file_is_told_with_its_ends(tmp_path: Path) -> None:
    won = np.where(RNG.random(ROWS) < np.linspace(0.05, 0.55, ROWS), "yes", "no")
    first, last = (f"{np.mean(won[part] == 'yes'):.0%}" for part in (slice(160), slice(-160, None)))
    line = f"The order of the file: conversion goes from {first} in the first fifth of 800 leads to {last} in the last."
    assert seen(tmp_path, won).act[0].startswith(line)


def test_codes_of_few_leads_make_no_trend_where_all_convert_alike(tmp_path: Path) -> None:
    code = np.r_[np.arange(400), 400 + np.arange(2_000) % 100]  # one lead of each of the first, 20 of each of the last
    won = np.where(np.random.default_rng(7).random(2_400) < 0.2, "yes", "no")
    shuffled = np.random.default_rng(7).permutation(2_400)
    n = np.random.default_rng(8).normal(size=2_400)
    look = looked(tmp_path, {"n": n, "item_id": code[shuffled], "won": won}, kinds={"item_id": "category"})  # type: ignore[dict-item]
    found = order(look)
    assert found is not None
    assert "The numbers of item_id: says nothing clear" in found.block.sentences[1]


def test_a_file_put_together_by_outcome_is_warned_of(tmp_path: Path) -> None:
    act = seen(tmp_path, np.repeat(["no", "yes"] * 4, ROWS // 8)).act[0]
    assert "are sorted by outcome" in act
    assert len(act.split()) <= 40


def test_copies_below_each_other_are_alike_for_another_reason(tmp_path: Path) -> None:
    twice = np.repeat(NOISE[:400], 2)
    found = seen(tmp_path, np.repeat(CHANCE[:400], 2), n=twice)
    assert "says nothing clear of conversion" in found.block.sentences[0]


def test_companies_whose_numbers_are_neighbours_and_convert_alike_are_found(tmp_path: Path) -> None:
    number = RNG.permutation(ROWS // 2).repeat(2)  # two leads of each company, in no order
    won = np.where(number // 10 % 4 == 0, "yes", "no")  # ten numbers in a row convert, thirty do not
    number[:100], won[:100] = 9_999, CHANCE[:100]  # no company at all
    found = seen(tmp_path, won, firm=number, groups="firm", ungrouped=("9999",), drop=("firm",))
    line = next(line for line in found.act if line.startswith("firm"))
    assert "firm is more than a name: of the leads next to a company that converts 89% do, of all 25%" in line
    units = found.sheets["order"].set_index("order").loc["firm", "units"]
    assert units.sum() == len(np.unique(number)) - 1


def test_a_file_in_the_order_of_its_companies_is_looked_at_along_them_too(tmp_path: Path) -> None:
    number = np.arange(ROWS // 2).repeat(2)
    found = seen(tmp_path, np.where(number // 10 % 4 == 0, "yes", "no"), firm=number, groups="firm", drop=("firm",))
    assert set(found.sheets["order"]["order"]) == {"file", "firm"}
    assert not any(line.startswith("firm is more than a name") for line in found.act)  # the file says it already


def test_serial_numbers_along_the_file_are_named_and_not_told_twice(tmp_path: Path) -> None:
    found = seen(tmp_path, CHANCE, lead_id=np.arange(ROWS) + 5_000)
    assert "The file is in the order of lead_id." in found.block.sentences
    assert set(found.sheets["order"]["order"]) == {"file"}


def test_numbers_in_no_order_are_only_names(tmp_path: Path) -> None:
    found = seen(tmp_path, CHANCE, firm=RNG.permutation(ROWS // 2).repeat(2), groups="firm", drop=("firm",))
    assert not found.act
    assert "The numbers of firm: says nothing clear" in found.block.sentences[1]


def test_no_number_of_a_company_stands_on_the_page_or_in_the_sheet(tmp_path: Path) -> None:
    found = seen(tmp_path, CHANCE, firm=RNG.permutation(ROWS // 2).repeat(2) + 77_000, groups="firm", drop=("firm",))
    assert "77" not in " ".join(cell for table in found.block.tables for row in table.rows for cell in row)
    assert list(found.sheets["order"]) == ["order", "part", "units", "leads", "rate", "low", "high"]


def days(rows: int, per_month: int) -> list[str]:
    months = pd.period_range("2023-01", periods=-(-rows // per_month), freq="M")
    return [f"{months[row // per_month]}-{1 + row % 28:02}" for row in range(rows)]


def test_leads_are_counted_by_month_and_the_last_months_may_be_open(tmp_path: Path) -> None:
    won = np.where(np.arange(ROWS) % 3, "no", "yes")
    won[-150:] = np.where(np.arange(150) % 15, "no", "yes")  # in the last three of sixteen months
    found = seen(tmp_path, won, day=days(ROWS, 50), time="day")
    assert "day: in the last 3 months 6.7%" in found.act[0]
    assert "Outcomes may not be in yet" in found.act[0]
    months = found.sheets["months"].query("by == 'month'")
    assert months["period"].tolist()[0] == "2023-01"
    assert (len(months), months["leads"].unique().tolist()) == (16, [50])


def test_even_months_are_no_cause_for_alarm_and_a_month_of_four_leads_is_not_told(tmp_path: Path) -> None:
    dates = days(ROWS, 50)
    dates[:46] = ["2023-02-01"] * 46
    found = seen(tmp_path, np.where(np.arange(ROWS) % 4, "no", "yes"), day=dates, time="day")
    assert not found.act
    assert found.sheets["months"]["period"].iloc[0] == "2023-02"
    assert found.block.tables[1].rows[0][0] == "2023-02"


def test_a_fall_of_the_last_months_that_chance_may_bring_is_none(tmp_path: Path) -> None:
    won = np.where(np.arange(160) % 4, "no", "yes")
    won[-30:] = np.where(np.arange(30) % 6, "no", "yes")  # 5 of 30 after 25 %
    assert not seen(tmp_path, won, day=days(160, 10), time="day").act


def test_clock_times_are_told_by_hour_and_dates_far_off_are_left_out(tmp_path: Path) -> None:
    times = [f"2024-0{1 + row % 5}-1{row % 9}T{row % 24:02}:30" for row in range(ROWS)]
    times[0] = "9999-12-31T00:00"
    found = seen(tmp_path, CHANCE, at=times, drop=("at",))
    assert len(found.sheets["months"].query("by == 'hour'")) == 24
    assert len(found.sheets["months"].query("by == 'week'")) < 30
    assert any(line.startswith("1 lead with a at far from all others") for line in found.block.sentences)


def test_too_few_leads_say_nothing(tmp_path: Path) -> None:
    assert order(looked(tmp_path, {"n": NOISE[:60], "won": CHANCE[:60]})) is None  # type: ignore[dict-item]
