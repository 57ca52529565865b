"""Gaps as a pattern: what is missing together, what a gap says of conversion, in both tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.explore.gaps import gaps
from bench.explore.look import Seen
from bench.explore.sides import sides
from tests.explore.tables import halves, looked, outcomes

ROWS = 200
Cells = list[Any]


def given(where: list[bool]) -> Cells:
    """Words, and gaps where the flag is False."""
    return [("abc"[row % 3]) if flag else None for row, flag in enumerate(where)]


def seen(folder: Path, asked: dict[str, Cells] | None = None, won: Cells | None = None, **columns: Cells) -> Seen:
    made = {"n": halves(ROWS), **columns, "won": won or outcomes(ROWS)}
    found = gaps(looked(folder, made, asked))
    assert found is not None
    return found


def said(found: Seen, words: str) -> str:
    sentences = [sentence for sentence in (*found.block.sentences, *found.act) if words in sentence]
    assert sentences, found.block.sentences
    return sentences[0]


def test_columns_without_equal_gaps_but_for_one_row_in_fifty_are_missing_together(tmp_path: Path) -> None:
    half = [row < 100 for row in range(ROWS)]
    found = seen(tmp_path, a=given(half), b=given([row < 102 for row in range(ROWS)]), c=given([not h for h in half]))
    assert "together" in said(found, "a, b (in 50% of the leads)")
    assert dict(zip(found.sheets["gaps"]["column"], found.sheets["gaps"]["together"], strict=True)) == {
        "a": 1,
        "b": 1,
        "c": 2,
    }


def test_a_column_given_only_where_another_is_and_columns_never_given_both_are_named(tmp_path: Path) -> None:
    found = seen(
        tmp_path,
        outer=given([row < 120 for row in range(ROWS)]),
        inner=given([row < 60 for row in range(ROWS)]),
        apart=given([row >= 120 for row in range(ROWS)]),
    )
    assert said(found, "Given only where") == "Given only where another column is: inner only where outer is."
    assert "apart and inner" in said(found, "Never given both")


def test_a_gap_that_goes_with_conversion_is_told_with_both_rates(tmp_path: Path) -> None:
    won = ["no" if row % (2 if row < 100 else 10) else "yes" for row in range(ROWS)]
    found = seen(tmp_path, won=won, a=given([row < 100 for row in range(ROWS)]))
    line = "a: 10% (5.5 to 17) of the 100 leads without it convert, 50% (40 to 60) of the 100 with it."
    assert said(found, "keep_gaps").startswith(line)
    row = found.sheets["gaps"].iloc[0]
    assert (row["converted_given"], row["leads_given"], row["p_of_all_tested"] < 0.001) == (50, 100, True)


def test_a_gap_that_the_rows_to_predict_have_less_often_is_no_sign(tmp_path: Path) -> None:
    won = ["no" if row % (2 if row < 100 else 10) else "yes" for row in range(ROWS)]
    found = seen(tmp_path, {"n": halves(20), "a": given([True] * 20)}, won, a=given([row < 100 for row in range(ROWS)]))
    assert not found.act  # that it moved is told side by side


def test_gaps_by_chance_do_not_go_with_conversion(tmp_path: Path) -> None:
    found = seen(tmp_path, a=given([row % 3 > 0 for row in range(ROWS)]), b=given([row % 5 > 0 for row in range(ROWS)]))
    assert said(found, "No gap surely") == "No gap surely goes with conversion, of 2 tested together."
    assert not found.act


def test_a_gap_that_only_the_rows_to_predict_have_is_told_side_by_side(tmp_path: Path) -> None:
    asked = {"n": halves(20), "a": given([row < 10 for row in range(20)])}
    look = looked(tmp_path, {"n": halves(ROWS), "a": given([True] * ROWS), "won": outcomes(ROWS)}, asked)
    here, there = gaps(look), sides(look)
    assert here is not None
    assert there is not None
    assert not here.act
    assert there.act[0].startswith("a is missing in 0% of the labelled leads and in 50% of the 20 to predict.")


def test_patterns_of_fewer_than_five_leads_are_not_told(tmp_path: Path) -> None:
    found = seen(tmp_path, a=given([row >= 4 for row in range(ROWS)]), b=given([row < 150 for row in range(ROWS)]))
    patterns = found.sheets["gap_patterns"]
    assert dict(zip(patterns["missing"], patterns["leads"], strict=True)) == {"nothing": 146, "b": 50}
    assert found.sheets["gaps"].set_index("column")["rate_missing"].isna().to_dict() == {"b": False, "a": True}


def test_a_table_without_gaps_says_so(tmp_path: Path) -> None:
    found = seen(tmp_path)
    assert found.block.sentences == ["No cell is missing."]
    assert not found.sheets
