"""Data quality: each share can be counted again by hand, and names the columns to blame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bench.explore.accuracy import accuracy
from bench.explore.completeness import completeness
from bench.explore.consistency import consistency
from bench.explore.fault import Dimension
from bench.explore.quality import percent, quality
from bench.explore.timeliness import timeliness
from tests.explore.tables import halves, looked, outcomes


def leads_by_column(dimension: Dimension) -> dict[str, int]:
    return {fault.place: fault.leads for fault in dimension.faults}


def days(first: str, rows: int) -> list[str]:
    return [str(day.date()) for day in pd.date_range(first, periods=rows)]


def test_rarer_spellings_of_a_value_are_counted_and_named(tmp_path: Path) -> None:
    kinds = ["End-Customer"] * 12 + ["End Customer"] * 6 + ["end customer"] * 2 + ["Dealer"] * 20
    found = accuracy(looked(tmp_path, {"type": kinds, "won": outcomes(40, 3)}))
    assert leads_by_column(found) == {"type": 8}
    assert found.share == pytest.approx(1 - 8 / 40)
    assert found.faults[0].what == "2 rarer spellings of 1 value, such as 'End Customer' for 'End-Customer'"


def test_spellings_of_companies_are_counted_and_not_named(tmp_path: Path) -> None:
    firms = ["Acme Ltd"] * 10 + ["ACME LTD."] * 10 + ["Other Firm"] * 20
    found = accuracy(looked(tmp_path, {"firm": firms, "size": halves(40), "won": outcomes(40, 3)}, groups="firm"))
    assert leads_by_column(found) == {"firm": 10}
    assert "cme" not in found.faults[0].what


def test_a_number_below_zero_is_a_fault_only_where_hardly_any_other_is(tmp_path: Path) -> None:
    columns = {"age": [-3, *range(20, 219)], "change": [-5, 5] * 100, "won": outcomes(200)}
    found = accuracy(looked(tmp_path, columns, kinds={"age": "number"}))
    assert leads_by_column(found) == {"age": 1}
    assert found.share == pytest.approx(1 - 1 / 400)


def test_a_number_far_beyond_all_others_is_a_fault(tmp_path: Path) -> None:
    sizes = [10 + row % 7 for row in range(399)] + [160_000]
    assert leads_by_column(accuracy(looked(tmp_path, {"size": sizes, "won": outcomes(400)}))) == {"size": 1}


def test_a_number_that_stands_for_none_is_one_fault_and_not_two(tmp_path: Path) -> None:
    found = accuracy(looked(tmp_path, {"visits": [999] * 8 + list(range(1, 9)) * 24, "won": outcomes(200)}))
    assert leads_by_column(found) == {"visits": 8}
    assert found.share == pytest.approx(1 - 8 / 200)
    assert "'999'" in found.faults[0].what


def test_dates_that_cannot_be_are_faults(tmp_path: Path) -> None:
    moments = ["2024-02-30", "9999-12-31", "1970-01-01", *days("2020-01-01", 397)]
    found = accuracy(looked(tmp_path, {"day": moments, "size": halves(400), "won": outcomes(400)}))
    assert [(fault.columns, fault.leads) for fault in found.faults] == [(("day",), 2), (("day",), 1)]


def test_a_birthday_in_1970_is_none(tmp_path: Path) -> None:
    born = days("1969-11-01", 400)
    assert not accuracy(looked(tmp_path, {"born": born, "size": halves(400), "won": outcomes(400)})).faults


def test_completeness_counts_cells_with_placeholders_as_gaps(tmp_path: Path) -> None:
    columns = {"a": ["x", "none", "y", None] * 5, "b": ["u", "v"] * 10, "won": outcomes(20, 3)}
    found = completeness(looked(tmp_path, columns, missing=("none",)))
    assert found.share == pytest.approx(1 - 10 / 40)
    assert leads_by_column(found) == {"a": 10}
    assert found.sentences[0].startswith(
        "10 of 20 leads have no gap. Half of the leads have gaps in at most 0 of the 2"
    )


def test_completeness_says_what_suspected_placeholders_would_make_of_it(tmp_path: Path) -> None:
    columns = {"a": ["x", "Select", "y", "z"] * 5, "b": ["u", "v"] * 10, "won": outcomes(20, 3)}
    found = completeness(looked(tmp_path, columns))
    assert found.share == 1
    assert found.sentences[-1].startswith("If what looks like a stand-in for a gap were one, 87.5% of the cells")


def test_equal_leads_of_different_outcomes_contradict_one_another(tmp_path: Path) -> None:
    columns = {"a": [*range(18), 7, 7], "b": [*range(18), 7, 7], "won": ["yes"] * 19 + ["no"]}
    found = consistency(looked(tmp_path, columns, kinds={"a": "number", "b": "number"}))
    assert leads_by_column(found) == {"all columns": 3}
    assert found.share == pytest.approx(1 - 3 / 20)


def test_what_to_do_about_equal_leads_of_different_outcomes_is_said_in_forty_words(tmp_path: Path) -> None:
    same = [*range(18), 7, 7]
    columns = {"a": same * 20, "b": same * 20, "won": (["yes"] * 19 + ["no"]) * 20}
    seen = quality(looked(tmp_path, columns, kinds={"a": "number", "b": "number"}))
    assert seen is not None
    assert "are equal to a lead of another outcome" in seen.act[0]
    assert len(seen.act[0].split()) <= 40


def test_two_columns_that_nearly_always_agree_contradict_where_they_differ(tmp_path: Path) -> None:
    country = ["India", "Brazil", "Chile", "Spain"] * 100
    again = ["Brazil", "Chile", *country[2:]]
    columns = {"country": country, "country 2": again, "size": halves(400), "won": outcomes(400, 3)}
    found = consistency(looked(tmp_path, columns))
    assert leads_by_column(found) == {"country / country 2": 2}
    assert found.share == pytest.approx(1 - 2 / 400)


def test_a_rule_that_few_leads_break_is_a_contradiction_and_a_kept_one_is_none(tmp_path: Path) -> None:
    city = ["Seoul", "Busan", "Lima", "Cusco", "Rome", "Milan"] * 100
    of = {"Seoul": "Korea", "Busan": "Korea", "Lima": "Peru", "Cusco": "Peru", "Rome": "Italy", "Milan": "Italy"}
    country = [of[name] for name in city]
    code = [name[:2] for name in country]
    code[0], code[1], code[2] = "It", "Pe", "Ko"
    columns = {"city": city, "country": country, "code": code, "size": halves(600), "won": outcomes(600, 5)}
    found = consistency(looked(tmp_path, columns))
    assert leads_by_column(found) == {"country / code": 3, "city / code": 3}
    assert found.share == pytest.approx(1 - 3 / 600)  # the same leads break both


def test_columns_that_have_nothing_to_do_with_one_another_make_no_rule(tmp_path: Path) -> None:
    columns = {"a": list("pqrs") * 100, "b": list("xyz") * 133 + ["x"], "won": outcomes(400, 7)}
    found = consistency(looked(tmp_path, columns))
    assert all(not fault.columns for fault in found.faults)


def test_timeliness_counts_the_leads_of_the_last_year(tmp_path: Path) -> None:
    columns = {"day": [*days("2022-01-01", 10), *days("2024-01-01", 30)], "size": halves(40), "won": outcomes(40)}
    asked = {"size": halves(20), "day": ["2024-02-09"] * 10 + ["2024-03-01"] * 10}
    found = timeliness(looked(tmp_path, columns, asked, time="day", drop=("day",)))
    assert found.share == pytest.approx(30 / 40)
    assert found.sentences[0].startswith("The labelled leads came in from 2022-01-05 to 2024-01-26")
    assert found.sentences[1] == "The leads to predict came in 14 to 35 days after the newest labelled one."


def test_a_date_that_stands_for_none_makes_no_lead_the_newest(tmp_path: Path) -> None:
    columns = {"day": [*days("2024-01-01", 38), "9999-12-31", "9999-12-31"], "size": halves(40), "won": outcomes(40)}
    found = timeliness(looked(tmp_path, columns, time="day"))
    assert found.share == 1
    assert found.sentences[-1] == "Of 2 leads nobody knows when they came in."


def test_a_column_filled_only_since_some_day_is_told(tmp_path: Path) -> None:
    columns = {
        "day": days("2023-01-01", 600),
        "channel": [None] * 300 + ["web", "mail", "fair"] * 100,
        "source": ["a", "b", None] * 200,
        "won": outcomes(600, 5),
    }
    found = timeliness(looked(tmp_path, columns, time="day"))
    assert leads_by_column(found) == {"channel": 300}
    assert found.faults[0].what == "filled in 0% of the oldest tenth of the leads, in 100% of the newest"


def test_without_a_column_of_time_nothing_is_told_of_it_but_what_to_write(tmp_path: Path) -> None:
    found = timeliness(looked(tmp_path, {"day": days("2024-01-01", 30), "size": halves(30), "won": outcomes(30)}))
    assert found.share is None
    assert 'time = "day"' in found.sentences[0]


def test_the_sheet_holds_every_fault_and_the_page_names_the_gravest_to_act_upon(tmp_path: Path) -> None:
    columns = {
        "type": ["End-Customer", "End Customer", "Dealer", "End-Customer", None] * 8,
        "note": ["Yes", "yes", "No", "no"] * 10,
        "won": outcomes(40, 3),
    }
    seen = quality(looked(tmp_path, columns, drop=("note",)))
    assert seen is not None
    sheet = seen.sheets["quality"]
    told = sheet.loc[sheet["column"] != "", ["dimension", "column", "leads"]].to_numpy().tolist()
    assert told[:3] == [["Accuracy", "note", 20], ["Accuracy", "type", 8], ["Completeness", "type", 8]]
    assert sheet.loc[sheet["column"] == "", "dimension"].tolist() == [
        "Accuracy",
        "Completeness",
        "Consistency",
        "Timeliness",
    ]
    first = "type: 1 rarer spelling of 1 value, such as 'End Customer' for 'End-Customer' (8 leads, 20.0%)."
    assert seen.act[0].startswith(first)  # note is not used
    shown = [row[0] for table in seen.block.tables[1:] for row in table.rows]
    assert shown.count("type") == 1  # its gaps are told in their own part


def test_a_table_of_faults_has_no_empty_column(tmp_path: Path) -> None:
    columns = {"a": ["x", "Select", "y", None] * 10, "b": ["Yes", "yes", "No", "u"] * 10, "won": outcomes(40, 3)}
    seen = quality(looked(tmp_path, columns))
    assert seen is not None
    by_name = {table.caption.split(":")[0]: table for table in seen.block.tables[1:]}
    assert list(by_name["Completeness"].columns) == ["column", "leads", "% of leads", "what may be wrong"]
    assert [row[:2] for row in by_name["Completeness"].rows] == [("a", "10")]
    assert by_name["Accuracy"].columns[-1] == "what to do"
    assert by_name["Accuracy"].rows[0][-1]


def test_none_and_all_are_told_apart_from_nearly_none_and_nearly_all() -> None:
    assert [percent(share) for share in (0, 0.0001, 0.123, 0.9999, 1)] == ["0.0", "< 0.1", "12.3", "> 99.9", "100.0"]
