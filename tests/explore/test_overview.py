"""The columns at a glance: what they are, and no single lead among it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.explore.columns import Profile, profiles
from bench.explore.look import Look
from bench.explore.overview import overview
from bench.page.block import LiveTable
from tests.explore.tables import looked, outcomes


def by_name(look: Look) -> dict[str, Profile]:
    return {profile.name: profile for profile in profiles(look)}


def live(look: Look) -> LiveTable:
    seen = overview(look)
    assert seen is not None
    assert seen.block.live is not None
    return seen.block.live


def details(look: Look, column: str) -> Mapping[str, str]:
    (row,) = (row for row in live(look).rows if row.cells[0] == column)
    return dict(row.details)


def test_each_column_has_a_row_with_its_role_and_its_gaps(tmp_path: Path) -> None:
    columns = {
        "lead_no": [f"L{row}" for row in range(40)],
        "firm": [f"firm {row % 8}" for row in range(40)],
        "day": [f"2024-0{1 + row % 3}-11" for row in range(40)],
        "source": ["web", "fair", None, "mail"] * 10,
        "note": ["same"] * 40,
        "won": outcomes(40),
    }
    look = looked(tmp_path, columns, groups="firm", time="day", drop=("day",))
    rows = {row.cells[0]: (row.cells[2], row.cells[3]) for row in live(look).rows}
    assert rows == {
        "won": ("target", "0.0"),
        "lead_no": ("left out", "0.0"),
        "firm": ("company", "0.0"),
        "day": ("time, dropped", "0.0"),
        "source": ("feature", "25.0"),
        "note": ("left out", "0.0"),
    }


def test_rows_can_be_filtered_by_kind_and_role(tmp_path: Path) -> None:
    table = live(looked(tmp_path, {"age": [20, 30, 40, 50] * 5, "won": outcomes(20)}))
    assert table.facets == ("kind", "role")
    assert table.rows[1].facets == {"kind": "number", "role": "feature"}
    assert table.named_by == table.columns[0]
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_a_value_is_the_most_frequent_one_only_if_five_leads_share_it(tmp_path: Path) -> None:
    rare = ["one", "one", "one", "one", *(f"v {row}" for row in range(16))]
    frequent = ["one"] * 5 + [f"w {row}" for row in range(15)]
    found = by_name(looked(tmp_path, {"rare": rare, "frequent": frequent, "won": outcomes(20)}))
    assert found["rare"].common is None
    assert found["frequent"].common == ("one", 5)


def test_a_quantile_is_told_only_with_five_leads_on_either_side(tmp_path: Path) -> None:
    few = by_name(looked(tmp_path, {"size": range(20), "won": outcomes(20)}, kinds={"size": "number"}))
    assert dict(few["size"].quantiles) == {0.25: 4.75, 0.5: 9.5, 0.75: 14.25}
    many = by_name(looked(tmp_path, {"size": range(501), "won": outcomes(501)}, kinds={"size": "number"}))
    assert dict(many["size"].quantiles) == {0.01: 5, 0.25: 125, 0.5: 250, 0.75: 375, 0.99: 495}


def test_months_are_the_first_and_last_that_five_leads_share(tmp_path: Path) -> None:
    days = ["2019-01-01", *["2024-02-03"] * 8, *["2024-05-06"] * 10, "2031-01-01"]
    (profile,) = (p for p in profiles(looked(tmp_path, {"day": days, "won": outcomes(20)})) if p.name == "day")
    assert profile.months == ("2024-02", "2024-05")


def test_a_text_has_the_quartiles_of_its_length_and_its_languages(tmp_path: Path) -> None:
    texts = ["Please send a quotation for our new office in the city"] * 15
    texts += ["Bitte senden Sie uns ein Angebot für unser neues Büro!"] * 5
    look = looked(tmp_path, {"message": texts, "won": outcomes(20)}, texts=("message",))
    told = details(look, "message")
    assert told["characters, by share of leads below"] == "25%: 54; 50%: 54; 75%: 54"
    assert told["languages of a sample"] == "en 75%, de 25%"


def test_named_placeholders_are_counted_and_suspected_ones_called_out(tmp_path: Path) -> None:
    columns = {"source": ["web", "none", "Select", "fair"] * 10, "won": outcomes(40, 3)}
    look = looked(tmp_path, columns, missing=("none",))
    told = details(look, "source")
    assert told["read as gaps, leads"] == "'none' 10"
    assert told["may stand for a gap, leads"] == "'Select' 10"
    seen = overview(look)
    assert seen is not None
    assert seen.act == [
        "source: 'Select' stands in 10 leads (25.0%) and may stand for a gap. If so, add it to missing = [\"Select\"]."
    ]


def test_a_placeholder_that_is_a_number_of_another_column_is_called_out(tmp_path: Path) -> None:
    columns = {"pdays": [-1, 3, 8, 9] * 10, "balance": [-700, -1, 50, 900] * 10, "won": outcomes(40, 3)}
    seen = overview(looked(tmp_path, columns, missing=("-1",)))
    assert seen is not None
    assert [sentence.split(",")[0] for sentence in seen.act] == ["balance: '-1' is read as a gap in 10 leads"]


def test_a_number_that_may_stand_for_a_gap_is_not_to_be_named_where_others_are_numbers(tmp_path: Path) -> None:
    columns = {"pdays": [-1, 3, 8, 9] * 10, "balance": [-700, -1, 50, 900] * 10, "won": outcomes(40, 3)}
    seen = overview(looked(tmp_path, columns))
    assert seen is not None
    assert seen.act == [
        "pdays: '-1' stands in 10 leads (25.0%) and may stand for a gap. If so, blank it there in the file, not by "
        "missing: that counts in every column, and balance has it as a number."
    ]


def test_values_of_columns_about_people_are_not_shown(tmp_path: Path) -> None:
    columns = {"email": ["kim@example.com"] * 10 + ["lee@example.com"] * 10, "won": outcomes(20, 3)}
    look = looked(tmp_path, columns)
    assert by_name(look)["email"].common is None
    assert "@" not in str(live(look))
    seen = overview(look)
    assert seen is not None
    assert seen.act == ["email looks like e-mail addresses and is a feature: add it to drop."]


def test_the_share_that_converts_is_less_sure_where_leads_of_a_company_are_alike(tmp_path: Path) -> None:
    columns = {"firm": [f"f {row // 10}" for row in range(100)], "size": range(100), "won": ["yes"] * 20 + ["no"] * 80}

    def said(**roles: str) -> str:
        seen = overview(looked(tmp_path, columns, **roles))
        assert seen is not None
        return seen.block.sentences[0]

    assert said() == "100 leads, of which 20 converted: 20.0% (95 % interval 13.3% to 28.9%)."
    low, high = said(groups="firm").split("interval ")[1].split(",")[0].split(" to ")
    assert float(low[:-1]) < 10
    assert float(high[:-1]) > 40


def test_nearly_constant_features_are_called_out(tmp_path: Path) -> None:
    columns = {"flag": ["No"] * 1999 + ["Yes"], "size": range(2000), "won": outcomes(2000)}
    seen = overview(looked(tmp_path, columns))
    assert seen is not None
    assert seen.act[-1].startswith("flag: nearly every lead (99.9% or more) has the same value there")


def test_what_may_stand_for_a_gap_in_few_leads_comes_last(tmp_path: Path) -> None:
    columns = {
        "flag": ["No"] * 1999 + ["Yes"],
        "source": ["Select"] * 5 + ["web", "fair", "mail"] * 665,
        "size": range(2000),
        "won": outcomes(2000),
    }
    seen = overview(looked(tmp_path, columns))
    assert seen is not None
    assert [line.split(":")[0] for line in seen.act] == ["flag", "source"]


@pytest.mark.parametrize("name", ["<b>이름</b>", "n" * 5_000])
def test_a_long_or_odd_name_is_shortened_on_the_page_and_whole_in_the_sheet(tmp_path: Path, name: str) -> None:
    seen = overview(looked(tmp_path, {name: [1, 2, 3, 4] * 5, "won": outcomes(20)}))
    assert seen is not None
    assert seen.block.live is not None
    assert len(seen.block.live.rows[1].cells[0]) <= 60
    assert seen.sheets["columns"]["column"].tolist() == ["won", name]
