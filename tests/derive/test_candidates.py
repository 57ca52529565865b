"""Which candidates a table has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.derive.candidates import Candidate, candidates
from bench.plan.grid import default_choice, trial_of
from tests.conftest import make_leads

RAW = (default_choice("derived", "raw"),)


def named(table: pd.DataFrame, **more: float) -> list[str]:
    strength = dict.fromkeys(map(str, table), 0.0) | more
    return [candidate.words for candidate in candidates(table, strength, RAW)]


def numbers(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_two_numbers_have_a_ratio_and_a_difference() -> None:
    table = numbers(visits=[0.0, 1.0, 2.0], pages=[1.0, 2.0, 3.0])
    assert named(table) == ["ratio (column = visits, by = pages)", "difference (column = visits, by = pages)"]


def test_a_number_is_divided_by_the_one_that_is_positive_in_more_rows() -> None:
    table = numbers(pages=[1.0, 2.0, 3.0], visits=[0.0, 1.0, 2.0])
    assert named(table)[0] == "ratio (column = visits, by = pages)"


def test_numbers_of_other_scales_have_no_difference_and_flags_no_pair() -> None:
    table = numbers(pages=[1.0, 2.0, 3.0], price=[1e5, 2e5, 3e5], flag=[0.0, 1.0, 1.0])
    assert [words.split()[0] for words in named(table)] == ["ratio"]


def test_the_strongest_columns_are_paired() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({f"c{n}": pd.Categorical(rng.choice(["x", "y"], 40)) for n in range(12)})
    crosses = [words for words in named(table, c11=3.0, c9=2.0) if words.startswith("cross")]
    assert len(crosses) == 28
    assert crosses[0] == "cross (columns = c9, c11)"
    assert not any("c8" in words or "c6" in words for words in crosses)


def test_a_table_of_all_kinds_has_few_candidates_each_of_which_works_on_its_columns() -> None:
    table = make_leads().features
    found = candidates(table, dict.fromkeys(map(str, table), 0.0), RAW)
    assert len(found) <= 110
    names = {candidate.choice.component.name for candidate in found}
    assert names >= {"cross", "ratio", "difference", "deviation", "missing", "date_parts", "message", "timeline"}
    for candidate in found:
        subject = candidate.choice.component.subject
        assert subject is not None
        assert subject(table[list(candidate.columns)], **dict(candidate.choice.values))


def test_what_the_table_is_derived_by_already_is_no_candidate() -> None:
    table = make_leads().features
    present = trial_of(
        [("derived", "missing", {"what": "count"}), ("derived", "ratio", _first(table, "ratio"))]
    ).choices
    found = candidates(table, dict.fromkeys(map(str, table), 0.0), present)
    assert not any(candidate.choice.component.name in ("missing", "ratio") for candidate in found)


def test_a_column_whose_name_no_pattern_can_hold_is_named_by_one_that_stands_for_it_alone() -> None:
    table = numbers(**{"pages, seen": [1.0, 2.0, 3.0], " visits": [1.0, 2.0, 4.0], "[a]*": [1.0, 2.0, 5.0]})
    for candidate in candidates(table, dict.fromkeys(table, 0.0), RAW):
        subject = candidate.choice.component.subject
        assert subject is not None
        assert subject(table, **dict(candidate.choice.values)) == list(candidate.columns)


def test_a_column_that_cannot_be_told_from_another_is_left_out() -> None:
    assert named(numbers(**{"a,b": [1.0, 2.0, 3.0], "a*b": [1.0, 2.0, 4.0], "c": [1.0, 2.0, 5.0]})) == []


def _first(table: pd.DataFrame, component: str) -> dict[str, object]:
    found: list[Candidate] = candidates(table, dict.fromkeys(map(str, table), 0.0), RAW)
    return next(candidate.choice.settings for candidate in found if candidate.choice.component.name == component)  # type: ignore[return-value]
