"""Both sides: what is known of the rows to predict without their outcome, against the labelled leads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.explore.apart import side_of
from bench.explore.look import Seen
from bench.explore.sides import sides
from tests.explore.tables import halves, looked, outcomes

ROWS, ASKED = 200, 100


def seen(folder: Path, train: dict[str, Any], asked: dict[str, Any], **roles: Any) -> Seen:
    made = {"n": halves(ROWS), **train, "won": outcomes(ROWS)}
    found = sides(looked(folder, made, {"n": [2 * half for half in halves(ASKED)], **asked}, **roles))
    assert found is not None
    return found


def words(**counts: int) -> pd.Series[Any]:
    return pd.Series([word for word, count in counts.items() for _ in range(count)], dtype="object")


def test_without_rows_to_predict_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert sides(looked(tmp_path, {"n": halves(40), "won": outcomes(40)})) is None


def test_categories_differ_by_the_total_variation_of_their_shares() -> None:
    side = side_of("c", "category", words(a=50, b=50), words(a=20, b=60, c=20))
    assert side.distance == pytest.approx((0.3 + 0.1 + 0.2) / 2)
    assert (side.only_train, side.only_asked) == (0, 0.2)
    assert (side.parts[0].name, side.parts[0].train, side.parts[0].asked) == ("a", 0.5, 0.2)


def test_many_rare_levels_differ_by_chance_alone() -> None:
    rng = np.random.default_rng(1)
    one, other = (pd.Series(rng.integers(0, 500, 2000).astype(str)) for _ in range(2))
    side = side_of("c", "category", one, other)
    assert side.distance > 0.15
    assert side.chance == pytest.approx(side.distance, abs=0.03)


def test_numbers_differ_by_the_distance_of_their_curves() -> None:
    side = side_of("n", "number", pd.Series(np.arange(100.0)), pd.Series(np.arange(50.0, 150)))
    assert side.distance == pytest.approx(0.5)
    assert sum(part.train for part in side.parts) == pytest.approx(1)


def test_a_level_of_fewer_than_five_leads_is_not_named_and_few_cells_are_not_drawn() -> None:
    side = side_of("c", "category", words(a=50, secret=2), words(a=50, secret=2))
    assert [part.name for part in side.parts] == ["a", "all others"]
    assert not side_of("n", "number", pd.Series(np.arange(100.0)), pd.Series([1.0] * 4)).measure
    assert not side_of("n", "number", pd.Series(np.arange(100.0)), pd.Series(np.arange(30.0))).parts


def test_a_level_spelled_otherwise_in_the_rows_to_predict_is_named(tmp_path: Path) -> None:
    train = {"kind": ["End-Customer"] * 120 + ["partner"] * 80}
    found = seen(tmp_path, train, {"kind": ["End customer"] * 60 + ["partner"] * 40})
    assert found.act[0].startswith("kind: levels of 60% of the labelled leads are spelled anew in the rows to predict")
    assert "('End-Customer' is now 'End customer')" in found.act[0]
    assert found.sheets["sides_spellings"].to_numpy().tolist() == [["kind", "End-Customer", "End customer", 120]]


def test_a_share_of_gaps_that_moved_is_no_lasting_sign(tmp_path: Path) -> None:
    half = [None, "a", "b", None] * 50
    found = seen(tmp_path, {"c": half, "d": half}, {"c": ["a", "b"] * 50, "d": half[:100]})
    assert found.act[0].startswith("c is missing in 50% of the labelled leads and in 0% of the 100 to predict. Find")


def test_the_share_of_known_companies_is_told_without_rows_of_none(tmp_path: Path) -> None:
    firms = {"firm": [f"f{row // 2}" for row in range(ROWS)]}
    asked = {"firm": ["f1"] * 20 + ["none"] * 30 + [f"g{row}" for row in range(50)]}
    found = seen(tmp_path, firms, asked, groups="firm", ungrouped=("none",), drop=("firm",))
    line = "Of the rows to predict 20% are of companies that labelled leads have, 50% of new ones, 30% of none."
    assert line in found.block.sentences
    assert "firm: only 20% of the 100 rows to predict are of known companies" in found.act[0]


def test_what_the_audit_found_is_repeated_and_not_found_again(tmp_path: Path) -> None:
    found = seen(tmp_path, {"c": ["a", "b"] * 100}, {"c": ["c", "d"] * 50})
    assert found.block.sentences[0].startswith("A classifier tells rows to predict from training rows")
    assert "new-values" in found.sheets["sides"].set_index("name").loc["c", "audit"]


def test_later_rows_to_predict_are_said_to_be_later(tmp_path: Path) -> None:
    train, asked = (
        {"day": [f"{year}-01-{1 + row % 28:02}" for row in range(rows)]} for year, rows in ((2023, ROWS), (2024, ASKED))
    )
    found = seen(tmp_path, train, asked, time="day")
    assert "Every row to predict is later than every labelled lead." in found.block.sentences


def test_alike_tables_give_nothing_to_act_upon(tmp_path: Path) -> None:
    found = seen(tmp_path, {"c": ["a", "b"] * 100}, {"c": ["a", "b"] * 50})
    assert not found.act
    assert not found.block.plots
    assert found.block.sentences == ["No column differs by 10% of the leads or more, beyond chance."]
